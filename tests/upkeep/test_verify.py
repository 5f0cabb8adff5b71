"""Every file that is gone or changed is found, and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from catalog import Catalog
from catalog.database import connect
from catalog.errors import NotFoundError
from catalog.migrate import downgrade, upgrade
from catalog.models import IngestProblem, RecordingRoot
from catalog.upkeep import verify
from tests.upkeep.conftest import Run
from tests.upkeep.worlds import FIRST, SECOND, Lab


def _shift(path: Path, seconds: int = 5) -> None:
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + seconds * 10**9))


def _other_values(path: Path) -> None:
    """Write other values of the same size, with the same modification time."""
    before = path.stat()
    np.save(path, np.load(path) + 1)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("full", [False, True])
def test_files_as_they_were(cat: Catalog, lab: Lab, full: bool) -> None:
    before = lab.rows()
    report = verify(cat, full=full)
    assert report.ok
    assert (report.recordings, report.files) == (2, 12), "pupil and locomotion share a file"
    assert report.bytes == sum(path.stat().st_size for path in lab.data.rglob("*.npy"))
    assert lab.rows() == before


DAMAGES: dict[str, tuple[Callable[[Path], object], str | None, str | None]] = {
    "gone": (Path.unlink, "missing", "missing"),
    "longer": (lambda path: np.save(path, np.zeros((9, 9))), "size", "size"),
    "other values": (_other_values, None, "digest"),
    "copied": (_shift, "modified", None),
    "a folder in its place": (lambda path: (path.unlink(), path.mkdir()), "size", "size"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_is_found(cat: Catalog, lab: Lab, damage: str) -> None:
    harm, quick, full = DAMAGES[damage]
    harm(lab.file(FIRST, 2))
    for kind, report in ((quick, verify(cat)), (full, verify(cat, full=True))):
        found = [(one.recording, one.kind, one.path) for one in report.findings]
        assert found == ([] if kind is None else [(FIRST, kind, "data/responses/2.npy")])
        assert report.ok == (kind is None)
    assert verify(cat, full=True, recording=SECOND).ok
    assert verify(cat, recording="11111").files == 8


def test_a_file_that_cannot_be_read(cat: Catalog, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    target = lab.file(FIRST, 2)
    real = Path.open

    def broken(path: Path, *arguments: object) -> object:
        if path == target:
            raise OSError(5, "Input/output error")
        return real(path, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "open", broken)
    (finding,) = verify(cat, full=True).findings
    assert (finding.kind, finding.found) == ("unreadable", f"{target} cannot be read: Input/output error")


def test_a_root_that_is_gone_is_one_finding(cat: Catalog, lab: Lab, run: Run) -> None:
    lab.root(FIRST).rename(lab.data / "elsewhere")
    (finding,) = verify(cat).findings
    assert (finding.kind, finding.recording, finding.root) == ("root", FIRST, str(lab.root(FIRST)))
    assert "8 files" in finding.expected
    assert "catalog relocate OLD NEW" in run("verify").stdout


def test_a_file_below_any_root_will_do(cat: Catalog, lab: Lab, tmp_path: Path) -> None:
    owner = sa.text("SELECT id FROM recordings WHERE name = :name")
    with cat.session() as session:
        recording = session.scalar(owner, {"name": FIRST})
        session.add(RecordingRoot(recording_id=recording, path=str(tmp_path / "second")))
        session.commit()
    copy = tmp_path / "second" / "data" / "responses" / "2.npy"
    copy.parent.mkdir(parents=True)
    lab.file(FIRST, 2).rename(copy)
    assert verify(cat, full=True).ok
    _other_values(copy)
    (finding,) = verify(cat, full=True).findings
    assert (finding.kind, finding.root) == ("digest", str(tmp_path / "second"))


@pytest.mark.parametrize("inside", ["", FIRST + "/"])
def test_a_root_may_be_a_zip(cat: Catalog, lab: Lab, inside: str) -> None:
    packed = lab.data / f"{FIRST}.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(lab.root(FIRST).rglob("*.npy")):
            if path != lab.file(FIRST, 2):
                archive.write(path, inside + str(path.relative_to(lab.root(FIRST))))
    lab.execute(sa.text("UPDATE recording_roots SET path = path || '.zip'"))
    (finding,) = verify(cat, full=True, recording=FIRST).findings
    assert (finding.kind, finding.path) == ("missing", "data/responses/2.npy")
    packed.write_bytes(b"PK no zip")
    (finding,) = verify(cat, recording=FIRST).findings
    assert finding.kind == "root"
    assert "no zip" in finding.found


def test_the_command(lab: Lab, run: Run) -> None:
    ran = run("verify")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr.startswith("2 recordings, 12 files, ")
    assert ran.stderr.endswith("all there, unchanged\n")
    lab.file(SECOND, 3).unlink()
    ran = run("verify", "--format", "json")
    assert ran.exit_code == 1
    assert [(one["recording"], one["kind"]) for one in json.loads(ran.stdout)] == [(SECOND, "missing")]
    assert run("verify", "--recording", "11111", "--format", "json").stdout == "[]\n"


def test_files_that_held_no_array_are_counted(cat: Catalog) -> None:
    said = {"run_id": 1, "severity": "error", "trial": 2, "signal": "response", "message": "is odd", "action": "none"}
    told = [
        ("ingest", "bad_file", FIRST, "data/responses/2.npy"),
        ("ingest", "unreadable_file", SECOND, "data/responses/3.npy"),
        ("ingest", "missing_file", FIRST, "data/videos/2.npy"),
        ("import", "unreadable_file", FIRST, "videos/2.json"),
    ]
    with cat.session() as session:
        for topic, kind, recording, path in told:
            session.add(IngestProblem(topic=topic, kind=kind, recording=recording, path=path, **said))
        session.commit()
    report = verify(cat)
    assert (report.ok, report.files, report.unread) == (True, 12, 2)
    assert verify(cat, recording=FIRST).unread == 1


def test_an_unknown_recording(cat: Catalog, run: Run) -> None:
    with pytest.raises(NotFoundError, match="no recording is called 'x9'"):
        verify(cat, recording="x9")
    ran = run("verify", "--recording", "x9")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "no recording is called 'x9'" in ran.stderr


def test_digests_of_a_catalog_from_before_they_named_their_algorithm(lab: Lab) -> None:
    engine = connect(lab.database, pooled=False)
    downgrade(engine, "0005_trial_indexes")
    with engine.connect() as connection:
        digests = set(connection.scalars(sa.text("SELECT digest FROM array_files")))
    path = lab.file(FIRST, 2)
    assert hashlib.sha256(path.read_bytes()).hexdigest() in digests
    upgrade(engine)
    with Catalog(lab.database) as cat:
        assert verify(cat, full=True).ok
        path.write_bytes(path.read_bytes()[:-1] + b"!")
        assert [finding.kind for finding in verify(cat, full=True).findings] == ["digest"]
