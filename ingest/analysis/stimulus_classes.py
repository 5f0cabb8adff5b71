"""The stimulus classes: one table of every parameter that differs between them.

All numbers are those of the published method, on which the published metadata rest.
"""

from dataclasses import dataclass

NATURAL_VIDEO = "NaturalVideo"
UNKNOWN = "unknown"
BACKGROUND = "Background"
"""Label of the uniform gray segments between the photographs of a NaturalImages video."""


@dataclass(frozen=True)
class PeakParameters:
    """How the peaks of a change signal are found.

    ``window`` and ``distance`` are in frames, ``factor`` multiplies a side's standard deviation, ``floor`` is the
    least threshold (squared intensity), ``outlier_cut`` is in standard deviations (None: no sample is dropped).
    """

    window: int
    distance: int
    factor: float
    floor: float = 10.0
    outlier_cut: float | None = 2.0


@dataclass(frozen=True)
class SegmentCriteria:
    """What a good segment of a class is; a segment that fails any criterion is bad. None: not asked for.

    Durations are (least, most) frames, both allowed. Margins are in pixels.
    """

    duration: tuple[int, int]
    uniform_duration: tuple[int, int] | None = None
    static: bool = False
    alternating: bool = False
    background_proportion: float | None = None
    side_margins: int | None = None
    open_margins: int | None = None


@dataclass(frozen=True)
class KeyFrames:
    """Which frames of a segment are compared: its middle (``step`` None), or every ``step``-th one.

    Stepping leaves out the first ``edge`` frames and stops ``edge`` frames before the end, so that the frames can be
    shifted by up to ``edge`` and still lie in the segment. Where nothing is left, the middle is taken.
    """

    step: int | None = None
    edge: int = 2
    shifts: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class StimulusClass:
    """A parametric class: videos made of a known number of segments of known duration (frames at 30 Hz)."""

    label: str
    peaks: PeakParameters
    n_segments: int
    n_tolerance: int
    criteria: SegmentCriteria
    bad_at_most: int
    nominal_duration: int
    key_frames: KeyFrames
    uniform_at_least: int = 0

    @property
    def counts(self) -> range:
        """Numbers of segments that a video of the class may have."""
        return range(self.n_segments - self.n_tolerance, self.n_segments + self.n_tolerance + 1)


FIRST_PASS = PeakParameters(window=10, distance=7, factor=5)
"""For a video whose label is not known yet, or stays unknown."""

NATURAL_PEAKS = PeakParameters(window=30, distance=7, factor=5, outlier_cut=None)

_MOVING = KeyFrames(step=8, shifts=(-2, -1, 0, 1, 2))

PARAMETRIC_CLASSES = {
    stimulus.label: stimulus
    for stimulus in (
        StimulusClass(
            label="GaussianDot",
            peaks=PeakParameters(window=5, distance=7, factor=3),
            n_segments=35,
            n_tolerance=2,
            criteria=SegmentCriteria(duration=(8, 10), static=True, background_proportion=0.5),
            bad_at_most=2,
            nominal_duration=9,
            key_frames=KeyFrames(),
        ),
        StimulusClass(
            label="NaturalImages",
            peaks=PeakParameters(window=10, distance=10, factor=3),
            n_segments=20,
            n_tolerance=2,
            criteria=SegmentCriteria(duration=(13, 17), uniform_duration=(10, 20), static=True, alternating=True),
            bad_at_most=4,
            nominal_duration=15,
            key_frames=KeyFrames(),
            uniform_at_least=1,
        ),
        StimulusClass(
            label="Gabor",
            peaks=PeakParameters(window=10, distance=20, factor=3),
            n_segments=12,
            n_tolerance=2,
            criteria=SegmentCriteria(duration=(23, 27), background_proportion=0.5, side_margins=5),
            bad_at_most=2,
            nominal_duration=25,
            key_frames=_MOVING,
        ),
        StimulusClass(
            label="PinkNoise",
            peaks=PeakParameters(window=10, distance=20, factor=5),
            n_segments=12,
            n_tolerance=2,
            criteria=SegmentCriteria(duration=(25, 29), open_margins=5),
            bad_at_most=2,
            nominal_duration=27,
            key_frames=_MOVING,
        ),
        StimulusClass(
            label="RandomDots",
            peaks=PeakParameters(window=20, distance=45, factor=5),
            n_segments=4,
            n_tolerance=1,
            criteria=SegmentCriteria(duration=(58, 62), background_proportion=0.5),
            bad_at_most=1,
            nominal_duration=60,
            key_frames=_MOVING,
        ),
    )
}


def peak_parameters(label: str | None) -> PeakParameters:
    """Return the peak parameters for a label; None and ``unknown`` take those of the first pass."""
    if label is None or label == UNKNOWN:
        return FIRST_PASS
    if label == NATURAL_VIDEO:
        return NATURAL_PEAKS
    return PARAMETRIC_CLASSES[label].peaks
