"""`DataSet`: recordings as users of the published class know them, answered from a catalog."""

from __future__ import annotations

import logging
import os
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from catalog.dataset import folders
from catalog.dataset.combining import combine_data
from catalog.dataset.errors import DataSetError
from catalog.dataset.filtering import filter_frame
from catalog.dataset.info import read_info, summary
from catalog.dataset.names import ShownNames
from catalog.dataset.opening import Opening, names_of
from catalog.dataset.tables import read_segments, read_trials
from catalog.errors import nearest

if TYPE_CHECKING:
    import pandas as pd

VIDEOS_ACROSS = ("recording", "label", "trial_type", "video_ID")
SEGMENTS_ACROSS = ("recording", "video_label", "segment_label", "video_ID", "segment_ID", "segment_index")
DEFAULT_SUBFOLDERS = {"trials_metadata_subfolder": "trials", "neurons_metadata_subfolder": "neurons"}
MAKES_METADATA = (
    "add_segments_id_to_video_metadata",
    "classify_videos",
    "create_folders_metadata",
    "define_segments_id",
    "define_valid_frames",
    "define_valid_responses",
    "define_videos_id",
    "generates_basic_metadata_per_recording",
    "generates_neurons_metadata",
    "save_trials_metadata",
)
"""Methods of the published class that write metadata files, which `catalog ingest` and `catalog export` do here."""


class DataSet:
    """Recordings, their trials and segments as tables, and their signals, in the way of the published class.

    Parameters
    ----------
    folder_data
        The folder that holds the recordings, unpacked or as zips; None to go without arrays.
    folder_metadata
        The folder of the published metadata; None to go without.
    recording
        Names of the recordings to include; by default all of the data folder, else of the metadata, else of the catalog.
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
        self.catalog, self.recording = opening.open()
        # Who forgets to close a notebook's DataSet shall not leave its database open.
        self._closing = weakref.finalize(self, self.catalog.close)
        self._raw = opening.raw
        self._names = ShownNames(self.catalog)
        self._trials: pd.DataFrame | None = None
        self._segments: pd.DataFrame | None = None
        self.info = read_info(self.catalog, self.recording)
        if check and check_data:
            opening.tell_differences({name: facts["trials"] for name, facts in self.info.items()})

    # Tables.

    @property
    def trials_df(self) -> pd.DataFrame:
        """The table of trials, read when it is first looked at; a table that is assigned is asked from then on."""
        if self._trials is None:
            self.get_trials_metadata()
        assert self._trials is not None
        return self._trials

    @trials_df.setter
    def trials_df(self, table: pd.DataFrame) -> None:
        self._trials = table

    @property
    def segments_df(self) -> pd.DataFrame:
        """The table of segments, read when it is first looked at; a table that is assigned is asked from then on."""
        if self._segments is None:
            self.get_segments_metadata()
        assert self._segments is not None
        return self._segments

    @segments_df.setter
    def segments_df(self, table: pd.DataFrame) -> None:
        self._segments = table

    def get_trials_metadata(self, set_trials_df: bool = True, verbose: bool = True) -> pd.DataFrame:
        """Return a row for each trial, by recording and number; `set_trials_df` makes it the table that is asked.

        Raises
        ------
        DataSetError
            There are no trials.
        """
        with self.catalog.engine.connect() as connection:
            table = read_trials(connection, self.recording, self._names)
        if len(table) == 0:
            raise DataSetError(f"{self.catalog!r} has no trials of {', '.join(self.recording) or 'any recording'}")
        if set_trials_df:
            self._trials = table
        return table

    def get_trials_metadata_basic(self, set_trials_df: bool = True, verbose: bool = True) -> pd.DataFrame:
        """Return `recording` and `trial` of each trial; `set_trials_df` makes it the table that is asked."""
        table = self.get_trials_metadata(set_trials_df=False)[["recording", "trial"]]
        if set_trials_df:
            self._trials = table
        return table

    def get_segments_metadata(self, set_segments_df: bool = True, verbose: bool = True) -> pd.DataFrame:
        """Return a row for each time a segment was on screen in a trial of these recordings.

        Ordered by segment, video, place in the video, recording and trial. Natural videos have no segments.
        """
        with self.catalog.engine.connect() as connection:
            table = read_segments(connection, self.recording, self._names)
        if set_segments_df:
            self._segments = table
        return table

    def filter_trials(self, query: str | None = None, **conditions: Any) -> pd.DataFrame:
        """Return the trials that meet every condition, and the query; see `catalog.dataset.filtering.filter_frame`."""
        return filter_frame(self.trials_df, query, conditions, {"video_ID": self._names.shows_video})

    def filter_segments(self, query: str | None = None, **conditions: Any) -> pd.DataFrame:
        """Return the occurrences of segments that meet every condition, and the query."""
        ids = {"video_ID": self._names.shows_video, "segment_ID": self._names.is_segment}
        return filter_frame(self.segments_df, query, conditions, ids)

    def find_segment(self, segment_id: str) -> pd.DataFrame:
        """Return a row for each time a segment, of any ID that it has, was on screen in a trial of these recordings.

        Raises
        ------
        UnknownIdError
            There is no such segment; IDs that begin alike are named.
        """
        identifier = self._names.find_segment(segment_id)
        with self.catalog.engine.connect() as connection:
            return read_segments(connection, self.recording, self._names, identifier)

    def get_indexes_of_trials(self, query: str | None = None, **conditions: Any) -> list[int]:
        """Return where the trials that meet the conditions are in `info[recording]["trials"]`, in that order.

        `load_all_data` has them along its first axis. One of the conditions is `recording=NAME`.
        """
        recording = conditions.get("recording")
        if not isinstance(recording, str) or recording not in self.recording:
            raise DataSetError(
                f"recording={recording!r}: expected the name of one recording. {nearest(str(recording), self.recording)}"
            )
        places = {trial: place for place, trial in enumerate(self.info[recording]["trials"])}
        return sorted(places[trial] for trial in self.filter_trials(query, **conditions)["trial"])

    def count_videos_across(self, subset: Iterable[str]) -> pd.DataFrame:
        """Return how many trials there are of each combination of `VIDEOS_ACROSS`; the most frequent comes first."""
        return _counted(self.trials_df, subset, VIDEOS_ACROSS)

    def count_segments_across(self, subset: Iterable[str]) -> pd.DataFrame:
        """Return how often each combination of `SEGMENTS_ACROSS` was on screen; the most frequent comes first."""
        return _counted(self.segments_df, subset, SEGMENTS_ACROSS)

    combine_data = staticmethod(combine_data)

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
        return f"<DataSet of {len(self.recording)} recordings in {self.catalog!r}>"

    def __getattr__(self, name: str) -> Any:
        """Say what takes the place of a published method that writes metadata."""
        hint = ""
        if name in MAKES_METADATA:
            hint = ": `catalog ingest DATA` makes the metadata, and `catalog export published DIR` writes its files"
        raise AttributeError(f"'DataSet' object has no attribute {name!r}{hint}")


def _counted(table: pd.DataFrame, subset: Iterable[str], allowed: Sequence[str]) -> pd.DataFrame:
    # A set has no order of its own.
    columns = [subset] if isinstance(subset, str) else sorted(subset) if isinstance(subset, (set, frozenset)) else list(subset)
    for column in columns:
        if column not in allowed:
            raise DataSetError(f"cannot count across {column!r}. {nearest(str(column), allowed)}")
        if column not in table.columns:
            raise DataSetError(f"the table has no column {column!r} now; get_trials_metadata() reads all of them anew")
    if not columns or len(set(columns)) < len(columns):
        raise DataSetError(f"cannot count across {columns}: expected some of {', '.join(allowed)}, once each")
    counts = table.value_counts(subset=columns).reset_index()
    counts.columns = [*columns, "count"]
    return counts
