"""Two partitions of the same things, compared whatever their groups are called."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from ingest.auditing.matching import pair

Item = TypeVar("Item", bound=Hashable)
Group = TypeVar("Group", bound=Hashable)
Other = TypeVar("Other", bound=Hashable)


@dataclass(frozen=True)
class Stray(Generic[Item, Group, Other]):
    """One thing that keeps two partitions from being the same.

    Attributes
    ----------
    kind
        `split`: the other partition has it in one group with things that this one has elsewhere, and its group here
        has no counterpart there. `merge`: the reverse. `moved`: both groups have a counterpart, another one. `swapped`:
        moved, and as many things moved the other way.
    group, other
        Its group in this partition, and in the other one.
    match_of_group, match_of_other
        What these groups correspond to; None for a group without counterpart.
    """

    kind: str
    item: Item
    group: Group
    other: Other
    match_of_group: Other | None
    match_of_other: Group | None


@dataclass(frozen=True)
class PartitionComparison(Generic[Item, Group, Other]):
    """What two partitions have in common.

    Attributes
    ----------
    compared
        How many things are in both.
    pairs
        Which group of the one corresponds to which of the other.
    strays
        The smallest set of things without which the partitions are the same; empty where they are.
    """

    compared: int
    pairs: dict[Group, Other]
    strays: list[Stray[Item, Group, Other]]
    table: dict[Group, dict[Other, list[Item]]]

    def sizes_of(self, other: Other) -> dict[Group, int]:
        """Return how many things of a group of the other partition are in which group of this one."""
        return {group: len(row[other]) for group, row in self.table.items() if other in row}

    def sizes_in(self, group: Group) -> dict[Other, int]:
        """Return how many things of a group of this partition are in which group of the other one."""
        return {other: len(items) for other, items in self.table[group].items()}


def compare_partitions(
    ours: Mapping[Item, Group], theirs: Mapping[Item, Other]
) -> PartitionComparison[Item, Group, Other]:
    """Compare two partitions of things, each given as the group of each thing; what only one has is left out.

    Groups correspond so that the most things agree; every other thing is a stray.
    """
    table: dict[Group, dict[Other, list[Item]]] = {}
    compared = 0
    for item, group in ours.items():
        if item in theirs:
            table.setdefault(group, {}).setdefault(theirs[item], []).append(item)
            compared += 1
    pairs = pair({group: {other: len(items) for other, items in row.items()} for group, row in table.items()})
    back = {other: group for group, other in pairs.items()}
    strays = [
        Stray(_kind(table, pairs, back, group, other), item, group, other, pairs.get(group), back.get(other))
        for group, row in table.items()
        for other, items in row.items()
        if pairs.get(group) != other
        for item in items
    ]
    return PartitionComparison(compared, pairs, strays, table)


def _kind(
    table: Mapping[Group, Mapping[Other, list[Item]]],
    pairs: Mapping[Group, Other],
    back: Mapping[Other, Group],
    group: Group,
    other: Other,
) -> str:
    if group not in pairs:
        return "split"
    if other not in back:
        return "merge"
    reverse = table[back[other]].get(pairs[group], [])
    return "swapped" if len(reverse) == len(table[group][other]) else "moved"
