"""Questions to the tables of a DataSet: trials and segments, filtered and counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from catalog.catalog import Catalog
from catalog.dataset.errors import DataSetError
from catalog.dataset.filtering import filter_frame
from catalog.dataset.info import read_info
from catalog.dataset.names import ShownNames
from catalog.dataset.tables import read_segments, read_trials
from catalog.errors import nearest

if TYPE_CHECKING:
    import pandas as pd

VIDEOS_ACROSS = ("recording", "label", "trial_type", "video_ID")
SEGMENTS_ACROSS = ("recording", "video_label", "segment_label", "video_ID", "segment_ID", "segment_index")


class Questions:
    """The tables of some recordings of a catalog, read when they are first looked at, and kept."""

    def __init__(self, catalog: Catalog, recordings: list[str]) -> None:
        self.catalog = catalog
        self.recording = recordings
        self.info = read_info(catalog, recordings)
        self._names = ShownNames(catalog)
        self._trials: pd.DataFrame | None = None
        self._segments: pd.DataFrame | None = None

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
        return filter_frame(self.trials_df, query, conditions, {"video_ID": self._names.shows_videos})

    def filter_segments(self, query: str | None = None, **conditions: Any) -> pd.DataFrame:
        """Return the occurrences of segments that meet every condition, and the query."""
        ids = {"video_ID": self._names.shows_videos, "segment_ID": self._names.are_segments}
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
                f"recording={recording!r}: expected one recording's name. {nearest(str(recording), self.recording)}"
            )
        places = {trial: place for place, trial in enumerate(self.info[recording]["trials"])}
        return sorted(places[trial] for trial in self.filter_trials(query, **conditions)["trial"])

    def count_videos_across(self, subset: Iterable[str]) -> pd.DataFrame:
        """Return how many trials there are of each combination of `VIDEOS_ACROSS`; the most frequent comes first."""
        return _counted(self.trials_df, subset, VIDEOS_ACROSS)

    def count_segments_across(self, subset: Iterable[str]) -> pd.DataFrame:
        """Return how often each combination of `SEGMENTS_ACROSS` was on screen; the most frequent comes first."""
        return _counted(self.segments_df, subset, SEGMENTS_ACROSS)


def _counted(table: pd.DataFrame, subset: Iterable[str], allowed: Sequence[str]) -> pd.DataFrame:
    # A set has no order of its own.
    columns = (
        [subset]
        if isinstance(subset, str)
        else sorted(subset)
        if isinstance(subset, (set, frozenset))
        else list(subset)
    )
    for column in columns:
        if column not in allowed:
            raise DataSetError(f"cannot count across {column!r}. {nearest(str(column), allowed)}")
        if column not in table.columns:
            raise DataSetError(f"the table has no column {column!r} now; get_trials_metadata() reads all of them anew")
    if not columns or len(set(columns)) < len(columns):
        raise DataSetError(f"cannot count across {columns}: expected some of {', '.join(allowed)}, once each")
    return table.value_counts(subset=columns).reset_index()
