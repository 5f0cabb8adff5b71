"""Finding equal videos: ten times the videos, against how long one part took."""

from __future__ import annotations

import statistics
from pathlib import Path

import numpy as np

from benchmarks.measure import cpu_seconds, show
from ingest.analysis.groups import group_videos
from ingest.analysis.signatures import VideoSignature
from ingest.analysis.video import analyse_video

FEW = 300


def run(folder: Path) -> None:
    """Measure and print."""
    for name, make in (("natural videos", natural), ("gray videos with blobs", blobs)):
        presentations = [make(seed) for seed in range(10 * FEW)]
        # Each slice once, as is the whole: what was just looked at is in the processor's cache, and grouped faster.
        slices = [presentations[start : start + FEW] for start in range(0, len(presentations), FEW)]
        few = statistics.median(cpu_seconds(lambda some=some: group_videos(some)) for some in slices)
        many = cpu_seconds(lambda all_=presentations: group_videos(all_))
        show(
            f"grouping {10 * FEW} {name}", f"{many:.2f} s", f"{many / few:.1f} x {FEW} of them ({few:.3f} s)", "< 12 x"
        )


def natural(seed: int) -> tuple[str, VideoSignature]:
    """Return a video of random patches, of a brightness and contrast of its own."""
    rng = np.random.default_rng(seed)
    brightness, contrast = rng.uniform(50, 200), rng.uniform(10, 50)
    coarse = np.clip(rng.normal(brightness, contrast, size=(6, 9, 16)), 0, 255)
    stills = coarse.repeat(4, axis=1).repeat(4, axis=2)
    return _signed(seed, stills.repeat(20, axis=0))


def blobs(seed: int) -> tuple[str, VideoSignature]:
    """Return a gray video in which 35 blobs come and go, in an order of its own."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:36, :64]
    frames = np.full((35, 36, 64), 128.0)
    for frame in frames:
        row, column = rng.integers(4, 32), rng.integers(4, 60)
        frame += rng.choice((-120, 120)) * np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 18)
    return _signed(seed, np.clip(frames, 0, 255).repeat(9, axis=0))


def _signed(seed: int, frames: np.ndarray) -> tuple[str, VideoSignature]:
    return f"v{seed:016x}", analyse_video(frames.astype(np.float32)).signature
