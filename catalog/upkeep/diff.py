"""What changed between two runs: trials, how many there are of each label, and the videos that are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog.catalog import Catalog
from catalog.errors import InputError
from catalog.models import IngestRun, Recording, TrialChange, VideoAlias
from catalog.upkeep.changes import FILES, Facts, trial_facts
from catalog.upkeep.runs import require_runs

Change = Literal["added", "removed", "changed"]
Key = tuple[str, int]
State = dict[Key, Facts]
"""The trials of a catalog at one time: what is compared of each, by recording and number."""

KNOWN_LATER = ("video_hash", FILES)
"""What published metadata does not tell: that it becomes known, or is known no more, changes no trial."""


@dataclass(frozen=True)
class TrialDifference:
    """One trial that was added, removed or changed.

    Attributes
    ----------
    fields
        (before, after) of each field that differs; of every field for a trial that was added or removed.
    """

    change: Change
    recording: str
    trial: int
    fields: dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Difference:
    """What changed from the end of one run to the end of a later one.

    Attributes
    ----------
    labels
        (trials before, trials after) of each label whose number of trials changed; None stands for no label.
    videos_added, videos_removed
        Videos that some trial shows after and none did before, and the other way round.
    silent
        Runs in between that kept no record: they changed no trial, or an older version made them.
    """

    trials: list[TrialDifference] = field(default_factory=list)
    labels: dict[str | None, tuple[int, int]] = field(default_factory=dict)
    videos_added: list[str] = field(default_factory=list)
    videos_removed: list[str] = field(default_factory=list)
    silent: list[int] = field(default_factory=list)

    def of(self, change: Change) -> list[TrialDifference]:
        """Return the trials that were added, removed or changed."""
        return [one for one in self.trials if one.change == change]


def diff(catalog: Catalog, first: int, second: int | None = None) -> Difference:
    """Return what changed from the end of the run `first` to the end of the run `second`; runs are numbered.

    Without `second`, what the run `first` itself changed. Removed recordings count, between the runs where they were
    removed. A video that only got another ID has not changed. Of a run that failed, what it had committed counts.

    Raises
    ------
    NotFoundError
        There is no such run.
    InputError
        The second run is not later than the first.
    """
    if second is not None and second <= first:
        raise InputError(
            f"run {second} is not later than run {first}: give the earlier one first, "
            "or one run alone to see what it changed"
        )
    with catalog.snapshot() as session:
        connection = session.connection()
        require_runs(connection, [first] if second is None else [first, second])
        changes = _Changes.since(connection, first)
        state = _current(connection)
        start, end = (_Time(first, before=True), _Time(first)) if second is None else (_Time(first), _Time(second))
        changes.undo(state, [one for one in changes.rows if end.precedes(one)])
        later = {key: dict(facts) for key, facts in state.items()}
        between = [one for one in changes.rows if start.precedes(one) and not end.precedes(one)]
        changes.undo(state, between)
        silent = _silent(connection, between, start, end)
    return _compare(state, later, silent)


@dataclass(frozen=True)
class _Time:
    """The end of a run, or the moment before it began."""

    run_id: int
    before: bool = False

    def precedes(self, change: TrialChange) -> bool:
        """Tell whether a change was made after this time."""
        if change.run_id == self.run_id:
            return self.before or change.made_by == "remove"
        return change.run_id > self.run_id


@dataclass
class _Changes:
    """The changes by a run and all later ones, in order, and the IDs by which videos go now."""

    rows: list[TrialChange]
    renamed: dict[str, str]

    @classmethod
    def since(cls, connection: Connection, run_id: int) -> _Changes:
        columns = list(TrialChange.__table__.columns)
        order = (TrialChange.run_id, sa.case((TrialChange.made_by == "run", 0), else_=1), TrialChange.id)
        statement = sa.select(*columns).where(TrialChange.run_id >= run_id).order_by(*order)
        rows = [TrialChange(**row) for row in connection.execute(statement).mappings()]
        aliases = connection.execute(sa.select(VideoAlias.alias, VideoAlias.video_id))
        return cls(rows, {alias: video for alias, video in aliases})  # noqa: C416 (rows are no pairs to mypy)

    def undo(self, state: State, changes: Sequence[TrialChange]) -> None:
        """Take changes, in the order in which they were made, back from a state."""
        for change in reversed(changes):
            key = (change.recording, change.trial)
            if change.change == "added":
                state.pop(key, None)
            else:
                before = dict(change.before or {})
                if before.get("video_id") is not None:
                    before["video_id"] = self.renamed.get(before["video_id"], before["video_id"])
                state[key] = {**state.get(key, {}), **before}


def _current(connection: Connection) -> State:
    recordings = connection.execute(sa.select(Recording.id, Recording.name))
    return {
        (name, trial): facts
        for recording_id, name in recordings.all()
        for trial, facts in trial_facts(connection, recording_id).items()
    }


def _silent(connection: Connection, between: Iterable[TrialChange], start: _Time, end: _Time) -> list[int]:
    told = {change.run_id for change in between if change.made_by == "run"}
    first = start.run_id if start.before else start.run_id + 1
    ids = sa.select(IngestRun.id).where(IngestRun.id.between(first, end.run_id)).order_by(IngestRun.id)
    return [run_id for run_id in connection.scalars(ids) if run_id not in told]


def _compare(before: State, after: State, silent: list[int]) -> Difference:
    trials = [
        one for key in sorted(before.keys() | after.keys()) if (one := _trial(key, before.get(key), after.get(key)))
    ]
    old, new = (Counter(facts.get("label") for facts in state.values()) for state in (before, after))
    labels = sorted(old.keys() | new.keys(), key=lambda label: (label is None, label))
    shown = [{str(facts["video_id"]) for facts in state.values() if facts.get("video_id")} for state in (before, after)]
    return Difference(
        trials,
        {label: (old[label], new[label]) for label in labels if old[label] != new[label]},
        sorted(shown[1] - shown[0]),
        sorted(shown[0] - shown[1]),
        silent,
    )


def _trial(key: Key, old: Facts | None, new: Facts | None) -> TrialDifference | None:
    change: Change = "added" if old is None else "removed" if new is None else "changed"
    old, new = old or {}, new or {}
    fields = {name: (old.get(name), new.get(name)) for name in (old or new)}
    if change == "changed":
        fields = {name: pair for name, pair in fields.items() if _differs(name, *pair)}
        if not fields:
            return None
    return TrialDifference(change, *key, fields)


def _differs(name: str, old: Any, new: Any) -> bool:
    return bool(old != new) and not (name in KNOWN_LATER and (old is None or new is None))
