"""The real published metadata: which videos and segments its tiers share, worked out again with pandas."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pandas as pd
import pytest

from catalog import Catalog
from ingest.importing import import_metadata
from ingest.leakage import find_leakage
from tests.conftest import MakeDatabase
from tests.leakage.conftest import RunLeakage

TIERS = ("train", "oracle", "live_test_main", "final_test_main", "live_test_bonus", "final_test_bonus")


@pytest.fixture(scope="module")
def imported(published_metadata: Path, make_lasting_database: MakeDatabase) -> str:
    database = make_lasting_database("sqlite")
    import_metadata(database, published_metadata)
    return database


@pytest.fixture(scope="module")
def shown(published_metadata: Path) -> pd.DataFrame:
    """Every trial, with the animal's number out of the recording's name."""
    frames = [pd.read_csv(path) for path in sorted(published_metadata.glob("*/trials/meta-trials_*.csv"))]
    trials = pd.concat(frames, ignore_index=True)
    return trials.assign(mouse=trials.recording.str.extract(r"dynamic(\d+)-")[0])


def _in_both(trials: pd.DataFrame, one: str, other: str, column: str) -> dict[str, set[str]]:
    trials = trials.assign(video=trials.video_ID)
    sides = (trials[trials.trial_type == tier][[column, "video", "mouse"]].drop_duplicates() for tier in (one, other))
    pairs = pd.merge(*sides, on=column)
    if column != "video_ID":
        pairs = pairs[pairs.video_x != pairs.video_y]
    within = pairs.mouse_x == pairs.mouse_y
    return {"within": set(pairs[within][column]), "across": set(pairs[~within][column])}


@pytest.mark.parametrize(("train", "test"), [pair for pair in permutations(TIERS, 2) if "train" not in pair[1:]])
def test_shared_videos_are_those_that_the_published_files_share(
    train: str, test: str, imported: str, shown: pd.DataFrame
) -> None:
    expected = _in_both(shown, train, test, "video_ID")
    with Catalog(imported) as cat:
        report = find_leakage(cat, train, test)
        names = {
            scope: {cat.video(one.tested).id for one in report.findings if one.kind == "video" and one.scope == scope}
            for scope in ("within", "across")
        }
        assert names == {scope: {cat.video(name).id for name in videos} for scope, videos in expected.items()}


def test_a_check_that_was_not_whole_does_not_say_that_nothing_is_shared(imported: str, run_leakage: RunLeakage) -> None:
    ran = run_leakage(imported)
    assert ran.exit_code == 0
    assert ran.stderr.splitlines()[-1] == "nothing is shared among what could be compared"


def test_training_shares_nothing_with_any_test_and_oracle_does_across_mice(imported: str) -> None:
    assert find_leakage(imported).ok
    chosen = find_leakage(imported, ["train", "oracle"])
    assert {(one.kind, one.scope, one.train_tier) for one in chosen.findings} == {("video", "across", "oracle")}
    told = (Path(__file__).parents[2] / "docs" / "machine-learning.md").read_text()
    assert f"{chosen.count('video')} of the 28\n`oracle` videos are main test videos of another mouse" in told
    (note,) = chosen.notes
    assert note.startswith("the catalog has no pictures of 1,134 of 1,134 natural videos")


def test_shared_segments_are_those_that_the_published_files_share(
    imported: str, published_metadata: Path, shown: pd.DataFrame
) -> None:
    videos = [json.loads(path.read_text()) for path in (published_metadata / "global_meta" / "videos").iterdir()]
    parts = pd.DataFrame(
        [(video["ID"], segment) for video in videos for segment in set(video["segments"].get("segment_ID", []))],
        columns=["video_ID", "segment_ID"],
    )
    segments = (published_metadata / "global_meta" / "segments").iterdir()
    gray = {json.loads(path.read_text())["ID"] for path in segments if path.name.startswith("Background")}
    assert len(gray) == 1
    parts = parts[~parts.segment_ID.isin(gray)]
    expected = _in_both(shown.merge(parts, on="video_ID"), "live_test_bonus", "final_test_bonus", "segment_ID")
    report = find_leakage(imported, "live_test_bonus", "final_test_bonus")
    found = {(one.scope, one.tested) for one in report.findings if one.kind == "segment"}
    with Catalog(imported) as cat:
        assert found == {(scope, cat.segment(name).id) for scope, names in expected.items() for name in names}
    told = (Path(__file__).parents[2] / "docs" / "machine-learning.md").read_text()
    dots = {one.tested for one in report.findings if one.kind == "segment" and one.label == "GaussianDot"}
    assert f"the bonus tiers share {report.count('video')} videos and all {len(dots)} Gaussian dots" in told


def test_the_presentation_that_stalled_is_near_equal_to_its_video(imported: str, shown: pd.DataFrame) -> None:
    (stalled,) = shown[(shown.label == "NaturalImages") & (shown.valid_frames == 403)].video_ID
    with Catalog(imported) as cat:
        report = find_leakage(cat, "live_test_bonus", "final_test_bonus")
        (finding,) = (one for one in report.findings if one.kind == "near-equal")
        assert finding.because == "the same 10 segments in the same order"
        assert cat.video(stalled).id in (finding.trained, finding.tested)
