"""Finding the catalog of a DataSet, and making it, or what it lacks, from published metadata or raw recordings."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from catalog.arrays import Root
from catalog.catalog import Catalog
from catalog.database import DEFAULT_DATABASE, connect, database_url, display_name, schema_revision
from catalog.dataset import folders
from catalog.dataset.errors import DataSetError
from catalog.dataset.making import maker
from catalog.errors import CatalogError, nearest
from catalog.models import IngestRun, Recording
from catalog.names import recording_name
from catalog.published_files import STATES, published_recordings, states_of
from catalog.sizes import size_text

logger = logging.getLogger(__name__)


@dataclass
class Opening:
    """One DataSet that is being opened.

    Attributes
    ----------
    data, metadata
        The folders that it was given.
    asked
        The recordings that it was asked for; None for those of the data folder, else of the metadata, else of the
        catalog.
    database
        The catalog's path or URL; found by itself if None.
    check
        Whether to look at the folders for what the catalog lacks of recordings that it has.
    level
        At which level of `logging` to tell what is taken in.
    """

    data: Path | None
    metadata: Path | None
    asked: list[str] | None
    database: str | None
    check: bool = True
    level: int = logging.WARNING
    raw: dict[str, Root] = field(init=False)
    published: dict[str, Path] = field(init=False)

    def __post_init__(self) -> None:
        """Look into the folders."""
        self.raw = folders.raw_recordings(self.data)
        self.published = published_recordings(self.metadata)
        if self.metadata is not None and not self.metadata.is_dir():
            logger.warning("there is no metadata folder %s; going on without it", self.metadata)

    def open(self) -> tuple[Catalog, list[str]]:
        """Return the catalog, and the names of the recordings that the DataSet is about.

        Raises
        ------
        CatalogError
            There is no catalog and nothing to make one of, it cannot be written, or it has none of these recordings.
        """
        name = self._database()
        if _is_empty(name):
            if self.raw or self.published:
                self._require({*self.raw, *self.published})
            self._take_in(name, sorted(self.published), self._without_metadata())
        catalog = Catalog(name)
        try:
            with catalog.engine.connect() as connection:
                known = _known(connection)
                stale = self._stale(connection, known)
            missing = [one for one in self._without_metadata() if one not in known]
            if stale or missing:
                catalog.close()
                try:
                    self._take_in(name, stale, missing)
                except CatalogError as error:
                    if not known:
                        raise
                    logger.warning("%s is left as it is: %s", display_name(name), error)
                catalog = Catalog(name)
                with catalog.engine.connect() as connection:
                    known = _known(connection)
            return catalog, self._chosen(known)
        except BaseException:
            catalog.close()
            raise

    def _database(self) -> str:
        """Return the path or URL of the catalog: given, named by the environment, or beside the folders."""
        named = self.database or os.environ.get("CATALOG_DB")
        if named:
            return os.fspath(named)
        beside = [folder.absolute().parent for folder in (self.metadata, self.data) if folder is not None]
        places = [Path(os.path.normpath(place)) / DEFAULT_DATABASE for place in (*beside, Path.cwd())]
        there = [place for place in places if place.is_file()]
        writable = [place for place in places if os.access(place.parent, os.W_OK)]
        if not there and not writable:
            raise DataSetError(
                f"a catalog can be made in none of {', '.join(sorted({str(place.parent) for place in places}))}; name "
                "a file that can be written: DataSet(…, database=PATH)"
            )
        return str((there or writable)[0])

    def _without_metadata(self) -> list[str]:
        """Return the raw recordings that are wanted and can be known from their arrays alone."""
        if self.published:
            return []
        return sorted(self.raw.keys() & set(self.asked)) if self.asked is not None else sorted(self.raw)

    def _stale(self, connection: sa.Connection, known: list[str]) -> list[str]:
        """Return the recordings of the metadata that the catalog lacks, or has from an older state of their files."""
        if not self.published or self.metadata is None:
            return []
        missing = [name for name in self.published if name not in known]
        if not self.check:
            return missing
        imported = _imported_states(connection)
        states = states_of(self.metadata, self.published)
        return sorted(name for name in states if name not in known or states[name] not in imported.get(name, ()))

    def _take_in(self, name: str, published: Sequence[str], raw: Sequence[str]) -> None:
        """Import and ingest what is lacking; the import alone where there is metadata, since it takes seconds."""
        shown = display_name(name)
        if published and self.metadata is not None:
            chosen = None if len(published) == len(self.published) else list(published)
            done = maker().take_in_metadata(name, self.metadata, chosen)
            if done is not None:
                logger.log(self.level, "the catalog %s, from %s: %s", shown, self.metadata, done)
        if raw and self.data is not None:
            size = size_text(folders.raw_bytes(self.raw[one].path for one in raw))
            # Hours of reading are never begun in silence.
            logger.warning(
                "taking %d recording(s) in %s into the catalog %s: without metadata, all of their %s is read "
                "once. Interrupting loses nothing that is done: the same call goes on from there; so does "
                "`catalog --db %s ingest %s`, which uses all cores",
                len(raw), self.data, shown, size, shown, self.data,
            )  # fmt: skip
            told = maker().take_in_data(name, self.data, list(raw), lambda line: logger.log(self.level, "%s", line))
            logger.log(self.level, "the catalog %s, from %s: %s", shown, self.data, told)

    def _chosen(self, known: list[str]) -> list[str]:
        """Return the recordings that the DataSet is about, in the order asked for or by name."""
        self._require({*known, *self.raw})
        names = self.asked if self.asked is not None else sorted(self.raw or self.published or known)
        unknown = [name for name in names if name not in known]
        if unknown:
            logger.warning(
                "the catalog knows nothing of %s, of which there is no metadata: its trials are left out; "
                "`catalog ingest %s` takes it in",
                " and ".join(unknown), self.data,
            )  # fmt: skip
        return names

    def _require(self, there: set[str]) -> None:
        """Raise for a recording that was asked for and is nowhere."""
        for name in self.asked or []:
            if name not in there:
                raise DataSetError(f"no recording is called {name!r}. {nearest(name, there)}")

    def tell_differences(self, trials: dict[str, list[str]]) -> None:
        """Warn of each recording whose raw trials are others than the catalog's, which are `trials`."""
        for name, numbers in trials.items():
            found = folders.raw_trials(self.raw[name]) if name in self.raw else None
            if found is not None and found != set(numbers):
                logger.warning(
                    "%s has %d trials in %s and %d in the catalog; `catalog ingest %s` brings it up to date",
                    name, len(found), self.raw[name].path, len(numbers), self.data,
                )  # fmt: skip


def names_of(recording: str | Sequence[str] | None) -> list[str] | None:
    """Return recordings as the catalog calls them, without what some copies append; once each."""
    if recording is None:
        return None
    given = [recording] if isinstance(recording, str) else list(recording)
    wrong = [name for name in given if not isinstance(name, str)]
    if wrong:
        raise DataSetError(f"recording={wrong[0]!r}: expected the name of a recording, or a list of names")
    return list(dict.fromkeys(recording_name(name) for name in given))


def _is_empty(name: str) -> bool:
    """Whether there is no catalog yet: no file, or a database without tables."""
    url = database_url(name)
    if url.drivername == "sqlite" and not Path(str(url.database)).exists():
        return True
    engine = connect(name, pooled=False)
    try:
        return schema_revision(engine) is None
    finally:
        engine.dispose()


def _known(connection: sa.Connection) -> list[str]:
    return list(connection.scalars(sa.select(Recording.name).order_by(Recording.name)))


def _imported_states(connection: sa.Connection) -> dict[str, list[str]]:
    """Return the states in which the files of each recording hold what was last imported of it."""
    statement = sa.select(IngestRun.parameters).where(IngestRun.command == "import", IngestRun.status == "done")
    states: dict[str, list[str]] = {}
    for parameters in connection.scalars(statement.order_by(IngestRun.id)):
        for name in parameters.get("digests", {}):
            states[name] = parameters.get(STATES, {}).get(name, [])
    return states
