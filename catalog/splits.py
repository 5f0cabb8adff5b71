"""Splits of trials into what is trained on and what is tested on: by tier, or by video; both the same each time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from catalog.errors import QueryError
from catalog.models import Trial
from catalog.query import Query

TIERS: Mapping[str, Sequence[str]] = {
    "train": ("train",),
    "validation": ("oracle",),
    "test": ("live_test_main", "final_test_main"),
    "bonus": ("live_test_bonus", "final_test_bonus"),
}
"""What the tiers of the recordings are for: `bonus` are tests on stimuli of another class than those trained on."""

SHARES: Mapping[str, float] = {"train": 0.8, "validation": 0.1, "test": 0.1}


def split_by_tier(trials: Query[Trial], tiers: Mapping[str, str | Sequence[str]] = TIERS) -> dict[str, Query[Trial]]:
    """Return a query for each part: the trials of its tiers. Trials of other tiers are in no part.

    Raises
    ------
    QueryError
        A tier is in two parts.
    """
    parts = {name: [of] if isinstance(of, str) else list(of) for name, of in tiers.items()}
    named = [tier for of in parts.values() for tier in of]
    for tier in named:
        if named.count(tier) > 1:
            raise QueryError(f"the tier {tier!r} is in two parts; what is trained on would be tested on")
    return {name: trials.filter(trial_type=of) for name, of in parts.items()}


def split_by_video(
    trials: Query[Trial], shares: Mapping[str, float] = SHARES, *, seed: int = 0
) -> dict[str, Query[Trial]]:
    """Return a query for each part, so that all presentations of a video, to whichever mouse, are in one part.

    The part follows from the video's ID and the seed alone: it stays when recordings are added, and is the same on any
    machine. Parts have their shares of the videos only roughly. Trials without a video are in no part. Different videos
    can have segments in common, or be near-equal: `ingest.leakage.find_leakage` tells.

    Parameters
    ----------
    trials
        What to split.
    shares
        Of each part, the share of the videos; together 1.
    seed
        Another one gives another split.

    Raises
    ------
    QueryError
        The shares are none.
    """
    if not shares or min(shares.values()) < 0 or abs(sum(shares.values()) - 1) > 1e-9:
        raise QueryError(f"shares={dict(shares)!r}: expected numbers of at least 0 that add up to 1")
    videos: dict[str, list[str]] = {name: [] for name in shares}
    for video in dict.fromkeys(trials.values("video_id")):
        if video is not None:
            videos[_part(video, shares, seed)].append(video)
    return {name: trials.filter(video_id=ids) for name, ids in videos.items()}


def _part(video: str, shares: Mapping[str, float], seed: int) -> str:
    digest = hashlib.sha256(f"{seed}:{video}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    upper = 0.0
    for name, share in shares.items():
        upper += share
        if place < upper:
            return name
    # Shares such as 0.7, 0.2 and 0.1 add up to a little less than 1.
    return [name for name, share in shares.items() if share][-1]
