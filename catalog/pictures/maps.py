"""The map of a catalog: how many trials of each tier every recording has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catalog.errors import PictureError
from catalog.pictures.picture import Picture, axes_for, drawn_on
from catalog.pictures.style import PALE, SEQUENTIAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from catalog.catalog import Catalog

TIERS = ("train", "oracle", "live_test_main", "live_test_bonus", "final_test_main", "final_test_bonus")
"""The usual order; tiers of other names follow by name, and trials without one come last."""

UNKNOWN_TIER = "(no tier)"


class TierCounts(NamedTuple):
    """How many trials: `counts[i, j]` of recording i in tier j; None stands for trials whose tier is not known."""

    recordings: list[str]
    tiers: list[str | None]
    counts: NDArray[np.int64]


def tier_counts(cat: Catalog) -> TierCounts:
    """Count the trials of each tier and recording; the database does the counting.

    Every recording has a row, by name, also without trials, and each tier that occurs a column.
    """
    found = {(recording, tier): count for recording, tier, count in cat.trials.counts(["recording", "trial_type"])[1]}
    recordings = sorted(cat.recordings.values("name"))
    tiers = sorted({tier for _, tier in found}, key=_order)
    counts = np.array([[found.get((name, tier), 0) for tier in tiers] for name in recordings], dtype=np.int64)
    return TierCounts(recordings, tiers, counts.reshape(len(recordings), len(tiers)))


def show_tier_map(cat: Catalog, *, ax: Axes | None = None) -> Picture[Axes]:
    """Show how many trials of each tier every recording has; a catalog of published metadata alone will do.

    Colours are on a logarithmic scale, since a session has hundreds of trials in one tier and tens in the others. The
    numbers on the right are sums.

    Raises
    ------
    PictureError
        The catalog has no trials.
    """
    recordings, tiers, counts = tier_counts(cat)
    if counts.sum() == 0:
        raise PictureError("there are no trials to count; `catalog ingest DATA` or `catalog import METADATA` first")
    ax = axes_for(ax, 3.4 + 0.85 * len(tiers), 1.3 + 0.3 * len(recordings))
    from matplotlib.colors import LogNorm

    scale = LogNorm(max(int(counts[counts > 0].min()) / 2, 1), max(int(counts.max()), 2))
    ax.imshow(np.ma.masked_equal(counts, 0), cmap=SEQUENTIAL, norm=scale, aspect="auto")
    ax.set_facecolor(PALE)
    for (row, column), count in np.ndenumerate(counts):
        ink = "black" if count == 0 or float(np.ma.filled(scale([count]))[0]) > 0.55 else "white"
        ax.text(column, row, f"{count}", ha="center", va="center", color=ink, fontsize="small", gid="count")
    ax.set_xticks(range(len(tiers)), [tier or UNKNOWN_TIER for tier in tiers], fontsize="small")
    ax.tick_params(axis="x", rotation=30)
    for label in ax.get_xticklabels():
        label.set(ha="left", rotation_mode="anchor")
    ax.set_yticks(range(len(recordings)), [short_name(name) for name in recordings], fontsize="small")
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    sums = ax.secondary_yaxis("right")
    sums.set_yticks(range(len(recordings)), [str(total) for total in counts.sum(axis=1)], fontsize="small")
    sums.tick_params(length=0)
    sums.spines[:].set_visible(False)
    ax.set_xlabel("trials of each tier (right: of all tiers)")
    ax.xaxis.set_label_position("bottom")
    return drawn_on(ax)


def short_name(recording: str) -> str:
    """Return a recording's name as it fits beside a map: `dynamic29513-3-5-Video-8744…` is `29513-3-5 (8744)`.

    What follows the long number, such as `_30hz`, stays. Other names stay as they are, up to 28 letters.
    """
    match = re.fullmatch(r"dynamic(\d+-\d+-\d+)-Video-([0-9a-f]{4})[0-9a-f]*(.*)", recording)
    if match:
        return f"{match[1]} ({match[2]}){match[3]}"
    return recording if len(recording) <= 28 else f"{recording[:27]}…"


def _order(tier: str | None) -> tuple[int, str]:
    if tier is None:
        return len(TIERS) + 1, ""
    return (TIERS.index(tier), "") if tier in TIERS else (len(TIERS), tier)
