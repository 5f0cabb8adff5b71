"""The door for notebooks and programs: `with Catalog("catalog.db") as cat: cat.trials.filter(label="Gabor")`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from catalog.database import DEFAULT_DATABASE, connect, display_name, require_current_schema, steady
from catalog.entities import ENTITIES
from catalog.errors import DatabaseError
from catalog.lookup import find_recording, find_segment, find_trial, find_video
from catalog.models import Neuron, Recording, Segment, Trial, Video
from catalog.query import Query
from catalog.selections import Citation, Replay, find, keep, kept_in, listed, remove, replay

if TYPE_CHECKING:
    import pandas as pd

    from catalog.signals import NeuronChoice, Repeats


class Catalog:
    """An open catalog.

    Parameters
    ----------
    database
        A path, `sqlite:///path` or `postgresql://…`; by default the environment's CATALOG_DB, else `catalog.db` here.
    read_only
        Refuse every write, also through `session()`.

    Raises
    ------
    DatabaseError
        There is no such database, or it is no catalog, or one of another version; the message says what to type.
    """

    def __init__(self, database: str | os.PathLike[str] | None = None, *, read_only: bool = False) -> None:
        name = database if database is not None else os.environ.get("CATALOG_DB") or DEFAULT_DATABASE
        self.engine = connect(name, read_only=read_only)
        self.read_only = read_only
        try:
            require_current_schema(self.engine)
        except BaseException:
            self.engine.dispose()
            raise
        # Questions run outside a transaction: each sees what is committed then, and an open notebook keeps no log long.
        reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._reader = Session(reader, autoflush=False, execution_options={"populate_existing": True})
        self._sessions = sessionmaker(self.engine.execution_options(catalog_begins_late=True))

    @property
    def recordings(self) -> Query[Recording]:
        """Recordings, by name."""
        return Query(ENTITIES["recordings"], self._reader)

    @property
    def trials(self) -> Query[Trial]:
        """Trials, by recording and number."""
        return Query(ENTITIES["trials"], self._reader)

    @property
    def videos(self) -> Query[Video]:
        """Unique videos, by label and ID."""
        return Query(ENTITIES["videos"], self._reader)

    @property
    def segments(self) -> Query[Segment]:
        """Unique segments of parametric videos, by label and ID."""
        return Query(ENTITIES["segments"], self._reader)

    @property
    def segment_presentations(self) -> Query[Any]:
        """One row for each time a segment was on screen; the columns of the view `segment_overview`."""
        return Query(ENTITIES["segment_presentations"], self._reader)

    @property
    def neurons(self) -> Query[Neuron]:
        """Neurons, by recording and row of the response arrays."""
        return Query(ENTITIES["neurons"], self._reader)

    def count_videos_across(self, *fields: str, **filters: Any) -> pd.DataFrame:
        """Return how often videos were shown, by any of `recording`, `label`, `trial_type`, `video_id` and others.

        The columns are the fields and `count`, the number of trials; the most frequent combination comes first.
        """
        return self.trials.filter(**filters).count_across(*fields)

    def count_segments_across(self, *fields: str, **filters: Any) -> pd.DataFrame:
        """Return how often segments were shown, by any of `recording`, `segment_label`, `segment_id` and others."""
        return self.segment_presentations.filter(**filters).count_across(*fields)

    def recording(self, name: str) -> Recording:
        """Return the recording of that name."""
        return find_recording(self._reader, name)

    def trial(self, recording: str, trial: int | str) -> Trial:
        """Return one trial of a recording."""
        return find_trial(self._reader, recording, trial)

    def video(self, name: str) -> Video:
        """Return the video of that ID, alias (such as a published ID) or content hash.

        Raises
        ------
        NotFoundError
            No video goes by that name.
        """
        return find_video(self._reader, name)

    def segment(self, name: str) -> Segment:
        """Return the segment of that ID, alias or content hash."""
        return find_segment(self._reader, name)

    def repeats(
        self,
        min_repeats: int = 2,
        *,
        recordings: str | Iterable[str] | None = None,
        min_recordings: int = 1,
        signal: str = "response",
        neurons: NeuronChoice = None,
        allow_invalid: bool = False,
        **filters: Any,
    ) -> Repeats:
        """Return the videos that were shown repeatedly, and a signal of every repeat.

        Parameters
        ----------
        min_repeats
            How often a recording must have seen a video. Trials whose signal is not valid do not count.
        recordings
            Only these, by name, or by a part of it that no other has; None for all.
        min_recordings
            How many of them must have seen it so often: 2 or more for videos that mice share.
        signal, neurons
            Which signal, and the responses of which neurons, as in `trials.responses()`.
        allow_invalid
            Count trials whose signal is not valid, too, and give their values out.
        filters
            On the trials, such as `label="Gabor"` or `trial_type=["oracle", "live_test_main"]`.

        Raises
        ------
        QueryError, NotFoundError
            An unknown field, signal or recording; the nearest are named.
        """
        from catalog.signals import repeats_of

        trials = self.trials.filter(**filters)
        if recordings is not None:
            named = [recordings] if isinstance(recordings, str) else recordings
            trials = trials.filter(recording=[self.recording(name).name for name in named])
        return repeats_of(
            trials, min_repeats, min_recordings, signal=signal, neurons=neurons, allow_invalid=allow_invalid
        )

    def select(
        self,
        name: str,
        /,
        *conditions: str,
        note: str | None = None,
        replace: bool = False,
        allow_empty: bool = False,
        **filters: Any,
    ) -> Citation:
        """Keep a question about trials under a name, with the trials that it selects now; return what to cite of it.

        Parameters
        ----------
        name
            Letters, digits, `.`, `_` and `-`.
        conditions, filters
            As text, such as `"valid_frames>=300"`, or as `Query.filter` takes them; every one must hold.
        note
            What to say of it.
        replace
            Take the place of the selection that has this name, which is refused otherwise.
        allow_empty
            Keep it even if no trial meets the conditions, which is refused otherwise: it is mostly a slip.

        Raises
        ------
        InputError, QueryError, DatabaseError
            The name is taken or no name, no trial is selected, a condition is none, or the catalog is open for
            reading alone.
        """
        return keep(self._writable(), name, conditions, filters, note=note, replace=replace, allow_empty=allow_empty)

    def replay(self, name: str) -> Replay:
        """Ask a selection's conditions again; return whether its trials are the same, and which came, went or changed.

        Raises
        ------
        NotFoundError
            There is no selection of that name; the nearest ones are named.
        """
        return replay(self.engine, name)

    def selection(self, name: str) -> Query[Trial]:
        """Return the trials that a selection keeps, those of them that are in the catalog still, as a query."""
        find(self._reader.connection(), name)
        return self.trials.filter(kept_in(name))

    def selections(self) -> list[Citation]:
        """Return what to cite of every selection, by name."""
        return listed(self._reader.connection())

    def remove_selection(self, name: str) -> None:
        """Remove a selection; the trials themselves stay."""
        remove(self._writable(), name)

    def _writable(self) -> Engine:
        if self.read_only:
            raise DatabaseError(
                f"{display_name(self.engine.url)} is open for reading alone, and selections are written to it; "
                "open it without read_only=True"
            )
        return self.engine

    def session(self) -> Session:
        """Return a new ORM session on the catalog, for the caller to use as a context manager and to close.

        On SQLite its transaction begins with the first write, which waits for other writers: until then, each question
        sees what is committed when it is asked.
        """
        return self._sessions()

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Yield a session that sees the catalog as it is now, however others write meanwhile; it is for reading.

        So do the signals of its trials: which there are, their segments, their neurons and the places of their files.
        The files themselves are read when their values are asked for.

        It keeps nobody waiting, but for writers of a SQLite file on a network disk, who wait until the block ends.
        """
        with Session(steady(self.engine), autoflush=False) as session:
            yield session

    def close(self) -> None:
        """Close every connection."""
        self._reader.close()
        self.engine.dispose()

    def __enter__(self) -> Self:
        """Return the catalog itself; leaving the block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the catalog."""
        self.close()

    def __repr__(self) -> str:
        """Show where the catalog is."""
        return f"<Catalog {display_name(self.engine.url)}>"
