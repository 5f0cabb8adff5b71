"""CRC-32 and inflation: zlib's, or ISA-L's where the extra `fast` is installed, which give the same in less time.

Of damaged data, ISA-L takes some that zlib refuses: whoever inflates compares checksums.
"""

from __future__ import annotations

import zlib
from typing import Any


def _library() -> Any:
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib
    return isal_zlib


library: Any = _library()
"""Who does it: the module `zlib`, or `isal.isal_zlib`, which has its functions."""

RAW = -15
"""The window of deflated data without a header of its own, as a zip holds it."""


def crc32(content: bytes, before: int = 0) -> int:
    """Return the CRC-32 of content that follows on some of which the CRC-32 is known."""
    return int(library.crc32(content, before))


def inflated(packed: bytes, most: int) -> tuple[bytes, bool]:
    """Inflate data, to no more bytes than `most`; tell whether that was all of it, to its end.

    Raises
    ------
    zlib.error
        It is no such data, or damaged.
    """
    inflater = library.decompressobj(RAW)
    try:
        return inflater.decompress(packed, most), inflater.eof
    except library.error as error:
        raise zlib.error(str(error)) from error
