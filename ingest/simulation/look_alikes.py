"""Look-alikes: videos that differ from another one as little as two videos plausibly can."""

from __future__ import annotations

from dataclasses import replace

from ingest.simulation.stimuli import PARAMETRIC, LookAlike, Segment, Stimulus, natural_video
from ingest.simulation.streams import stream

__all__ = ["LABELS", "natural", "parametric"]

LABELS = ("GaussianDot", "Gabor", "NaturalImages")
# Scenes of the videos that come with natural look-alikes. The second and third are equally long, so that exchanging
# them moves no cut; the last is short and lies between two tenth frames, where sparse key frames overlook it.
SCENES = (70, 80, 80, 61, 9)
REPLACED = (1, 4, 2, 3)  # scene, in turn from one set of look-alikes to the next


def natural(pair: int, index: int) -> list[Stimulus]:
    """A natural video and three that look like it: one scene replaced, same beginning, two scenes exchanged."""
    name = f"p{pair}-NaturalVideo-alike{index}"
    scenes = [(f"{name}-scene{number}", length) for number, length in enumerate(SCENES)]

    def other(*numbers: int) -> list[tuple[str, int]]:
        return [(f"{scene}-other" if number in numbers else scene, n) for number, (scene, n) in enumerate(scenes)]

    def alike(suffix: str, difference: str, changed: list[tuple[str, int]], *numbers: int) -> Stimulus:
        video = natural_video.from_scenes(f"{name}-{suffix}", changed)
        return replace(video, look_alike=LookAlike(f"{name}-base", difference, numbers))

    replaced = REPLACED[index % len(REPLACED)]
    first, second, third, *rest = scenes
    return [
        natural_video.from_scenes(f"{name}-base", scenes),
        alike("one-segment", "one segment", other(replaced), replaced),
        alike("same-start", "all but the first frames", other(1, 2, 3, 4), 1, 2, 3, 4),
        alike("swapped", "two segments swapped", [first, third, second, *rest], 1, 2),
    ]


def parametric(video: Stimulus, seed: int, index: int) -> list[Stimulus]:
    """Two videos that look like a parametric one: one segment replaced, two segments exchanged."""
    rng = stream(seed, "look-alike", video.name, index)
    module = PARAMETRIC[video.label]
    shown = [i for i, segment in enumerate(video.segments) if segment.parameters or segment.name != "Background"]
    replaced = int(rng.choice(shown))
    other = module.another(video.segments[replaced], f"{video.name}-alike{index}", close=index % 2 == 1)
    first, second = _exchangeable(video, shown, [int(i) for i in rng.permutation(len(shown))])
    a, b = video.segments[first], video.segments[second]
    return [
        _with(video, f"alike{index}-one-segment", "one segment", {replaced: other}),
        _with(video, f"alike{index}-swapped", "two segments swapped", {first: _into(b, a), second: _into(a, b)}),
    ]


def _exchangeable(video: Stimulus, shown: list[int], order: list[int]) -> tuple[int, int]:
    """Two segments, in the given order of preference, that differ enough for the exchange to make another video."""
    module = PARAMETRIC[video.label]
    for i in order:
        for j in order:
            first, second = sorted((shown[i], shown[j]))
            if first != second and module.differ_clearly(video.segments[first], video.segments[second]):
                return first, second
    raise AssertionError(f"{video.name} has no two different segments")


def _into(content: Segment, slot: Segment) -> Segment:
    """The content of one segment in the time of another."""
    return replace(content, start=slot.start, end=slot.end, onset=slot.onset)


def _with(video: Stimulus, suffix: str, difference: str, changes: dict[int, Segment]) -> Stimulus:
    segments = tuple(changes.get(i, segment) for i, segment in enumerate(video.segments))
    look_alike = LookAlike(video.name, difference, tuple(sorted(changes)))
    return Stimulus(f"{video.name}-{suffix}", video.label, segments, look_alike)
