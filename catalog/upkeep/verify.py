"""Whether the files that the catalog was made from are all there, and unchanged."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from catalog.arrays import Root, UnreadableError, open_root
from catalog.arrays.digests import algorithm_of
from catalog.catalog import Catalog
from catalog.counts import counted
from catalog.lookup import find_recording
from catalog.upkeep.files import StoredFile, StoredFiles, count_unread, stored_files

logger = logging.getLogger(__name__)

TAKE_IN = "`catalog ingest DATA` takes it in as it is now; or put the old file back"
RELOCATE = "if the data moved, `catalog relocate OLD NEW`"


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was when the catalog read it.

    Attributes
    ----------
    kind
        `root` (no root of the recording is there), `missing`, `unreadable`, `size`, `modified` (another modification
        time; whether the content is another was not looked at) or `digest`.
    path
        The file, in the recording's root; None for the root itself.
    expected, found
        What it was, and what it is.
    remedy
        What to do about it.
    """

    recording: str
    kind: str
    root: str | None
    path: str | None
    expected: str
    found: str
    remedy: str


@dataclass
class VerifyReport:
    """What was looked at, and what is wrong; `full` says whether digests were compared.

    `unread` files were there when the catalog was made, and no array could be read from them. It is not known what they
    were like, so that they are not looked at, and not among `files`; `catalog problems` lists them.
    """

    full: bool
    recordings: int = 0
    files: int = 0
    bytes: int = 0
    unread: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every file that was looked at is there, unchanged."""
        return not self.findings


def verify(catalog: Catalog, *, full: bool = False, recording: str | None = None) -> VerifyReport:
    """Look at every file that the catalog was made from, and report those that are gone or changed.

    A file is as it was if it is so below any root of its recording. Without `full`, size and modification time are
    compared, and nothing is read; with it, size and digest, whatever the modification time. What changed may be files
    of one trial that have been written again with the same content: `full` finds them unchanged.

    Raises
    ------
    NotFoundError
        There is no recording of that name.
    """
    with catalog.session() as session:
        name = find_recording(session, recording).name if recording is not None else None
        connection = session.connection()
        stored, unread = stored_files(connection, name), count_unread(connection, name)
    report = VerifyReport(full, unread=unread)
    for one in stored:
        logger.info("looking at %d files of %s", len(one.files), one.recording)
        report.recordings += 1
        report.files += len(one.files)
        report.bytes += sum(file.bytes for file in one.files)
        report.findings += _verify_recording(one, full)
    return report


def _verify_recording(stored: StoredFiles, full: bool) -> Iterator[Finding]:
    roots, broken = [], []
    for path in stored.roots:
        try:
            roots.append(open_root(path))
        except UnreadableError as error:
            broken.append(str(error))
    for file in stored.files if roots else []:
        finding = _verify_file(stored.recording, roots, file, full)
        if finding is None:
            continue
        if finding.kind in ("unreadable", "missing"):
            gone = {root: why for root in roots if (why := _why_gone(root)) is not None}
            broken += gone.values()
            roots = [root for root in roots if root not in gone]
        if not roots:
            break
        yield finding
    if not roots:
        first = stored.roots[0] if stored.roots else None
        found = "; ".join(broken) or "the catalog names no root"
        files = f"{counted(len(stored.files), 'file')} below it"
        yield Finding(stored.recording, "root", first, None, files, found, RELOCATE)


def _why_gone(root: Root) -> str | None:
    """Return why a root that was there cannot be read any more; None if it can."""
    try:
        open_root(root.path).names("data")
    except UnreadableError as error:
        return str(error)
    except OSError as error:
        return f"{root.path} cannot be reached: {error.strerror}"
    return None


def _verify_file(recording: str, roots: list[Root], file: StoredFile, full: bool) -> Finding | None:
    """Return what is wrong with a file: nothing, if it is as it was below one of the roots."""
    worst: Finding | None = None
    for root in roots:
        try:
            wrong = _compare(root, file, full)
        except UnreadableError as error:
            wrong = ("unreadable", "a file that can be read", str(error), "check its permissions and the disk")
        if wrong is None:
            return None
        # A file that is there, changed, says more than one that is not.
        if worst is None or worst.kind == "missing":
            kind, expected, found, remedy = wrong
            worst = Finding(recording, kind, str(root.path), file.path, expected, found, remedy)
    return worst


def _compare(root: Root, file: StoredFile, full: bool) -> tuple[str, str, str, str] | None:
    """Return kind, what was expected, what was found, and the remedy; None for a file that is as it was."""
    found = root.find(file.path)
    if found is None:
        return "missing", f"{file.bytes} bytes", "no file", f"put it back; {RELOCATE}"
    if found.bytes != file.bytes:
        return "size", f"{file.bytes} bytes", f"{found.bytes} bytes", TAKE_IN
    claimed = found.digest is not None and algorithm_of(found.digest) == algorithm_of(file.digest)
    if claimed and found.digest != file.digest:
        return "digest", file.digest, str(found.digest), TAKE_IN
    if full:
        digest = root.digest(file.path, file.digest)
        return None if digest == file.digest else ("digest", file.digest, digest, TAKE_IN)
    if root.keeps_times and found.modified_ns != file.modified_ns:
        remedy = f"`catalog verify --full` tells whether its content changed; if so, {TAKE_IN}"
        return "modified", str(file.modified_ns), str(found.modified_ns), remedy
    return None
