"""Something is done in the middle: when so many trials were read, or when a statement comes to the database."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa


class At:
    """A listener to an ingest that does something else once, when so many trials were read."""

    def __init__(self, trials: int, action: Callable[[], object]) -> None:
        self.trials, self.action, self.done = trials, action, False

    def __call__(self, progress: Any) -> None:
        if progress.event == "trial" and progress.trials[0] == self.trials and not self.done:
            self.done = True
            self.action()


class When:
    """Does something when a statement that begins so comes for the so-manieth time, on any connection."""

    def __init__(self, pattern: str, times: int, action: Callable[[], object], *, always: bool = False) -> None:
        self.pattern, self.times, self.action, self.always = re.compile(pattern), times, action, always
        self.seen, self.within = 0, False

    def __call__(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if self.within or not self.pattern.match(statement):
            return
        self.seen += 1
        if self.seen == self.times or (self.always and self.seen > self.times):
            self.within = True
            try:
                self.action()
            finally:
                self.within = False

    def __enter__(self) -> When:
        sa.event.listen(sa.Engine, "before_cursor_execute", self)
        return self

    def __exit__(self, *_: object) -> None:
        sa.event.remove(sa.Engine, "before_cursor_execute", self)
