"""Items of the data set are what the files hold, of the frames, neurons and signals that were asked for."""

from __future__ import annotations

import pickle
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalog import Catalog, CatalogError, QueryError
from catalog.errors import SignalError
from catalog.upkeep import relocate
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from tests.batches.conftest import Recorded
from tests.importing.builder import PublishedFolder

torch = pytest.importorskip("torch", reason="PyTorch is not installed; `make test-torch` installs it")
from catalog.batches import RecordingBatches, TrialDataset  # noqa: E402 (needs PyTorch)

ALL = ("video", "response", "behavior", "gaze", "pupil", "locomotion")
USABLE = {"valid_response": True, "valid_locomotion": True, "valid_video": True}


def expected(recorded: Recorded, item: dict[str, Any], signal: str) -> np.ndarray:
    recording, trial = item["recording"], item["trial"]
    frames = slice(item["start"], item["start"] + item["n_frames"])
    if signal in ("pupil", "locomotion"):
        behavior = recorded.array(recording, trial, "behavior")
        return behavior[("pupil", "locomotion").index(signal), frames]
    values = recorded.array(recording, trial, signal)[..., frames]
    return values.transpose(2, 0, 1)[None] if signal == "video" else values


def test_an_item_is_what_the_files_hold(recorded: Recorded, backend: str) -> None:
    with Catalog(recorded.databases[backend]) as cat:
        trials = cat.trials.filter(**USABLE)
        names = [(trial.recording.name, trial.trial, trial.video_id) for trial in trials]
        dataset = TrialDataset(trials, ALL)
    assert isinstance(dataset, torch.utils.data.Dataset)
    assert [(item["recording"], item["trial"], item["video_id"]) for item in dataset] == names
    assert len({recording for recording, *_ in names}) == 2
    for item in dataset:
        truth = recorded.truth["recordings"][item["recording"]]["trials"][str(item["trial"])]
        assert (item["trial_type"], item["label"], item["start"]) == (truth["tier"], truth["label"], 0)
        assert item["n_frames"] == truth["valid_frames"]
        for signal in ALL:
            assert item[signal].dtype == torch.float32
            np.testing.assert_array_equal(item[signal].numpy(), expected(recorded, item, signal).astype(np.float32))


def test_a_notebook_shows_how_much_there_is(recorded: Recorded, cat: Catalog) -> None:
    trials = cat.trials.filter(recording=recorded.names[0], valid_response=True)
    dataset = TrialDataset(trials, ("video", "response"))
    shown = f"{trials.count()} items of {trials.count()} trials in 1 recording"
    assert repr(dataset) == f"<TrialDataset of video, response: {shown}, torch.float32>"
    batches = RecordingBatches(dataset, trials.count() - 1)
    assert repr(batches) == f"<RecordingBatches: 2 batches of up to {trials.count() - 1} items, epoch 0>"


@pytest.mark.parametrize(("n_frames", "stride"), [(30, None), (30, 7), (240, None), (100, 300)])
def test_windows_hold_valid_frames_only(recorded: Recorded, cat: Catalog, n_frames: int, stride: int | None) -> None:
    trials = cat.trials.filter(**USABLE)
    dataset = TrialDataset(trials, ("video", "response"), n_frames=n_frames, stride=stride)
    places = []
    for recording, trial in trials.rows(["recording", "trial"]):
        start = 0
        while start + n_frames <= recorded.frames(recording, trial):
            places.append((recording, trial, start))
            start += stride or n_frames
    frame = dataset.to_frame()
    assert list(zip(frame.recording, frame.trial, frame.start, strict=True)) == places
    assert len(dataset) == len(places)
    assert dataset.recordings == [recording for recording, *_ in places]
    for index in (0, 1, len(dataset) // 2, len(dataset) - 1, -1):
        item = dataset[index]
        assert (item["recording"], item["trial"], item["start"]) == places[index]
        for signal in ("video", "response"):
            assert not torch.isnan(item[signal]).any()
            np.testing.assert_array_equal(item[signal].numpy(), expected(recorded, item, signal).astype(np.float32))


def test_frames_count_that_are_valid_in_every_signal(recorded: Recorded, tmp_path: Path) -> None:
    database = shutil.copy(recorded.databases["sqlite"], tmp_path / "own.db")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE trials SET valid_frames_gaze = 100 WHERE trial % 2")
    with Catalog(database) as cat:
        usable = cat.trials.filter(valid_response=True)
        assert {item["n_frames"] for item in TrialDataset(usable, ["gaze", "response"]) if item["trial"] % 2} == {100}
        responses = TrialDataset(usable, ["response"])
    assert all(item["n_frames"] == recorded.frames(item["recording"], item["trial"]) for item in responses)


@pytest.mark.parametrize("choose", ["rows", "filters", "query"])
def test_only_the_neurons_that_were_asked_for(recorded: Recorded, cat: Catalog, choose: str) -> None:
    choice: Any = {"rows": [7, 2, 3], "filters": {"coord_z__ge": 300}, "query": cat.neurons.filter(coord_z__ge=300)}
    dataset = TrialDataset(cat.trials.filter(**USABLE), ["response"], neurons=choice[choose])
    assert dataset.neurons.keys() == set(recorded.names)
    for item in (dataset[0], dataset[-1]):
        coordinates = recorded.folder / item["recording"] / "meta" / "neurons" / "cell_motor_coordinates.npy"
        rows = [7, 2, 3] if choose == "rows" else np.flatnonzero(np.load(coordinates)[:, 2] >= 300)
        assert list(dataset.neurons[item["recording"]].rows) == list(rows)
        values = expected(recorded, item, "response")[rows]
        np.testing.assert_array_equal(item["response"].numpy(), values.astype(np.float32))


def test_responses_are_normalised(recorded: Recorded, cat: Catalog) -> None:
    name = recorded.names[0]
    valid = cat.trials.filter(recording=name, valid_response=True)
    everything = np.concatenate([recorded.array(name, n, "response") for n in valid.values("trial")], axis=1)
    mean = everything.mean(axis=1, dtype=np.float64)[:, None]
    dataset = TrialDataset(
        valid, ["response"], neurons=[1, 4], normalization="by_mean", n_frames=50, dtype=torch.float64
    )
    item = dataset[3]
    assert item["response"].dtype == torch.float64
    values = (expected(recorded, item, "response") - mean) / mean
    np.testing.assert_allclose(item["response"].numpy(), values[[1, 4]], rtol=1e-5)
    item = TrialDataset(valid, ["response"], normalization="by_mean_per_trial", n_frames=50)[3]
    own = recorded.array(name, item["trial"], "response").mean(axis=1, dtype=np.float64)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        values = (expected(recorded, item, "response") - own) / own
    np.testing.assert_allclose(item["response"].numpy(), values, rtol=1e-4)


def test_an_item_can_be_transformed(cat: Catalog) -> None:
    dataset = TrialDataset(cat.trials.filter(**USABLE), ["response"], transform=lambda item: item["response"].mean())
    assert dataset[2] == TrialDataset(cat.trials.filter(**USABLE), ["response"])[2]["response"].mean()


def test_an_index_beyond_the_end_is_an_error(cat: Catalog) -> None:
    dataset = TrialDataset(cat.trials.filter(**USABLE), ["pupil"])
    with pytest.raises(IndexError):
        dataset[len(dataset)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"signals": ["responses"]}, "unknown signal 'responses'. Did you mean 'response'"),
        ({"signals": []}, "no signals are asked for; expected any of video, response"),
        ({"signals": ["pupil", "pupil"]}, "the signal 'pupil' is asked for twice"),
        ({"signals": ["video"], "neurons": [0]}, "neurons= and normalization= are for responses"),
        ({"signals": ["video"], "normalization": "by_mean"}, "neurons= and normalization= are for responses"),
        ({"normalization": "by_men"}, "unknown normalization 'by_men'"),
        ({"dtype": torch.int64}, "dtype=torch.int64: expected one of torch.float16"),
        ({"n_frames": 0}, "n_frames=0: expected a number of frames, 1 or more"),
        ({"n_frames": True}, "n_frames=True: expected"),
        ({"n_frames": 10, "stride": -1}, "stride=-1: expected"),
        ({"stride": 5}, "stride=5 is for windows; give n_frames= as well"),
        ({"n_frames": 1000}, "n_frames=1000: no trial has so many valid frames; the longest has 324"),
    ],
)
def test_a_wrong_option_is_told(cat: Catalog, options: dict[str, Any], message: str) -> None:
    with pytest.raises(QueryError, match=message.replace("(", r"\(")):
        TrialDataset(cat.trials.filter(valid_response=True), **options)


def test_questions_without_an_answer_are_told(cat: Catalog) -> None:
    with pytest.raises(QueryError, match="the query has no trials"):
        TrialDataset(cat.trials.filter(label="Gabor", trial_type="train"))
    with pytest.raises(QueryError, match="videos have no response of their own"):
        TrialDataset(cat.videos, ["response"])  # type: ignore[arg-type]
    with pytest.raises(SignalError, match=r"(\d+) of 11 trials have no valid response, such as the response of trial"):
        TrialDataset(cat.trials.filter(recording__endswith="efea20"))


def test_neurons_without_statistics_are_told(recorded: Recorded, tmp_path: Path) -> None:
    database = shutil.copy(recorded.databases["sqlite"], tmp_path / "own.db")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE neurons SET std_activation = NULL WHERE recording_id = 2 AND row = 3")
    with Catalog(database) as cat:
        usable = cat.trials.filter(valid_response=True)
        with pytest.raises(SignalError, match="the catalog has no std_activation of 1 of its"):
            TrialDataset(usable, normalization="by_std")
        assert len(TrialDataset(usable, normalization="by_std", neurons=[0, 1]))


def test_recordings_without_arrays_are_told(database: str, tmp_path: Path) -> None:
    import_metadata(database, PublishedFolder(tmp_path / "metadata").write().root)
    with Catalog(database) as cat, pytest.raises(SignalError, match="published metadata alone; `catalog ingest DATA`"):
        TrialDataset(cat.trials.filter(valid_response=True))


def test_it_needs_the_catalog_no_more_but_its_files(recorded: Recorded, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(recorded.folder / recorded.names[0], data / recorded.names[0])
    database = tmp_path / "own.db"
    ingest_recordings(database, data, workers=1)
    with Catalog(database) as cat:
        dataset = TrialDataset(cat.trials.filter(valid_response=True), ["response"], neurons={"coord_z__ge": 225})
        data.rename(tmp_path / "moved")
        relocate(cat, data, tmp_path / "moved")
        moved = TrialDataset(cat.trials.filter(valid_response=True), ["response"], neurons={"coord_z__ge": 225})
        everyone = TrialDataset(cat.trials.filter(valid_response=True), ["response"])
    with pytest.raises(SignalError, match=r"cannot be opened: there is no .*data.*`catalog relocate OLD NEW`"):
        dataset[0]
    database.unlink()
    assert len(pickle.loads(pickle.dumps(everyone)).neurons[recorded.names[0]]) == len(everyone[0]["response"])
    unpickled = pickle.loads(pickle.dumps(moved))
    for one, other in zip(moved, unpickled, strict=True):
        assert torch.equal(one["response"], other["response"])
    (tmp_path / "moved" / recorded.names[0] / "data" / "responses" / f"{moved[0]['trial']}.npy").write_bytes(b"short")
    with pytest.raises(CatalogError, match="changed since it was ingested"):
        moved[0]
    shutil.rmtree(tmp_path / "moved")
