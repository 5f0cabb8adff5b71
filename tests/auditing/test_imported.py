"""Catalogs that were imported: full agreement with the same metadata, and with numbers made from it."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ingest.auditing import audit_classes, audit_groups, audit_published
from ingest.importing import import_metadata
from tests.auditing.conftest import RunAudit
from tests.conftest import BACKENDS, MakeDatabase
from tests.importing.builder import PublishedFolder

LABELS = ("NaturalVideo", "NaturalImages", "Gabor", "PinkNoise", "RandomDots", "GaussianDot")
CLASSES = dict(enumerate(LABELS))


@pytest.fixture(scope="module")
def six(published_metadata: Path, make_lasting_database: MakeDatabase) -> dict[str, str]:
    """The six real recordings in a catalog of each kind."""
    databases = {backend: make_lasting_database(backend) for backend in BACKENDS}
    for database in databases.values():
        import_metadata(database, published_metadata)
    return databases


@pytest.fixture
def real(backend: str, six: dict[str, str]) -> str:
    """A catalog of them; tests only read it."""
    return six[backend]


@pytest.fixture(scope="module")
def arrays(published_metadata: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Groups and classes of their trials as arrays, the way another laboratory would publish them."""
    folder = tmp_path_factory.mktemp("arrays")
    rng = random.Random(8)
    numbers = iter(rng.sample(range(5000), 5000))
    groups: dict[str, int] = {}
    for kind in ("groups", "classes"):
        (folder / kind).mkdir()
    for name in sorted(path.name for path in published_metadata.glob("dynamic*")):
        rows = list(_rows(published_metadata / name / "trials" / f"meta-trials_{name}.csv"))
        group = np.full(max(trial for trial, _, _ in rows) + 30, -1)
        label = np.full(len(group), np.nan)
        for trial, video, kind in rows:
            if video not in groups:
                groups[video] = next(numbers)
            group[trial], label[trial] = groups[video], LABELS.index(kind)
        np.save(folder / "groups" / f"{name}.npy", group)
        np.save(folder / "classes" / f"labels_{name}_v1.npy", label)
    return folder


def _rows(path: Path) -> Iterator[tuple[int, str, str]]:
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            yield int(row["trial"]), row["video_ID"], row["label"]


def test_an_import_agrees_with_what_was_imported(real: str, published_metadata: Path, run_audit: RunAudit) -> None:
    result = run_audit(real, "--against", published_metadata, "--format", "json")
    assert result.exit_code == 0
    (report,) = json.loads(result.stdout)
    assert report["agrees"]
    assert report["disagreements"] == report["known_errors"] == []
    assert report["start_deviations"].keys() == {"0"}
    counts = {check["name"]: check["compared"] for check in report["checks"]}
    assert all(check["agree"] == check["compared"] for check in report["checks"])
    assert counts["videos"] == counts["labels"] == counts["segment_starts"] == 4267
    assert counts["video_starts"] == counts["video_labels"] == 1193
    assert counts["segment_labels"] == 611
    assert counts["neuron_statistics"] == counts["coordinates"] == 47369
    # What the catalog has taken over with the files is named all the same.
    assert sum("include the padding" in note for note in report["notes"]) == 6
    assert sum("dataset_url is null" in note for note in report["notes"]) == 1


def test_groups_and_classes_of_the_real_recordings_agree(real: str, arrays: Path, run_audit: RunAudit) -> None:
    given = ",".join(f"{number}={label}" for number, label in CLASSES.items())
    result = run_audit(
        real, "--against-groups", arrays / "groups", "--against-classes", arrays / "classes", "--classes", given
    )
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["groups", "4267", "4267", "0", "0"] in lines
    assert ["classes", "4267", "4267", "0", "0"] in lines
    assert "groups were compared across recordings" in result.stderr


def test_what_is_planted_among_the_real_trials_is_found(real: str, arrays: Path, tmp_path: Path) -> None:
    rng = random.Random(3)
    planted: set[tuple[str, int]] = set()
    for path in sorted((arrays / "groups").glob("*.npy")):
        values = np.load(path)
        # Of a video that is shown ten times one trial can be lost, and still be the one that is wrong.
        often = [trial for trial in np.flatnonzero(values >= 0) if (values == values[trial]).sum() >= 10]
        for count, trial in enumerate(rng.sample(often, 2)):
            values[trial] = 9000 + 2 * len(planted) + count
            planted.add((path.stem, int(trial)))
        np.save(tmp_path / path.name, values)
    report = audit_groups(real, tmp_path)
    assert {(one.recording, one.trial) for one in report.disagreements} == planted
    assert {one.kind for one in report.disagreements} == {"merge"}


def test_a_wrong_class_among_the_real_trials_is_found(real: str, arrays: Path, tmp_path: Path) -> None:
    changed = []
    for path in sorted((arrays / "classes").glob("*.npy")):
        values = np.load(path)
        dots = np.flatnonzero(values == LABELS.index("RandomDots"))
        if len(dots) and not changed:
            changed = [path.name, int(dots[4])]
            values[dots[4]] = LABELS.index("Gabor")
        np.save(tmp_path / path.name, values)
    (one,) = audit_classes(real, tmp_path, CLASSES).disagreements
    assert [f"labels_{one.recording}_v1.npy", one.trial] == changed
    assert (one.catalog, one.other) == ("RandomDots", "Gabor")


def test_a_small_import_agrees(imported: str, small: PublishedFolder) -> None:
    report = audit_published(imported, small.root)
    assert report.agrees
    assert report.check("segments").compared == 5


def test_a_link_that_became_null_is_a_known_error(imported: str, small: PublishedFolder) -> None:
    with small.edit_json(small.basic()) as content:
        content["dataset_url"] = None
    report = audit_published(imported, small.root)
    assert report.agrees
    assert [(one.kind, one.recording) for one in report.known_errors] == [("known_null_url", small.first)]


def test_another_link_is_a_disagreement(imported: str, small: PublishedFolder) -> None:
    with small.edit_json(small.basic()) as content:
        content["dataset_url"] = "https://example.org/other"
    (one,) = audit_published(imported, small.root).disagreements
    assert (one.subject, one.catalog, one.other) == (
        "dataset_url",
        "https://example.org/data",
        "https://example.org/other",
    )
