"""The pairing of two sets that shares the most: which group of one partition answers to which of another."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

L = TypeVar("L", bound=Hashable)
R = TypeVar("R", bound=Hashable)
Weights = Mapping[L, Mapping[R, int]]
"""How much each left thing shares with each right one; pairs that share nothing are left out."""


def pair(weights: Weights[L, R]) -> dict[L, R]:
    """Return the one-to-one pairing of left and right things with the largest total weight.

    Things that are connected with nothing else are paired at once, so that only what is entangled costs time. Ties go
    to the things that come first.
    """
    chosen: dict[L, R] = {}
    for part in components(weights):
        if len(part) == 1 and len(next(iter(part.values()))) == 1:
            left, row = next(iter(part.items()))
            chosen[left] = next(iter(row))
        else:
            chosen |= _Assignment(part).run()
    return chosen


def components(weights: Weights[L, R]) -> list[dict[L, dict[R, int]]]:
    """Return the weights in parts that have no thing in common, in the order of their first left things."""
    holders: dict[R, list[L]] = {}
    for left, row in weights.items():
        for right in row:
            holders.setdefault(right, []).append(left)
    place = {left: index for index, left in enumerate(weights)}
    parts = []
    seen: set[L] = set()
    for first in weights:
        if first in seen:
            continue
        seen.add(first)
        queue = [first]
        for left in queue:
            for right in weights[left]:
                new = [other for other in holders.pop(right, ()) if other not in seen]
                seen.update(new)
                queue += new
        parts.append({left: dict(weights[left]) for left in sorted(queue, key=place.__getitem__)})
    return parts


class _Assignment(Generic[L, R]):
    """The assignment problem by shortest augmenting paths over the pairs that share something.

    Each left thing has a price, and each right one; they never add up to less than what the two share, and to exactly
    that for two that are paired. A left thing that shares nothing of worth with what is free may stay alone.
    """

    def __init__(self, weights: Weights[L, R]) -> None:
        self.weights = weights
        self.left_price = {left: max(row.values(), default=0) for left, row in weights.items()}
        self.right_price: dict[R, int] = {}
        self.partner: dict[L, R] = {}
        self.owner: dict[R, L] = {}

    def run(self) -> dict[L, R]:
        """Return the pairing."""
        for left, row in self.weights.items():
            best = next(
                (r for r, weight in row.items() if weight == self.left_price[left] and r not in self.owner), None
            )
            if best is not None:
                self._join(left, best)
        for left in self.weights:
            if left not in self.partner:
                self._augment(left)
        return self.partner

    def _join(self, left: L, right: R) -> None:
        self.partner[left] = right
        self.owner[right] = left

    def _augment(self, start: L) -> None:
        """Make the cheapest change of pairs that gives `start` a partner, or leaves somebody alone in its place."""
        search = _Search(start, self)
        end = search.run()
        total = search.alone[0] if end is None else search.settled[end]
        for left, reached in search.distance.items():
            self.left_price[left] -= total - reached
        for right, reached in search.settled.items():
            self.right_price[right] = self.right_price.get(right, 0) + total - reached
        if end is None:
            lonely = search.alone[1]
            if lonely == start:
                return
            end = self.partner.pop(lonely)
            del self.owner[end]
        self._change_partners(start, end, search.before)

    def _change_partners(self, start: L, end: R, before: Mapping[R, L]) -> None:
        right = end
        while True:
            left = before[right]
            old = self.partner.get(left)
            self._join(left, right)
            if left == start or old is None:
                return
            right = old


class _Search(Generic[L, R]):
    """Dijkstra's search from a left thing without partner, by way of pairs, to a right thing that is free.

    Distances are prices less what is shared: what a change of pairs would lose.
    """

    def __init__(self, start: L, pairs: _Assignment[L, R]) -> None:
        self.pairs = pairs
        self.distance: dict[L, int] = {start: 0}
        self.settled: dict[R, int] = {}
        self.before: dict[R, L] = {}
        self.alone: tuple[int, L] = (pairs.left_price[start], start)
        """Who would stay alone at the least loss, and that loss."""
        self._reached: dict[R, int] = {}
        self._heap: list[tuple[int, int, R]] = []
        self._pushed = 0

    def run(self) -> R | None:
        """Return the free right thing at the end of the shortest path; None if it is better to leave one alone."""
        left = self.alone[1]
        while True:
            self._look_around(left)
            nearest = self._nearest()
            if nearest is None:
                return None
            cost, right = nearest
            self.settled[right] = cost
            if right not in self.pairs.owner:
                return right
            left = self.pairs.owner[right]
            self.distance[left] = cost
            if cost + self.pairs.left_price[left] < self.alone[0]:
                self.alone = (cost + self.pairs.left_price[left], left)

    def _look_around(self, left: L) -> None:
        base = self.distance[left] + self.pairs.left_price[left]
        for right, weight in self.pairs.weights[left].items():
            cost = base + self.pairs.right_price.get(right, 0) - weight
            if right not in self.settled and cost < min(self._reached.get(right, cost + 1), self.alone[0]):
                self._reached[right], self.before[right] = cost, left
                # The count keeps things from being compared, which need have no order.
                self._pushed += 1
                heapq.heappush(self._heap, (cost, self._pushed, right))

    def _nearest(self) -> tuple[int, R] | None:
        while self._heap:
            cost, _, right = heapq.heappop(self._heap)
            if right not in self.settled and cost == self._reached[right]:
                return (cost, right) if cost < self.alone[0] else None
        return None
