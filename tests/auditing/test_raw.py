"""Catalogs from raw arrays against what others publish: agreement, and each planted disagreement alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from catalog import Catalog
from catalog.errors import DatabaseError, InputError
from catalog.models import Recording
from ingest.auditing import AuditReport, audit_classes, audit_groups, audit_published
from ingest.auditing.stored import snapshot
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from tests.auditing.conftest import RawCatalogs, RunAudit
from tests.importing.reading import dump
from tests.ingesting.publish import Key, Published
from tests.ingesting.worlds import World

LABELS = ("NaturalVideo", "NaturalImages", "Gabor", "PinkNoise", "RandomDots", "GaussianDot")
Found = tuple[str, str, str | None, int | None, str | None]
"""Check, kind, recording, trial and subject of a disagreement."""
Plant = Callable[[Published], list[Found]]


def found(report: AuditReport) -> list[Found]:
    return sorted(
        ((one.check, one.kind, one.recording, one.trial, one.subject) for one in report.disagreements), key=repr
    )


def films(published: Published) -> list[str]:
    """The natural videos that are shown four times, by name."""
    names = [name for name, row in published.videos.items() if row["label"] == "NaturalVideo"]
    shown = sorted(name for name in names if len(published.trials_of(name)) == 4)
    assert len(shown) == 3
    return shown


def a_trial(published: Published, label: str) -> Key:
    return min(key for key, row in published.trials.items() if row["label"] == label)


def of_trial(check: str, key: Key, subject: str | None, kind: str = "value") -> list[Found]:
    return [(check, kind, *key, subject)]


def other_label(published: Published) -> list[Found]:
    key = a_trial(published, "RandomDots")
    published.trials[key]["label"] = "Gabor"
    return of_trial("labels", key, "label")


def swapped_labels(published: Published) -> list[Found]:
    one, other = (a_trial(published, label) for label in ("RandomDots", "PinkNoise"))
    published.trials[one]["label"], published.trials[other]["label"] = "PinkNoise", "RandomDots"
    return sorted(of_trial("labels", one, "label") + of_trial("labels", other, "label"))


def other_tier(published: Published) -> list[Found]:
    key = a_trial(published, "RandomDots")
    published.trials[key]["trial_type"] = "train"
    return of_trial("trial_types", key, "trial_type")


def other_validity(published: Published) -> list[Found]:
    key = a_trial(published, "PinkNoise")
    published.trials[key]["valid_gaze"] = not published.trials[key]["valid_gaze"]
    return of_trial("validity", key, "valid_gaze")


def other_frames(published: Published) -> list[Found]:
    key = a_trial(published, "PinkNoise")
    published.trials[key]["valid_frames_gaze"] -= 1
    return of_trial("valid_frames", key, "valid_frames_gaze")


def other_pupil_frames(published: Published) -> list[Found]:
    key = a_trial(published, "NaturalVideo")
    # Not all frames of the recording: the known error would say so.
    published.trials[key]["valid_frames_pupil"] -= 1
    return of_trial("valid_frames", key, "valid_frames_pupil")


def missing_trial(published: Published) -> list[Found]:
    key = a_trial(published, "RandomDots")
    del published.trials[key]
    return of_trial("trials", key, None, "only_catalog")


def split_video(published: Published) -> list[Found]:
    """The published files hold one video to be two: the catalog joins them."""
    name = films(published)[0]
    published.videos["v999999"] = {**published.videos[name], "id": "v999999"}
    key = published.trials_of(name)[1]
    published.trials[key]["video_ID"] = "v999999"
    return of_trial("videos", key, None, "merge")


def moved_trial(published: Published) -> list[Found]:
    one, other, _ = films(published)
    key = published.trials_of(one)[0]
    published.trials[key]["video_ID"] = other
    return of_trial("videos", key, None, "moved")


def swapped_trials(published: Published) -> list[Found]:
    one, other, _ = films(published)
    a, b = published.trials_of(one)[0], published.trials_of(other)[0]
    published.trials[a]["video_ID"], published.trials[b]["video_ID"] = other, one
    return sorted(of_trial("videos", a, None, "swapped") + of_trial("videos", b, None, "swapped"))


def shifted_start(published: Published) -> list[Found]:
    key = a_trial(published, "PinkNoise")
    parts = published.presentations[key]
    parts[1]["frame_start"] -= 3
    return of_trial("segment_starts", key, "starts", "start")


def missing_segment(published: Published) -> list[Found]:
    key = a_trial(published, "GaussianDot")
    published.presentations[key].pop()
    return of_trial("segment_starts", key, "starts", "count")


def _parametric(published: Published, label: str) -> tuple[str, list[dict[str, Any]]]:
    name = min(name for name, row in published.videos.items() if row["label"] == label)
    return name, published.videos[name]["segments"]


def shifted_start_of_a_video(published: Published) -> list[Found]:
    name, parts = _parametric(published, "PinkNoise")
    parts[3]["frame_start"] += 2
    return [("video_starts", "start", None, None, name)]


def joined_segments(published: Published) -> list[Found]:
    """Two blobs of one video are published as one: the catalog splits it."""
    name, parts = _parametric(published, "GaussianDot")
    twice = next(i for i, part in enumerate(parts) if part["segment_ID"] != parts[0]["segment_ID"])
    parts[twice]["segment_ID"] = parts[0]["segment_ID"]
    return [("segments", "split", None, None, f"{name}[{twice}]")]


def other_label_of_a_video(published: Published) -> list[Found]:
    name, _ = _parametric(published, "RandomDots")
    published.videos[name]["label"] = "Gabor"
    return [("video_labels", "value", None, None, name)]


def other_label_of_a_segment(published: Published) -> list[Found]:
    _, parts = _parametric(published, "RandomDots")
    name = parts[0]["segment_ID"]
    published.segments[name]["label"] = "Gabor"
    return [("segment_labels", "value", None, None, name)]


def moved_neuron(published: Published) -> list[Found]:
    recording = min(published.neurons)
    published.neurons[recording][2]["coord_y"] += 1
    return [("coordinates", "value", recording, None, f"unit_id {published.neurons[recording][2]['ID']}")]


def missing_neuron(published: Published) -> list[Found]:
    recording = min(published.neurons)
    unit = published.neurons[recording].pop()["ID"]
    published.basics[recording]["n_neurons"] = len(published.neurons[recording]) + 1
    return [("neurons", "only_catalog", recording, None, f"unit_id {unit}")]


def other_activity(published: Published) -> list[Found]:
    recording = min(published.neurons)
    published.neurons[recording][0]["mean_activation"] *= 1.01
    return [("neuron_statistics", "value", recording, None, f"unit_id {published.neurons[recording][0]['ID']}")]


def other_recording(published: Published) -> list[Found]:
    recording = min(published.basics)
    published.basics[recording]["n_neurons"] += 5
    return [("recordings", "value", recording, None, "n_neurons")]


PLANTS: list[Plant] = [
    other_label,
    swapped_labels,
    other_tier,
    other_validity,
    other_frames,
    other_pupil_frames,
    missing_trial,
    split_video,
    moved_trial,
    swapped_trials,
    shifted_start,
    missing_segment,
    shifted_start_of_a_video,
    joined_segments,
    other_label_of_a_video,
    other_label_of_a_segment,
    moved_neuron,
    missing_neuron,
    other_activity,
    other_recording,
]


@pytest.mark.parametrize("plant", PLANTS)
def test_each_planted_disagreement_is_found_and_nothing_else(
    plant: Plant, raw: str, published: Published, tmp_path: Path
) -> None:
    expected = plant(published)
    report = audit_published(raw, published.write(tmp_path / "metadata"))
    assert found(report) == expected
    assert report.known_errors == ()
    assert not report.agrees
    differ = {check.name: check.differ for check in report.checks if check.differ}
    assert differ == {check: sum(one[0] == check for one in expected) for check in {one[0] for one in expected}}


def test_two_videos_that_are_published_as_one(raw: str, published: Published, tmp_path: Path) -> None:
    one, other, _ = films(published)
    keys = published.trials_of(other)
    for key in keys:
        published.trials[key]["video_ID"] = one
    report = audit_published(raw, published.write(tmp_path / "metadata"))
    strays = {(stray.recording, stray.trial) for stray in report.disagreements}
    # Four trials each: either video may be the one that is left over.
    assert strays in (set(keys), set(published.trials_of(one)) - set(keys))
    assert {(stray.check, stray.kind) for stray in report.disagreements} == {("videos", "split")}
    assert f"published {one} is split in the catalog into" in report.disagreements[0].message


def test_agreement_whatever_the_names(raw: str, published: Published, tmp_path: Path, run_audit: RunAudit) -> None:
    folder = published.write(tmp_path / "metadata")
    report = audit_published(raw, folder)
    assert report.agrees
    assert report.known_errors == report.disagreements == ()
    assert all(check.agree == check.compared for check in report.checks)
    assert report.check("videos").compared == report.check("labels").compared == len(published.trials)
    assert report.check("segments").compared > 40
    starts = sum(len(parts) for parts in published.presentations.values())
    assert report.start_deviations == {0: starts}
    assert sorted(report.recordings) == sorted(published.basics)
    result = run_audit(raw, "--against", folder)
    assert result.exit_code == 0
    assert "disagreements: none" in result.stdout


def test_known_errors_are_told_apart(
    raw: str, published: Published, world: World, tmp_path: Path, run_audit: RunAudit
) -> None:
    published.with_known_errors(world.folder)
    folder = published.write(tmp_path / "metadata")
    report = audit_published(raw, folder)
    assert report.agrees
    known = {(one.check, one.kind, one.recording) for one in report.known_errors}
    withheld, other = sorted(published.basics, key=lambda name: "9b4f" not in name)
    assert known == {
        ("valid_frames", "known_padding_counted", withheld),
        ("valid_frames", "known_padding_counted", other),
        ("neuron_statistics", "known_zeros_included", withheld),
    }
    statistics = report.check("neuron_statistics")
    assert (statistics.compared, statistics.agree, statistics.known, statistics.differ) == (8, 4, 4, 0)
    result = run_audit(raw, "--against", folder)
    assert result.exit_code == 0
    assert "known_padding_counted" in result.stdout


def test_a_disagreement_among_known_errors_is_still_one(
    raw: str, published: Published, world: World, tmp_path: Path
) -> None:
    published.with_known_errors(world.folder)
    withheld = next(name for name in published.basics if "9b4f" in name)
    published.neurons[withheld][1]["max_activation"] += 1
    key = a_trial(published, "RandomDots")
    published.trials[key]["valid_frames_pupil"] = 7
    report = audit_published(raw, published.write(tmp_path / "metadata"))
    unit = published.neurons[withheld][1]["ID"]
    assert found(report) == [
        ("neuron_statistics", "value", withheld, None, f"unit_id {unit}"),
        ("valid_frames", "value", *key, "valid_frames_pupil"),
    ]
    assert report.check("neuron_statistics").known == len(published.neurons[withheld]) - 1


def test_cuts_that_the_published_files_miss_are_known_and_cuts_of_their_own_are_not(
    raw: str, published: Published, tmp_path: Path
) -> None:
    cut = [key for key, parts in published.presentations.items() if len(parts) > 1 and _is_film(published, key)]
    missed, invented = sorted(cut)[:2]
    del published.presentations[missed][1]
    parts = published.presentations[invented]
    parts.append({**parts[-1], "frame_start": parts[-1]["frame_start"] + 5})
    report = audit_published(raw, published.write(tmp_path / "metadata"))
    assert [(one.kind, one.recording, one.count) for one in report.known_errors] == [
        ("known_missed_cuts", missed[0], 1)
    ]
    assert found(report) == [("segment_starts", "count", *invented, "starts")]


def _is_film(published: Published, key: Key) -> bool:
    return bool(published.trials[key]["label"] == "NaturalVideo")


def test_starts_may_differ_by_the_tolerance(
    raw: str, published: Published, tmp_path: Path, run_audit: RunAudit
) -> None:
    for key, shift in ((a_trial(published, "PinkNoise"), 2), (a_trial(published, "RandomDots"), -1)):
        published.presentations[key][1]["frame_start"] += shift
    folder = published.write(tmp_path / "metadata")
    assert len(audit_published(raw, folder, tolerance=0).disagreements) == 2
    (one,) = audit_published(raw, folder, tolerance=1).disagreements
    assert (one.recording, one.trial) == a_trial(published, "PinkNoise")
    report = audit_published(raw, folder, tolerance=2)
    assert report.agrees
    assert report.start_deviations is not None
    assert (report.start_deviations[-2], report.start_deviations[1]) == (1, 1)
    assert run_audit(raw, "--against", folder, "--tolerance", "2").exit_code == 0
    assert run_audit(raw, "--against", folder).exit_code == 1


def test_recordings_that_only_one_side_has(raw: str, published: Published, tmp_path: Path, run_audit: RunAudit) -> None:
    one, other = sorted(published.basics)
    folder = published.write(tmp_path / "metadata", [one])
    stranger = other.replace("dynamic", "dynamic9")
    (folder / one).parent.joinpath(stranger).mkdir()
    (folder / stranger / f"meta-basic_{stranger}.json").write_text("{}")
    report = audit_published(raw, folder)
    assert (report.recordings, report.only_in_catalog, report.only_in_other) == ((one,), (other,), (stranger,))
    assert report.agrees
    result = run_audit(raw, "--against", folder)
    assert result.exit_code == 0
    assert f"{other} is only in the catalog" in result.stderr
    assert f"{stranger} is only in {folder}" in result.stderr


def test_a_folder_may_carry_a_suffix(raw: str, published: Published, tmp_path: Path) -> None:
    folder = published.write(tmp_path / "metadata")
    name = sorted(published.basics)[0]
    (folder / name).rename(folder / f"{name}_30hz")
    report = audit_published(raw, folder)
    assert sorted(report.recordings) == sorted(published.basics)
    assert report.check("trials").differ == report.check("videos").differ == 0


def test_a_file_that_cannot_be_read_is_a_disagreement(raw: str, published: Published, tmp_path: Path) -> None:
    folder = published.write(tmp_path / "metadata")
    recording, trial = a_trial(published, "PinkNoise")
    (folder / recording / "videos" / f"{trial}.json").write_text("{broken")
    report = audit_published(raw, folder)
    assert {(one.check, one.kind) for one in report.disagreements} == {
        ("files", "broken_json"),
    }
    assert report.check("segment_starts").compared == len(published.trials) - 1


def test_the_catalog_is_not_changed(
    raw: str, raw_catalogs: RawCatalogs, published: Published, tmp_path: Path, run_audit: RunAudit
) -> None:
    moved_trial(published)
    folder = published.write(tmp_path / "metadata")
    rows, path = dump(raw), Path(raw_catalogs.databases["sqlite"])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    run_audit(raw, "--against", folder)
    with Catalog(raw) as catalog:
        audit_published(catalog, folder)
        assert catalog.trials.count() == len(published.trials)
    assert dump(raw) == rows
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest


def test_an_audit_could_not_write(raw: str) -> None:
    with pytest.raises(DatabaseError), snapshot(raw) as connection:
        connection.execute(sa.update(Recording).values(n_trials=0))


def test_every_format_lists_the_disagreements(
    raw: str, published: Published, world: World, tmp_path: Path, run_audit: RunAudit
) -> None:
    published.with_known_errors(world.folder)
    other_label(published)
    recording, trial = a_trial(published, "Gabor")
    folder = published.write(tmp_path / "metadata")
    results = {
        form: run_audit(raw, "--against", folder, "--format", form) for form in ("table", "csv", "json", "jsonl")
    }
    assert {result.exit_code for result in results.values()} == {1}
    message = f"label of trial {trial} of {recording} is 'RandomDots' in the catalog, 'Gabor' in the published files"
    assert all(message in result.stdout for result in results.values())
    (report,) = json.loads(results["json"].stdout)
    assert report["agrees"] is False
    assert [(one["recording"], one["trial"]) for one in report["disagreements"]] == [(recording, trial)]
    assert len(report["known_errors"]) == 3
    rows = [json.loads(line) for line in results["jsonl"].stdout.splitlines()]
    assert [row["known"] for row in rows] == [False, True, True, True]
    assert results["csv"].stdout.startswith("known,count,check,kind,recording,trial,subject,catalog,other,message\n")
    assert len(results["csv"].stdout.splitlines()) == 5
    assert "labels: 26 compared, 25 agree, 0 known errors, 1 differ" in results["csv"].stderr


@pytest.mark.parametrize("case", ["missing", "empty", "file", "strangers"])
def test_metadata_that_cannot_be_compared(
    case: str, raw: str, published: Published, tmp_path: Path, run_audit: RunAudit
) -> None:
    folder = tmp_path / "metadata"
    if case == "empty":
        folder.mkdir()
    elif case == "file":
        folder.write_text("")
    elif case == "strangers":
        for name in published.write(folder).glob("dynamic*"):
            name.rename(name.with_name(name.name.replace("dynamic", "dynamic9")))
    with pytest.raises(InputError):
        audit_published(raw, folder)
    result = run_audit(raw, "--against", folder)
    assert (result.exit_code, result.stdout) == (2, "")
    assert str(folder) in result.stderr


def test_a_catalog_that_is_not_there(published: Published, tmp_path: Path, run_audit: RunAudit) -> None:
    result = run_audit(str(tmp_path / "none.db"), "--against", published.write(tmp_path / "metadata"))
    assert result.exit_code == 2
    assert not (tmp_path / "none.db").exists()


def test_one_recording_from_raw_arrays_and_one_imported(
    published: Published, world: World, database: str, tmp_path: Path
) -> None:
    """The catalog's names are then of both kinds; the groups are the same."""
    folder = published.write(tmp_path / "metadata")
    import_metadata(database, folder)
    ingest_recordings(database, world.folder, recordings=[world.names[0]], workers=1)
    report = audit_published(database, folder)
    assert report.agrees
    assert report.check("videos").compared == 26


def test_the_truth_of_a_simulated_world(raw: str, world: World, tmp_path: Path) -> None:
    names = sorted(world.truth["stimuli"])
    for kind, key in (("groups", "stimulus"), ("classes", "label")):
        (tmp_path / kind).mkdir()
        for recording, told in world.truth["recordings"].items():
            values = np.full(200, -1)
            for trial, row in told["trials"].items():
                values[int(trial)] = names.index(row[key]) if kind == "groups" else LABELS.index(row[key])
            np.save(tmp_path / kind / f"{recording}.npy", values)
    report = audit_groups(raw, tmp_path / "groups")
    assert report.agrees
    assert report.check("groups").compared == 26
    assert any("across recordings" in note for note in report.notes)
    assert audit_classes(raw, tmp_path / "classes", dict(enumerate(LABELS))).agrees
