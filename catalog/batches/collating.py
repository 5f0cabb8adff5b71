"""Collation: items of a data set into one batch, shorter trials padded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
    longest = int(lengths.max())
    signals = [name for name in samples[0] if name in PARTS]
    batch: Sample = {
        name: torch.stack([_padded(sample[name], FRAME_AXIS.get(name, -1), longest) for sample in samples])
        for name in signals
    }
    batch["valid"] = torch.arange(longest) < lengths[:, None]
    rest: Any = default_collate([{key: sample[key] for key in sample if key not in signals} for sample in samples])
    return {**batch, **rest}


def _padded(values: torch.Tensor, axis: int, length: int) -> torch.Tensor:
    missing = length - values.shape[axis]
    if missing == 0:
        return values
    shape = list(values.shape)
    shape[axis] = missing
    return torch.cat([values, values.new_zeros(shape)], dim=axis)
