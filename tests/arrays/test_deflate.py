"""ISA-L in place of zlib: the same checksums and content; of damaged data, it takes some that zlib refuses."""

from __future__ import annotations

import subprocess
import sys
import zlib
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.arrays import deflate

isal_zlib = pytest.importorskip("isal.isal_zlib")

CONTENTS = st.one_of(
    st.binary(max_size=300), st.builds(lambda part, n: part * n, st.binary(max_size=9), st.integers(0, 900))
)


def raw(content: bytes, level: int = 6) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def inflated(library: ModuleType, packed: bytes, most: int) -> tuple[bytes, bool] | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deflate, "library", library)
        try:
            return deflate.inflated(packed, most)
        except zlib.error:
            return None


def test_isal_is_used_where_it_is_installed() -> None:
    assert deflate.library is isal_zlib


def test_without_isal_zlib_does_the_same() -> None:
    code = "import sys; sys.modules['isal'] = None; from catalog.arrays import deflate; "
    code += "print(deflate.library.__name__, deflate.crc32(b'abc'))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["zlib", str(zlib.crc32(b"abc"))]


@pytest.mark.parametrize("library", [zlib, isal_zlib])
@given(content=CONTENTS, more=CONTENTS)
def test_checksums_are_those_of_zlib(library: ModuleType, content: bytes, more: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deflate, "library", library)
        assert deflate.crc32(content + more) == zlib.crc32(content + more)
        assert deflate.crc32(more, deflate.crc32(content)) == zlib.crc32(content + more)


@given(content=CONTENTS, level=st.integers(0, 9), room=st.integers(1, 3))
def test_both_inflate_to_the_same(content: bytes, level: int, room: int) -> None:
    packed = raw(content, level)
    for library in (zlib, isal_zlib):
        assert inflated(library, packed, len(content) + room) == (content, True)
        if len(content) > 1:
            cut = inflated(library, packed, len(content) // 2)
            assert cut == (content[: len(content) // 2], False)


@given(content=CONTENTS, data=st.data())
def test_neither_takes_data_that_are_cut_off(content: bytes, data: st.DataObject) -> None:
    packed = raw(content)
    cut = packed[: data.draw(st.integers(0, len(packed) - 1))]
    for library in (zlib, isal_zlib):
        found = inflated(library, cut, len(content) + 1)
        assert found is None or not found[1]


@given(content=CONTENTS, data=st.data())
def test_damaged_data_that_zlib_takes_isal_takes_alike(content: bytes, data: st.DataObject) -> None:
    packed = raw(content)
    bit = data.draw(st.integers(0, 8 * len(packed) - 1))
    flipped = (int.from_bytes(packed, "little") ^ (1 << bit)).to_bytes(len(packed), "little")
    by_zlib, by_isal = (inflated(library, flipped, len(content) + 1) for library in (zlib, isal_zlib))
    # The other way round, there are Huffman codes which only zlib finds incomplete: there the checksum decides.
    if by_zlib is not None and by_zlib[1]:
        assert by_isal == by_zlib
