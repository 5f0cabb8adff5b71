"""What each side shows to which mouse: trials of some tiers or of a query, with the videos that they show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from catalog.catalog import Catalog
from catalog.errors import QueryError, nearest
from catalog.models import Trial
from catalog.query import Query
from ingest.leakage.report import Scope, Side

Tiers = str | Sequence[str] | Query[Trial]
"""Names of tiers, or any question about trials."""

FIELDS = ("video_id", "recording", "animal_id", "trial", "trial_type", "label")


class Presentation(NamedTuple):
    """One trial that shows a video; `mouse` is the animal, or the recording where the animal is unknown."""

    video: str
    mouse: str
    tier: str | None
    name: str
    label: str | None


@dataclass
class Shown:
    """The presentations of one side, in the catalog's order; `unknown` counts the trials without a video."""

    name: str
    presentations: list[Presentation] = field(default_factory=list)
    unknown: int = 0

    def side(self) -> Side:
        """Return how much it is."""
        mice = {one.mouse for one in self.presentations}
        return Side(self.name, len(self.presentations), len(self.videos), len(mice))

    @property
    def videos(self) -> dict[str, str | None]:
        """The label of each video."""
        return {one.video: one.label for one in self.presentations}

    def by_tier(self, videos: Mapping[str, Iterable[str]]) -> dict[str, dict[str | None, list[Presentation]]]:
        """Return the presentations of each thing by tier, in the order of the presentations.

        `videos` has the things that each video shows: itself, its segments, or other videos that it is like.
        """
        found: dict[str, dict[str | None, list[Presentation]]] = defaultdict(lambda: defaultdict(list))
        for one in self.presentations:
            for thing in videos.get(one.video, ()):
                found[thing][one.tier].append(one)
        return found


def shown(catalog: Catalog, tiers: Tiers, name: str) -> Shown:
    """Return what one side shows.

    Raises
    ------
    QueryError
        No trial is of a tier of that name; those that there are, are named.
    """
    if isinstance(tiers, Query):
        if tiers.entity.name != "trials":
            raise QueryError(f"{name}: expected names of tiers or a query of trials, such as cat.trials.filter(…)")
        query, side = tiers, Shown(name)
    else:
        names = [tiers] if isinstance(tiers, str) else list(tiers)
        _require(names, known_tiers(catalog), name)
        query, side = catalog.trials.filter(trial_type=names), Shown(", ".join(names))
    for video, recording, animal, trial, tier, label in query.rows(FIELDS):
        if video is None:
            side.unknown += 1
        else:
            side.presentations.append(Presentation(video, animal or recording, tier, f"{recording}/{trial}", label))
    return side


def known_tiers(catalog: Catalog) -> list[str]:
    """Return the tiers that trials of the catalog have, by name."""
    with catalog.session() as session:
        statement = sa.select(Trial.trial_type).where(Trial.trial_type.is_not(None)).distinct()
        return sorted(filter(None, session.scalars(statement)))


def _require(names: Sequence[str], known: Sequence[str], option: str) -> None:
    for name in names:
        if name not in known:
            raise QueryError(f"{option}: no trial is of the tier {name!r}. {nearest(name, known)}")


class Pairing:
    """Which presentations of two lists have a partner in the other list, within one mouse or across mice.

    `other_video` says that a video is no partner of itself: what two presentations of one video share is no news.
    """

    def __init__(self, train: Sequence[Presentation], test: Sequence[Presentation], *, other_video: bool) -> None:
        self._sides = (train, test)
        self._other_video = other_video
        self._counts = tuple(_Counts(side) for side in self._sides)

    def partnered(self, scope: Scope) -> Iterator[list[Presentation]]:
        """Yield the presentations that have a partner: of the first list, then of the second."""
        for side, others in zip(self._sides, self._counts[::-1], strict=True):
            yield [one for one in side if others.partners(one, scope, self._other_video)]


class _Counts:
    """How many presentations there are by mouse, by video and by both."""

    def __init__(self, presentations: Sequence[Presentation]) -> None:
        self._mice = Counter(one.mouse for one in presentations)
        self._videos = Counter(one.video for one in presentations)
        self._both: Counter[Any] = Counter((one.mouse, one.video) for one in presentations)
        self._all = len(presentations)

    def partners(self, one: Presentation, scope: Scope, other_video: bool) -> int:
        same_mouse, same_video = self._mice[one.mouse], self._videos[one.video] if other_video else 0
        both = self._both[one.mouse, one.video] if other_video else 0
        if scope == "within":
            return same_mouse - both
        return self._all - same_mouse - same_video + both
