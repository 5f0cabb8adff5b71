"""Where a catalog lies decides how it is kept: on network disks without a log, and with a diagnosis when locks fail."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog import places, waiting
from catalog.cli import main
from catalog.places import find_place
from ingest.ingesting import ingest_recordings
from tests.importing.reading import query
from tests.ingesting.rows import canonical, differing
from tests.ingesting.worlds import World

MOUNTS = """\
22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw,errors=remount-ro
25 22 0:6 / /dev rw,nosuid shared:2 - devtmpfs udev rw,size=16G
41 40 0:41 / /mnt/lab/local rw,relatime - ext4 /dev/sdb1 rw
40 22 0:40 / /mnt/lab rw,relatime shared:9 master:3 - nfs4 server:/export/lab rw,vers=4.2,addr=10.0.0.7
42 22 0:42 / /mnt/with\\040a\\040blank rw - cifs //server/share rw,vers=3.0
43 22 0:43 / /media/disc ro,nosuid - iso9660 /dev/sr0 ro
44 22 0:44 / /data ro,relatime - ext4 /dev/sdc1 rw
45 22 0:45 / /home/anna/far rw - fuse.sshfs anna@host:/ rw,user_id=1000
46 22 0:46 / /again rw - ext4 /dev/sdd1 rw
47 22 0:47 / /again rw - 9p host rw,trans=virtio
a line that is none
48 22 0:48 / /half
"""


@pytest.mark.parametrize(
    ("path", "kind", "mount"),
    [
        ("/home/anna/catalog.db", "ext4", "/"),
        ("/mnt/lab/catalog.db", "nfs4", "/mnt/lab"),
        ("/mnt/lab", "nfs4", "/mnt/lab"),
        ("/mnt/laboratory/catalog.db", "ext4", "/"),
        ("/mnt/lab/local/a/catalog.db", "ext4", "/mnt/lab/local"),
        ("/mnt/with a blank/catalog.db", "cifs", "/mnt/with a blank"),
        ("/home/anna/far/catalog.db", "fuse.sshfs", "/home/anna/far"),
        ("/again/catalog.db", "9p", "/again"),
        ("/half/catalog.db", "ext4", "/"),
    ],
)
def test_the_longest_mount_above_a_file_holds_it(path: str, kind: str, mount: str) -> None:
    place = find_place(MOUNTS, path)
    assert place is not None
    assert (place.type, place.mount) == (kind, mount)
    assert place.network == (kind != "ext4")
    assert not place.read_only


def test_read_only_here_or_everywhere() -> None:
    disc, mounted = find_place(MOUNTS, "/media/disc/x.db"), find_place(MOUNTS, "/data/x.db")
    assert disc is not None
    assert mounted is not None
    assert (disc.read_only, disc.frozen) == (True, True)
    # The same disk may be mounted for writing elsewhere.
    assert (mounted.read_only, mounted.frozen) == (True, False)


def test_nothing_is_claimed_where_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_place("", "/x.db") is None
    monkeypatch.setattr(places, "MOUNTS", tmp_path / "none")
    assert places.place_of(tmp_path / "x.db") is None


def test_links_are_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far")
    put_on_network(tmp_path / "far", monkeypatch)
    place = places.place_of(tmp_path / "link" / "catalog.db")
    assert place is not None
    assert str(place) == f"nfs4 at {tmp_path}/far"


def put_on_network(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a folder pass for a network disk."""
    mounts = folder.parent / "mountinfo"
    mounts.write_text(f"22 1 8:2 / / rw - ext4 /dev/sda2 rw\n40 22 0:40 / {folder} rw - nfs4 server:/lab rw\n")
    monkeypatch.setattr(places, "MOUNTS", mounts)


def mode_of(path: Path) -> str:
    """Return the journal mode that a SQLite file says it is in, in bytes 18 and 19 of its header."""
    return {b"\x01\x01": "delete", b"\x02\x02": "wal"}[path.read_bytes()[18:20]]


@pytest.fixture
def far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on what passes for a network disk."""
    folder = tmp_path / "far"
    folder.mkdir()
    put_on_network(folder, monkeypatch)
    return folder


def test_a_catalog_on_a_network_disk_has_no_log(films: World, far: Path, tmp_path: Path) -> None:
    ingest_recordings(far / "catalog.db", films.folder, workers=1)
    ingest_recordings(tmp_path / "near.db", films.folder, workers=1)
    assert mode_of(far / "catalog.db") == "delete"
    assert mode_of(tmp_path / "near.db") == "wal"
    assert differing(canonical(str(far / "catalog.db")), canonical(str(tmp_path / "near.db"))) == {}


def test_one_that_was_copied_there_gives_its_log_up(films: World, far: Path, tmp_path: Path) -> None:
    first, *_ = films.names
    ingest_recordings(tmp_path / "catalog.db", films.folder, recordings=[first], workers=1)
    (tmp_path / "catalog.db").rename(far / "catalog.db")
    assert mode_of(far / "catalog.db") == "wal"
    ingest_recordings(far / "catalog.db", films.folder, workers=1)
    assert mode_of(far / "catalog.db") == "delete"
    assert len(query(str(far / "catalog.db"), "SELECT * FROM recordings")) == 3


def test_locks_that_fail_there_are_explained(films: World, far: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = far / "catalog.db"
    ingest_recordings(database, films.folder, recordings=films.names[:1], workers=1)
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.1)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ran = CliRunner().invoke(main, ["--db", str(database), "ingest", str(films.folder), "--workers", "1"])
    other.close()
    assert ran.exit_code == 2
    assert ran.stderr.count("Error") == 1
    assert "is being written by another process" in ran.stderr
    assert f"{database} is on a network file system (nfs4 at {far}), where SQLite's locks cannot" in ran.stderr
    assert "put it on a local disk, or use PostgreSQL" in ran.stderr
