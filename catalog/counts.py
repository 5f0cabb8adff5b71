"""Numbers of things, as people read them: "1 trial", "2,000 trials"."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun: "1 mouse", and for more of them `plural`, or the noun with an s."""
    return f"{number:,} {noun_of(number, noun, plural)}"


def noun_of(number: int, noun: str, plural: str | None = None) -> str:
    """Return a noun as it stands after a number."""
    return noun if number == 1 else plural or f"{noun}s"
