"""Headers of `.npy` files: what numpy writes is read, and nothing that anybody writes does harm."""

from __future__ import annotations

import io
import struct
import tracemalloc
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.arrays import ArrayError, parse_array, read_header
from catalog.arrays.npy import TEXT

SOUND = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"


def file_of(header: str | bytes, *, data: int = 24, version: bytes = b"\1\0", length: int | None = None) -> bytes:
    """A file with any header, and that many bytes of data."""
    text = header.encode("latin-1") if isinstance(header, str) else header
    said = len(text) if length is None else length
    return b"\x93NUMPY" + version + struct.pack("<H" if version == b"\1\0" else "<L", said) + text + bytes(data)


def saved(array: np.ndarray[Any, Any], version: tuple[int, int] | None = None) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.lib.format.write_array(file, array, version, allow_pickle=True)
    return file.getvalue()


def description(dtype: str = "<f4", order: str = "False", shape: str = "(2, 3)") -> str:
    return f"{{'descr': {dtype!r}, 'fortran_order': {order}, 'shape': {shape}, }}"


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0), None])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<f2", "|u1", ">i4", "<i8"])
@pytest.mark.parametrize("shape", [(), (1,), (7,), (2, 3), (4, 3, 2), (0, 5)])
def test_what_numpy_writes_is_read(shape: tuple[int, ...], dtype: str, order: str, version: Any) -> None:
    array = np.asarray(np.arange(np.prod(shape, dtype=int)).reshape(shape), dtype=dtype, order=order)
    content = saved(array, version)
    read = parse_array(content)
    assert (read.dtype, read.shape) == (array.dtype, array.shape)
    assert np.array_equal(read, array)
    assert not read.flags.writeable
    header = read_header(io.BytesIO(content))
    assert (header.nbytes, header.offset + header.nbytes) == (array.nbytes, len(content))


@pytest.mark.parametrize("texts", [["train", "none"], [b"train", b"x"], ["Mäuse", "日本"], [""]])
def test_texts_are_read(texts: list[Any]) -> None:
    array = np.array(texts)
    if array.dtype.itemsize:
        assert parse_array(saved(array), TEXT).tolist() == texts
    with pytest.raises(ArrayError, match="not numbers"):
        parse_array(saved(array))


@pytest.mark.parametrize(
    "header",
    [
        '{"shape": (2, 3), "descr": "<f4", "fortran_order": False}',
        "{'descr':'<f4','fortran_order':False,'shape':(2,3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }   \n",
        "{'descr': '=f4', 'fortran_order': False, 'shape': (2, 3,), }",
    ],
)
def test_what_other_programs_write_is_read(header: str) -> None:
    assert parse_array(file_of(header)).shape == (2, 3)


IMPOSSIBLE = "claims the impossible shape"
BROKEN = "is no .npy file, or its header is broken"

CRAFTED = {
    "a huge shape": (description(shape="(10000000000, 10000000000)"), IMPOSSIBLE),
    "a shape of nothing, hugely": (description(shape="(0, 10000000000, 10000000000)"), IMPOSSIBLE),
    "a product that overflows": (description(shape="(4294967296, 4294967296)"), IMPOSSIBLE),
    "more than there is": (description(shape="(2, 3000000)"), "is cut short: 24 of 24000000 bytes of data are there"),
    "a negative length": (description(shape="(-2, 3)"), IMPOSSIBLE),
    "two negative lengths": (description(shape="(-2, -3)"), IMPOSSIBLE),
    "truth for a length": (description(shape="(True, 3)"), BROKEN),
    "fractions": (description(shape="(2.0, 3)"), BROKEN),
    "a length of thousands of digits": (description(shape=f"({'9' * 5000},)"), BROKEN),
    "many dimensions": (description(shape=f"({'1, ' * 100})"), BROKEN),
    "no tuple": (description(shape="6"), BROKEN),
    "a number in brackets": (description(shape="(6)"), BROKEN),
    "gaps": (description(shape="(2,,3)"), BROKEN),
    "no shape": ("{'descr': '<f4', 'fortran_order': False}", BROKEN),
    "no dictionary": ("['descr', 'fortran_order', 'shape']", BROKEN),
    "left open": ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3", BROKEN),
    "nothing": ("", BROKEN),
    "code": ("__import__('os').abort()", BROKEN),
    "code for a length": (description(shape="(__import__('os').abort(),)"), BROKEN),
    "deeply nested": ("{" * 9000, BROKEN),
    "deeply nested shape": (description(shape="(" * 4000 + ")" * 4000), BROKEN),
    "a chain of signs": (description(shape=f"({'-' * 9000}1,)"), BROKEN),
    "an escape": (description(dtype="\\x3cf4"), BROKEN),
    "a NUL": ("{'descr': '<f4\0', 'fortran_order': False, 'shape': (2, 3), }", BROKEN),
    "other digits": ("{'descr': '<f4', 'fortran_order': False, 'shape': (\xb2, \xb3), }", BROKEN),
    "another order": (description(order="1"), BROKEN),
    "objects": (description(dtype="|O"), "holds pickled Python objects, which are never loaded"),
    "fields": ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3), }", "holds records, not numbers"),
    "a subarray": ("{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': (3,), }", "holds records, not numbers"),
    "fields in one text": (description(dtype="<f4,<f4"), BROKEN),
    "a subarray in one text": (description(dtype="(2,)f4"), BROKEN),
    "a type that is none": (description(dtype="<f3"), BROKEN),
    "a type that grew out of use": (description(dtype="a4"), BROKEN),
    "a type of terabytes": (description(dtype="<U999999999"), BROKEN),
    "a type of nothing": (description(dtype="|S0"), "not numbers"),
    "complex numbers": (description(dtype="<c8"), "holds complex64, not numbers"),
    "times": (description(dtype="<M8"), "not numbers"),
    "truth": (description(dtype="|b1"), "holds bool, not numbers"),
}  # fmt: skip


@pytest.mark.parametrize("name", CRAFTED)
def test_crafted_headers_are_refused_without_a_harm(name: str) -> None:
    header, says = CRAFTED[name]
    content = file_of(header)
    tracemalloc.start()
    with pytest.raises(ArrayError) as told:
        parse_array(content)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert says in str(told.value)
    assert str(told.value).isprintable()
    assert len(str(told.value)) < 200
    assert most < 1 << 20


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (file_of(SOUND, version=b"\4\0"), "it is of version 4.0, expected 1.0, 2.0 or 3.0"),
        (file_of(SOUND, version=b"\1\1"), "it is of version 1.1"),
        (file_of(SOUND, length=65535), "it claims 65535 bytes, 10000 are expected at most"),
        (file_of(SOUND, version=b"\2\0", length=2**32 - 1), "it claims 4294967295 bytes"),
        (file_of(SOUND, length=200), "it is cut short"),
        (file_of(SOUND + " " * 10_000), "10000 are expected at most"),
        (file_of(SOUND)[:8], "it is cut short"),
        (file_of(SOUND)[:-1], "is cut short: 23 of 24 bytes"),
        (b"", "is empty"),
        (b"\x80\x04\x95", "it is cut short"),
        (b"PK\3\4" + bytes(100), "it does not begin as one"),
    ],
)
def test_what_precedes_the_header_is_not_trusted_either(content: bytes, says: str) -> None:
    with pytest.raises(ArrayError) as told:
        parse_array(content)
    assert says in str(told.value)


PIECES = st.one_of(
    st.sampled_from(
        ["{", "}", "(", ")", "'", '"', ",", ":", " ", "\\", "\n", "\0", "-", "L", "'descr'", "'shape'", "True", "False",
         "'fortran_order'", "'<f8'", "'|O'", "99999999999999999999", "0", "1", "2", "lambda", "[", "]", "f8", "(2, 3)"]
    ),
    st.text(st.characters(max_codepoint=255), max_size=5),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=40), st.integers(0, 60), st.sampled_from([b"\1\0", b"\2\0", b"\3\0", b"\0\0"]))
def test_no_header_raises_anything_else(pieces: list[str], data: int, version: bytes) -> None:
    parse_or_refuse(file_of("".join(pieces), data=data, version=version))
    parse_or_refuse(file_of(SOUND[:20] + "".join(pieces) + SOUND[20:], data=data, version=version))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 255)), max_size=4), st.integers(0, 120))
def test_no_damage_raises_anything_else(changes: list[tuple[int, int]], length: int) -> None:
    content = bytearray(file_of(SOUND, data=40)[:length])
    for at, value in changes:
        if at < len(content):
            content[at] = value
    parse_or_refuse(bytes(content))


def parse_or_refuse(content: bytes) -> None:
    try:
        array = parse_array(content)
    except ArrayError as error:
        told, array = str(error), np.empty(0)
    else:
        told = ""
    assert told == "" or told.isprintable()
    assert array.nbytes <= len(content)
