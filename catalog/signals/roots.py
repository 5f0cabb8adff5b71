"""Where the files of one recording are: the first of its roots that has a file as it was when it was ingested."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.arrays import ArrayError, FoundFile, Root, UnreadableError, open_array, root_at
from catalog.arrays.digests import algorithm_of
from catalog.errors import SignalError

logger = logging.getLogger(__name__)

RELOCATE = "if the data moved, `catalog relocate OLD NEW`"
TAKE_IN = "`catalog ingest DATA` takes it in as it is now, and `catalog verify` lists every file that changed"


@dataclass(frozen=True)
class SignalFile:
    """A file as the catalog knows it; `array_row` is the row of a shared array that is the signal's, or None."""

    path: str
    array_row: int | None
    bytes: int
    modified_ns: int
    digest: str
    dtype: str
    shape: tuple[int, ...]


@dataclass
class Roots:
    """The roots of one recording, the oldest first; pickled and forked without harm, for they hold nothing open."""

    recording: str
    paths: tuple[str, ...]
    _known: set[tuple[str, str, int]] = field(default_factory=set, repr=False)
    """Root, path and modification time of files that were found to have the same content at another time."""

    def open(self, file: SignalFile, what: str, rows: NDArray[np.intp] | slice | None = None) -> NDArray[Any]:
        """Return the array of a file, or some of its rows, read-only; `what` is said of it in errors.

        Raises
        ------
        SignalError
            No root is there, none has the file, or the file is not as it was, or holds no such array.
        """
        root = self._root_of(file, what)
        try:
            return open_array(root, file.path, rows)
        except IndexError as error:
            raise SignalError(f"{what}: {root.path / file.path} has not the rows asked for: {error}") from error
        except (ArrayError, UnreadableError) as error:
            raise SignalError(f"{what}: {root.path / file.path} {error}; {TAKE_IN}") from error

    def _root_of(self, file: SignalFile, what: str) -> Root:
        """Return the first root that has the file as it was."""
        wrong: list[str] = []
        changed: list[str] = []
        for root in self._reachable(wrong):
            try:
                found = root.find(file.path)
                if found is None:
                    wrong.append(f"there is no {root.path / file.path}")
                elif self._is_as_it_was(root, file, found):
                    return root
                else:
                    where = root.path / file.path
                    changed.append(f"{where} changed since it was ingested ({_difference(file, found)})")
            except UnreadableError as error:
                wrong.append(f"{root.path / file.path} {error}")
        if changed:
            raise SignalError(f"{what}: {'; '.join(changed)}. {TAKE_IN}")
        wrong = wrong or [f"the catalog knows no folder of {self.recording}"]
        raise SignalError(f"{what} ({file.path}) cannot be opened: {'; '.join(wrong)}; {RELOCATE}")

    def _is_as_it_was(self, root: Root, file: SignalFile, found: FoundFile) -> bool:
        if found.bytes != file.bytes:
            return False
        if found.digest is not None and algorithm_of(found.digest) == algorithm_of(file.digest):
            return found.digest == file.digest
        if not root.keeps_times or found.modified_ns == file.modified_ns:
            return True
        known = (str(root.path), file.path, found.modified_ns)
        if known not in self._known:
            # A copy without its times is no other data: its content tells, once.
            if root.digest(file.path, file.digest) != file.digest:
                return False
            logger.debug("%s has another time and the same content", root.path / file.path)
            self._known.add(known)
        return True

    def _reachable(self, wrong: list[str]) -> Iterator[Root]:
        for path in self.paths:
            try:
                root = root_at(path)
            except UnreadableError as error:
                wrong.append(str(error) if os.path.exists(path) else f"there is no {path}")
            else:
                yield root


def _difference(file: SignalFile, found: FoundFile) -> str:
    if found.bytes != file.bytes:
        return f"{found.bytes} bytes, then {file.bytes}"
    return "the same size, another content"
