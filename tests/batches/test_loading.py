"""Batches: by several workers, of one recording each, padded where trials differ in length."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalog import Catalog, QueryError
from ingest.ingesting import ingest_recordings
from tests.batches.conftest import Recorded

torch = pytest.importorskip("torch", reason="PyTorch is not installed; `make test-torch` installs it")
from torch.utils.data import DataLoader  # noqa: E402 (needs PyTorch)

from catalog.batches import RecordingBatches, TrialDataset, collate_trials  # noqa: E402

# Python warns of forks beside threads from 3.12 on; torch has some, and PyTorch's data loader forks all the same.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")

# Other tests may run beside these; threads that wait for one another are slower than one.
torch.set_num_threads(1)


@pytest.fixture(scope="module")
def windowed(cat: Catalog) -> TrialDataset:
    """Windows of both recordings."""
    trials = cat.trials.filter(valid_response=True, valid_locomotion=True)
    return TrialDataset(trials, ("response", "behavior"), n_frames=60, neurons=range(10))


@pytest.fixture(scope="module")
def whole(cat: Catalog, recorded: Recorded) -> TrialDataset:
    """Whole trials of one recording."""
    trials = cat.trials.filter(recording=recorded.names[0], valid_response=True)
    return TrialDataset(trials, ("video", "response"))


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    pairs = [(one[key], other[key]) for key in one | other]
    return all(torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b for a, b in pairs)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_give_the_same_batches(windowed: TrialDataset, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.database.connect", None)
    batches = list(DataLoader(windowed, batch_sampler=RecordingBatches(windowed, 8), collate_fn=collate_trials))
    loader = DataLoader(
        windowed,
        batch_sampler=RecordingBatches(windowed, 8),
        collate_fn=collate_trials,
        num_workers=2,
        multiprocessing_context=method,
    )
    loaded = list(loader)
    assert len(loaded) == len(batches) > 4
    assert all(same(one, other) for one, other in zip(batches, loaded, strict=True))


def test_workers_read_zips_each_for_itself(recorded: Recorded, tmp_path: Path) -> None:
    name = recorded.names[0]
    numbers = [int(number) for number in recorded.truth["recordings"][name]["trials"]][:6]
    (tmp_path / "data").mkdir()
    with zipfile.ZipFile(tmp_path / "data" / f"{name}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted((recorded.folder / name).rglob("*.npy")):
            if not path.stem.isdigit() or int(path.stem) in numbers:
                archive.write(path, path.relative_to(recorded.folder))
    ingest_recordings(tmp_path / "catalog.db", tmp_path / "data", workers=1)
    with Catalog(tmp_path / "catalog.db") as zipped:
        dataset = TrialDataset(zipped.trials.filter(valid_response=True), ["video"])
    alone = [dataset[index]["video"] for index in range(len(dataset))]
    assert len(alone) == 6
    loader = DataLoader(dataset, batch_size=None, num_workers=2, multiprocessing_context="fork")
    for _ in range(2):
        assert all(torch.equal(one, item["video"]) for one, item in zip(alone, loader, strict=True))


def test_the_usual_collation_takes_windows_of_one_recording(cat: Catalog, recorded: Recorded) -> None:
    trials = cat.trials.filter(recording=recorded.names[0], valid_response=True)
    dataset = TrialDataset(trials, ("video", "response"), n_frames=30)
    batch = next(iter(DataLoader(dataset, batch_size=4)))
    n_neurons = recorded.truth["recordings"][recorded.names[0]]["n_neurons"]
    assert batch["video"].shape == (4, 1, 30, 36, 64)
    assert batch["response"].shape == (4, n_neurons, 30)
    assert batch["trial"].tolist() == [dataset[index]["trial"] for index in range(4)]


def test_shorter_trials_are_padded(whole: TrialDataset) -> None:
    batch = next(iter(DataLoader(whole, batch_size=len(whole), collate_fn=collate_trials)))
    lengths = [item["n_frames"] for item in whole]
    assert len(set(lengths)) > 2
    assert batch["video"].shape == (len(whole), 1, max(lengths), 36, 64)
    assert batch["valid"].shape == (len(whole), max(lengths))
    assert batch["valid"].sum(dim=1).tolist() == lengths == batch["n_frames"].tolist()
    for place, (item, n_frames) in enumerate(zip(whole, lengths, strict=True)):
        assert torch.equal(batch["video"][place][:, :n_frames], item["video"])
        assert torch.equal(batch["response"][place][:, :n_frames], item["response"])
        assert not batch["response"][place][:, n_frames:].any()
        assert not batch["video"][place][:, n_frames:].any()


@pytest.mark.parametrize("workers", [0, 1])
def test_a_batch_of_different_neurons_is_refused(windowed: TrialDataset, workers: int) -> None:
    loader = DataLoader(windowed, batch_size=len(windowed), collate_fn=collate_trials, num_workers=workers)
    with pytest.raises(QueryError, match=r"different neurons(.|\n)*batch_sampler=RecordingBatches\(dataset, batch_si"):
        next(iter(loader))


def test_a_batch_without_responses_may_mix_recordings(cat: Catalog, recorded: Recorded) -> None:
    dataset = TrialDataset(cat.trials.filter(valid_video=True), ["gaze"])
    batch = next(iter(DataLoader(dataset, batch_size=len(dataset), collate_fn=collate_trials)))
    assert set(batch["recording"]) == set(recorded.names)


def test_batches_are_of_one_recording_and_hold_every_item_once(windowed: TrialDataset) -> None:
    for shuffle in (False, True):
        batches = RecordingBatches(windowed, 7, shuffle=shuffle)
        found = list(batches)
        assert len(found) == len(batches)
        assert all(len({windowed.recordings[index] for index in batch}) == 1 for batch in found)
        assert sorted(index for batch in found for index in batch) == list(range(len(windowed)))
        full = list(RecordingBatches(windowed, 7, shuffle=shuffle, drop_last=True))
        counts = Counter(windowed.recordings)
        assert [len(batch) for batch in full] == [7] * sum(count // 7 for count in counts.values())
    in_order = [index for batch in RecordingBatches(windowed, 7) for index in batch]
    assert in_order == list(range(len(windowed)))


def test_the_order_follows_from_seed_and_epoch(windowed: TrialDataset) -> None:
    batches = RecordingBatches(windowed, 5, shuffle=True, seed=3)
    first, second = list(batches), list(batches)
    assert first != second
    again = RecordingBatches(windowed, 5, shuffle=True, seed=3)
    again.epoch = 1
    assert list(again) == second
    assert list(RecordingBatches(windowed, 5, shuffle=True, seed=3)) == first
    assert list(RecordingBatches(windowed, 5, shuffle=True, seed=4)) != first
    recordings = [windowed.recordings[batch[0]] for batch in first]
    assert recordings not in (sorted(recordings), sorted(recordings, reverse=True))


@pytest.mark.parametrize("size", [0, -1, 2.0, True])
def test_a_wrong_batch_size_is_told(windowed: TrialDataset, size: Any) -> None:
    with pytest.raises(QueryError, match=f"batch_size={size}: expected a number of items"):
        RecordingBatches(windowed, size)


def test_a_small_network_learns(cat: Catalog, recorded: Recorded) -> None:
    """A loop as in docs/machine-learning.md: the loss goes down."""
    torch.manual_seed(0)
    trials = cat.trials.filter(recording=recorded.names[0], valid_response=True)
    dataset = TrialDataset(trials, n_frames=60, stride=120)
    core = torch.nn.Conv3d(1, 4, (5, 9, 9), padding=(2, 0, 0), stride=(1, 9, 11))
    readout = torch.nn.LazyLinear(len(dataset.neurons[recorded.names[0]]))
    readout(torch.zeros(4 * 4 * 6))
    optimizer = torch.optim.Adam([*core.parameters(), *readout.parameters()], lr=1e-2)
    losses = []
    batches = RecordingBatches(dataset, 8, shuffle=True)
    for _ in range(4):
        for batch in DataLoader(dataset, batch_sampler=batches, collate_fn=collate_trials):
            features = torch.relu(core(batch["video"] / 255)).transpose(1, 2).flatten(2)
            predicted = torch.nn.functional.softplus(readout(features)).transpose(1, 2)
            loss = (predicted - batch["response"] * torch.log(predicted + 1e-6)).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert np.mean(losses[-2:]) < np.mean(losses[:2])
