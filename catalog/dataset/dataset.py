"""`DataSet`: recordings as users of the published class know them, answered from a catalog."""

from __future__ import annotations

import logging
import os
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from catalog.counts import counted
from catalog.dataset import folders
from catalog.dataset.combining import combine_data
from catalog.dataset.errors import DataSetError
from catalog.dataset.info import summary
from catalog.dataset.instead import INSTEAD
from catalog.dataset.loading import BEHAVIORS, Loader
from catalog.dataset.opening import Opening, names_of
from catalog.dataset.questions import Questions
from catalog.dataset.signals import Gaze, Locomotion, Pupil, Responses
from catalog.dataset.videos import Video, VideoSegment
from catalog.errors import nearest
from catalog.names import recording_name

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

DEFAULT_SUBFOLDERS = {"trials_metadata_subfolder": "trials", "neurons_metadata_subfolder": "neurons"}
FILE_SETTINGS = (
    "load_metadata_from_dataframe",
    "load_metadata_from_global_video",
    "load_metadata_from_trials",
    "raise_on_mismatch",
    "verbose",
)
"""What the published methods take to choose among metadata files that may contradict each other."""


class DataSet(Questions):
    """Recordings, their trials and segments as tables, and their signals, in the way of the published class.

    Parameters
    ----------
    folder_data
        The folder that holds the recordings, unpacked or as zips; None to go without arrays.
    folder_metadata
        The folder of the published metadata; None to go without.
    recording
        Names of the recordings to include; by default those of the data folder, else of the metadata, else of the
        catalog.
    check_data, check_metadata
        Whether to look for trials that came or went, and for metadata that was written anew, since the catalog took
        them in.
    check
        False for neither.
    trials_metadata_file_type, trials_metadata_subfolder, neurons_metadata_subfolder
        As in the published class. The catalog has joined CSV and JSON, and reads the published folders alone.
    verbose
        Whether to tell of what is taken into the catalog, through `logging`.
    database
        The catalog: a path or URL. By default the environment's CATALOG_DB, else `catalog.db` beside the metadata's
        folder, beside the data's, or here: the first that is there, else the first that can be made.

    Attributes
    ----------
    catalog
        The catalog that answers; its own questions can be asked of it as well.
    recording
        The names of the recordings.
    folder_data, folder_metadata
        As given.

    Raises
    ------
    DataSetError
        There is no such folder or recording.
    CatalogError
        There is no catalog, and it cannot be made.
    """

    def __init__(
        self,
        folder_data: str | os.PathLike[str] | None = None,
        folder_metadata: str | os.PathLike[str] | None = None,
        recording: Sequence[str] | str | None = None,
        check_data: bool = True,
        check_metadata: bool = True,
        check: bool = True,
        trials_metadata_file_type: str = "csv",
        trials_metadata_subfolder: str = "trials",
        neurons_metadata_subfolder: str = "neurons",
        verbose: bool = True,
        *,
        database: str | os.PathLike[str] | None = None,
    ) -> None:
        if trials_metadata_file_type not in ("csv", "json"):
            raise DataSetError(f"trials_metadata_file_type={trials_metadata_file_type!r}: expected 'csv' or 'json'")
        given = {
            "trials_metadata_subfolder": trials_metadata_subfolder,
            "neurons_metadata_subfolder": neurons_metadata_subfolder,
        }
        if given != DEFAULT_SUBFOLDERS:
            raise DataSetError(f"metadata is read from its published folders alone: expected {DEFAULT_SUBFOLDERS}")
        self.folder_data = folder_data
        self.folder_metadata = folder_metadata
        opening = Opening(
            folders.data_folder(folder_data),
            None if folder_metadata is None else Path(folder_metadata),
            names_of(recording),
            None if database is None else os.fspath(database),
            check and check_metadata,
            logging.WARNING if verbose else logging.INFO,
        )
        super().__init__(*opening.open())
        # Who forgets to close a notebook's DataSet shall not leave its database open.
        self._closing = weakref.finalize(self, self.catalog.close)
        neurons = {name: facts["neurons"] for name, facts in self.info.items()}
        self._loader = Loader(self._names, {name: root.path for name, root in opening.raw.items()}, neurons)
        if check and check_data:
            opening.tell_differences({name: facts["trials"] for name, facts in self.info.items()})

    # Signals.

    def load_video_by_trial(self, recording: str, trial: int | str, verbose: bool = True, **settings: bool) -> Video:
        """Return the video of one trial; `settings` that choose among metadata files are taken, and change nothing.

        Raises
        ------
        UnknownIdError
            There is no such trial.
        """
        video: Video = self._one("video", recording, trial, settings)
        return video

    def load_response_by_trial(
        self, recording: str, trial: int | str, verbose: bool = True, **settings: bool
    ) -> Responses:
        """Return the responses to one trial; see `load_video_by_trial`."""
        responses: Responses = self._one("response", recording, trial, settings)
        return responses

    def load_behavior_by_trial(
        self, recording: str, trial: int | str, behavior_type: str = "pupil", verbose: bool = True, **settings: bool
    ) -> Pupil | Gaze | Locomotion:
        """Return the "pupil", "gaze" or "locomotion" of one trial; see `load_video_by_trial`."""
        behavior: Pupil | Gaze | Locomotion = self._one(_behavior(behavior_type), recording, trial, settings)
        return behavior

    def load_videos_by(
        self, verbose: bool = True, query: str | None = None, **conditions: Any
    ) -> tuple[list[Video], pd.DataFrame]:
        """Return the videos of the trials that meet the conditions, and the table of these trials."""
        return self._several("video", query, conditions)

    def load_responses_by(
        self, verbose: bool = True, query: str | None = None, **conditions: Any
    ) -> tuple[list[Responses], pd.DataFrame]:
        """Return the responses to the trials that meet the conditions, and the table of these trials."""
        return self._several("response", query, conditions)

    def load_behavior_by(
        self, behavior_type: str, verbose: bool = True, query: str | None = None, **conditions: Any
    ) -> tuple[list[Pupil | Gaze | Locomotion], pd.DataFrame]:
        """Return the "pupil", "gaze" or "locomotion" of the trials that meet the conditions, and their table."""
        return self._several(_behavior(behavior_type), query, conditions)

    def load_video_by_id(self, id: str) -> Video:  # noqa: A002 (published name)
        """Return an example of a video, given any ID that it has: the first trial that shows it.

        Raises
        ------
        UnknownIdError
            There is no such video (IDs that begin alike are named), or none of these recordings shows it.
        """
        return self._loader.load_video(self._names.find_video(id), self.recording)

    def load_segment_by_id(self, id: str) -> VideoSegment:  # noqa: A002 (published name)
        """Return an example of a segment, given any ID that it has; see `load_video_by_id`."""
        return self._loader.load_segment(self._names.find_segment(id), self.recording)

    def load_all_data(self, recording: str, what_data: str, data_slice: Any = None) -> NDArray[Any]:
        """Return the "videos", "responses", "behavior" or "pupil_center" of all trials of a recording as one array.

        The first axis has a trial each, in the order of `info[recording]["trials"]`. `data_slice`, such as
        `(slice(0, 100), slice(None))`, is what to take of each array; of large arrays, all do not fit into memory.
        """
        return self._loader.load_all(self._known(recording), what_data, data_slice)

    def get_data_list(self, recording: str, what_data: str = "videos") -> list[Path]:
        """Return the files of one kind of a recording, in the order of their names."""
        return self._loader.arrays(self._known(recording), what_data)

    combine_data = staticmethod(combine_data)

    def _one(self, signal: str, recording: str, trial: int | str, settings: dict[str, bool]) -> Any:
        _refuse_unknown(settings)
        return self._loader.load(signal, [(self._known(recording), str(trial))])[0]

    def _several(self, signal: str, query: str | None, given: dict[str, Any]) -> tuple[list[Any], pd.DataFrame]:
        conditions = {key: value for key, value in given.items() if key not in FILE_SETTINGS}
        table = self.filter_trials(query, **conditions)
        return self._loader.load(signal, zip(table["recording"], table["trial"], strict=True)), table

    def _known(self, recording: str) -> str:
        name = recording_name(recording) if isinstance(recording, str) else recording
        if name not in self.recording:
            raise DataSetError(f"no recording is called {recording!r}. {nearest(str(recording), self.recording)}")
        return name

    # The rest.

    def close(self) -> None:
        """Close the catalog."""
        self._closing()

    def __enter__(self) -> Self:
        """Return the DataSet itself; leaving the block closes its catalog."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the catalog."""
        self.close()

    def __str__(self) -> str:
        """Return the recordings and their sizes, a line each."""
        return summary(self.info)

    def __repr__(self) -> str:
        """Show how much there is, and where."""
        return f"<DataSet of {counted(len(self.recording), 'recording')} in {self.catalog!r}>"

    def __getattr__(self, name: str) -> Any:
        """Say what does the work of a published method that is not here."""
        hint = f": {INSTEAD[name]}" if name in INSTEAD else ""
        raise AttributeError(f"'DataSet' object has no attribute {name!r}{hint}")


def _behavior(name: str) -> str:
    known = name.lower() if isinstance(name, str) else name
    if known not in BEHAVIORS:
        raise DataSetError(f"unknown behavior {name!r}. {nearest(str(name), BEHAVIORS)}")
    return known


def _refuse_unknown(settings: Iterable[str]) -> None:
    for name in settings:
        if name not in FILE_SETTINGS:
            raise TypeError(f"unexpected argument {name!r}. {nearest(name, FILE_SETTINGS)}")
