"""Splits of trials by tier and by video, worked out again from the rows."""

from __future__ import annotations

import random

import pytest

from catalog import Catalog, QueryError
from catalog.splits import split_by_tier, split_by_video
from tests.queries.world import WORLD


def test_tiers_go_to_their_part(cat: Catalog) -> None:
    parts = split_by_tier(cat.trials)
    assert list(parts) == ["train", "validation", "test", "bonus"]
    for name, tiers in (
        ("train", {"train"}),
        ("validation", {"oracle"}),
        ("test", {"live_test_main", "final_test_main"}),
        ("bonus", {"live_test_bonus", "final_test_bonus"}),
    ):
        expected = {row["id"] for row in WORLD.trials if row["trial_type"] in tiers}
        assert set(parts[name].values("id")) == expected
    own = split_by_tier(cat.trials.filter(valid_response=True), {"fit": "oracle"})
    assert set(own["fit"].values("id")) == {
        row["id"] for row in WORLD.trials if row["trial_type"] == "oracle" and row["valid_response"]
    }
    with pytest.raises(QueryError, match="the tier 'train' is in two parts"):
        split_by_tier(cat.trials, {"fit": ["train"], "check": ["oracle", "train"]})


def test_every_presentation_of_a_video_is_in_one_part(cat: Catalog) -> None:
    parts = split_by_video(cat.trials, {"train": 0.5, "test": 0.5})
    videos = {name: set(part.values("video_id")) for name, part in parts.items()}
    shown = {row["video_id"] for row in WORLD.trials} - {None}
    assert videos["train"] | videos["test"] == shown
    assert not videos["train"] & videos["test"]
    assert all(videos.values())
    for name, part in parts.items():
        assert set(part.values("id")) == {row["id"] for row in WORLD.trials if row["video_id"] in videos[name]}


def test_the_part_of_a_video_stays_and_follows_from_the_seed(cat: Catalog) -> None:
    def train(trials: object, seed: int = 0) -> set[str]:
        return set(split_by_video(trials, {"train": 0.5, "test": 0.5}, seed=seed)["train"].values("video_id"))  # type: ignore[arg-type]

    everything = train(cat.trials)
    few = cat.trials.filter(label="Gabor")
    assert train(few) == everything & set(few.values("video_id"))
    assert train(cat.trials) == train(cat.trials.order_by("-id")) == everything
    assert any(train(cat.trials, seed) != everything for seed in (1, 2))


def test_parts_have_their_shares_of_many_videos() -> None:
    from catalog.splits import SHARES, _part

    dice = random.Random(0)
    videos = [f"v{dice.getrandbits(64):016x}" for _ in range(20_000)]
    found = [_part(video, SHARES, 0) for video in videos]
    for name, share in SHARES.items():
        assert abs(found.count(name) / len(videos) - share) < 0.01
    assert {_part(video, {"none": 0.0, "all": 1.0}, 0) for video in videos} == {"all"}


@pytest.mark.parametrize("shares", [{}, {"train": 0.8}, {"train": 1.2, "test": -0.2}])
def test_shares_that_are_none_are_told(cat: Catalog, shares: dict[str, float]) -> None:
    with pytest.raises(QueryError, match="expected numbers of at least 0 that add up to 1"):
        split_by_video(cat.trials, shares)
