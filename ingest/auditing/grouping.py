"""Groups of the catalog against those of others, and how their differences are told."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from catalog.counts import counted
from ingest.auditing.partitions import PartitionComparison, Stray, compare_partitions
from ingest.auditing.report import Tally

Item = TypeVar("Item", bound=Hashable)


@dataclass(frozen=True)
class Wording(Generic[Item]):
    """How to speak of what is grouped.

    Attributes
    ----------
    check
        The check that it is for.
    noun
        What a thing is: trial, place.
    where
        Recording, trial and subject of a thing, for the fields of a disagreement.
    name
        A thing's name in a sentence.
    ours, theirs
        The name of a group of the catalog, and of one of the others.
    """

    check: str
    noun: str
    where: Callable[[Item], tuple[str | None, int | None, str | None]]
    name: Callable[[Item], str]
    ours: Callable[[Any], str] = str
    theirs: Callable[[Any], str] = str


def compare_groups(
    ours: Mapping[Item, Any], theirs: Mapping[Item, Any], wording: Wording[Item], tally: Tally
) -> PartitionComparison[Item, Any, Any]:
    """Compare two groupings of things, record each thing that is grouped otherwise, and return the comparison."""
    comparison = compare_partitions(ours, theirs)
    tally.count(wording.check, comparison.compared)
    for stray in comparison.strays:
        recording, trial, subject = wording.where(stray.item)
        tally.differ(
            wording.check,
            stray.kind,
            _sentence(stray, comparison, wording),
            recording=recording,
            trial=trial,
            subject=subject,
            catalog=wording.ours(stray.group),
            other=wording.theirs(stray.other),
        )
    return comparison


def _sentence(
    stray: Stray[Item, Any, Any], comparison: PartitionComparison[Item, Any, Any], wording: Wording[Item]
) -> str:
    item, group, other = wording.name(stray.item), wording.ours(stray.group), wording.theirs(stray.other)
    if stray.kind == "split":
        parts = _sizes(comparison.sizes_of(stray.other), wording.ours, wording.noun)
        return f"{other} is split in the catalog into {parts}; {item} is in {group}"
    if stray.kind == "merge":
        parts = _sizes(comparison.sizes_in(stray.group), wording.theirs, wording.noun)
        return f"{group} of the catalog joins {parts}; {item} is of {other}"
    told = (
        f"{item} is in {group} in the catalog, which is {wording.theirs(stray.match_of_group)} otherwise; "
        f"the others put it in {other}, which is {wording.ours(stray.match_of_other)}"
    )
    return told + ("; the two are swapped" if stray.kind == "swapped" else "")


def _sizes(sizes: Mapping[Any, int], name: Callable[[Any], str], noun: str) -> str:
    ordered = sorted(sizes, key=lambda group: -sizes[group])
    first, *rest = ordered
    parts = [f"{name(first)} ({counted(sizes[first], noun)})", *(f"{name(group)} ({sizes[group]:,})" for group in rest)]
    return ", ".join(parts)
