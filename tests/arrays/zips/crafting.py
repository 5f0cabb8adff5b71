"""Zips that are written for a test, and ways to change what their headers and lists of members say."""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path

from catalog.arrays import open_root

PATH = "data/videos/0.npy"
CONTENT = bytes(range(256)) * 40

FLAGS, METHOD, CRC, PACKED, UNPACKED, OFFSET = 8, 10, 16, 20, 24, 42
"""Where the fields of a record in the list of members are."""


def write(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", method) as archive:
        warnings.simplefilter("ignore")
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def reading(path: Path, member: str = PATH) -> bytes:
    root = open_root(path)
    return root.read(member)[0]


def records(content: bytes, signature: bytes) -> list[int]:
    """Where the records of a kind begin: PK\\3\\4 before each member, PK\\1\\2 in the list of members."""
    found, start = [], content.find(signature)
    while start >= 0:
        found.append(start)
        start = content.find(signature, start + 1)
    return found


def patch(path: Path, *changes: tuple[int, bytes]) -> None:
    content = bytearray(path.read_bytes())
    for at, new in changes:
        content[at : at + len(new)] = new
    path.write_bytes(content)


def listed(path: Path, field: int, value: bytes, which: int = 0) -> None:
    """Change a field of a member in the list of members."""
    patch(path, (records(path.read_bytes(), b"PK\1\2")[which] + field, value))


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])
