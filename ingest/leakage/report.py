"""What a look for leakage has found: each thing that is trained on and tested on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

Scope = Literal["within", "across"]
Kind = Literal["video", "segment", "near-equal"]


@dataclass(frozen=True)
class Finding:
    """One video or segment, or one pair of near-equal videos, that tiers share which must not.

    Attributes
    ----------
    kind
        `video` (the same video), `segment` (the same segment, in two different videos) or `near-equal` (two videos
        that are different, yet close).
    scope
        `within` one mouse, or `across` mice: trained on with one, tested on with another.
    trained, tested
        The IDs; the same for what is shared.
    label
        Of the video or segment that is tested on.
    train_tier, test_tier
        The tiers; None for trials whose tier is unknown.
    train_trials, test_trials
        How many trials of each tier show it to such mice.
    train_example, test_example
        The first of those, as `recording/trial`.
    because
        What is shared, as a sentence.
    """

    kind: Kind
    scope: Scope
    trained: str
    tested: str
    label: str | None
    train_tier: str | None
    test_tier: str | None
    train_trials: int
    test_trials: int
    train_example: str
    test_example: str
    because: str


@dataclass(frozen=True)
class Side:
    """What one side of the comparison is: its name, and how many trials, videos and mice it has."""

    name: str
    trials: int
    videos: int
    mice: int


@dataclass(frozen=True)
class LeakageReport:
    """The outcome: what was compared, what is shared, and `notes`, sentences about what could not be looked for."""

    train: Side
    test: Side
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is shared."""
        return not self.findings

    def count(self, kind: Kind) -> int:
        """Return how many different videos, segments or pairs of near-equal videos are shared."""
        return len({(one.trained, one.tested) for one in self.findings if one.kind == kind})

    def counts(self) -> Counter[tuple[str, str, str | None, str | None]]:
        """Return how many findings there are by kind, scope and tiers."""
        return Counter((one.kind, one.scope, one.train_tier, one.test_tier) for one in self.findings)

    def to_frame(self) -> pd.DataFrame:
        """Return the findings as a DataFrame, a row each."""
        import pandas as pd

        return pd.DataFrame(rows(self.findings), columns=pd.Index(COLUMNS))

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return {**asdict(self), "ok": self.ok}


COLUMNS = tuple(field.name for field in fields(Finding))


def rows(findings: Sequence[Finding]) -> list[tuple[Any, ...]]:
    """Return findings as plain rows of `COLUMNS`."""
    return [tuple(getattr(one, name) for name in COLUMNS) for one in findings]
