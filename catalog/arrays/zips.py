"""A recording's zip as a root: it is read as it is, and nothing of it is ever unpacked to disk."""

from __future__ import annotations

import io
import os
import re
import struct
import zipfile
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO

from catalog.arrays.deflate import crc32, inflated
from catalog.arrays.digests import CRC32, algorithm_of, crc32_digest, digest_of
from catalog.arrays.roots import (
    LARGEST_BYTES,
    SIGNAL_FOLDERS,
    FoundFile,
    Place,
    Root,
    UnreachableError,
    UnreadableError,
)

BOMB_RATIO = 1000
BOMB_BYTES = 1 << 26
"""A member that unpacks to more than these bytes, and to that many times its size or more, is no array of a trial. Few
bytes are let off: withheld responses are all zero, 27 MB at most, and deflate to as little as a 1,025th."""
PADDING = 1 << 16
"""Bytes by which a packed array may be larger than twice its size: no more than a packer's carelessness."""

STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
OTHER_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 99: "encryption"}
ENCRYPTED = 0x1 | 0x40
PATCH = 0x20
UTF8 = 0x800
"""Bits in the flags of a member."""
LOCAL_HEADER = struct.Struct("<4s2sHH16xHH")
"""What stands before the data of a member: signature, version, flags, method, lengths of the name and of more."""

BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, EOFError, ValueError, OverflowError)
"""What a damaged or unusual zip makes Python raise."""

OF_A_RECORDING = re.compile(rf"(?P<start>(?:[^/]+/)*?)data/(?:{'|'.join(SIGNAL_FOLDERS)})/[^/]+")
OF_OTHER_PROGRAMS = "__MACOSX/"

LEADS_OUT = "has no name of a file within its zip"
DOUBLED = "is there more than once"
"""What can be strange about a name."""


class ZipRoot(Root):
    """A recording's zip, which may hold the recording's folder, however deep, or what is in it.

    Attributes
    ----------
    folder
        The name of the recording's folder in it; empty if it holds what is in that folder.
    strange
        What is wrong with names of members: (name, why). They are passed over; of several of one name, the last counts,
        as it does for programs that unpack.

    Raises
    ------
    UnreadableError
        It is no zip, cut short, or holds several recordings.
    """

    keeps_times = False

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__(path)
        try:
            with self.path.open("rb") as file:
                self._moment = _moment(os.fstat(file.fileno()))
                with zipfile.ZipFile(file) as archive:
                    members, end = archive.infolist(), archive.start_dir
        except OSError as error:
            raise UnreachableError(f"{self.path} cannot be reached: {error.strerror or error}") from error
        except (*BROKEN, MemoryError) as error:
            raise UnreadableError(
                f"{self.path} is no zip that can be read ({error}); if it was cut short, copy or download it again"
            ) from error
        self._ends = _ends(members, end)
        self._members, start, self.strange = _named(members)
        self.folder = start.rstrip("/").rpartition("/")[2]
        self._folders: dict[str, set[str]] = {}
        for name in self._members:
            parts = name.split("/")
            for depth in range(len(parts)):
                self._folders.setdefault("/".join(parts[:depth]), set()).add(parts[depth])

    def find(self, path: str) -> FoundFile | None:
        """Return what the member is like; None if it is not there."""
        member = self._members.get(path)
        return None if member is None else FoundFile(member.file_size, self._moment[1], crc32_digest(member.CRC))

    def names(self, folder: str) -> list[str] | None:
        """Return the names of what a folder holds, sorted; None if there is no such folder."""
        found = self._folders.get(folder.strip("/"))
        return None if found is None else sorted(found)

    def open(self, path: str) -> IO[bytes]:
        """Open a member that is there: unpacked, in memory."""
        return io.BytesIO(self.read(path)[0])

    def read(self, path: str) -> tuple[bytes, FoundFile]:
        """Return the content of a member, and what it is like: it has the CRC-32 that the zip claims."""
        member, found = self._member(path), self.find(path)
        assert found is not None
        _refuse_what_is_no_array(member)
        with self.readable(path):
            with self._opened() as file:
                file.seek(self._start_of_data(file, member))
                packed = _exactly(file, member.compress_size)
            content = packed if member.compress_type == STORED else _inflated(packed, member.file_size)
            if crc32(content) != member.CRC:
                raise zipfile.BadZipFile("its content is damaged: it has another CRC-32 than when it was packed")
        return content, found

    def digest(self, path: str, known: str) -> str:
        """Return the digest of a member, made as a known digest was; its content is read in any case."""
        content, found = self.read(path)
        if algorithm_of(known) == CRC32 and found.digest is not None:
            return found.digest
        return digest_of(content, algorithm_of(known))

    def place(self, path: str) -> Place | None:
        """Return where the bytes of a member lie; None unless it is stored as it is."""
        member = self._member(path)
        if member.compress_type != STORED:
            return None
        _refuse_what_is_no_array(member)
        with self.readable(path), self._opened() as file:
            offset = self._start_of_data(file, member)
            if file.seek(0, os.SEEK_END) < offset + member.file_size:
                raise zipfile.BadZipFile("its data ends before it should")
        return Place(self.path, offset, member.file_size)

    @contextmanager
    def readable(self, path: str) -> Iterator[None]:
        """Tell what reading a member raises as `UnreadableError`."""
        try:
            yield
        except (OSError, MemoryError) as error:
            reason = getattr(error, "strerror", None) or "there is not enough memory"
            raise UnreachableError(f"{self.path} cannot be reached: {reason}") from error
        except BROKEN as error:
            # A zip that is being written is damaged for the time being.
            with self.readable(path), self._opened():
                pass
            raise UnreadableError(f"cannot be read: {error}") from error

    def _member(self, path: str) -> zipfile.ZipInfo:
        member = self._members.get(path)
        if member is None:
            raise UnreadableError("is not there")
        return member

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        """Open the zip, if it is still the one whose members are known."""
        with self.path.open("rb", buffering=0) as file:
            if _moment(os.fstat(file.fileno())) != self._moment:
                raise UnreachableError(f"{self.path} has changed since it was listed; take it in again")
            yield file

    def _start_of_data(self, file: BinaryIO, member: zipfile.ZipInfo) -> int:
        """Return where a member's data begins, as the header before it tells; it ends before anything else begins."""
        if member.header_offset < 0:
            raise zipfile.BadZipFile("its zip is damaged: it claims a place before its beginning")
        file.seek(member.header_offset)
        signature, _, flags, method, name_bytes, more = LOCAL_HEADER.unpack(_exactly(file, LOCAL_HEADER.size))
        name = _exactly(file, name_bytes).decode("utf-8" if flags & UTF8 else "cp437", "replace")
        if signature != b"PK\3\4" or method != member.compress_type or name != member.orig_filename:
            raise zipfile.BadZipFile("its zip is damaged: the header before its data is another one's")
        start = member.header_offset + LOCAL_HEADER.size + name_bytes + more
        if start + member.compress_size > self._ends[member.header_offset]:
            raise zipfile.BadZipFile("its zip is damaged: its data overlaps that of another member")
        return int(start)


def _moment(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _refuse_what_is_no_array(member: zipfile.ZipInfo) -> None:
    """Raise UnreadableError for a member that is not to be unpacked, as far as its zip tells before."""
    packed, unpacked = member.compress_size, member.file_size
    if member.flag_bits & ENCRYPTED:
        raise UnreadableError("is encrypted; unpack the recording with its password, and take in the folder")
    if member.compress_type not in (STORED, DEFLATED) or member.flag_bits & PATCH:
        told = OTHER_METHODS.get(member.compress_type, f"method {member.compress_type}")
        raise UnreadableError(f"is compressed by {told}; expected deflate, or none: unpack the recording")
    if unpacked > LARGEST_BYTES or packed > 2 * unpacked + PADDING:
        raise UnreadableError(f"claims {unpacked} bytes, {packed} when packed: no array of a trial has these")
    if unpacked > BOMB_BYTES and unpacked >= BOMB_RATIO * packed:
        raise UnreadableError(f"would unpack to {unpacked} bytes, {BOMB_RATIO} times its size or more: it is no array")
    if member.compress_type == STORED and packed != unpacked:
        raise UnreadableError(f"cannot be read: its zip is damaged: {unpacked} bytes cannot be stored in {packed}")


def _exactly(file: BinaryIO, count: int) -> bytes:
    """Read that many bytes; a raw file may give fewer at a time."""
    content = file.read(count)
    while len(content) < count:
        more = file.read(count - len(content))
        if not more:
            raise zipfile.BadZipFile("its zip is damaged or cut short: it ends too early")
        content += more
    return content


def _inflated(packed: bytes, expected: int) -> bytes:
    """Unpack deflated data, never more of it than one byte beyond what is expected."""
    content, ended = inflated(packed, expected + 1)
    if len(content) > expected:
        raise zipfile.BadZipFile(f"it unpacks to more than the {expected} bytes that it claims")
    if len(content) < expected or not ended:
        raise zipfile.BadZipFile(f"its content is damaged: {len(content)} of {expected} bytes can be unpacked")
    return content


def _ends(members: Iterable[zipfile.ZipInfo], end: int) -> dict[int, int]:
    """Return where the data of a member that begins at an offset must have ended: where the next one begins.

    Where two begin at the same offset, neither has room.
    """
    begin = Counter(member.header_offset for member in members)
    offsets = sorted({*begin, end})
    following = {offset: offsets[bisect_right(offsets, offset)] for offset in offsets[:-1]}
    return {offset: min(following.get(offset, 0), end) if begin[offset] == 1 else offset for offset in begin}


def _named(members: Iterable[zipfile.ZipInfo]) -> tuple[dict[str, zipfile.ZipInfo], str, list[tuple[str, str]]]:
    """Return members by their path in the recording, what precedes that in their names, and the names that are strange.

    No name is ever used as a path of the file system, so that none can lead anywhere; but the same zip must give the
    same recording when another program unpacks it.
    """
    usable: dict[str, zipfile.ZipInfo] = {}
    strange = []
    for member in members:
        # As it stands in the zip: Python's own name ends at the first NUL, and has the separators of this system.
        name = member.orig_filename
        if name.endswith("/") or name.startswith(OF_OTHER_PROGRAMS):
            continue
        if _leads_out(name):
            strange.append((name, LEADS_OUT))
            continue
        if name in usable:
            strange.append((name, DOUBLED))
        usable[name] = member
    start = _start(usable)
    return {name[len(start) :]: member for name, member in usable.items() if name.startswith(start)}, start, strange


def _leads_out(name: str) -> bool:
    parts = name.split("/")
    odd = "\\" in name or "\0" in name or re.match("[A-Za-z]:", name) is not None
    return odd or any(part in ("", ".", "..") for part in parts)


def _start(names: Iterable[str]) -> str:
    """Return what stands before `data/` and `meta/` in names: nothing, or the folders down to the recording's.

    What lies deeper, such as a backup within the recording, is not the recording; two at one depth are two recordings.
    """
    found = {match["start"] for match in map(OF_A_RECORDING.fullmatch, names) if match}
    if not found:
        return ""
    depth = min(start.count("/") for start in found)
    starts = sorted(start for start in found if start.count("/") == depth)
    if len(starts) > 1:
        raise UnreadableError(f"holds several recordings ({starts[0]}, {starts[1]} and so on); expected one a zip")
    return starts[0]
