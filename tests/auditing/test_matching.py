"""The pairing with the largest weight, against one found by trying them all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.auditing.matching import components, pair

Weights = dict[int, dict[str, int]]

weights = st.dictionaries(
    st.integers(0, 5),
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 6), min_size=1),
)


def largest(table: Weights) -> int:
    """The largest total weight of any pairing."""
    if not table:
        return 0
    left, *rest = table
    others = {key: table[key] for key in rest}
    best = largest(others)
    for right, weight in table[left].items():
        free = {key: {name: value for name, value in row.items() if name != right} for key, row in others.items()}
        best = max(best, weight + largest(free))
    return best


@given(weights)
def test_no_pairing_weighs_more(table: Weights) -> None:
    chosen = pair(table)
    assert len(set(chosen.values())) == len(chosen)
    assert sum(table[left][right] for left, right in chosen.items()) == largest(table)


@given(weights)
def test_components_share_nothing_and_lack_nothing(table: Weights) -> None:
    parts = components(table)
    assert {left: row for part in parts for left, row in part.items()} == table
    rights = [{name for row in part.values() for name in row} for part in parts]
    assert sum(map(len, rights)) == len(set().union(*rights))


def test_the_heaviest_pair_gives_way_to_two_that_weigh_more_together() -> None:
    assert pair({1: {"a": 5, "b": 4}, 2: {"a": 4}}) == {1: "b", 2: "a"}


def test_one_stays_alone_where_that_loses_least() -> None:
    assert pair({1: {"a": 1}, 2: {"a": 3}, 3: {"a": 2}}) == {2: "a"}
