"""A Dask cluster reads trials: the same rows, and what is wrong with a cluster is told before anything is changed."""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from catalog.cli import main
from catalog.errors import InputError, StoppedError
from ingest.dask import dask_executor
from ingest.ingesting import ingest_recordings
from tests.conftest import MakeDatabase
from tests.importing.reading import query
from tests.ingesting.rows import canonical, differing
from tests.ingesting.worlds import World

distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install 'sensorium-catalog[dask]'")


def cluster(**options: Any) -> Any:
    """A cluster on this machine, whose workers are threads of this process unless it is said otherwise."""
    usual = {"n_workers": 2, "threads_per_worker": 1, "processes": False, "dashboard_address": ":0"}
    return distributed.LocalCluster(**{**usual, "protocol": "tcp", "host": "127.0.0.1", **options})


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where a scheduler with two workers is."""
    with cluster() as ours:
        yield ours.scheduler_address


def run(database: str, data: Path, address: str) -> Result:
    return CliRunner().invoke(main, ["--db", database, "ingest", str(data), "--dask", address])


def test_a_cluster_changes_no_row(
    films: World, make_database: MakeDatabase, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, spread = make_database("sqlite"), make_database("sqlite")
    ingest_recordings(alone, films.folder, workers=1)
    # Workers are elsewhere: a path that is relative to this process says nothing to them.
    monkeypatch.chdir(films.folder.parent)
    result = run(spread, Path(films.folder.name), address)
    assert (result.exit_code, result.stdout) == (0, "")
    assert differing(canonical(alone), canonical(spread)) == {}


def test_it_is_the_cluster_that_reads(
    films: World, make_database: MakeDatabase, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with distributed.Client(address, set_as_default=False) as client:
        before = transitions(client)
        assert run(make_database("sqlite"), films.folder, address).exit_code == 0
        # One batch for each of the recordings, at least.
        assert transitions(client) >= before + 3


def transitions(client: Any) -> int:
    """How many tasks the cluster has completed since it was started."""
    return int(client.run_on_scheduler(lambda dask_scheduler: dask_scheduler.transition_counter))


def test_files_that_changed_are_read_again_by_the_same_cluster(
    films: World, database: str, address: str, scratch: Path
) -> None:
    copy = films.copy(scratch / "data")
    path = next(copy.folder.glob("*/data/responses/*.npy"))
    with dask_executor(address, copy.folder) as (executor, workers):
        ingest_recordings(database, copy.folder, executor=executor, workers=workers)
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content[:-4])
        report = ingest_recordings(database, copy.folder, executor=executor, workers=workers)
    assert [problem.kind for problem in report.problems] == ["bad_file"]


def test_nobody_there(films: World, make_database: MakeDatabase) -> None:
    database = make_database("sqlite", migrated=False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    for address in (nobody, nobody.removeprefix("tcp://"), "tcp://127.0.0.1", "nonsense"):
        result = run(database, films.folder, address)
        assert result.exit_code == 2
        assert f"no Dask scheduler answers at {address}" in result.stderr
        assert "dask scheduler" in result.stderr
    assert not Path(database).exists()


def test_a_cluster_without_workers(films: World, make_database: MakeDatabase) -> None:
    database = make_database("sqlite", migrated=False)
    with cluster(n_workers=0) as ours:
        result = run(database, films.folder, ours.scheduler_address)
        assert result.exit_code == 2
        assert f"has no workers: start some with `dask worker {ours.scheduler_address}`" in result.stderr
    assert not Path(database).exists()


def test_dask_is_not_installed(films: World, make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    database = make_database("sqlite", migrated=False)
    result = run(database, films.folder, "tcp://127.0.0.1:8786")
    assert result.exit_code == 2
    assert "pip install 'sensorium-catalog[dask]'" in result.stderr
    assert not Path(database).exists()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda function: ModuleNotFoundError("No module named 'ingest'"), "cannot import `ingest` (No module named"),
        (lambda function: "0", "has version 0 of the analysis"),
        (lambda function: False if function is os.path.exists else None, "workers must have the data at the same path"),
    ],
    ids=["not installed", "another version", "another disk"],
)
def test_workers_that_cannot_do_it(
    films: World,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[Any], object],
    told: str,
) -> None:
    ask = distributed.Client.run

    def one_answers_otherwise(client: Any, function: Any, *arguments: Any, **options: Any) -> dict[str, object]:
        found = ask(client, function, *arguments, **options)
        other = answer(function)
        return found if other is None else {**found, max(found): other}

    monkeypatch.setattr(distributed.Client, "run", one_answers_otherwise)
    with pytest.raises(InputError, match="the Dask worker tcp://") as caught, dask_executor(address, films.folder):
        pass
    assert told in str(caught.value)


def test_what_a_worker_took_with_it_is_read_by_another(films: World, make_database: MakeDatabase) -> None:
    alone, spread = make_database("sqlite"), make_database("sqlite")
    ingest_recordings(alone, films.folder, workers=1)
    with cluster() as ours, dask_executor(ours.scheduler_address, films.folder) as (executor, workers):
        lost = []

        def lose_one(progress: Any) -> None:
            if progress.event == "trial" and not lost:
                lost.append(ours.workers[0].address)
                ours.sync(ours.workers[0].close, executor_wait=False)

        ingest_recordings(spread, films.folder, executor=executor, workers=workers, progress=lose_one)
        assert lost
    assert differing(canonical(alone), canonical(spread)) == {}


def test_a_cluster_whose_last_worker_went_is_waited_for_and_told(
    films: World, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.dask.SECONDS_BETWEEN_LOOKS", 0.1)
    told: list[str] = []
    with cluster(n_workers=1) as ours:

        def help_out(record: logging.LogRecord) -> bool:
            if record.levelno == logging.WARNING:
                told.append(record.getMessage())
                ours.scale(2)
            return True

        monkeypatch.setattr("ingest.dask.logger.filters", [help_out])
        lost = []

        def lose_it(progress: Any) -> None:
            if progress.event == "trial" and not lost:
                lost.append(ours.workers[0].address)
                ours.sync(ours.workers[0].close, executor_wait=False)

        with dask_executor(ours.scheduler_address, films.folder) as (executor, workers):
            report = ingest_recordings(database, films.folder, executor=executor, workers=workers, progress=lose_it)
    assert len(report.recordings) == 3
    (line,) = told
    assert line.startswith(
        f"the Dask cluster has no workers left: waiting for some (`dask worker {ours.scheduler_address}`)"
    )


def test_a_cluster_that_goes_stops_the_run(films: World, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = cluster()
    told = []

    def end(progress: Any) -> None:
        if progress.event == "recording":
            told.append(progress.recording)
            ours.close()

    with ours, dask_executor(ours.scheduler_address, films.folder) as (executor, _):
        # Connecting may take longer on a busy machine; that nobody answers any more is to be found out soon.
        monkeypatch.setattr("ingest.dask.SECONDS_TO_CONNECT", 1)
        with pytest.raises(StoppedError, match="the same command continues"):
            ingest_recordings(database, films.folder, executor=executor, workers=1, progress=end)
    assert {row["name"] for row in query(database, "SELECT name FROM recordings")} == set(told)
    assert 1 <= len(told) < 3
