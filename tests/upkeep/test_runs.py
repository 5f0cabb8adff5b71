"""Runs as they were, and what changed between two of them."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
import sqlalchemy as sa

from catalog import Catalog
from catalog.errors import InputError, NotFoundError
from catalog.models import IngestRun, Trial, TrialChange, Video, VideoAlias
from catalog.upkeep import Difference, diff, remove
from ingest.importing import import_metadata
from tests.importing.builder import PublishedFolder
from tests.upkeep.conftest import Run
from tests.upkeep.worlds import FIRST, SECOND, Lab, Shown, problem

NOTHING = Difference()


def _trials(found: Difference) -> list[tuple[str, str, int]]:
    return [(one.change, one.recording, one.trial) for one in found.trials]


@pytest.fixture
def history(lab: Lab) -> Lab:
    """Run 2 changes, adds and drops trials of the first recording; run 3 finds nothing new; run 4 puts all back."""
    original = dict(lab.trials[FIRST])
    lab.trials[FIRST] = {0: Shown("v-new"), 2: original[2], 5: Shown("v-named", content=9), 7: Shown("v-film")}
    assert lab.take_in(FIRST) == 2
    assert lab.take_in(FIRST) == 3
    lab.trials[FIRST] = original
    assert lab.take_in(FIRST) == 4
    return lab


def test_the_first_run_adds_all(lab: Lab, cat: Catalog) -> None:
    found = diff(cat, 1)
    assert _trials(found) == [("added", FIRST, trial) for trial in (0, 2, 5, 6)] + [
        ("added", SECOND, trial) for trial in (0, 3)
    ]
    assert found.labels == {"Gabor": (0, 4), "NaturalVideo": (0, 1), "RandomDots": (0, 1)}
    assert found.videos_added == ["v-film", "v-named", "v-own", "v-shared"]
    assert found.trials[0].fields["label"] == (None, "Gabor")


def test_what_one_run_changed(history: Lab, cat: Catalog) -> None:
    found = diff(cat, 2)
    assert found == diff(cat, 1, 2)
    assert _trials(found) == [
        ("changed", FIRST, 0), ("changed", FIRST, 5), ("removed", FIRST, 6), ("added", FIRST, 7),
    ]  # fmt: skip
    assert found.trials[0].fields == {"label": ("Gabor", "PinkNoise"), "video_id": ("v-own", "v-new")}
    assert list(found.trials[1].fields) == ["files"], "the same video, other responses"
    assert found.labels == {"Gabor": (4, 2), "NaturalVideo": (1, 2), "PinkNoise": (0, 1)}
    assert (found.videos_added, found.videos_removed) == (["v-new"], ["v-own"])


def test_a_run_without_changes(history: Lab, cat: Catalog) -> None:
    assert diff(cat, 3) == Difference(silent=[3])
    assert diff(cat, 1, 4) == Difference(silent=[3]), "there and back is no change"
    backwards = diff(cat, 3, 4)
    assert (backwards.videos_added, backwards.videos_removed) == (["v-own"], ["v-new"])
    assert [one.change for one in backwards.trials] == ["changed", "changed", "added", "removed"]


def test_a_removal_lies_between_runs(lab: Lab, cat: Catalog) -> None:
    remove(cat, FIRST)
    lab.take_in(FIRST)
    assert _trials(diff(cat, 2)) == [("added", FIRST, trial) for trial in (0, 2, 5, 6)]
    assert len(diff(cat, 1).trials) == 6
    assert diff(cat, 1, 2).trials == [], "removed after run 1, and there again after run 2"
    remove(cat, SECOND)
    run_id = lab.take_in(FIRST)
    assert _trials(diff(cat, 2, run_id)) == [("removed", SECOND, 0), ("removed", SECOND, 3)]
    assert diff(cat, run_id) == Difference(silent=[run_id])


def test_a_video_that_is_called_otherwise_now_has_not_changed(lab: Lab, cat: Catalog) -> None:
    lab.trials[SECOND] = {0: Shown("v-shared"), 4: Shown("v-film")}
    lab.take_in(SECOND)
    lab.execute(
        sa.insert(Video).values(id="v-better", label="NaturalVideo", n_segments=0, source="raw"),
        sa.update(Trial).where(Trial.video_id == "v-film").values(video_id="v-better"),
        sa.delete(Video).where(Video.id == "v-film"),
        sa.insert(VideoAlias).values(alias="v-film", video_id="v-better", source="merged"),
    )
    found = diff(cat, 1, 2)
    assert _trials(found) == [("removed", SECOND, 3), ("added", SECOND, 4)]
    assert (found.videos_added, found.videos_removed) == ([], [])


def test_changes_by_import_are_kept_too(database: str, tmp_path) -> None:
    folder = PublishedFolder(tmp_path / "metadata").write()
    import_metadata(database, folder.root)
    with Catalog(database, read_only=True) as cat:
        found = diff(cat, 1)
        assert len(found.trials) == cat.trials.count() == 7
        assert found.trials[0].fields["files"] == (None, None)


def test_runs_of_older_versions_are_told(history: Lab, cat: Catalog) -> None:
    history.execute(sa.delete(TrialChange).where(TrialChange.run_id == 2))
    assert diff(cat, 1, 3).silent == [2, 3]


def test_bad_numbers(lab: Lab, cat: Catalog, run: Run) -> None:
    lab.take_in()
    with pytest.raises(NotFoundError, match="there is no run 9; there are 1 to 2, and `catalog runs` lists them"):
        diff(cat, 1, 9)
    with pytest.raises(NotFoundError, match="there is no run 0"):
        diff(cat, 0)
    for first, second in ((2, 1), (2, 2)):
        with pytest.raises(InputError, match=f"run {second} is not later than run {first}: give the earlier one first"):
            diff(cat, first, second)
    for arguments in (("1", "x"), ("-1",), ("99999999999999999999",), ()):
        ran = run("diff", *arguments)
        assert (ran.exit_code, ran.stdout) == (2, "")


def test_the_diff_command(history: Lab, run: Run) -> None:
    ran = run("diff", 1, 2, "--format", "json")
    assert ran.exit_code == 0
    rows = [tuple(row.values()) for row in json.loads(ran.stdout)]
    assert rows[:2] == [
        ("trial", "changed", FIRST, 0, "label", "Gabor", "PinkNoise"),
        ("trial", "changed", FIRST, 0, "video_id", "v-own", "v-new"),
    ]
    assert ("trial", "removed", FIRST, 6, "label", "Gabor", None) in rows
    assert ("label", "changed", None, None, "Gabor", 4, 2) in rows
    assert ("video", "removed", None, None, "id", "v-own", None) in rows
    assert ran.stderr == "trials: 1 added, 1 removed, 2 changed; videos: 1 came, 1 went\n"
    ran = run("diff", 3)
    assert ran.stdout == ""
    assert "on record is no change by run 3" in ran.stderr


def test_the_runs_command(history: Lab, run: Run) -> None:
    history.execute(problem(FIRST, 4), sa.update(IngestRun).where(IngestRun.id == 3).values(status="failed"))
    ran = run("runs", "--format", "json")
    assert ran.exit_code == 0
    listed = json.loads(ran.stdout)
    shown = [
        (row["id"], row["status"], row["trials_added"], row["trials_removed"], row["trials_changed"], row["problems"])
        for row in listed
    ]
    assert shown == [
        (4, "done", 1, 1, 2, 1), (3, "failed", 0, 0, 0, 0), (2, "done", 1, 1, 2, 0), (1, "done", 6, 0, 0, 0),
    ]  # fmt: skip
    header, _, *lines = run("runs").stdout.splitlines()
    assert header.split()[:5] == ["id", "command", "status", "problems", "started_at"]
    assert [line.split()[0] for line in lines] == ["4", "3", "2", "1"]
    # In tables, times are to the second; elsewhere they are whole.
    shown = [" ".join(line.split()[4:6]) for line in lines]
    assert shown == [one["started_at"][:19].replace("T", " ") + "Z" for one in listed]
    assert any(datetime.fromisoformat(one["started_at"]).microsecond for one in listed)
    newest = json.loads(run("runs", "--limit", 1, "--format", "json").stdout)
    assert [row["id"] for row in newest] == [4]
    assert run("runs", "--limit", 0).exit_code == 2


def test_removals_are_no_runs_changes(lab: Lab, cat: Catalog, run: Run) -> None:
    remove(cat, FIRST)
    (only,) = json.loads(run("runs", "--format", "json").stdout)
    assert (only["trials_added"], only["trials_removed"]) == (6, 0)


def test_no_runs(lab: Lab, run: Run) -> None:
    lab.execute(sa.delete(IngestRun))
    ran = run("runs")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert "`catalog ingest DATA` makes one" in ran.stderr
    assert "there is none yet" in run("diff", 1).stderr
