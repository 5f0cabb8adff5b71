"""Presentations of tens of thousands of videos: films made of a few simulated ones, and simulated parametric videos."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from ingest.analysis.signatures import Projection
from ingest.analysis.video import VideoAnalysis, analyse_video
from ingest.simulation.stimuli import PARAMETRIC, natural_video, render

POOL = 60
PARAMETRIC_VIDEOS = 20
"""Of each class: few, since all pairs of mice see some of the same ones."""


@cache
def simulated_films() -> list[VideoAnalysis]:
    """Analyse the films that all others are made of."""
    return [analyse_video(render(natural_video.design(0, 0, "train", number), 0)) for number in range(POOL)]


@cache
def parametric_videos() -> list[VideoAnalysis]:
    """Analyse simulated videos of the five parametric classes."""
    numbers = range(PARAMETRIC_VIDEOS)
    stimuli = [PARAMETRIC[label].design(0, number // 6, number % 6) for number in numbers for label in PARAMETRIC]
    return [analyse_video(render(stimulus, 0)) for stimulus in stimuli]


@dataclass(frozen=True)
class _Look:
    """How a film differs from the one it is made of: mirrored, in other tones, and beginning elsewhere."""

    mirrored: tuple[slice, slice, slice]
    tones: np.ndarray
    steps: int

    @classmethod
    def of(cls, number: int, n_frames: int) -> _Look:
        dice = np.random.default_rng(number)
        down, across = (slice(None, None, int(step)) for step in dice.choice((-1, 1), 2))
        contrast, brightness = dice.uniform(0.6, 1.4), dice.uniform(-40, 40)
        tones = np.clip(contrast * (np.arange(256) - 100) + 100 + brightness, 0, 255).astype(np.uint8)
        return cls((slice(None), down, across), tones, int(dice.integers(n_frames // 10)))

    def pictures(self, pictures: np.ndarray, frames_a_step: int) -> np.ndarray:
        return np.roll(self.tones[pictures[self.mirrored]], frames_a_step * self.steps, axis=0)


def film(number: int, presentation: int = 0) -> VideoAnalysis:
    """Return a film of its own; its presentations differ by a gray level here and there, as rounded repeats do."""
    made_of = simulated_films()[number % POOL]
    signature = made_of.signature
    look = _Look.of(number, len(signature.thumbnails))
    key_frames = look.pictures(signature.key_frames, 1)
    if presentation:
        pixels = np.random.default_rng((number, presentation)).integers(0, key_frames.size, size=1000)
        key_frames.flat[pixels] ^= 1
    changed = replace(signature, key_frames=key_frames, thumbnails=look.pictures(signature.thumbnails, 10))
    return _named(replace(made_of, signature=changed), film_name(number, presentation))


def film_name(number: int, presentation: int = 0) -> str:
    """Return the content hash of a film, without making it."""
    return f"v{_digest(f'{number} {presentation}')}"


def parametric(number: int, presentation: int = 0) -> VideoAnalysis:
    """Return a presentation of a parametric video; all are equal but for their hashes."""
    videos = parametric_videos()
    made_of = videos[number % len(videos)]
    names = tuple(f"s{_digest(f'{name} {presentation}')}" for name in made_of.segment_hashes)
    return _named(replace(made_of, segment_hashes=names), f"v{_digest(f'parametric {number} {presentation}')}")


def _named(analysis: VideoAnalysis, name: str) -> VideoAnalysis:
    return replace(analysis, content_hash=name)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def packed(number: int, *, whole: bool) -> dict[str, object]:
    """Return the row of `video_signatures` of a film; its signature is noise unless it is to be the `whole` one."""
    name = film_name(number)
    names = {"video_id": name, "content_hash": name}
    if whole:
        signature = film(number).signature
        return {**names, "projection": signature.projection().to_bytes(), "signature": signature.to_bytes()}
    signature = simulated_films()[number % POOL].signature
    look = _Look.of(number, len(signature.thumbnails))
    coarse = look.pictures(signature.thumbnails[5::10], 1)
    projection = Projection(signature.label, signature.shape, len(coarse), coarse.reshape(len(coarse), -1))
    return {**names, "projection": projection.to_bytes(), "signature": noise()}


@cache
def noise() -> bytes:
    """Return what stands in place of signatures that are hardly ever read: some that are like no other.

    They are large enough that both databases keep them out of their rows, as they do with whole ones (47 kB).
    """
    signature = simulated_films()[0].signature
    pictures = np.random.default_rng(0).integers(0, 256, (300, 3, 4)).astype(np.uint8)
    return replace(signature, key_frames=np.zeros_like(signature.key_frames), thumbnails=pictures).to_bytes()


def session(films: range, presentations: range) -> Iterator[VideoAnalysis]:
    """Yield what a recording shows: its films, the last 18 of them ten times, and 17 parametric videos twelve times."""
    for number in films:
        repeats = 10 if number >= films.stop - 18 else 1
        for repeat in range(repeats):
            yield film(number, presentations.start + repeat)
    for number in range(17):
        for repeat in range(12):
            yield parametric(number, presentations.start + repeat)
