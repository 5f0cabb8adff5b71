"""A selection asked again: the same, or which trials came, went or changed, and since which run."""

import json

import pytest
import sqlalchemy as sa

from catalog import Catalog
from catalog.models import Trial
from catalog.selections.asking import FACTS
from catalog.writing import writing
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from ingest.simulation import SimulationOptions, simulate
from ingest.writing.identities import VIDEOS
from tests.importing.builder import FIRST, SECOND


def told(replay):
    """Return the differences without their runs."""
    return [(found.change, found.recording, found.trial, found.because, found.changes) for found in replay.differences]


def edit(cat, statement):
    """Change rows behind the catalog's back."""
    with cat.session() as session:
        session.execute(sa.text(statement))
        session.commit()


def test_nothing_has_changed(cat, world, folder):
    cited = cat.select("fig2", label="Gabor")
    cat.select("other", label="NaturalVideo")
    assert cat.replay("fig2").same
    assert cat.replay("other").same
    with folder.edit_json(folder.basic()) as basic:
        basic["data_url"] = "https://example.org/elsewhere"
    report = import_metadata(world, folder.root)
    assert not report.unchanged, "the recording was written anew, with other internal numbers"
    found = cat.replay("fig2")
    assert (found.same, found.differences, found.runs) == (True, (), ())
    assert (found.selection, found.n_trials, found.digest) == (cited, 3, cited.digest)


@pytest.fixture
def changed(cat, world, folder):
    """The metadata, imported again: one trial more is a Gabor, two can be used no more, one has another type."""
    cat.select("fig2", label="Gabor", valid_pupil=True)
    with folder.edit_csv(folder.trials()) as rows:
        by_trial = {row["trial"]: row for row in rows}
        by_trial["2"]["valid_pupil"] = "False"
        by_trial["7"]["trial_type"] = "live_test_bonus"
        by_trial["3"].update(label="Gabor", video_ID="v000003", valid_frames="50", valid_frames_video="50")
    with folder.edit_csv(folder.trials(SECOND)) as rows:
        rows[:] = [row for row in rows if row["trial"] != "5"]
    folder.presentation(5, SECOND).unlink()
    import_metadata(world, folder.root)
    return cat


def test_what_came_went_and_changed(changed):
    found = changed.replay("fig2")
    assert told(found) == [
        ("went", FIRST, 2, "conditions", {"valid_pupil": (True, False)}),
        ("came", FIRST, 3, None, {}),
        ("changed", FIRST, 7, None, {"trial_type": ("final_test_bonus", "live_test_bonus")}),
        ("went", SECOND, 5, "no trial", {}),
    ]
    assert not found.same
    assert [found.trial for found in found.of("went")] == [2, 5]
    assert (found.selection.n_trials, found.n_trials) == (3, 2)
    assert found.digest != found.selection.digest
    (run,) = found.runs
    assert (run.id, run.command) == (2, "import")
    assert {one.run for one in found.differences} == {run}
    assert changed.selection("fig2").values("trial") == [2, 7], "those that are in the catalog still"


def test_replay_on_the_command_line(changed, run):
    result = run("replay", "fig2", "--format=json")
    assert result.exit_code == 1
    rows = json.loads(result.stdout)
    assert [(row["change"], row["trial"], row["because"], row["field"], row["run"]) for row in rows] == [
        ("went", 2, "conditions", "valid_pupil", 2),
        ("came", 3, None, None, 2),
        ("changed", 7, None, "trial_type", 2),
        ("went", 5, "no trial", None, 2),
    ]
    assert (rows[0]["then"], rows[0]["now"]) == (True, False)
    assert "3 trials then, 2 now: 1 came, 2 went, 1 changed; written since by run 2 (import, " in result.stderr
    assert "live_test_bonus" in run("replay", "fig2").stdout


def test_exit_codes(cat, run):
    cat.select("fig2", label="Gabor")
    same = run("replay", "fig2")
    assert (same.exit_code, same.stdout) == (0, "")
    assert f"the same 3 trials, {cat.selections()[0].digest}" in same.stderr
    assert run("replay", "fig2", "--format=json").stdout.strip() == "[]"
    unknown = run("replay", "fig")
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "'fig2'" in unknown.stderr
    edit(cat, "UPDATE trials SET label = NULL WHERE trial = 7")
    assert run("replay", "fig2").exit_code == 1


def test_the_run_is_that_of_each_recording(cat, world, folder):
    cat.select("all")
    for recording in (FIRST, SECOND):
        with folder.edit_csv(folder.trials(recording)) as rows:
            rows[0]["valid_gaze"] = "False"
        import_metadata(world, folder.root, recordings=[recording])
    found = cat.replay("all")
    assert [(one.recording, one.trial, one.run.id) for one in found.differences] == [
        (FIRST, 0, 2),
        (SECOND, 1, 3),
    ]
    assert [run.id for run in found.runs] == [2, 3]


def test_a_change_that_no_run_made(cat):
    cat.select("fig2", label="Gabor")
    edit(cat, "UPDATE trials SET valid_gaze = NOT valid_gaze WHERE trial = 7")
    (one,) = cat.replay("fig2").differences
    assert (one.change, one.changes, one.run) == ("changed", {"valid_gaze": (True, False)}, None)


def test_a_recording_that_is_gone(cat):
    cat.select("fig2", label="Gabor")
    edit(cat, f"DELETE FROM recordings WHERE name = '{SECOND}'")
    found = cat.replay("fig2")
    assert told(found) == [("went", SECOND, 5, "no recording", {})]
    assert found.runs == ()


def test_a_video_under_another_id_is_the_same_video(cat):
    """As when raw arrays join published metadata: the published ID becomes an alias, and hashes become known."""
    cat.select("fig2", label="Gabor")
    with writing(cat.engine) as connection:
        row = {"id": "v" + 16 * "a", "label": "Gabor", "n_segments": 2, "source": "raw"}
        VIDEOS.add(connection, [row])
        VIDEOS.replace(connection, "v000003", row["id"], "published")
        connection.execute(sa.update(Trial).where(Trial.video_id == row["id"]).values(video_hash="v" + 16 * "b"))
    assert set(cat.selection("fig2").values("video_id")) == {row["id"]}
    assert cat.replay("fig2").same

    cat.select("fig2", label="Gabor", replace=True)
    edit(cat, f"UPDATE trials SET video_hash = 'v{16 * 'c'}' WHERE trial = 2")
    (one,) = cat.replay("fig2").differences
    assert one.changes == {"video_hash": ("v" + 16 * "b", "v" + 16 * "c")}


def test_another_video(cat):
    cat.select("all")
    edit(cat, "UPDATE trials SET video_id = 'v000002' WHERE trial = 4")
    edit(cat, "UPDATE trials SET video_id = NULL WHERE trial = 1")
    assert [one.changes for one in cat.replay("all").differences] == [
        {"video_id": ("v000002", None)},
        {"video_id": ("v000001", "v000002")},
    ]


def test_every_kept_field_is_compared(cat):
    cat.select("all")
    flags = [field for field in FACTS if field.startswith("valid_") and field != "valid_frames"]
    assert len(flags) == 6
    edit(cat, f"UPDATE trials SET {', '.join(f'{field} = NOT {field}' for field in flags)} WHERE trial = 7")
    edit(cat, "UPDATE trials SET label = 'x', trial_type = NULL, valid_frames = 1 WHERE trial = 7")
    (one,) = cat.replay("all").differences
    assert set(one.changes) == {*flags, "label", "trial_type", "valid_frames"}


def test_a_catalog_of_raw_arrays(tmp_path, make_database):
    """Raw recordings, taken in again after one of their trials was lost."""
    database = make_database("sqlite")
    simulate(tmp_path / "data", SimulationOptions(recordings=1, n_neurons=4, train_videos=1, test_repeats=1))
    ingest_recordings(database, tmp_path / "data", workers=1)
    with Catalog(database) as cat:
        cited = cat.select("all", "valid_trial=true")
        assert None not in cat.selection("all").values("video_hash")
        lost = cat.selection("all").first()
        recording, trial = lost.recording.name, lost.trial
        assert cat.replay("all").same
        for path in (tmp_path / "data").glob(f"{recording}*/data/*/{trial}.npy"):
            path.unlink()
        ingest_recordings(database, tmp_path / "data", workers=1)
        found = cat.replay("all")
        assert told(found) == [("went", recording, trial, "no trial", {})]
        assert [run.id for run in found.runs] == [2]
        assert found.n_trials == cited.n_trials - 1
