"""A removed recording leaves nothing of its own, and everything that others share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from catalog import Catalog
from catalog.errors import DatabaseError, InputError, NotFoundError
from catalog.models import Trial, VideoAlias
from catalog.upkeep import remove
from ingest.importing import import_metadata
from tests.importing.builder import PublishedFolder
from tests.ingesting.rows import canonical
from tests.upkeep.conftest import Run
from tests.upkeep.worlds import FIRST, SECOND, Lab, Shown, problem


@pytest.fixture
def named(lab: Lab) -> Lab:
    """A video of the first recording bears published names: of its own, and of a trial of the second recording."""
    aliases = [
        {"alias": "v000001", "video_id": "v-named", "source": "published"},
        {"alias": "v000002", "video_id": "v-own", "source": "published"},
    ]
    lab.execute(sa.insert(VideoAlias).values(aliases), problem(FIRST), problem(SECOND), problem(None))
    return lab


def _ids(rows: list[tuple[object, ...]]) -> list[object]:
    return sorted({row[0] for row in rows}, key=str)


def test_what_is_its_own_goes(named: Lab, cat: Catalog) -> None:
    removal = remove(cat, FIRST)
    assert removal.rows == {
        "trials": 4, "neurons": 3, "recording_roots": 1, "data_dictionaries": 1, "trial_segments": 4,
        "array_files": 12, "ingest_problems": 1,
    }  # fmt: skip
    assert (removal.videos, removal.segments) == (["v-named", "v-own"], ["s-named", "s-own"])
    assert removal.aliases == ["v000001", "v000002", "published-s-named", "published-s-own"]
    assert (removal.kept_videos, removal.kept_segments) == ({"v-shared": [SECOND]}, ["s-both"])
    rows = named.rows()
    assert [row[1] for row in rows["recordings"]] == [SECOND]
    assert _ids(rows["videos"]) == ["v-film", "v-shared"]
    assert _ids(rows["segments"]) == ["s-both"]
    assert sorted(row[0] for row in rows["video_aliases"]) == ["hash-of-v-film", "hash-of-v-shared"]
    assert [row[0] for row in rows["segment_aliases"]] == ["published-s-both"]
    assert (len(rows["trials"]), len(rows["neurons"]), len(rows["array_files"]), len(rows["trial_segments"])) == (
        2, 3, 6, 2,
    )  # fmt: skip
    assert (len(rows["recording_roots"]), len(rows["data_dictionaries"]), len(rows["ingest_problems"])) == (1, 1, 2)
    assert (len(rows["video_signatures"]), len(rows["segment_signatures"])) == (2, 1)
    assert named.file(FIRST, 0).exists(), "files stay"


def test_it_is_as_if_it_had_never_been_there(empty_lab: Lab) -> None:
    empty_lab.trials = {
        SECOND: {0: Shown("v-shared"), 3: Shown("v-film")},
        FIRST: {0: Shown("v-own"), 2: Shown("v-shared")},
    }
    empty_lab.take_in(SECOND)
    before = empty_lab.rows()
    empty_lab.take_in(FIRST)
    with Catalog(empty_lab.database) as cat:
        remove(cat, FIRST)
    after = empty_lab.rows()
    for table in before.keys() - {"ingest_runs", "trial_changes"}:
        assert after[table] == before[table], table


def test_a_dry_run_tells_the_same_and_changes_nothing(named: Lab, cat: Catalog) -> None:
    before = named.rows()
    with Catalog(named.database, read_only=True) as closed:
        planned = remove(closed, FIRST, dry_run=True)
    assert named.rows() == before
    assert remove(cat, FIRST) == planned


def test_a_video_stays_while_another_trial_bears_its_published_name(named: Lab, cat: Catalog) -> None:
    named.execute(sa.update(Trial).where(Trial.video_id == "v-film").values(published_video_id="v000001"))
    removal = remove(cat, FIRST)
    assert removal.kept_videos == {"v-named": [SECOND], "v-shared": [SECOND]}
    assert removal.kept_segments == ["s-both", "s-named"]
    assert cat.video("v000001").id == "v-named"


def test_selections_stay(named: Lab, cat: Catalog) -> None:
    cat.select("fig2", recording=FIRST)
    cat.select("fig3", recording=SECOND)
    assert remove(cat, FIRST).selections == ["fig2"]
    replayed = cat.replay("fig2")
    assert [one.because for one in replayed.differences] == ["no recording"] * 4


def test_it_can_be_taken_in_again(lab: Lab, cat: Catalog) -> None:
    trials = cat.trials.filter(recording=FIRST).values("video_id")
    remove(cat, FIRST)
    lab.take_in(FIRST)
    assert cat.trials.filter(recording=FIRST).values("video_id") == trials
    remove(cat, FIRST)
    remove(cat, SECOND)
    rows = lab.rows()
    assert {name for name, found in rows.items() if found} == {"ingest_runs", "trial_changes"}


def test_what_was_imported_can_be_imported_again(database: str, tmp_path: Path) -> None:
    folder = PublishedFolder(tmp_path / "metadata").write()
    import_metadata(database, folder.root)
    before = canonical(database)
    with Catalog(database) as cat:
        removal = remove(cat, folder.second)
        assert (removal.videos, removal.kept_videos) == (
            ["v000002"],
            {"v000001": [folder.first], "v000003": [folder.first]},
        )
        assert canonical(database) != before
    assert not import_metadata(database, folder.root).unchanged
    assert canonical(database) == before


def test_a_failure_half_way_removes_nothing(lab: Lab, cat: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    before = lab.rows()
    deleted = []

    def fail(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("DELETE"):
            deleted.append(statement)
            if len(deleted) == 3:
                raise KeyboardInterrupt

    sa.event.listen(cat.engine, "before_cursor_execute", fail)
    with pytest.raises(KeyboardInterrupt):
        remove(cat, FIRST)
    assert len(deleted) == 3
    assert lab.rows() == before


def test_bad_names(lab: Lab, cat: Catalog) -> None:
    before = lab.rows()
    with pytest.raises(InputError, match=f"give the whole one, {FIRST}; nothing was changed"):
        remove(cat, "11111")
    for bad in ("", "x9", "a\0b"):
        with pytest.raises(NotFoundError):
            remove(cat, bad)
    with Catalog(lab.database, read_only=True) as closed, pytest.raises(DatabaseError, match="open it for writing"):
        remove(closed, FIRST)
    assert lab.rows() == before


def test_the_command(named: Lab, run: Run) -> None:
    before = named.rows()
    ran = run("remove", f"{FIRST}_30hz", "--dry-run", "--format", "json")
    assert ran.exit_code == 0
    assert ran.stderr == f"{FIRST}: nothing was changed (--dry-run)\n"
    planned = json.loads(ran.stdout)
    assert {"what": "goes", "name": "trials", "count": 4, "because": "of this recording"} in planned
    assert {"what": "stays", "name": "v-shared", "count": None, "because": f"shared with {SECOND}"} in planned
    assert named.rows() == before
    ran = run("remove", FIRST, "--format", "json")
    assert (ran.exit_code, json.loads(ran.stdout)) == (0, planned)
    assert ran.stderr == f"{FIRST}: removed\n"
    ran = run("remove", FIRST)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert f"no recording is called '{FIRST}'" in ran.stderr
