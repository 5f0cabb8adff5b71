"""Collation: items of a data set into one batch, shorter trials padded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.utils.data import default_collate

from catalog.batches.dataset import PARTS, Sample
from catalog.errors import QueryError

FRAME_AXIS = {"video": 1}
"""Which axis of an item's signal are the frames, unless it is the last."""


def collate_trials(samples: Sequence[Sample]) -> Sample:
    """Return items as one batch: for `DataLoader(…, collate_fn=collate_trials)`.

    Each signal has a first axis more, (item, …). Shorter items are padded with zeros at their end to the frames of the
    longest; `valid`, (item, frames), is true where there are frames. Numbers become tensors, texts lists.

    Raises
    ------
    QueryError
        The items are responses of several recordings, which have different neurons.
    """
    recordings = list(dict.fromkeys(sample["recording"] for sample in samples))
    if len(recordings) > 1 and "response" in samples[0]:
        raise QueryError(
            f"responses of {len(recordings)} recordings have different neurons, and cannot be in one batch: "
            f"{', '.join(recordings[:3])}; DataLoader(…, batch_sampler=RecordingBatches(dataset, batch_size)) makes "
            "batches of one recording each"
        )
    lengths = torch.tensor([sample["n_frames"] for sample in samples])
    signals = [name for name in samples[0] if name in PARTS]
    batch: Sample = {name: _padded([sample[name] for sample in samples], FRAME_AXIS.get(name, -1)) for name in signals}
    batch["valid"] = torch.arange(int(lengths.max())) < lengths[:, None]
    rest: Any = default_collate([{key: sample[key] for key in sample if key not in signals} for sample in samples])
    return {**batch, **rest}


def _padded(items: Sequence[torch.Tensor], axis: int) -> torch.Tensor:
    """Return tensors as one, (item, …), with zeros after the frames of the shorter ones.

    By numpy: a copy within memory gains nothing from the threads of torch, and suffers where they wait for one another.
    """
    shape = list(items[0].shape)
    shape[axis] = max(item.shape[axis] for item in items)
    batch = torch.empty(len(items), *shape, dtype=items[0].dtype)
    for row, item in zip(batch.numpy(), items, strict=True):
        frames = np.moveaxis(row, axis, -1)
        frames[..., : item.shape[axis]] = np.moveaxis(item.numpy(), axis, -1)
        frames[..., item.shape[axis] :] = 0
    return batch
