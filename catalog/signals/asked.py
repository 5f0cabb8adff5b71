"""What a query asks for, found when it is first looked at: what collections of signals and windows have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Generic, Protocol, Self, TypeVar

from catalog.signals.reading import Wish


class OfRecording(Protocol):
    """Anything that is of one recording."""

    @property
    def recording(self) -> str:
        """The name of the recording."""


ItemT = TypeVar("ItemT", bound=OfRecording)


class Asked(ABC, Generic[ItemT]):
    """Items in the order of a query; the catalog is asked once, when they are first looked at.

    Parameters
    ----------
    find
        What returns the items.
    wish
        Which signal they are of, and of which neurons.
    """

    def __init__(self, find: Callable[[], list[ItemT]], wish: Wish) -> None:
        self._find = find
        self.wish = wish

    @cached_property
    def _items(self) -> list[ItemT]:
        return self._find()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._items)

    def __iter__(self) -> Iterator[ItemT]:
        """Yield one after the other; the values of each are read when they are asked for, and not kept."""
        yield from self._items

    def __getitem__(self, index: int) -> ItemT:
        """Return one, by its place."""
        return self._items[index]

    @property
    def recordings(self) -> list[str]:
        """The recordings that they are of, in their order."""
        return list(dict.fromkeys(item.recording for item in self))

    def by_recording(self) -> dict[str, Self]:
        """Return those of each recording apart: they have the same neurons, and can be stacked."""
        parts: dict[str, list[ItemT]] = {}
        for item in self:
            parts.setdefault(item.recording, []).append(item)
        return {recording: self._part(items) for recording, items in parts.items()}

    @abstractmethod
    def _part(self, items: list[ItemT]) -> Self:
        """Return a collection of some of the items."""
