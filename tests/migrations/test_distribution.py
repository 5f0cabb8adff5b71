"""Migrations are found where people are: in a checkout by Alembic itself, in an installed wheel by `catalog db`."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from catalog import migrate
from catalog.database import connect
from catalog.models import SCHEMA_REVISION

CHECKOUT = Path(__file__).parents[2]
COMMAND = "from catalog.cli import main; main(prog_name='catalog')"


def _run(arguments: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_alembic_works_in_a_checkout(new_database: str) -> None:
    def alembic(*arguments: str) -> subprocess.CompletedProcess[str]:
        return _run(["-m", "alembic", *arguments], CHECKOUT, CATALOG_DB=new_database)

    ran = alembic("upgrade", "head")
    assert ran.returncode == 0, ran.stderr
    migrate.check(connect(new_database, pooled=False))
    assert SCHEMA_REVISION in alembic("current").stdout
    assert alembic("check").returncode == 0
    assert alembic("downgrade", "base").returncode == 0
    assert alembic("current").stdout == ""


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a wheel and a source distribution, built from the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    ran = _run(["-m", "hatchling", "build", "-d", str(folder)], CHECKOUT)
    assert ran.returncode == 0, ran.stderr
    return folder


@pytest.fixture(scope="module")
def installed(distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the wheel is unpacked in."""
    folder = tmp_path_factory.mktemp("installed")
    (wheel,) = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_a_wheel_installs_two_packages_and_nothing_else(installed: Path) -> None:
    names = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert names == {"catalog", "ingest"}
    scripts = {path.name for path in (CHECKOUT / "migrations" / "versions").glob("*.py")}
    assert {path.name for path in (installed / "catalog" / "migrations" / "versions").iterdir()} == scripts
    (information,) = installed.glob("*.dist-info")
    assert "catalog = catalog.cli:main" in (information / "entry_points.txt").read_text()
    assert (information / "licenses" / "LICENSE").is_file()
    assert (installed / "catalog" / "py.typed").is_file()


def test_a_wheel_finds_its_migrations(installed: Path, new_database: str, backend: str, tmp_path: Path) -> None:
    def catalog(*arguments: str) -> subprocess.CompletedProcess[str]:
        return _run(["-c", COMMAND, "--db", new_database, *arguments], tmp_path, PYTHONPATH=str(installed))

    if backend == "sqlite":
        Path(new_database).touch()
    where = _run(
        ["-c", "from catalog.migrate import scripts_folder; print(scripts_folder())"],
        tmp_path,
        PYTHONPATH=str(installed),
    )
    assert where.stdout.strip() == str(installed / "catalog" / "migrations")
    ran = catalog("db", "upgrade")
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.endswith(f"empty -> {SCHEMA_REVISION}\n")
    assert catalog("db", "current").stdout == f"{SCHEMA_REVISION}\n"
    assert catalog("db", "check").returncode == 0
    assert catalog("info").returncode == 0


def test_a_source_distribution_has_what_is_needed_to_build_and_test(distributions: Path) -> None:
    (path,) = distributions.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    for needed in (
        "pyproject.toml", "README.md", "LICENSE", "Makefile", "alembic.ini", "migrations/env.py", "catalog/catalog.py",
        "ingest/__init__.py", "tests/conftest.py", "tests/queries/world.py",
    ):  # fmt: skip
        assert needed in names
    folders = {name.split("/")[0] for name in names if "/" in name}
    assert folders <= {"catalog", "ingest", "migrations", "tests", "benchmarks", "examples", "docs", "LICENSES"}
    assert not [name for name in names if name.endswith((".db", ".npy", ".pyc", ".gz"))]
