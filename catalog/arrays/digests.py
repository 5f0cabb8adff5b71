"""Digests of files, which tell how they were made: `crc32:1c291ca3`, or `sha256:9f86d0…`."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from catalog.arrays.deflate import crc32

CRC32 = "crc32"
SHA256 = "sha256"
ALGORITHMS = (CRC32, SHA256)
"""CRC-32 finds what disks and networks do to a file, at half to a quarter of the cost; SHA-256 what people do, too."""

BLOCK = 1 << 20


def digest_of(content: bytes, algorithm: str = CRC32) -> str:
    """Return the digest of a file's content, by one of `ALGORITHMS`."""
    if algorithm == CRC32:
        return crc32_digest(crc32(content))
    return f"{SHA256}:{hashlib.sha256(content).hexdigest()}"


def digest_as(known: str, file: BinaryIO) -> str:
    """Return the digest of an open file, made as a known one was, so that the two can be compared."""
    if algorithm_of(known) == CRC32:
        checksum = 0
        while block := file.read(BLOCK):
            checksum = crc32(block, checksum)
        return crc32_digest(checksum)
    found = hashlib.sha256()
    while block := file.read(BLOCK):
        found.update(block)
    return f"{SHA256}:{found.hexdigest()}"


def algorithm_of(digest: str) -> str:
    """Return by what a digest was made."""
    return digest.partition(":")[0]


def crc32_digest(checksum: int) -> str:
    """Return a CRC-32, such as zips keep of their members, as a digest."""
    return f"{CRC32}:{checksum:08x}"
