"""What a recording's `meta/` folder tells: tiers, unit IDs and coordinates."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.arrays import ArrayError, Root, UnreachableError, UnreadableError, root_at
from catalog.arrays.finding import LARGEST
from catalog.counts import counted
from ingest.facts import Problem, Row
from ingest.reading.arrays import read_array, read_texts
from ingest.reading.layout import TOPIC, RecordingFolder

TIERS = "meta/trials/tiers.npy"
UNIT_IDS = "meta/neurons/unit_ids.npy"
COORDINATES = "meta/neurons/cell_motor_coordinates.npy"
META_FILES = (TIERS, UNIT_IDS, COORDINATES)
BAD_META = "bad_meta"
"""The kind of problem with a file of `meta/` that cannot be read, or does not hold what it should."""
NO_TIER = "none"
"""What `tiers.npy` reads at a number that no trial has."""


@dataclass
class SessionMeta:
    """The contents of `meta/`; None for what is missing or broken.

    Attributes
    ----------
    tiers
        The tier of trial i at index i.
    unit_ids
        (n_neurons,) integers.
    coordinates
        (n_neurons, 3) integers, µm.
    files
        Path, size and modification time of each file when it was read.
    """

    tiers: list[str] | None = None
    unit_ids: NDArray[np.int64] | None = None
    coordinates: NDArray[np.int64] | None = None
    files: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def digest(self) -> str:
        """Return a hash of the contents, the same on every machine.

        Recordings are taken in by its order, so that IDs depend neither on names nor on the numbers of trials.
        """
        state = hashlib.sha256()
        for array in (self.unit_ids, self.coordinates):
            state.update(b"none" if array is None else np.ascontiguousarray(array, "<i8").tobytes())
        state.update(repr(sorted(tier for tier in self.tiers or () if tier != NO_TIER)).encode())
        return state.hexdigest()


def read_session(recording: RecordingFolder) -> SessionMeta:
    """Read a recording's `meta/` folder; what is wrong with it is among the problems.

    Raises
    ------
    UnreachableError
        The recording is not there any more.
    """
    meta = SessionMeta()
    meta.tiers = _guarded(recording, meta, TIERS, "trial_type is empty for all trials", read_texts)
    unit_ids = _guarded(recording, meta, UNIT_IDS, "unit_id is empty for all neurons", _integers(1))
    meta.unit_ids = _distinct(recording, meta, unit_ids)
    meta.coordinates = _guarded(recording, meta, COORDINATES, "coordinates are empty for all neurons", _integers(2))
    if meta.coordinates is not None and meta.coordinates.shape[1] != 3:
        what = f"has {counted(meta.coordinates.shape[1], 'column')}, expected 3"
        _note(recording, meta, COORDINATES, what, "left them empty")
        meta.coordinates = None
    if meta.tiers is not None:
        _compare_with_files(recording, meta, meta.tiers)
    return meta


def tier_of(meta: SessionMeta, trial: int) -> str | None:
    """Return the tier of a trial; None when the recording does not tell."""
    if meta.tiers is None or trial >= len(meta.tiers) or meta.tiers[trial] == NO_TIER:
        return None
    return meta.tiers[trial]


def _compare_with_files(recording: RecordingFolder, meta: SessionMeta, tiers: list[str]) -> None:
    beyond = [trial for trial in recording.files if trial >= len(tiers)]
    if beyond:
        _note(
            recording,
            meta,
            TIERS,
            f"has {counted(len(tiers), 'entry', 'entries')}: none for the trials {_listed(beyond)}",
            "trial_type is empty for these",
            "tiers_too_short",
        )
    untold = [trial for trial in recording.files if trial < len(tiers) and tiers[trial] == NO_TIER]
    if untold:
        _note(
            recording,
            meta,
            TIERS,
            f"reads 'none' for the trials {_listed(untold)}, which have files",
            "trial_type is empty for these",
            "tier_none",
            "warning",
        )
    absent = [trial for trial, tier in enumerate(tiers) if tier != NO_TIER and trial not in recording.files]
    if absent:
        _note(
            recording,
            meta,
            TIERS,
            f"names a tier for the trials {_listed(absent)}, which have no files",
            "these trials are not in the catalog",
            "missing_trial",
            "warning",
        )


def _integers(dimensions: int) -> Any:
    def read(root: Root, path: str) -> NDArray[np.int64]:
        values = read_array(root, path, dimensions=dimensions).values
        if not np.all(np.isfinite(values)) or not np.array_equal(values, np.rint(values)):
            raise ArrayError("holds numbers that are not whole")
        if values.size and not -LARGEST <= values.min() <= values.max() <= LARGEST:
            raise ArrayError(f"holds numbers beyond ±{LARGEST}")
        return values.astype(np.int64)

    return read


def _distinct(
    recording: RecordingFolder, meta: SessionMeta, unit_ids: NDArray[np.int64] | None
) -> NDArray[np.int64] | None:
    if unit_ids is None or len(np.unique(unit_ids)) == len(unit_ids):
        return unit_ids
    _note(recording, meta, UNIT_IDS, "gives the same ID to several neurons", "unit_id is empty for all neurons")
    return None


def _guarded(recording: RecordingFolder, meta: SessionMeta, path: str, action: str, read: Any) -> Any:
    try:
        root = root_at(recording.path)
        found = root.find(path)
        if found is not None:
            meta.files.append({"path": path, "bytes": found.bytes, "modified_ns": found.modified_ns})
        return read(root, path)
    except UnreachableError:
        raise
    except (ArrayError, UnreadableError) as error:
        _note(recording, meta, path, str(error), action)
        return None


def _note(
    recording: RecordingFolder,
    meta: SessionMeta,
    path: str,
    what: str,
    action: str,
    kind: str = BAD_META,
    severity: str = "error",
) -> None:
    meta.problems.append(Problem(severity, kind, TOPIC, f"{path} {what}", action, recording.name, path=path))


def _listed(trials: list[int]) -> str:
    shown = ", ".join(map(str, trials[:10]))
    return shown if len(trials) <= 10 else f"{shown} and {len(trials) - 10} more"
