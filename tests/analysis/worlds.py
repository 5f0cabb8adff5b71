"""Small made-up stimuli, and a slow and obvious second implementation of the rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.analysis.segments import Segment
from ingest.analysis.stimulus_classes import PeakParameters

Frames = NDArray[np.float32]

HEIGHT, WIDTH = 18, 32
GRAY = 128.0


def gray(n: int, height: int = HEIGHT, width: int = WIDTH) -> Frames:
    return np.full((n, height, width), GRAY, dtype=np.float32)


def blob(n: int, place: int, polarity: int = 1) -> Frames:
    """A still dot; the places lie on a coarse grid."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    center_y, center_x = 3 + 6 * (place % 3), 3 + 5 * (place // 3 % 6)
    dot = 100 * polarity * np.exp(-((y - center_y) ** 2 + (x - center_x) ** 2) / (2 * 1.5**2))
    return np.broadcast_to(GRAY + dot, (n, HEIGHT, WIDTH)).astype(np.float32)


def texture(n: int, seed: int, speed: int = 0, size: int = 4) -> Frames:
    """A random full-field pattern that moves sideways by ``speed`` pixels a frame."""
    rng = np.random.default_rng(seed)
    pattern = np.kron(rng.integers(0, 256, (HEIGHT // size + 1, WIDTH // size)), np.ones((size, size)))[:HEIGHT]
    return np.stack([np.roll(pattern, speed * t, axis=1) for t in range(n)]).astype(np.float32)


def grating(n: int, seed: int, speed: float = 0.3) -> Frames:
    """A drifting grating in the middle, on gray; its direction, period and start follow from the seed."""
    rng = np.random.default_rng(seed)
    angle, period, phase = rng.uniform(0, 2 * np.pi), rng.uniform(4, 9), rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(float)
    along = x * np.cos(angle) + y * np.sin(angle)
    window = np.hypot(y - (HEIGHT - 1) / 2, x - WIDTH / 2) < 4
    t = np.arange(n)[:, None, None]
    waves = np.sin(2 * np.pi * along / period + phase + speed * t)
    return (GRAY + 90 * np.where(window, waves, 0)).astype(np.float32)


def dots(n: int, seed: int) -> Frames:
    """Bright pixels, of which those in a few rows move one pixel a frame to the right."""
    rng = np.random.default_rng(seed)
    pattern = np.where(rng.random((HEIGHT, WIDTH)) < 0.1, 255.0, GRAY)
    frames = np.stack([pattern] * n)
    for t in range(n):
        frames[t, ::6] = np.roll(pattern[::6], t, axis=1)
    return frames.astype(np.float32)


def gaussian_dots(places: Any = range(35)) -> Frames:
    return np.concatenate([blob(9, int(place), 1 if index % 2 else -1) for index, place in enumerate(places)])


def natural_images(seed: int = 0, grays: Any = (15,) * 10, images: Any = (15,) * 10) -> Frames:
    pieces = []
    for index, (n_gray, n_image) in enumerate(zip(grays, images, strict=True)):
        pieces += [gray(n_gray), texture(n_image, 1000 * seed + index)]
    return np.concatenate(pieces)


def gabors(seed: int = 0, durations: Any = (25,) * 12) -> Frames:
    return np.concatenate([grating(n, 100 * seed + index) for index, n in enumerate(durations)])


def pink_noise(seed: int = 0, durations: Any = (27,) * 12) -> Frames:
    return np.concatenate([texture(n, 100 * seed + index) for index, n in enumerate(durations)])


def random_dots(seed: int = 0, durations: Any = (60,) * 4) -> Frames:
    return np.concatenate([dots(n, 100 * seed + index) for index, n in enumerate(durations)])


def natural_video(seed: int = 0, scenes: Any = (73, 101, 126)) -> Frames:
    return np.concatenate([texture(n, 100 * seed + index, speed=0) for index, n in enumerate(scenes)])


def drifting(frames: Frames, rate: float = 0.001) -> Frames:
    """The presentation under a display clock that falls behind by ``rate`` of a frame each frame."""
    behind = np.minimum(rate * np.arange(len(frames)), 1)[:, None, None]
    before = np.concatenate([frames[:1], frames[:-1]])
    return ((1 - behind) * frames + behind * before).astype(np.float32)


def good_segment(**changes: Any) -> Segment:
    """A segment that is good for no class in particular; changes override."""
    segment = Segment(
        frame_start=0,
        frame_end=10,
        duration=10,
        transition_start=0,
        transition_end=0,
        max_change=0.0,
        is_static=True,
        intensity_range=100.0,
        margin_left=8,
        margin_right=8,
        margin_top=8,
        margin_bottom=8,
        background_color=128.0,
        background_proportion=0.7,
        is_uniform=False,
    )
    return replace(segment, **changes)


# ---- the rules once more, in the most literal way


def slow_change(frames: Frames) -> list[float]:
    video = frames.astype(np.float64)
    return [float(np.mean((video[t + 1] - video[t]) ** 2)) for t in range(len(video) - 1)]


def slow_peaks(c: list[float], p: PeakParameters) -> list[int]:
    def threshold(side: list[float]) -> float | None:
        if not side:
            return None
        mean, std = np.mean(side), np.std(side)
        if p.outlier_cut is not None:
            side = [x for x in side if abs(x - mean) <= p.outlier_cut * std * (1 + 1e-9)]
        return None if len(side) < 3 else max(p.floor, p.factor * float(np.std(side)))

    found = []
    for t in range(len(c)):
        left, right = threshold(c[max(0, t - p.window) : t]), threshold(c[t + 1 : t + 1 + p.window])
        if left is None or right is None:
            continue
        left_passes = c[t] > c[t - 1] + left or c[t] < c[t - 1] - left
        right_passes = c[t] > c[t + 1] + right or c[t] < c[t + 1] - right
        if left_passes and right_passes:
            found.append((max(c[t] - max(c[t - 1], c[t + 1]), min(c[t - 1], c[t + 1]) - c[t]), t))
    kept: list[int] = []
    for _, t in sorted(found, reverse=True):
        if all(abs(t - other) >= p.distance for other in kept):
            kept.append(t)
    return sorted(kept)


def slow_describe(frames: Frames, start: int, end: int) -> dict[str, Any]:
    video = frames[start:end].astype(np.float64)
    x = slow_change(frames[start:end])

    def transitions(signal: list[float]) -> int:
        if end - start <= 6 or not signal[3:-3] or max(signal[3:-3]) >= 50:
            return 0
        return next(n for n in range(4) if max(signal[n:-3]) < 50)

    first, last = transitions(x), transitions(x[::-1])
    inner = x[first : len(x) - last]
    max_change = max(inner) if inner else 0.0
    steady = video[first : len(video) - last]
    spread = steady.max() - steady.min()
    # counts, not densities: bin widths differ in the last place, which would decide between equally full bins
    counts, edges = np.histogram(steady, bins=255, range=(0, 256))
    fullest = int(np.argmax(counts))
    proportion = counts[fullest] / steady.size / (256 / 255)

    def margin(lines: NDArray[np.float64]) -> int:
        if spread <= 35:
            return len(lines)
        n = 0
        while n < len(lines) and lines[: n + 1].max() - lines[: n + 1].min() <= 35:
            n += 1
        return n

    columns, rows = video.transpose(2, 0, 1), video.transpose(1, 0, 2)
    return {
        "frame_start": start,
        "frame_end": end,
        "duration": end - start,
        "transition_start": first,
        "transition_end": last,
        "max_change": max_change,
        "is_static": max_change <= 50,
        "intensity_range": spread,
        "margin_left": margin(columns),
        "margin_right": margin(columns[::-1]),
        "margin_top": margin(rows),
        "margin_bottom": margin(rows[::-1]),
        "background_color": (edges[fullest] + edges[fullest + 1]) / 2,
        "background_proportion": proportion,
        "is_uniform": proportion >= 0.8 and spread <= 35 and max_change <= 50,
    }
