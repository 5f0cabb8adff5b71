"""Whole numbers as options: what is none, or too small, is told with what was expected."""

from __future__ import annotations

from typing import Any

import click


class AtLeast(click.IntRange):
    """A whole number from some least one on."""

    def __init__(self, least: int) -> None:
        super().__init__(min=least)
        self._least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"expected a whole number, {self._least} or more, not {value!r}", param, ctx)
