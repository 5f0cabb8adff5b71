"""Packing of small arrays into bytes that a database can keep: versioned, compressed, and free of pickles."""

import json
import zlib
from collections.abc import Mapping, Sequence
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

_PREFIX = Struct("<4sH")
_HEADER = Struct("<I")
VERSION = 1

_LEVEL = 1
_WINDOW_BITS = 15
_MEMORY_LEVEL = 9
"""As `zlib` numbers them. Run lengths and Huffman codes alone take half the time of the usual search for repetitions,
and a percent more room: pixels that are differences from their neighbours hardly repeat otherwise."""


def pack(kind: bytes, fields: Mapping[str, Any], arrays: Sequence[NDArray[Any]]) -> bytes:
    """Return four letters ``kind``, the version, and compressed: JSON ``fields``, the arrays' types, shapes, values."""
    shapes = [(array.dtype.newbyteorder("<").str, array.shape) for array in arrays]
    header = json.dumps({"fields": dict(fields), "arrays": shapes}, separators=(",", ":")).encode()
    values = (array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes() for array in arrays)
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL, zlib.Z_RLE)
    body = compressor.compress(b"".join((_HEADER.pack(len(header)), header, *values))) + compressor.flush()
    return _PREFIX.pack(kind, VERSION) + body


def unpack(kind: bytes, data: bytes) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """Return the fields and arrays of `pack`."""
    header, values = split(kind, data)
    fields, shapes = read_header(header)
    arrays, start = [], 0
    for dtype, shape in shapes:
        count = int(np.prod(shape, dtype=np.int64))
        array = np.frombuffer(values, dtype=dtype, count=count, offset=start)
        arrays.append(array.reshape(shape))
        start += array.nbytes
    return fields, arrays


def split(kind: bytes, data: bytes) -> tuple[bytes, bytes]:
    """Return the header of `pack`, which is the same for the same fields, types and shapes, and the arrays' values."""
    found, version = _PREFIX.unpack_from(data) if len(data) >= _PREFIX.size else (b"", 0)
    if (found, version) != (kind, VERSION):
        raise ValueError(
            f"these bytes are {found!r} version {version}, expected {kind!r} version {VERSION}: "
            "ingest the recordings again with this version of the program"
        )
    body = zlib.decompress(data[_PREFIX.size :])
    end = _HEADER.size + _HEADER.unpack_from(body)[0]
    return body[_HEADER.size : end], body[end:]


def read_header(header: bytes) -> tuple[dict[str, Any], list[tuple[np.dtype[Any], tuple[int, ...]]]]:
    """Return the fields, and the type and shape of each array, that a header tells."""
    told = json.loads(header)
    return told["fields"], [(np.dtype(dtype), tuple(shape)) for dtype, shape in told["arrays"]]
