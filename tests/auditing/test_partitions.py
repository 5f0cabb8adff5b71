"""Partitions as plain dictionaries: the same under other names, and each kind of difference with its fewest things."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from ingest.auditing.partitions import PartitionComparison, compare_partitions

GROUPS = {"a": range(8), "b": range(8, 14), "c": range(14, 18), "d": range(18, 19)}
OURS = {item: group for group, items in GROUPS.items() for item in items}
RENAMED = {item: {"a": 7, "b": 3, "c": 0, "d": 12}[group] for item, group in OURS.items()}


def strays(comparison: PartitionComparison[int, str, int]) -> list[tuple[str, int, str, int]]:
    return [(stray.kind, stray.item, stray.group, stray.other) for stray in comparison.strays]


def test_other_names_are_no_difference() -> None:
    comparison = compare_partitions(OURS, RENAMED)
    assert (comparison.compared, comparison.strays) == (19, [])
    assert comparison.pairs == {"a": 7, "b": 3, "c": 0, "d": 12}


def test_a_group_that_is_split_here_names_the_smaller_part() -> None:
    ours = OURS | {5: "new", 6: "new"}
    comparison = compare_partitions(ours, RENAMED)
    assert strays(comparison) == [("split", 5, "new", 7), ("split", 6, "new", 7)]
    assert comparison.sizes_of(7) == {"a": 6, "new": 2}


def test_groups_that_are_joined_here_name_the_smaller_one() -> None:
    ours = {item: "a" if group == "c" else group for item, group in OURS.items()}
    comparison = compare_partitions(ours, RENAMED)
    assert strays(comparison) == [("merge", item, "a", 0) for item in GROUPS["c"]]
    assert comparison.sizes_in("a") == {7: 8, 0: 4}


def test_a_thing_that_is_elsewhere_is_moved() -> None:
    comparison = compare_partitions(OURS | {2: "b"}, RENAMED)
    assert strays(comparison) == [("moved", 2, "b", 7)]
    (stray,) = comparison.strays
    assert (stray.match_of_group, stray.match_of_other) == (3, "a")


def test_two_things_that_change_places_are_swapped() -> None:
    comparison = compare_partitions(OURS | {2: "b", 9: "a"}, RENAMED)
    assert strays(comparison) == [("swapped", 9, "a", 3), ("swapped", 2, "b", 7)]


def test_what_only_one_side_has_is_left_out() -> None:
    comparison = compare_partitions(OURS | {99: "a"}, {item: RENAMED[item] for item in range(10)} | {100: 7})
    assert (comparison.compared, comparison.strays) == (10, [])


def test_nothing_in_common() -> None:
    comparison = compare_partitions({1: "a"}, {2: 5})
    assert (comparison.compared, comparison.pairs, comparison.strays) == (0, {}, [])


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=25))
def test_without_the_strays_the_partitions_are_the_same(groups: list[tuple[int, int]]) -> None:
    ours, theirs = dict(enumerate(a for a, _ in groups)), dict(enumerate(b for _, b in groups))
    left_out = {stray.item for stray in compare_partitions(ours, theirs).strays}
    pairs = {pair for item, pair in enumerate(groups) if item not in left_out}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def test_every_planted_stray_among_thousands_is_found_and_nothing_else() -> None:
    rng = random.Random(4)
    ours = {item: f"v{item // 5}" for item in range(7000)}
    theirs = {item: -(item // 5) for item in range(7000)}
    # One of each hundred: no group has more than one, so that each stray has only one explanation.
    planted = {item: rng.randrange(1400, 3000) for item in range(0, 7000, 100)}
    comparison = compare_partitions(ours, {**theirs, **planted})
    assert {stray.item for stray in comparison.strays} == planted.keys()
