"""`find_leakage`: what is trained on and tested on."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence, Set
from contextlib import ExitStack

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from catalog.catalog import Catalog
from catalog.counts import counted
from catalog.database import display_name
from catalog.errors import QueryError
from catalog.faults import unusable
from ingest.leakage.pictures import StoredPictures
from ingest.leakage.presentations import Shown, Tiers, known_tiers, shown
from ingest.leakage.report import LeakageReport, Scope
from ingest.leakage.shared import (
    Pair,
    near_equal,
    pairs_by_segments,
    segments_of,
    shared_segments,
    shared_videos,
)

SCOPES: tuple[Scope, ...] = ("within", "across")
TRAIN = "train"


def find_leakage(
    catalog: Catalog | str | os.PathLike[str],
    train: Tiers | None = None,
    test: Tiers | None = None,
    *,
    scopes: Sequence[Scope] = SCOPES,
) -> LeakageReport:
    """List the videos, segments and near-equal videos that are trained on and tested on; nothing is changed.

    Segments are those that occur in different videos of the two sides, without the gray between photographs.
    Near-equal are two different videos if one has three quarters of the other's segments (a presentation that stalled
    has all of them), or, of natural videos, if their key frames differ by a mean square below 50 gray levels squared,
    or a second or more of the one is in the other, wherever. That needs pictures, which the catalog keeps of raw
    arrays and not of published metadata; the report's notes tell where there are none.

    Parameters
    ----------
    catalog
        An open catalog, or the path or URL of one.
    train, test
        Names of tiers, or queries of trials. Unless told, what is trained on is the tier `train`, and what is tested on
        are all other tiers, `oracle` included.
    scopes
        `within` one mouse, `across` mice, or both.

    Raises
    ------
    QueryError
        No trial is of such a tier, a tier is on both sides, or a scope is neither of the two.
    DatabaseError
        The catalog cannot be opened or read.
    """
    for scope in scopes:
        if scope not in SCOPES:
            raise QueryError(f"scope {scope!r}: expected 'within' (one mouse), 'across' (mice), or both")
    with ExitStack() as stack:
        opened = catalog if isinstance(catalog, Catalog) else stack.enter_context(Catalog(catalog, read_only=True))
        trained, tested = _sides(opened, train, test)
        try:
            with opened.session() as session:
                return _report(session.connection(), trained, tested, scopes)
        except DBAPIError as error:
            raise unusable(error, display_name(opened.engine.url)) from error


def _sides(catalog: Catalog, train: Tiers | None, test: Tiers | None) -> tuple[Shown, Shown]:
    known = known_tiers(catalog)
    if train is None:
        train = [tier for tier in known if tier == TRAIN]
    if test is None:
        test = [tier for tier in known if tier not in _names(train or [TRAIN])]
    for name in _names(train):
        if name in _names(test):
            raise QueryError(f"the tier {name!r} is both trained on and tested on; give it on one side only")
    return shown(catalog, train, "train"), shown(catalog, test, "test")


def _names(tiers: Tiers) -> list[str]:
    if isinstance(tiers, str):
        return [tiers]
    return list(tiers) if isinstance(tiers, (list, tuple)) else []


def _report(connection: Connection, train: Shown, test: Shown, scopes: Sequence[Scope]) -> LeakageReport:
    segments = segments_of(connection, train.videos.keys() | test.videos.keys())
    notes = list(_notes(train, test))
    pairs = list(pairs_by_segments(train, test, segments))
    pairs += _pairs_by_pictures(connection, train, test, segments.keys(), notes)
    findings = [
        *shared_videos(train, test, scopes),
        *shared_segments(train, test, segments, scopes),
        *near_equal(train, test, pairs, scopes),
    ]
    return LeakageReport(train.side(), test.side(), tuple(findings), tuple(notes))


def _pairs_by_pictures(
    connection: Connection, train: Shown, test: Shown, parametric: Set[str], notes: list[str]
) -> Iterator[Pair]:
    trained, tested = train.videos.keys() - parametric, test.videos.keys() - parametric
    if not trained or not tested:
        return
    pictures = StoredPictures(connection, trained | tested)
    there = pictures.of(trained), pictures.of(tested)
    missing = len(trained | tested) - len(set(there[0]) | set(there[1]))
    if missing:
        notes.append(
            f"the catalog has no pictures of {missing:,} of {counted(len(trained | tested), 'natural video')}, so that "
            "near-equal ones could not be looked for among them; `catalog ingest DATA` takes them in with the raw "
            "arrays"
        )
    yield from pictures.pairs(*there)


def _notes(train: Shown, test: Shown) -> Iterator[str]:
    for side, what in ((train, "trained"), (test, "tested")):
        if not side.presentations:
            yield f"nothing is {what} on: no trial of these tiers shows a video"
        if side.unknown:
            yield f"not compared, for want of a video that is known: {counted(side.unknown, 'trial')} {what} on"
