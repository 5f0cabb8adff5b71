"""From rows of the table of trials to their signals, and from IDs to examples of what they stand for."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from catalog import signals
from catalog.arrays import Root, UnreadableError, open_root
from catalog.arrays.finding import trial_of
from catalog.dataset.errors import DataSetError, UnknownIdError
from catalog.dataset.finding import FolderRoots, find_array
from catalog.dataset.folders import ARRAY_FOLDERS
from catalog.dataset.names import ShownNames
from catalog.dataset.neurons import RecordingNeurons
from catalog.dataset.signals import Gaze, Locomotion, Pupil, Responses, TrialSignal
from catalog.dataset.stacking import stack_arrays
from catalog.dataset.stimuli import Stimuli
from catalog.dataset.videos import Video, VideoSegment
from catalog.errors import SignalError, nearest
from catalog.signals.roots import Roots

logger = logging.getLogger(__name__)

FACES: dict[str, type[TrialSignal]] = {
    "video": Video,
    "response": Responses,
    "pupil": Pupil,
    "gaze": Gaze,
    "locomotion": Locomotion,
}
BEHAVIORS = ("pupil", "gaze", "locomotion")
HELD_BY = {"videos": "video", "responses": "response", "behavior": "pupil", "pupil_center": "gaze"}
"""A signal that each kind of array holds."""

TrialKey = tuple[str, str]


class Loader:
    """Opens signals of trials: where the catalog says that they are, or where the data folder has them.

    Parameters
    ----------
    names
        What videos and segments are called, and the catalog.
    raw
        The recordings of the data folder, and where each is.
    neurons
        Of each recording.
    """

    def __init__(self, names: ShownNames, raw: Mapping[str, Path], neurons: Mapping[str, RecordingNeurons]) -> None:
        self.names = names
        self.raw = raw
        self.neurons = neurons
        self.stimuli = Stimuli(names)
        self._roots: dict[tuple[str, ...], Roots] = {}

    def load(self, signal: str, trials: Iterable[TrialKey]) -> list[Any]:
        """Return a signal of each trial, in their order.

        Raises
        ------
        UnknownIdError
            The catalog has no such trial.
        """
        keys = [(recording, str(trial)) for recording, trial in trials]
        found: dict[TrialKey, TrialSignal] = {}
        for recording in dict.fromkeys(recording for recording, _ in keys):
            numbers = sorted({trial for owner, trial in keys if owner == recording and trial.isdigit()})
            query = self.names.catalog.trials.filter(recording=recording, trial=numbers)
            # As published: a withheld response is returned, all zero as it was stored.
            known: Any = signals.signals_of(query, signal, allow_invalid=True)
            for one in self._placed(recording, list(known)):
                found[recording, str(one.trial)] = self._face(signal, one)
        for recording, trial in keys:
            if (recording, trial) not in found:
                raise UnknownIdError(self._no_trial(recording, trial))
        return [found[key] for key in keys]

    def load_video(self, identifier: str, recordings: Sequence[str]) -> Video:
        """Return an example of a video, given the catalog's ID: the first trial of these recordings that shows it well.

        Which is: from a file that is there, that is valid, and without a frame that was dropped or doubled.

        Raises
        ------
        UnknownIdError
            No trial does.
        """
        shown = self.stimuli.duplicates(identifier)
        best: tuple[tuple[bool, ...], Video] | None = None
        # What is in the data folder can be opened; what is not there, perhaps.
        for recording in sorted(recordings, key=lambda name: name not in self.raw):
            trials = shown.get(recording, {}).get("trials", [])
            for video in self.load("video", [(recording, trial) for trial in trials]):
                drawbacks = self._drawbacks(video)
                if best is None or drawbacks < best[0]:
                    best = drawbacks, video
            if best is not None and not any(best[0][1:]):
                break
        if best is not None:
            return best[1]
        raise UnknownIdError(
            f"no trial of these recordings shows the video {identifier}; "
            f"it is shown in {', '.join(shown) or 'no recording of the catalog'}"
        )

    def load_segment(self, identifier: str, recordings: Sequence[str]) -> VideoSegment:
        """Return an example of a segment, given the catalog's ID; see `load_video`."""
        places: dict[str, dict[str, Any]] = {}
        occurrences = self.stimuli.occurrences(identifier)
        for video, index, _ in occurrences:
            named = places.setdefault(self.names.names.video(video) or video, {"segment_index": [], "n": 0})
            named["segment_index"].append(index)
            named["n"] += 1
        for video, index, label in occurrences:
            if self.stimuli.duplicates(video).keys() & set(recordings):
                example = self.load_video(video, recordings)
                return VideoSegment(example, index, self.names.segment(identifier), label, places)
        raise UnknownIdError(f"no trial of these recordings shows the segment {identifier}")

    def load_all(self, recording: str, what: str, part: Any) -> NDArray[Any]:
        """Return one kind of array of all trials of a recording, stacked: a trial each along the first axis.

        The trials are those of the catalog, in the order of their numbers as text; one without an array is NaN.

        Raises
        ------
        DataSetError
            There is no such kind (the nearest are named) or no such array, or they have different shapes.
        SignalError
            The memory does not suffice, or a file cannot be read, or changed since it was ingested.
        """
        if what not in ARRAY_FOLDERS:
            raise DataSetError(f"unknown kind of data {what!r}. {nearest(str(what), ARRAY_FOLDERS)}")
        query = self.names.catalog.trials.filter(recording=recording)
        known: Any = signals.signals_of(query, HELD_BY[what], allow_invalid=True)
        # In the order of `info`: numbers as text.
        placed = sorted(self._placed(recording, list(known)), key=lambda signal: str(signal.trial))
        stacked = stack_arrays(placed, slice(None) if part is None else part, what)
        if stacked is not None:
            return stacked
        # Where there is no place to look, that is the error.
        self._files(recording, what)
        raise DataSetError(f"{self._places(recording)[0]} holds no arrays in {ARRAY_FOLDERS[what][0]}")

    def arrays(self, recording: str, what: str) -> list[Path]:
        """Return the files of one kind of a recording; they are in a zip if the recording is one."""
        if what not in ARRAY_FOLDERS:
            raise DataSetError(f"unknown kind of data {what!r}. {nearest(str(what), ARRAY_FOLDERS)}")
        return [root.path / path for root, path in self._files(recording, what)]

    def _places(self, recording: str) -> list[Path]:
        """Return where a recording may be: in the data folder first, then where the catalog knows it."""
        known = [Path(root.path) for root in self.names.catalog.recording(recording).roots]
        return list(dict.fromkeys([self.raw[recording], *known] if recording in self.raw else known))

    def _files(self, recording: str, what: str) -> list[tuple[Root, str]]:
        """Return the arrays of one kind, in the order of their names, each in the first place that has it."""
        places = self._places(recording)
        files: dict[str, tuple[Root, str]] = {}
        wrong: list[str] = []
        for place in places:
            try:
                root = open_root(place)
                with root.readable("data"):
                    paths = list_arrays(root, what)
            except UnreadableError as error:
                wrong.append(str(error))
                continue
            for path in paths:
                files.setdefault(path.rpartition("/")[2], (root, path))
        if len(wrong) == len(places):
            raise SignalError(
                f"the arrays of {recording} are nowhere: {'; '.join(wrong) or 'no folder of it is known'}; give "
                "the data folder: DataSet(DATA, …), or tell the catalog where they are: `catalog relocate OLD NEW`"
            )
        return [files[name] for name in sorted(files)]

    def _drawbacks(self, video: Video) -> tuple[bool, ...]:
        """Return what speaks against a presentation as an example, what weighs most first."""
        nominal = self.stimuli.spans(video.signal.video_id)
        faulty = [(span.frame_start, span.frame_end) for span in video.signal.segments] != nominal
        return (video.recording not in self.raw, video.signal.file is None, not video.signal.valid, faulty)

    def _face(self, name: str, signal: Any) -> TrialSignal:
        identifier = self.names.video(signal.video_id, signal.published_video_id)
        if name == "response":
            return Responses(signal, identifier, self.stimuli, self.neurons[signal.recording])
        return FACES[name](signal, identifier, self.stimuli)

    def _placed(self, recording: str, known: list[Any]) -> list[Any]:
        """Return the signals as the data folder has them, where the catalog knows no files of them."""
        folder = self.raw.get(recording)
        if folder is None or not known:
            return known
        # The folder that the user names comes first, then those that the catalog knows. They are opened once for all.
        paths = tuple(dict.fromkeys((str(folder), *known[0].roots.paths)))
        roots = self._roots.setdefault(paths, FolderRoots(recording, paths))
        if all(signal.file is not None for signal in known):
            return [replace(signal, roots=roots) for signal in known]
        try:
            root = open_root(folder)
            n_neurons = self.names.catalog.recording(recording).n_neurons
            files = [signal.file or find_array(root, signal, n_neurons) for signal in known]
        except UnreadableError as error:
            logger.warning("%s", error)
            return known
        return [replace(signal, file=file, roots=roots) for signal, file in zip(known, files, strict=True)]

    def _no_trial(self, recording: str, trial: str) -> str:
        known = self.names.catalog.recordings.values("name")
        if recording not in known:
            return f"no recording is called {recording!r}. {nearest(str(recording), known)}"
        return f"recording {recording} has no trial {trial!r}; ds.filter_trials(recording=…) lists its trials"


def list_arrays(root: Root, what: str) -> list[str]:
    """Return the arrays of one kind, in the order of their names as text: 0, 1, 10, 100, 101 and so on."""
    for folder in ARRAY_FOLDERS[what]:
        names = [name for name in root.names(folder) or [] if trial_of(name) is not None]
        if names:
            return [f"{folder}/{name}" for name in sorted(names)]
    return []
