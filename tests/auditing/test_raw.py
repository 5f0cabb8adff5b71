"""Catalogs from raw arrays against what others publish: agreement, what can be compared, and how it is told."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from catalog import Catalog
from catalog.errors import DatabaseError, InputError
from catalog.models import Recording
from ingest.auditing import audit_classes, audit_groups, audit_published
from ingest.auditing.stored import snapshot
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from tests.auditing.conftest import RawCatalogs, RunAudit
from tests.auditing.plants import a_trial, moved_trial, other_label
from tests.importing.reading import dump
from tests.ingesting.publish import Published
from tests.ingesting.worlds import World

LABELS = ("NaturalVideo", "NaturalImages", "Gabor", "PinkNoise", "RandomDots", "GaussianDot")


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
