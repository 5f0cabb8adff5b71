"""The files have the layout of the published raw data."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ingest.simulation import SimulationOptions, simulate
from tests.simulation.conftest import World


def test_names_are_like_the_published_ones(world: World) -> None:
    names = [name for name, _ in world.recordings()]
    assert len(set(names)) == 4
    for name in names:
        assert re.fullmatch(r"dynamic\d{5}-\d+-\d+-Video-[0-9a-f]{32}_30hz", name)
    assert [name.split("-")[-1][:4] for name in names] == ["8744", "9b4f", "8744", "9b4f"]
    assert sorted(path.name for path in world.folder.iterdir()) == sorted([*names, "truth.json"])


def test_every_trial_has_its_four_arrays(world: World) -> None:
    for name, recording, number, _ in world.trials():
        frames, dtype = recording["T"], recording["dtype"]
        shapes = {
            "videos": (36, 64, frames),
            "responses": (recording["n_neurons"], frames),
            recording["behavior_folder"]: (2, frames),
            "pupil_center": (2, frames),
        }
        for signal, shape in shapes.items():
            array = world.array(name, signal, number)
            assert array.shape == shape
            assert array.dtype == dtype


def test_nothing_else_is_written(world: World) -> None:
    for name, recording in world.recordings():
        written = {str(path.relative_to(world.folder / name)) for path in (world.folder / name).rglob("*.npy")}
        folders = ("videos", "responses", recording["behavior_folder"], "pupil_center")
        expected = {f"data/{folder}/{number}.npy" for folder in folders for number in recording["trials"]}
        meta = {"trials/tiers.npy", "neurons/unit_ids.npy", "neurons/cell_motor_coordinates.npy"}
        assert written == expected | {f"meta/{path}" for path in meta}


def test_one_recording_misspells_its_behavior_folder(world: World) -> None:
    assert [recording["behavior_folder"] for _, recording in world.recordings()] == ["behavior"] * 3 + ["bahavior"]


def test_tiers_name_gaps_none(world: World) -> None:
    with_gaps = 0
    for name, recording in world.recordings():
        tiers = np.load(world.folder / name / "meta/trials/tiers.npy", allow_pickle=False)
        assert tiers.dtype.kind == "U"
        known = {int(number): tier for number, tier in recording["tiers"].items()}
        assert list(tiers) == [known.get(number, "none") for number in range(len(tiers))]
        assert recording["gaps"] == [number for number, tier in enumerate(tiers) if tier == "none"]
        with_gaps += bool(recording["gaps"])
    assert with_gaps


def test_neurons(world: World) -> None:
    for name, recording in world.recordings():
        neurons = world.folder / name / "meta/neurons"
        ids, coordinates = np.load(neurons / "unit_ids.npy"), np.load(neurons / "cell_motor_coordinates.npy")
        assert ids.shape == (recording["n_neurons"],)
        assert np.all(np.diff(ids) > 0)
        assert coordinates.shape == (recording["n_neurons"], 3)
        assert np.issubdtype(coordinates.dtype, np.integer)
        assert set(coordinates[:, 2]) <= set(range(200, 426, 25))


def test_truth_on_disk_is_what_is_returned(world: World) -> None:
    assert json.loads((world.folder / "truth.json").read_text(encoding="utf-8")) == world.truth


def test_all_classes_are_shown_in_their_tiers(world: World) -> None:
    shown = Counter((trial["label"], trial["tier"].split("_")[-1]) for *_, trial in world.trials())
    assert {label for label, _ in shown} == {
        "NaturalVideo", "GaussianDot", "RandomDots", "Gabor", "PinkNoise", "NaturalImages",
    }  # fmt: skip
    assert {tier for label, tier in shown if label == "NaturalVideo"} == {"train", "oracle", "main"}
    assert {tier for label, tier in shown if label != "NaturalVideo"} == {"bonus"}


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(FileExistsError, match=re.escape(str(tmp_path))):
        simulate(tmp_path)
    with pytest.raises(FileExistsError, match=r"mine\.txt"):
        simulate(tmp_path / "mine.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_progress_counts_trials(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    options = SimulationOptions(recordings=1, n_neurons=1, train_videos=2, test_videos=0, parametric_videos=0)
    simulate(tmp_path / "new", options, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(0, 2), (1, 2), (2, 2)]
