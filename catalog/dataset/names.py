"""What videos and segments are called in a DataSet's tables, and what other names stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy.orm import Session

from catalog.dataset.errors import UnknownIdError
from catalog.errors import NotFoundError
from catalog.exports.published.names import Names, choose_names
from catalog.filters import is_storable
from catalog.lookup import find_segment, find_video
from catalog.models import Trial

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from catalog.catalog import Catalog


@dataclass
class ShownNames:
    """Published IDs where there are any, else the catalog's own, which are derived from content.

    A trial's video is called as that trial was published; a video of which that says nothing is called as an export
    in the published layout would call it.
    """

    catalog: Catalog
    _names: Names | None = None

    def video(self, identifier: str | None, published: str | None = None) -> str | None:
        """Return what a video is called; in a trial that was published under a name, by that."""
        if published is not None or identifier is None:
            return published
        return self.names.video(identifier)

    def segment(self, identifier: str) -> str:
        """Return what a segment is called."""
        return self.names.segments.get(identifier, identifier)

    @property
    def names(self) -> Names:
        """The published names of videos and segments that were identified by content."""
        if self._names is None:
            with Session(self.catalog.engine) as session:
                self._names, _ = choose_names(session, "published")
        return self._names

    def find_video(self, name: str) -> str:
        """Return the catalog's ID of the video of that ID, alias or content hash.

        Raises
        ------
        UnknownIdError
            There is none; IDs that begin alike are named.
        """
        return self._find(find_video, name)

    def find_segment(self, name: str) -> str:
        """Return the catalog's ID of the segment of that ID, alias or content hash; see `find_video`."""
        return self._find(find_segment, name)

    def shows_videos(self, table: pd.DataFrame, names: list[str]) -> NDArray[np.bool_]:
        """Return the rows whose trial shows one of the videos of these IDs, aliases or content hashes."""
        found = self.catalog.videos.filter(id=list(filter(is_storable, names))).values("id")
        if not found:
            return np.zeros(len(table), dtype=bool)
        shown = self.catalog.trials.filter(Trial.video_id.in_(found)).rows(["recording", "trial"])
        keys = {(recording, str(trial)) for recording, trial in shown}
        return np.fromiter((key in keys for key in zip(table["recording"], table["trial"], strict=True)), bool)

    def are_segments(self, table: pd.DataFrame, names: list[str]) -> NDArray[np.bool_]:
        """Return the rows that are about one of the segments of these IDs, aliases or content hashes."""
        found = self.catalog.segments.filter(id=list(filter(is_storable, names))).values("id")
        return table["segment_ID"].isin([self.segment(identifier) for identifier in found]).to_numpy(dtype=bool)

    def _find(self, find: Any, name: str) -> str:
        try:
            with Session(self.catalog.engine) as session:
                return str(find(session, name).id)
        except NotFoundError as error:
            raise UnknownIdError(str(error)) from error
