"""Readers of standard output and standard error, who may leave before the end, as `| head -1` does.

A reader who leaves ends nothing: what is written from then on goes nowhere, work goes on to its end, and the exit code
is that of what was done. Only rows that nobody would read are not fetched; see `read_rows`.
"""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, TypeVar

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

Row = TypeVar("Row")


class _Pipe(io.FileIO):
    """The writer's end of a pipe, which leads nowhere once its reader has left."""

    left = False

    def write(self, data: ReadableBuffer, /) -> int:
        """Write; see the class."""
        try:
            return super().write(data)
        except (BrokenPipeError, ConnectionResetError):
            self.left = True
            nowhere = os.open(os.devnull, os.O_WRONLY)
            # The number stays, so that Python's own streams, which are flushed at the end, lead nowhere as well.
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return memoryview(data).nbytes


class _Stream(io.TextIOWrapper):
    """One of Python's standard streams, whose reader may leave."""

    def __init__(self, stream: TextIO) -> None:
        self.pipe = _Pipe(stream.fileno(), "wb", closefd=False)
        super().__init__(
            io.BufferedWriter(self.pipe), stream.encoding, stream.errors, line_buffering=bool(stream.line_buffering)
        )


@contextmanager
def readers_may_leave() -> Iterator[None]:
    """Let readers of this process's standard output and standard error leave in the block."""
    ours = {"stdout": sys.__stdout__, "stderr": sys.__stderr__}
    replaced = {name: stream for name, stream in ours.items() if getattr(sys, name) is stream and _is_pipe(stream)}
    for name, stream in replaced.items():
        assert stream is not None
        stream.flush()
        setattr(sys, name, _Stream(stream))
    try:
        yield
    finally:
        for name, stream in replaced.items():
            getattr(sys, name).flush()
            setattr(sys, name, stream)


def read_rows(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield rows for standard output until its reader has left."""
    out = sys.stdout
    for row in rows:
        if isinstance(out, _Stream) and out.pipe.left:
            return
        yield row


def _is_pipe(stream: TextIO | None) -> bool:
    """Return whether a stream has a reader: terminals and files have none that could leave."""
    if stream is None:
        return False
    mode = os.fstat(stream.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
