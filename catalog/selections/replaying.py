"""A selection asked again: which trials came, went or changed, and since which run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, Select

from catalog.filters import AnyOf
from catalog.models import IngestRun, Recording, SelectionTrial, Trial, VideoAlias
from catalog.selections.asking import FACTS, Key, all_trials, chosen, digest_of, picking, transaction
from catalog.selections.keeping import Citation, find, kept_in

Facts = dict[str, Any]


@dataclass(frozen=True, order=True)
class Run:
    """A run of `catalog ingest` or `catalog import`."""

    id: int
    command: str
    started_at: datetime
    version: str


@dataclass(frozen=True)
class Difference:
    """A trial that `came`, `went` or `changed` since it was selected.

    Attributes
    ----------
    because
        Why a trial went: `no recording`, `no trial` (it is not in the catalog any more) or `conditions`.
    changes
        Field to its value then and now; empty for a trial that came, or is not in the catalog any more.
    run
        The run that last wrote the trial's recording; None if none has since, or the recording is gone.
    """

    change: str
    recording: str
    trial: int
    because: str | None
    changes: Mapping[str, tuple[Any, Any]]
    run: Run | None


@dataclass(frozen=True)
class Replay:
    """A selection asked again: what it was, and what its conditions select now."""

    selection: Citation
    n_trials: int
    digest: str
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Whether the same trials are selected, and each is as it was."""
        return not self.differences

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs that have written the recordings of trials that differ, oldest first."""
        return tuple(sorted({found.run for found in self.differences if found.run is not None}))

    def of(self, change: str) -> tuple[Difference, ...]:
        """Return the trials that `came`, `went` or `changed`."""
        return tuple(found for found in self.differences if found.change == change)


def replay(engine: Engine, name: str) -> Replay:
    """Ask the conditions of a selection again, and compare; see `Catalog.replay`."""
    with transaction(engine) as connection:
        selection = find(connection, name)
        then = _kept(connection, name)
        found = _facts(connection, chosen(connection, selection.conditions))
        missing = then.keys() - found.keys()
        elsewhere = _facts(connection, all_trials(connection).filter(kept_in(name)).statement) if missing else {}
        comparison = _Comparison(
            then=then,
            found=found,
            elsewhere={key: elsewhere[key] for key in missing & elsewhere.keys()},
            last_runs=_last_runs(connection, selection),
            aliases=_aliases(connection, then, {**elsewhere, **found}),
        )
    return Replay(selection, len(found), digest_of(found), tuple(comparison.differences()))


@dataclass(frozen=True)
class _Comparison:
    """The trials of a selection then, the ones found now, and those that are there but not found any more."""

    then: Mapping[Key, Facts]
    found: Mapping[Key, Facts]
    elsewhere: Mapping[Key, Facts]
    last_runs: Mapping[str, Run | None]
    aliases: Mapping[str, str]

    def differences(self) -> Iterator[Difference]:
        """Yield every trial that differs, by recording and number."""
        for key in sorted({*self.then, *self.found}):
            recording, trial = key
            run = self.last_runs.get(recording)
            if key not in self.then:
                yield Difference("came", recording, trial, None, {}, run)
            elif key not in self.found:
                yield Difference("went", recording, trial, *self._loss(key), run)
            elif changes := self._changes(self.then[key], self.found[key]):
                yield Difference("changed", recording, trial, None, changes, run)

    def _loss(self, key: Key) -> tuple[str, dict[str, tuple[Any, Any]]]:
        if key[0] not in self.last_runs:
            return "no recording", {}
        if key not in self.elsewhere:
            return "no trial", {}
        return "conditions", self._changes(self.then[key], self.elsewhere[key])

    def _changes(self, then: Facts, now: Facts) -> dict[str, tuple[Any, Any]]:
        return {field: (then[field], now[field]) for field in FACTS if not self._agree(field, then[field], now[field])}

    def _agree(self, field: str, then: Any, now: Any) -> bool:
        if then == now:
            return True
        if field == "video_hash":
            # Published metadata alone does not tell what the pixels are: learning it is no change of the trial.
            return then is None or now is None
        return field == "video_id" and now is not None and self.aliases.get(then) == now


def _kept(connection: Connection, name: str) -> dict[Key, Facts]:
    columns = [getattr(SelectionTrial, field) for field in ("recording", "trial", *FACTS)]
    return _by_key(connection.execute(sa.select(*columns).where(SelectionTrial.selection == name)))


def _facts(connection: Connection, selected: Select[Any]) -> dict[Key, Facts]:
    return _by_key(connection.execute(picking(selected, *(getattr(Trial, field) for field in FACTS))))


def _by_key(rows: Iterable[Any]) -> dict[Key, Facts]:
    return {(recording, trial): dict(zip(FACTS, facts, strict=True)) for recording, trial, *facts in rows}


def _last_runs(connection: Connection, selection: Citation) -> dict[str, Run | None]:
    """Return for each recording in the catalog the run that last wrote it, if that was after the selection."""
    since = sa.or_(
        IngestRun.id > (selection.run_id or 0),
        IngestRun.finished_at.is_(None),
        IngestRun.finished_at > selection.created_at,
    )
    columns = (IngestRun.id, IngestRun.command, IngestRun.started_at, IngestRun.version)
    joined = sa.and_(IngestRun.id == Recording.run_id, since)
    rows: Iterable[Any] = connection.execute(sa.select(Recording.name, *columns).outerjoin(IngestRun, joined))
    return {name: None if run[0] is None else Run(*run) for name, *run in rows}


def _aliases(connection: Connection, then: Mapping[Key, Facts], now: Mapping[Key, Facts]) -> dict[str, str]:
    """Return what the video IDs that differ stand for now."""
    shared = then.keys() & now.keys()
    renamed = {then[key]["video_id"] for key in shared if then[key]["video_id"] != now[key]["video_id"]} - {None}
    aliases = VideoAlias.__table__.c
    statement = sa.select(aliases.alias, aliases.video_id).where(AnyOf(aliases.alias, sorted(renamed)))
    return {row.alias: row.video_id for row in connection.execute(statement)}
