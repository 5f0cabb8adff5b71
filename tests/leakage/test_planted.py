"""Shared and look-alike videos, planted across tiers: what is found of them is what the simulation knows."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import pytest

from catalog import Catalog, QueryError
from ingest.leakage import Finding, LeakageReport, find_leakage
from tests.leakage.conftest import Planted, RunLeakage

CUTS = 8
"""Frames by which a common stretch may be shorter than the scenes: at a cut, a presentation mixes two scenes."""

Key = tuple[str, str, str, str]
"""Scope, what is trained on, what is tested on, and the tier in which it is."""


def _sides(planted: Planted) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield (scope, stimulus trained on, stimulus tested on, test tier, label) of each pair of trials."""
    shown = [
        (mouse, trial["stimulus"].partition("-")[2], trial["tier"], trial["label"])
        for mouse, recording in planted.truth["recordings"].items()
        for trial in recording["trials"].values()
    ]
    for (mouse, one, tier, _), (other_mouse, other, test_tier, label) in product(shown, shown):
        if tier == "train" and test_tier not in ("train", "none"):
            yield "within" if mouse == other_mouse else "across", one, other, test_tier, label


def _found(report: LeakageReport, kind: str) -> dict[Key, Finding]:
    found = [one for one in report.findings if one.kind == kind]
    keys = {(one.scope, one.trained, one.tested, str(one.test_tier)): one for one in found}
    assert len(keys) == len(found)
    return keys


@pytest.fixture
def report(leaking: str) -> LeakageReport:
    return find_leakage(leaking)


def test_videos_in_two_tiers_are_found(report: LeakageReport, planted: Planted) -> None:
    expected = {
        (scope, planted.videos[one], planted.videos[other], tier)
        for scope, one, other, tier, _ in _sides(planted)
        if one == other
    }
    assert {scope for scope, *_ in expected} == {"across"}
    assert _found(report, "video").keys() == expected


def test_segments_of_different_videos_are_found(report: LeakageReport, planted: Planted, leaking: str) -> None:
    expected: dict[tuple[str, str], set[str]] = defaultdict(set)
    for scope, one, other, tier, label in _sides(planted):
        if label == "GaussianDot" and one != other:
            common = {name for name, _ in planted.scenes(one)} & {name for name, _ in planted.scenes(other)}
            expected[scope, tier] |= common
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in _found(report, "segment").values():
        assert (one.trained, one.label) == (one.tested, "GaussianDot")
        found[one.scope, str(one.test_tier)].add(one.trained)
    assert {key: len(names) for key, names in found.items()} == {
        key: len(names) for key, names in expected.items() if names
    }
    with Catalog(leaking) as cat:
        original = {part.segment_id for part in cat.video(planted.videos["GaussianDot-0"]).segments}
    assert set().union(*found.values()) <= original


def test_near_equal_videos_are_found_with_the_frames_that_they_share(report: LeakageReport, planted: Planted) -> None:
    expected: dict[Key, int] = {}
    for scope, one, other, tier, label in _sides(planted):
        common = set(planted.scenes(one)) & set(planted.scenes(other))
        if one != other and common and label == "NaturalVideo":
            expected[scope, planted.videos[one], planted.videos[other], tier] = sum(length for _, length in common)
    found = {key: one for key, one in _found(report, "near-equal").items() if one.label == "NaturalVideo"}
    assert found.keys() == expected.keys()
    assert len(set(expected.values())) > 3
    for key, frames in expected.items():
        told = re.match(r"(\d+) of 300 frames in common", found[key].because)
        assert told, found[key]
        assert frames - CUTS <= int(told[1]) <= frames


def test_near_equal_videos_made_of_segments_are_found(report: LeakageReport, planted: Planted) -> None:
    found = {one.tested: one for one in _found(report, "near-equal").values() if one.label != "NaturalVideo"}
    replaced, swapped = (planted.videos[f"GaussianDot-0-alike0-{what}"] for what in ("one-segment", "swapped"))
    assert found.keys() == {replaced, swapped}
    assert found[replaced].because == "34 of 35 segments in common"
    assert found[swapped].because == "the same 35 segments in another order"
    assert {one.trained for one in found.values()} == {planted.videos["GaussianDot-0"]}


def test_trials_are_counted_and_an_example_named(report: LeakageReport, planted: Planted, leaking: str) -> None:
    base, alike = (planted.videos[f"NaturalVideo-alike0-{what}"] for what in ("base", "one-segment"))
    finding = _found(report, "near-equal")["within", base, alike, "final_test_main"]
    assert (finding.train_trials, finding.test_trials) == (2, 2)
    with Catalog(leaking) as cat:
        for name, video, tier in (
            (finding.train_example, base, "train"),
            (finding.test_example, alike, "final_test_main"),
        ):
            trial = cat.trial(*name.split("/"))
            assert (trial.video_id, trial.trial_type) == (video, tier)
    assert (report.train.mice, report.test.mice, report.notes) == (2, 2, ())


def test_one_scope_alone_can_be_asked_for(report: LeakageReport, leaking: str) -> None:
    for scope in ("within", "across"):
        alone = find_leakage(leaking, scopes=[scope])
        assert alone.findings == tuple(one for one in report.findings if one.scope == scope) != ()
    with pytest.raises(QueryError, match=r"scope 'between': expected 'within'"):
        find_leakage(leaking, scopes=["between"])  # type: ignore[list-item]


def test_any_two_questions_can_be_compared(planted: Planted, leaking: str) -> None:
    first, second = planted.names
    with Catalog(leaking) as cat:
        report = find_leakage(cat, cat.trials.filter(recording=first), cat.trials.filter(recording=second))
        shared = {one.video_id for one in cat.trials.filter(recording=first)}
        assert {one.tested for one in report.findings if one.kind == "video"} == shared
        assert {one.scope for one in report.findings} == {"across"}
        itself = find_leakage(cat, *[cat.trials.filter(recording=first, label__ne="GaussianDot")] * 2)
        assert {one.kind for one in itself.findings if one.scope == "within"} == {"video", "near-equal"}
        with pytest.raises(QueryError, match="train: expected names of tiers or a query of trials"):
            find_leakage(cat, cat.videos)  # type: ignore[arg-type]


def test_the_command_lists_them_and_tells_by_its_exit_code(
    report: LeakageReport, leaking: str, run_leakage: RunLeakage
) -> None:
    ran = run_leakage(leaking)
    assert ran.exit_code == 1
    assert len(ran.stdout.splitlines()) == len(report.findings) + 2
    assert "34 of 35 segments in common" in ran.stdout
    assert "trained on: train" in ran.stderr
    assert "shared: 2 videos, 35 segments in different videos, 7 pairs of near-equal videos" in ran.stderr

    ran = run_leakage(leaking, "--format", "csv", "--across")
    rows = list(csv.DictReader(io.StringIO(ran.stdout)))
    assert [row["because"] for row in rows] == [one.because for one in report.findings if one.scope == "across"]
    told = json.loads(run_leakage(leaking, "--format", "json").stdout)
    assert told["ok"] is False
    assert len(told["findings"]) == len(report.findings) == len(report.to_frame())

    clean = run_leakage(leaking, "--train", "live_test_bonus", "--test", "oracle", "--test", "live_test_main")
    assert (clean.exit_code, clean.stdout) == (0, "")
    assert clean.stderr.splitlines()[-1] == "nothing is shared"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--train", "trian"], "train: no trial is of the tier 'trian'. Did you mean 'train'"),
        (["--test", "test"], "test: no trial is of the tier 'test'."),
        (["--train", "oracle", "--test", "oracle"], "the tier 'oracle' is both trained on and tested on"),
        (["--format", "parquet"], "'parquet' is not one of"),
    ],
)
def test_wrong_usage_is_told(leaking: str, run_leakage: RunLeakage, arguments: list[str], message: str) -> None:
    ran = run_leakage(leaking, *arguments)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert message in ran.stderr


def test_an_empty_catalog_shares_nothing(database: str, run_leakage: RunLeakage) -> None:
    ran = run_leakage(database)
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert "nothing is trained on" in ran.stderr
    assert "nothing is tested on" in ran.stderr
