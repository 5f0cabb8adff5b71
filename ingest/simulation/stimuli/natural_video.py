"""NaturalVideo: 300 frames of made-up footage, hard cuts anywhere, the camera and things moving between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest.simulation.stimuli.base import HEIGHT, WIDTH, Frames, Segment, Stimulus
from ingest.simulation.streams import stream
from ingest.simulation.textures import picture

__all__ = ["LENGTH", "design", "from_scenes", "render"]

LABEL = "NaturalVideo"
LENGTH = 300
SHORTEST_SCENE = 4
# Shares of videos with 1, 2, … scenes. The published tools find three cuts in four, so there are more than they list.
N_SCENES = (0.44, 0.14, 0.11, 0.12, 0.09, 0.07, 0.03)
ROWS, COLUMNS = 96, 128  # of the picture that the camera moves over
MEDIAN_SPEED, SPEED_SPREAD = 1.7, 1.05  # pixels per frame; natural logarithm


def design(seed: int, pair: int, kind: str, number: int) -> Stimulus:
    """Video `number` of the `kind` "train" or "test" of a pair of mice."""
    rng = stream(seed, LABEL, pair, kind, number)
    count = int(rng.choice(len(N_SCENES), p=N_SCENES)) + 1
    name = f"p{pair}-{LABEL}-{kind}-{number}"
    return from_scenes(name, [(f"{name}-scene{index}", length) for index, length in enumerate(_lengths(rng, count))])


def _lengths(rng: np.random.Generator, count: int) -> list[int]:
    while True:
        cuts = np.sort(rng.integers(1, LENGTH, count - 1))
        lengths = np.diff([0, *cuts, LENGTH])
        if lengths.min() >= SHORTEST_SCENE:
            return [int(length) for length in lengths]


def from_scenes(name: str, scenes: list[tuple[str, int]]) -> Stimulus:
    """The video of these scenes (name, frames): the name decides what a scene shows."""
    segments, start = [], 0
    for scene, length in scenes:
        segments.append(Segment(scene, start, start + length, float(start)))
        start += length
    return Stimulus(name, LABEL, tuple(segments))


def render(stimulus: Stimulus, seed: int) -> Frames:
    """Frames (frames, height, width)."""
    return np.concatenate([_render_scene(segment, seed) for segment in stimulus.segments])


@dataclass(frozen=True)
class _Path:
    """Where something is over time, in pixels: x and y (frames,)."""

    x: npt.NDArray[np.float32]
    y: npt.NDArray[np.float32]


def _render_scene(segment: Segment, seed: int) -> Frames:
    rng = stream(seed, LABEL, segment.name)
    count = segment.end - segment.start
    tones = _tones(rng)
    speed = MEDIAN_SPEED * np.exp(SPEED_SPREAD * rng.standard_normal())
    zoom_rate = rng.normal(0, 0.0015) * min(speed, 2.0)
    camera = _path(rng, speed)
    zoom = np.clip(np.exp(zoom_rate * (np.arange(LENGTH) - 150)), 0.6, 1.6).astype(np.float32)
    shown = _look(tones, _Path(camera.x[:count], camera.y[:count]), zoom[:count])
    for _ in range(int(rng.integers(0, 3))):
        _add_thing(rng, shown, speed)
    if rng.random() < 0.3:
        _change_light(rng, shown, speed)
    return np.clip(shown, 0, 255, out=shown)


def _tones(rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """The picture a scene plays in, in gray levels: more of it dark than bright, as in film."""
    texture = picture(rng, ROWS, COLUMNS, slope=rng.uniform(1.0, 1.4), things=25, blur=0.8)
    darkness = np.exp(rng.normal(0.35, 0.45))
    contrast = rng.uniform(0.12, 0.24)
    middle = rng.normal(0.41, 0.1)
    black, white = max(rng.uniform(-15, 25), 0.0), 255 * min(rng.uniform(0.82, 1.1), 1.0)
    light = np.clip(middle + contrast * texture, 0, 1) ** np.float32(darkness)
    tones: npt.NDArray[np.float32] = (black + (white - black) * light).astype(np.float32)
    return tones


def _path(rng: np.random.Generator, speed: float) -> _Path:
    """A path of LENGTH frames whose speed swells and fades around `speed`, and whose direction drifts."""
    time = np.arange(LENGTH)
    swelling = np.zeros(LENGTH)
    for _ in range(3):
        swelling += rng.normal(0, 0.28) * np.sin(2 * np.pi * (time / rng.uniform(25, 300) + rng.random()))
    heading = rng.uniform(0, 2 * np.pi) + rng.normal(0, 0.6) * np.sin(2 * np.pi * (time / rng.uniform(80, 400)))
    step = speed * np.exp(swelling)
    x, y = np.cumsum(step * np.cos(heading)), np.cumsum(0.6 * step * np.sin(heading))
    return _Path((x + rng.uniform(0, COLUMNS)).astype(np.float32), (y + rng.uniform(0, ROWS)).astype(np.float32))


def _look(tones: npt.NDArray[np.float32], camera: _Path, zoom: npt.NDArray[np.float32]) -> Frames:
    """What the camera sees of a picture that goes on for ever: (frames, height, width), linearly interpolated."""
    y = camera.y[:, None] + zoom[:, None] * np.arange(-(HEIGHT // 2), HEIGHT // 2, dtype=np.float32)
    x = camera.x[:, None] + zoom[:, None] * np.arange(-(WIDTH // 2), WIDTH // 2, dtype=np.float32)
    row, column = np.floor(y).astype(np.intp), np.floor(x).astype(np.intp)
    down, across = (y - row)[:, :, None], (x - column)[:, None, :]
    rows = tones[row % ROWS]
    rows += down * (tones[(row + 1) % ROWS] - rows)
    seen = np.take_along_axis(rows, (column % COLUMNS)[:, None, :], axis=2)
    right = np.take_along_axis(rows, ((column + 1) % COLUMNS)[:, None, :], axis=2)
    right -= seen
    right *= across
    seen += right
    return seen


def _add_thing(rng: np.random.Generator, shown: Frames, speed: float) -> None:
    """Let something of a tone of its own move across, in place."""
    count = len(shown)
    own = _path(rng, speed * rng.uniform(0.3, 1.2))
    width, height = rng.uniform(4, 18), rng.uniform(4, 14)
    tone, pattern = rng.uniform(0, 230), rng.uniform(0, 40)
    # It comes back after having left: otherwise most of a fast scene would be without it.
    x = (own.x[:count] % (WIDTH + 4 * width))[:, None] - 2 * width
    y = (own.y[:count] % (HEIGHT + 4 * height))[:, None] - 2 * height
    across = ((np.arange(WIDTH) - x) / width).astype(np.float32)
    down = ((np.arange(HEIGHT) - y) / height).astype(np.float32)
    cover = np.float32(3.5) - 3 * ((across**2)[:, None, :] + (down**2)[:, :, None])  # an ellipse with a soft rim
    np.clip(cover, 0, 1, out=cover)
    look = np.float32(tone) + np.float32(pattern) * (np.cos(2 * down)[:, :, None] * np.sin(3 * across)[:, None, :])
    look -= shown
    look *= cover
    shown += look


def _change_light(rng: np.random.Generator, shown: Frames, speed: float) -> None:
    """Let contrast and brightness change slowly, in place."""
    time = np.arange(len(shown))
    depth = min(0.25, 0.1 * speed)
    light = 1 + depth * np.sin(2 * np.pi * (time / rng.uniform(100, 500) + rng.random()))
    shown *= light.astype(np.float32)[:, None, None]
