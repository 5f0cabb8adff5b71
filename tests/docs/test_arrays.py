"""docs/arrays.md: every block runs, one after the other, and gives what the files hold, on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.ingesting import ingest_recordings
from ingest.simulation import SimulationOptions, simulate
from tests.conftest import BACKENDS, MakeDatabase

DOCUMENT = (Path(__file__).parents[2] / "docs" / "arrays.md").read_text()
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
OPTIONS = SimulationOptions(
    seed=8, recordings=3, n_neurons=12, train_videos=1, test_videos=0, parametric_repeats=2, drop_frames=False
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three mice, the third of which saw Gabors twice."""
    folder = tmp_path_factory.mktemp("simulated") / "data"
    simulate(folder, OPTIONS)
    return folder


@pytest.fixture(scope="module", params=BACKENDS)
def names(request: pytest.FixtureRequest, data: Path, make_lasting_database: MakeDatabase) -> Iterator[dict[str, Any]]:
    """What the blocks leave behind."""
    database = make_lasting_database(request.param)
    ingest_recordings(database, data, workers=1)
    found: dict[str, Any] = {}
    blocks = BLOCK.findall(DOCUMENT)
    assert len(blocks) >= 10
    exec(blocks[0].replace('"catalog.db"', repr(database)), found)
    try:
        for block in blocks[1:]:
            exec(block, found)
        yield found
    finally:
        found["cat"].close()


def stored(data: Path, names: dict[str, Any], trial: int, kind: str = "responses") -> np.ndarray:
    return np.load(data / names["mouse"] / "data" / kind / f"{trial}.npy")


def gabor_trials(names: dict[str, Any]) -> list[int]:
    return names["gabor"].values("trial")


def test_one_trial_and_all_of_a_query(names: dict[str, Any], data: Path) -> None:
    assert len(gabor_trials(names)) == 2
    for number in gabor_trials(names):
        expected = stored(data, names, number)[:, :300].mean()
        assert names["means"][names["mouse"], number] == pytest.approx(expected)
    np.testing.assert_array_equal(
        names["first"].get_data(), stored(data, names, gabor_trials(names)[0], "videos")[..., :25]
    )
    whole = [
        stored(data, names, n, "behavior")[0]
        for n in names["cat"].trials.filter(recording=names["mouse"]).values("trial")
    ]
    frames = names["mean_pupil"].shape[0]
    np.testing.assert_allclose(names["mean_pupil"].filled(np.nan), np.nanmean(whole, axis=0)[:frames], rtol=1e-5)
    assert list(names["stacks"]) == [names["mouse"]]


def test_some_neurons_and_their_normalisation(names: dict[str, Any], data: Path) -> None:
    neurons = names["cat"].neurons.filter(recording=names["mouse"]).to_frame()
    responses = np.stack([stored(data, names, n)[:, :300] for n in gabor_trials(names)])
    deep = neurons[(neurons.coord_z >= 300) & (neurons.mean_activation > 0.5)].row
    best = neurons.sort_values("mean_activation", ascending=False).row[:5]
    np.testing.assert_array_equal(names["deep"].values, responses[:, deep])
    np.testing.assert_array_equal(names["best"].values, responses[:, best])
    np.testing.assert_array_equal(names["two"].stack().values, responses[:, [0, 3]])
    mean = neurons.mean_activation.to_numpy()[:, None]
    np.testing.assert_allclose(names["normalised"].values, (responses - mean) / mean, rtol=1e-9)


def test_aligned_to_stimuli(names: dict[str, Any], data: Path) -> None:
    aligned = names["aligned"]
    std = names["cat"].neurons.filter(recording=names["mouse"]).values("std_activation")
    assert aligned.shape == (24, len(std), 35)
    for row, values in zip(aligned.to_frame().itertuples(), aligned.values, strict=True):
        responses = stored(data, names, row.trial)[:, :300] / np.array(std)[:, None]
        padded = np.pad(responses, ((0, 0), (5, 30)), constant_values=np.nan)
        np.testing.assert_allclose(values, padded[:, row.frame_start : row.frame_start + 35], rtol=1e-9)
    assert len(names["by_segment"]) == 12


def test_repeats_and_reliability(names: dict[str, Any], data: Path) -> None:
    stack = names["stack"]
    assert stack.shape[:2] == (3, 2)
    one, other = (stored(data, names, n)[:, :300] for n in [signal.trial for signal in stack.trials[0]])
    expected = [np.corrcoef(first, second)[0, 1] for first, second in zip(one, other, strict=True)]
    assert stack.trials[0][0].label == "Gabor"
    np.testing.assert_allclose(names["reliability"], expected, rtol=1e-5)
    np.testing.assert_allclose(names["halves"], 2 * np.array(expected) / (1 + np.array(expected)), rtol=1e-5)
    assert names["again"].shape == (2, len(names["reliable"]), 300)
    assert names["both"].table.shape[0] > 0
