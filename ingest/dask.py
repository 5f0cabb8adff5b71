"""A Dask cluster as the place where trials are read; Dask is imported here alone, and only when it is asked for."""

from __future__ import annotations

import importlib
import logging
import os
import pkgutil
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from catalog.errors import InputError
from ingest.analysis.version import ANALYSIS_VERSION

logger = logging.getLogger(__name__)

SECONDS_TO_CONNECT = 10
SECONDS_BETWEEN_LOOKS = 5
"""How often it is looked whether there are workers still."""
OF_THE_ANALYSIS = "ingest.analysis.version:ANALYSIS_VERSION"


@contextmanager
def dask_executor(address: str, data: Path) -> Iterator[tuple[Executor, int]]:
    """Yield an executor that runs on the cluster of a scheduler, and how many tasks its workers do at a time.

    When the block is left, what is under way is cancelled.

    Parameters
    ----------
    address
        Where the scheduler is, such as `tcp://10.0.0.1:8786`.
    data
        What the workers are to read: they must find it under the same path.

    Raises
    ------
    InputError
        `distributed` is not installed; there is no scheduler, or it has no workers; or one of them does not have this
        package, or not the data.
    """
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise InputError("--dask needs `distributed`: pip install 'sensorium-catalog[dask]'") from error
    try:
        _knock(distributed, address)
        client: Any = distributed.Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"no Dask scheduler answers at {address} ({_first_line(error)}): expected an address like "
            "tcp://host:8786, where `dask scheduler` runs"
        ) from error
    with client:
        number = _tasks_at_a_time(client, address, data.absolute())
        # Not pure: else Dask gives the result of an earlier task with the same paths, whatever the files hold now.
        executor: Executor = client.get_executor(pure=False)
        done = threading.Event()
        watch = threading.Thread(target=_tell_when_alone, args=(client, address, done), daemon=True)
        watch.start()
        try:
            yield executor, number
        finally:
            done.set()
            watch.join(SECONDS_TO_CONNECT)
            # A client that has lost its scheduler is closed by then.
            if client.status == "running":
                executor.shutdown(wait=False)


def _knock(distributed: Any, address: str) -> None:
    """Raise an OSError or ValueError if nobody listens at an address: a client would try long, and complain later."""
    scheme, where = distributed.comm.parse_address(address)
    if scheme in ("tcp", "tls"):
        place = distributed.comm.get_address_host_port(f"{scheme}://{where}", strict=True)
        socket.create_connection(place, timeout=SECONDS_TO_CONNECT).close()


def _tasks_at_a_time(client: Any, address: str, data: Path) -> int:
    """Return how many tasks the workers do at a time, if all of them can do ours."""
    threads: dict[str, int] = client.nthreads()
    if not threads:
        raise InputError(f"the Dask scheduler at {address} has no workers: start some with `dask worker {address}`")
    for worker, found in client.run(pkgutil.resolve_name, OF_THE_ANALYSIS, on_error="return").items():
        if isinstance(found, BaseException):
            raise InputError(
                f"the Dask worker {worker} cannot import `ingest` ({_first_line(found)}): install sensorium-catalog "
                "for the Python that runs it"
            )
        if found != ANALYSIS_VERSION:
            raise InputError(
                f"the Dask worker {worker} has version {found} of the analysis, this is version {ANALYSIS_VERSION}: "
                "install the same version of sensorium-catalog there"
            )
    for worker, there in client.run(os.path.exists, str(data)).items():
        if not there and data.exists():
            raise InputError(f"the Dask worker {worker} finds no {data}: workers must have the data at the same path")
    return sum(threads.values())


def _tell_when_alone(client: Any, address: str, done: threading.Event) -> None:
    """Warn when a cluster has no workers left: it keeps what is to be done until there are some, and says nothing."""
    alone = False
    while not done.wait(SECONDS_BETWEEN_LOOKS):
        if client.status != "running":
            continue
        try:
            there = bool(client.nthreads())
        except Exception as error:
            # Whatever it is: those who wait for results are told of it.
            logger.info("the Dask scheduler at %s does not tell its workers: %s", address, error)
            continue
        if not there and not alone:
            logger.warning(
                "the Dask cluster has no workers left: waiting for some (`dask worker %s`); an interrupt ends the run, "
                "and the same command continues it",
                address,
            )
        alone = not there


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
