"""What is recorded: for each recording its name, neurons and trials, decided before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest.simulation import look_alikes
from ingest.simulation.drift import drift_rate
from ingest.simulation.faults import Fault, frames_after, image_faults, stall
from ingest.simulation.options import Dtype, SimulationOptions, class_plan
from ingest.simulation.stimuli import PARAMETRIC, Stimulus, natural_video
from ingest.simulation.streams import stream

__all__ = ["Presentation", "Recording", "plan"]

# The two releases of the published data, told apart by the end of a recording's name.
RELEASES = ("8744edeac3b4d1ce16b680916b5267ce", "9b4f6a1a067fe51e15306b9628efea20")
NATURAL_TEST_TIERS = ("oracle", "live_test_main", "final_test_main")
TEST_TIERS = (*NATURAL_TEST_TIERS, "live_test_bonus", "final_test_bonus")
# The published neuron statistics leave no doubt that oracle responses are there: four tiers are withheld.
WITHHELD_TIERS = ("live_test_main", "live_test_bonus", "final_test_main", "final_test_bonus")
GAPS_EVERY = 40  # trials, in the first release; the other has none
STILL_EVERY = 100  # trials, in which the mouse's running is not on record
FAULT_SHARE = 0.08  # of the repeats of image videos


@dataclass(frozen=True)
class Presentation:
    """One trial.

    Attributes:
        stimulus: what is shown.
        repeat: which presentation of it in this recording, from 0; names the trial's random draws, so that they do not
            depend on the trial's number.
        tier: phase of the session.
        trial: the trial's number.
        drift_rate: frames per frame.
        faults: what went wrong on the screen.
        withheld: responses are published as zeros.
        running: the running trace is on record.
    """

    stimulus: Stimulus
    repeat: int
    tier: str
    trial: int = -1
    drift_rate: float = 0.0
    faults: tuple[Fault, ...] = ()
    withheld: bool = False
    running: bool = True

    @property
    def frames(self) -> int:
        """Valid frames of the trial."""
        return frames_after(self.stimulus.frames, self.faults)


@dataclass(frozen=True)
class Recording:
    """One recording, that is one mouse on one day.

    Attributes:
        name: the folder's name.
        pair: recordings of the same pair show the same stimuli.
        dtype: of its arrays.
        wander: still pixels wander by a unit in the last place.
        n_neurons: neurons.
        trials: in the order of their numbers.
        gaps: trial numbers without files.
        behavior_folder: as this copy spells it.
    """

    name: str
    pair: int
    dtype: Dtype
    wander: bool
    n_neurons: int
    trials: tuple[Presentation, ...]
    gaps: tuple[int, ...]
    behavior_folder: str

    @property
    def samples(self) -> int:
        """T, the length of every array: that of the longest trial."""
        return max(trial.frames for trial in self.trials)


def plan(options: SimulationOptions) -> list[Recording]:
    """All recordings of a simulation."""
    stalled_at = _first_with_images(options) if options.stalled else None
    return [_recording(options, index, stalled=index == stalled_at) for index in range(options.recordings)]


def _first_with_images(options: SimulationOptions) -> int:
    return next(i for i in range(options.recordings) if "NaturalImages" in class_plan(i).classes)


def _recording(options: SimulationOptions, index: int, *, stalled: bool) -> Recording:
    published = index % 2 == 0
    rng = stream(options.seed, "recording", index)
    animal, scan = int(rng.integers(90000, 100000)), int(rng.integers(1, 20))
    dtype = options.dtype or ("float32" if published else "float64")
    wander = options.dtype is None if options.ulp_wander is None else options.ulp_wander
    shown = [
        _with_conditions(options, index, presentation, withheld=not published)
        for presentation in _presentations(options, index)
    ]
    if stalled:
        shown = _with_stall(shown)
    trials, gaps = _numbered(options, index, shown, with_gaps=published)
    misspelled = options.misspelled_behavior and index == options.recordings - 1
    return Recording(
        name=f"dynamic{animal}-{index + 1}-{scan}-Video-{RELEASES[index % 2]}{options.name_suffix}",
        pair=index // 2,
        dtype=dtype,
        wander=wander and dtype == "float64",
        n_neurons=options.n_neurons + int(rng.integers(0, options.n_neurons // 10 + 1)),
        trials=trials,
        gaps=gaps,
        behavior_folder="bahavior" if misspelled else "behavior",
    )


def _presentations(options: SimulationOptions, index: int) -> Iterator[Presentation]:
    """What a recording shows, in no particular order."""
    pair = index // 2
    for number in range(options.train_videos):
        yield Presentation(natural_video.design(options.seed, pair, "train", number), 0, "train")
    for number in range(options.look_alikes):
        for video in look_alikes.natural(pair, number):
            yield Presentation(video, 0, "train")
    # The mice of a pair see the same test videos, but not all of them in the same tier.
    for number in range(options.test_videos * len(NATURAL_TEST_TIERS)):
        tier = NATURAL_TEST_TIERS[(number + (number // 3 + 1) * (index % 2)) % 3]
        video = natural_video.design(options.seed, pair, "test", number)
        for repeat in range(options.test_repeats):
            yield Presentation(video, repeat, tier)
    classes = class_plan(index)
    for tier, labels in (("live_test_bonus", classes.live_test_bonus), ("final_test_bonus", classes.final_test_bonus)):
        for label in labels:
            for video in _parametric_videos(options, pair, label):
                for repeat in range(options.parametric_repeats):
                    yield Presentation(video, repeat, tier)


def _parametric_videos(options: SimulationOptions, pair: int, label: str) -> Iterator[Stimulus]:
    videos = [PARAMETRIC[label].design(options.seed, pair, number) for number in range(options.parametric_videos)]
    yield from videos
    if label in look_alikes.LABELS and videos:
        for index in range(options.look_alikes):
            yield from look_alikes.parametric(videos[index % len(videos)], options.seed, index)


def _with_conditions(
    options: SimulationOptions, index: int, presentation: Presentation, *, withheld: bool
) -> Presentation:
    """The presentation with its drift and faults."""
    stimulus = presentation.stimulus
    rng = stream(options.seed, "presentation", index, stimulus.name, presentation.repeat)
    rate = drift_rate(rng, stimulus.label)
    # The first presentation is sound: what the repeats are compared with. The second of the first video is not, so
    # that small simulations have a fault as well.
    always = stimulus.name.endswith("-0") and presentation.repeat == 1
    faulty = presentation.repeat > 0 and (rng.random() < FAULT_SHARE or always)
    faults: tuple[Fault, ...] = ()
    if options.drop_frames and faulty and stimulus.label == "NaturalImages":
        faults = image_faults(rng, stimulus)
    return replace(
        presentation,
        drift_rate=rate,
        faults=faults,
        withheld=withheld and presentation.tier in WITHHELD_TIERS,
    )


def _with_stall(shown: list[Presentation]) -> list[Presentation]:
    """The presentations, the last repeat of an image video stalled; not of a look-alike, they are hard enough."""
    stalled = max(
        i for i, p in enumerate(shown) if p.stimulus.label == "NaturalImages" and p.stimulus.look_alike is None
    )
    return [replace(p, faults=stall(p.stimulus)) if i == stalled else p for i, p in enumerate(shown)]


def _numbered(
    options: SimulationOptions, index: int, shown: list[Presentation], *, with_gaps: bool
) -> tuple[tuple[Presentation, ...], tuple[int, ...]]:
    """The presentations in the order of the session, numbered, and the numbers left out."""
    rng = stream(options.seed, "order", index)
    n_gaps = -(-len(shown) // GAPS_EVERY) if with_gaps else 0
    numbers = len(shown) + n_gaps
    # The last number has a file, as in the published recordings.
    gaps = {int(number) for number in rng.permutation(numbers - 1)[:n_gaps]}
    n_still = -(-len(shown) // STILL_EVERY)
    still = {int(i) for i in rng.permutation(len(shown))[:n_still]}
    order = [int(i) for i in rng.permutation(len(shown))]
    free = (number for number in range(numbers) if number not in gaps)
    trials = tuple(
        replace(shown[i], trial=number, running=i not in still) for i, number in zip(order, free, strict=True)
    )
    return trials, tuple(sorted(gaps))
