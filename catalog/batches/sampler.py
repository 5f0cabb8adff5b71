"""`RecordingBatches`: which items make up each batch, so that no batch mixes recordings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from torch.utils.data import Sampler

from catalog.batches.dataset import TrialDataset
from catalog.counts import counted
from catalog.errors import QueryError


class RecordingBatches(Sampler[list[int]]):
    """Batches of items of one recording each: for `DataLoader(dataset, batch_sampler=RecordingBatches(dataset, 8))`.

    Parameters
    ----------
    dataset
        Whose items.
    batch_size
        Items of each batch; the last one of a recording may have fewer.
    shuffle
        Mix the items of each recording, and the batches of all. The order follows from the seed and the epoch; each
        pass over the batches is the next epoch.
    seed
        Another one gives another order.
    drop_last
        Leave out batches that are not full.

    Attributes
    ----------
    epoch
        That of the next pass; set it to repeat one, or to go on where training was interrupted.
    """

    def __init__(
        self,
        dataset: TrialDataset,
        batch_size: int,
        *,
        shuffle: bool = False,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
            raise QueryError(f"batch_size={batch_size!r}: expected a number of items, 1 or more")
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.drop_last = drop_last
        self.epoch = 0
        items: dict[str, list[int]] = defaultdict(list)
        for index, recording in enumerate(dataset.recordings):
            items[recording].append(index)
        self._items = dict(items)

    def __repr__(self) -> str:
        """Show how many batches there are, and the next epoch."""
        size = counted(self.batch_size, "item")
        return f"<RecordingBatches: {counted(len(self), 'batch', 'batches')} of up to {size}, epoch {self.epoch}>"

    def __len__(self) -> int:
        """Return how many batches there are."""
        return sum(len(self._starts(items)) for items in self._items.values())

    def __iter__(self) -> Iterator[list[int]]:
        """Yield the items of each batch, by their index."""
        dice = np.random.default_rng([self.seed, self.epoch])
        self.epoch += 1
        batches = []
        for items in self._items.values():
            order = dice.permutation(items).tolist() if self.shuffle else items
            batches += [order[start : start + self.batch_size] for start in self._starts(items)]
        places = dice.permutation(len(batches)) if self.shuffle else range(len(batches))
        yield from (batches[place] for place in places)

    def _starts(self, items: list[int]) -> range:
        full = len(items) // self.batch_size * self.batch_size
        return range(0, full if self.drop_last else len(items), self.batch_size)
