"""Trials for PyTorch (extra `torch`): a data set over any query, batches of one recording, and their collation."""

from __future__ import annotations

try:
    import torch as _torch  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "catalog.batches needs PyTorch: pip install 'sensorium-catalog[torch]'", name="torch"
    ) from error

from catalog.batches.collating import collate_trials
from catalog.batches.dataset import Sample, TrialDataset
from catalog.batches.sampler import RecordingBatches

__all__ = ["RecordingBatches", "Sample", "TrialDataset", "collate_trials"]
