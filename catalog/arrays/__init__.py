"""Arrays on disk: the folders and zips that hold them, their format, and their digests; knows no database."""

from __future__ import annotations

from catalog.arrays.digests import digest_as, digest_of
from catalog.arrays.npy import ArrayError, Header, parse_array, read_header
from catalog.arrays.opening import open_array, open_root, root_at
from catalog.arrays.roots import FoundFile, Place, Root, UnreachableError, UnreadableError

__all__ = [
    "ArrayError",
    "FoundFile",
    "Header",
    "Place",
    "Root",
    "UnreachableError",
    "UnreadableError",
    "digest_as",
    "digest_of",
    "open_array",
    "open_root",
    "parse_array",
    "read_header",
    "root_at",
]
