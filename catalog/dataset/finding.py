"""Files of the data folder that the catalog does not know: found by their names, and checked against the metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.arrays import ArrayError, Root, UnreadableError, read_header
from catalog.counts import counted
from catalog.dataset.errors import DataFileError
from catalog.dataset.folders import ARRAY_FOLDERS
from catalog.signals.roots import Roots, SignalFile
from catalog.signals.signal import Signal

STORED_IN = {
    "video": ("videos", None),
    "response": ("responses", None),
    "pupil": ("behavior", 0),
    "gaze": ("pupil_center", None),
    "locomotion": ("behavior", 1),
}
"""The kind of array that holds each signal, and which of its rows, where several signals share one."""

REMEDY = (
    "the folder holds other data than the metadata are about: give the folder that belongs to them, or let "
    "`catalog ingest DATA` take in the arrays as they are"
)


@dataclass(frozen=True)
class FoundArray(SignalFile):
    """A file as it is now; `wrong` says why its values are not given out, None if they are."""

    wrong: str | None = None


class FolderRoots(Roots):
    """Where the files of one recording are, some of which were only found by their names."""

    def open(self, file: SignalFile, what: str, rows: NDArray[np.intp] | slice | None = None) -> NDArray[Any]:
        """Return the array of a file, or some of its rows; see `Roots.open`.

        Raises
        ------
        DataFileError
            The file was found, and does not hold what the metadata tell of.
        """
        if isinstance(file, FoundArray) and file.wrong is not None:
            raise DataFileError(f"{what}: {file.wrong}")
        return super().open(file, what, rows)


def find_array(root: Root, signal: Signal, n_neurons: int | None) -> FoundArray | None:
    """Return the file of a signal that the catalog knows no file of, as it is now; None if there is none.

    `n_neurons` is how many the recording has; None where that is not known.
    """
    kind, row = STORED_IN[signal.name]
    for folder in ARRAY_FOLDERS[kind]:
        path = f"{folder}/{signal.trial}.npy"
        try:
            found = root.find(path)
            if found is None:
                continue
            if found.bytes == 0:
                raise ArrayError("is empty (0 bytes)")
            with root.open(path) as file:
                header = read_header(file)  # type: ignore[arg-type]
        except (UnreadableError, ArrayError) as error:
            # Without a shape that is known, no frame of it can be asked for.
            return FoundArray(path, row, 0, 0, "", "float32", (0, 0), f"{root.path / path} {error}")
        wrong = _misfit(signal, header.shape, row, n_neurons)
        told = None if wrong is None else f"{root.path / path} {wrong}; {REMEDY}"
        return FoundArray(path, row, found.bytes, found.modified_ns, "", str(header.dtype), header.shape, told)
    return None


def _misfit(signal: Signal, shape: tuple[int, ...], row: int | None, n_neurons: int | None) -> str | None:
    """Return in what an array differs from what the catalog tells of its trial; None if in nothing."""
    n_axes = 3 if signal.name == "video" else 2
    if len(shape) != n_axes:
        return f"holds an array of the shape {shape}; expected {counted(n_axes, 'axis', 'axes')}, frames last"
    if signal.name == "response" and n_neurons is not None and shape[0] != n_neurons:
        return f"has {counted(shape[0], 'neuron')}, and the catalog knows {n_neurons} of {signal.recording}"
    if row is not None and row >= shape[0]:
        return f"has {counted(shape[0], 'row')}, and the {signal.name} is in row {row}, counted from 0"
    frames = signal.valid_frames if signal.trial_valid_frames is None else signal.trial_valid_frames
    if frames is not None and shape[-1] < frames:
        has = counted(shape[-1], "frame")
        return f"has {has}, and the catalog tells of {frames} valid ones of trial {signal.trial}"
    return None
