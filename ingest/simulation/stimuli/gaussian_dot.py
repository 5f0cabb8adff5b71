"""GaussianDot: 35 still blobs of 9 frames, white or black, at 105 places on gray."""

from __future__ import annotations

import numpy as np

from ingest.simulation.stimuli.base import GRAY, HEIGHT, WIDTH, Frames, Parameter, Segment, Stimulus, even_starts
from ingest.simulation.streams import stream

__all__ = ["another", "design", "differ_clearly", "render"]

LABEL = "GaussianDot"
N_SEGMENTS, DURATION = 35, 9
COLUMNS, ROWS = 15, 7
SPACING = 3.2  # pixels between places: the published margins move in these steps
WIDTH_SD = 4.4  # pixels: leaves the published margins and share of background
POLARITIES = ("white", "black")
CLEAR_CUT = 2 * WIDTH_SD  # pixels: blobs of one polarity that are nearer than this leave hardly a cut between them
AMPLITUDE = {"white": 127.5, "black": -127.5}


def design(seed: int, pair: int, number: int) -> Stimulus:
    """Video `number` of a pair of mice; six in a row show every blob once."""
    per_round = COLUMNS * ROWS * 2 // N_SEGMENTS
    order = stream(seed, LABEL, pair, "order", number // per_round).permutation(COLUMNS * ROWS * 2)
    chosen = _with_clear_cuts([int(blob) for blob in order[number % per_round * N_SEGMENTS :][:N_SEGMENTS]])
    slots = even_starts(stream(seed, LABEL, pair, number), N_SEGMENTS, DURATION, late=0.0)
    segments = (_segment(blob, *slot) for blob, slot in zip(chosen, slots, strict=True))
    return Stimulus(f"p{pair}-{LABEL}-{number}", LABEL, tuple(segments))


def _with_clear_cuts(blobs: list[int]) -> list[int]:
    """Reorder blobs where one nearly covers the one before; the published sequences have a clear cut everywhere."""
    left, ordered = list(blobs), [blobs[0]]
    left.remove(blobs[0])
    while left:
        following = next((blob for blob in left if _cut_is_clear(ordered[-1], blob)), left[0])
        left.remove(following)
        ordered.append(following)
    return ordered


def _cut_is_clear(before: int, after: int) -> bool:
    if before % 2 != after % 2:
        return True
    (row, column), (next_row, next_column) = divmod(before // 2, COLUMNS), divmod(after // 2, COLUMNS)
    return float(np.hypot(next_row - row, next_column - column)) * SPACING >= CLEAR_CUT


def _segment(blob: int, start: int, end: int) -> Segment:
    place, polarity = blob // 2, POLARITIES[blob % 2]
    column, row = place % COLUMNS, place // COLUMNS
    parameters: dict[str, Parameter] = {
        "x": round((WIDTH - 1) / 2 + (column - COLUMNS // 2) * SPACING, 6),
        "y": round((HEIGHT - 1) / 2 + (row - ROWS // 2) * SPACING, 6),
        "place": place,
        "polarity": polarity,
    }
    return Segment(f"{LABEL}-place{place:03d}-{polarity}", start, end, float(start), parameters)


def another(segment: Segment, _key: object, *, close: bool = False) -> Segment:
    """The blob of the other polarity at the same place; if `close`, of the same polarity at the next place."""
    place, polarity = int(segment.parameters["place"]), POLARITIES.index(str(segment.parameters["polarity"]))
    if close:
        place += 1 if place % COLUMNS < COLUMNS - 1 else -1
    else:
        polarity = 1 - polarity
    return _segment(place * 2 + polarity, segment.start, segment.end)


def differ_clearly(one: Segment, other: Segment) -> bool:
    """Whether exchanging the two makes another video: neighbouring blobs of one polarity nearly coincide."""
    return one.parameters["polarity"] != other.parameters["polarity"]


def render(stimulus: Stimulus, _seed: int) -> Frames:
    """Frames (frames, height, width)."""
    frames = np.empty((stimulus.frames, HEIGHT, WIDTH), np.float32)
    x, y = np.arange(WIDTH), np.arange(HEIGHT)
    for segment in stimulus.segments:
        across = np.exp(-((x - float(segment.parameters["x"])) ** 2) / (2 * WIDTH_SD**2))
        down = np.exp(-((y - float(segment.parameters["y"])) ** 2) / (2 * WIDTH_SD**2))
        amplitude = AMPLITUDE[str(segment.parameters["polarity"])]
        frames[segment.start : segment.end] = GRAY + amplitude * np.outer(down, across)
    return np.clip(frames, 0, 255, out=frames)
