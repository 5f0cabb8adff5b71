"""A query gives arrays: in a loop, and stacked with a mask."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from catalog import Catalog, QueryError, SignalError
from ingest.ingesting import ingest_recordings
from tests.ingesting.worlds import replace_array
from tests.signals.conftest import Shown


def test_a_loop_gives_the_signals_in_the_order_of_the_query(cat: Catalog, shown: Shown) -> None:
    query = cat.trials.filter(recording=shown.open).order_by("-trial")
    responses = query.responses()
    assert len(responses) == query.count()
    for trial, signal in zip(query, responses, strict=True):
        assert (signal.recording, signal.trial) == (trial.recording.name, trial.trial)
        np.testing.assert_array_equal(signal.data, shown.stored(shown.open, trial.trial, "response"))
    assert list(responses.to_frame()["trial"]) == query.values("trial")
    assert responses[0].trial == query.first().trial


@pytest.mark.parametrize(
    ("method", "name"),
    [("videos", "video"), ("pupil", "pupil"), ("gaze", "gaze"), ("locomotion", "locomotion")],
)
def test_signals_of_several_recordings_stack_where_they_have_no_neurons(
    cat: Catalog, shown: Shown, method: str, name: str
) -> None:
    trials = [(recording, n) for recording in shown.names for n in shown.trials_of(recording, "GaussianDot")]
    stack = getattr(cat.trials.filter(label="GaussianDot"), method)().stack()
    expected = np.stack([shown.stored(recording, n, name)[..., :315].astype(np.float64) for recording, n in trials])
    assert [(signal.recording, signal.trial) for signal in stack.trials] == trials
    np.testing.assert_array_equal(stack.values, expected)
    np.testing.assert_array_equal(stack.mask, np.isnan(expected))
    assert list(stack.to_frame()["trial"]) == [n for _, n in trials]


def test_shorter_trials_are_masked_after_their_end(cat: Catalog, shown: Shown) -> None:
    query = cat.trials.filter(recording=shown.open, label=["RandomDots", "PinkNoise"])
    stack = query.responses().stack()
    assert stack.shape == (4, 12, 324)
    assert stack.values.dtype == np.float32
    for place, trial in enumerate(query):
        stored, valid = shown.stored(shown.open, trial.trial, "response"), trial.valid_frames
        assert valid == {"RandomDots": 240, "PinkNoise": 324}[trial.label]
        np.testing.assert_array_equal(stack.values[place, :, :valid], stored[:, :valid])
        assert np.isnan(stack.values[place, :, valid:]).all()
        assert not stack.mask[place, :, :valid].any()
        assert stack.mask[place, :, valid:].all()
    assert stack.masked().count() == 2 * 12 * (240 + 324)


def test_without_trimming_the_padding_is_there_and_masked(cat: Catalog, shown: Shown) -> None:
    (number, *_) = shown.trials_of(shown.open, "RandomDots")
    stack = cat.trials.filter(recording=shown.open, trial=number).responses().stack(trim=False)
    stored = shown.stored(shown.open, number, "response")
    assert stack.shape == (1, *stored.shape)
    np.testing.assert_array_equal(stack.values[0], stored)
    np.testing.assert_array_equal(stack.mask[0], np.isnan(stored))
    assert stack.mask.any()


def test_a_normalised_stack(cat: Catalog, shown: Shown) -> None:
    query = cat.trials.filter(recording=shown.open, label="RandomDots")
    std = np.array(cat.neurons.filter(recording=shown.open).values("std_activation"))
    expected = [shown.stored(shown.open, n, "response")[:, :240] / std[:, None] for n in query.values("trial")]
    np.testing.assert_allclose(query.responses().stack("by_std").values, expected, rtol=1e-12)
    assert query.responses().stack("by_std", dtype="float32").values.dtype == np.float32
    for wrong in ("int16", "nothing", object):
        with pytest.raises(QueryError, match=r"expected a floating-point type"):
            query.responses().stack(dtype=wrong)
    with pytest.raises(QueryError, match="normalization='by_std' is for responses, not for the pupil"):
        query.pupil().stack("by_std")


def test_responses_of_several_recordings_do_not_stack(cat: Catalog, shown: Shown) -> None:
    responses = cat.trials.filter(label="RandomDots").responses(allow_invalid=True)
    with pytest.raises(QueryError, match=r"2 recordings have different neurons, and cannot be stacked: .*by_recording"):
        responses.stack()
    parts = responses.by_recording()
    assert list(parts) == sorted(shown.names)
    for recording, part in parts.items():
        expected = [shown.stored(recording, n, "response")[:, :240] for n in shown.trials_of(recording, "RandomDots")]
        np.testing.assert_array_equal(part.stack().values, expected)


def test_a_query_without_trials(cat: Catalog) -> None:
    responses = cat.trials.filter(label="Nothing").responses()
    assert list(responses) == []
    assert len(responses.to_frame()) == 0
    assert "recording" in responses.to_frame()
    for ask in (responses.stack, lambda: responses.memory):
        with pytest.raises(QueryError, match="the query has no trials: there is nothing to stack"):
            ask()


def test_memory_is_told_before_it_is_taken(cat: Catalog, shown: Shown) -> None:
    responses = cat.trials.filter(recording=shown.open, label="RandomDots").responses()
    needed = 2 * 12 * 240 * (4 + 1)
    assert responses.memory == needed
    assert responses.stack(limit_bytes=needed).shape == (2, 12, 240)
    with pytest.raises(SignalError, match=r"2 trials would take 28\.8 kB of memory, and 28\.8 kB are allowed"):
        responses.stack(limit_bytes=needed - 1)
    with pytest.raises(SignalError, match="loop over them"):
        responses.stack("by_std", limit_bytes=needed)


def test_more_than_the_machine_has_is_refused(cat: Catalog, shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.signals.stacks.available_memory", lambda: 1000)
    with pytest.raises(SignalError, match=r" 1\.0 kB are available"):
        cat.trials.filter(recording=shown.open, label="RandomDots").responses().stack()


@pytest.mark.parametrize("entity", ["recordings", "videos", "neurons"])
def test_what_has_no_signals_says_what_to_ask(cat: Catalog, entity: str) -> None:
    with pytest.raises(QueryError, match=f"{entity} have no pupil of their own; ask for trials"):
        getattr(cat, entity).pupil()


def test_the_catalog_is_asked_a_few_times_however_many_trials(cat: Catalog, shown: Shown) -> None:
    asked: list[str] = []
    sa.event.listen(cat.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    counts = []
    for query in (cat.trials.limit(1), cat.trials):
        asked.clear()
        signals = list(query.responses(allow_invalid=True))
        assert all(signal.data.shape == signal.shape for signal in signals)
        counts.append(sum("FROM" in statement for statement in asked))
        assert all(signal.segments for signal in signals)
        counts.append(sum("FROM" in statement for statement in asked))
    assert counts == [2, 5, 2, 5]


def test_neurons_by_a_query_by_filters_and_by_rows(cat: Catalog, shown: Shown) -> None:
    trials = cat.trials.filter(recording=shown.open, label="RandomDots")
    everyone = cat.neurons.filter(recording=shown.open).to_frame()
    deep = everyone[(everyone.coord_z >= 300) & (everyone.mean_activation > 1)]
    best = everyone.sort_values("mean_activation", ascending=False).row.to_numpy()[:3]
    some = everyone.unit_id.to_numpy()[[2, 5]].tolist()
    choices: list[tuple[Any, np.ndarray]] = [
        ({"coord_z__ge": 300, "mean_activation__gt": 1}, deep.row.to_numpy()),
        (cat.neurons.filter(coord_z__ge=300, mean_activation__gt=1), deep.row.to_numpy()),
        (cat.neurons.filter(recording=shown.open).order_by("-mean_activation").limit(3), best),
        ({"unit_id": some}, np.array([2, 5])),
        ([7, 0, 3], np.array([7, 0, 3])),
        (np.array([1, 2]), np.array([1, 2])),
        (range(2, 5), np.array([2, 3, 4])),
        (slice(None, None, 5), np.array([0, 5, 10])),
        (np.arange(12) % 4 == 1, np.array([1, 5, 9])),
    ]
    assert 0 < len(deep) < 12
    (number, *_) = shown.trials_of(shown.open, "RandomDots")
    stored = shown.stored(shown.open, number, "response")
    for choice, rows in choices:
        responses = trials.responses(neurons=choice)[0]
        assert responses.shape == (len(rows), stored.shape[1])
        np.testing.assert_array_equal(responses.neurons.rows, rows)
        np.testing.assert_array_equal(responses.data, stored[rows])
        np.testing.assert_array_equal(responses.get_data(trim=True), stored[rows, :240])
        expected = stored[rows] / everyone.std_activation.to_numpy()[rows][:, None]
        np.testing.assert_allclose(responses.get_data("by_std"), expected, rtol=1e-12)


def test_neurons_as_arrays(cat: Catalog, shown: Shown) -> None:
    frame = cat.neurons.filter(recording=shown.open).to_frame()
    neurons = cat.trials.filter(recording=shown.open).first().responses.neurons
    assert len(neurons) == 12
    np.testing.assert_array_equal(neurons.coords, frame[["coord_x", "coord_y", "coord_z"]])
    np.testing.assert_array_equal(neurons.unit_ids, frame.unit_id)
    for name in ("mean_activation", "std_activation", "min_activation", "max_activation"):
        np.testing.assert_array_equal(getattr(neurons, name), frame[name])
    assert list(neurons.to_frame().row) == list(range(12))


def test_neurons_of_each_recording(cat: Catalog, shown: Shown) -> None:
    for signal in cat.trials.responses(neurons={"coord_z__lt": 275}, allow_invalid=True):
        rows = cat.neurons.filter(recording=signal.recording, coord_z__lt=275).values("row")
        np.testing.assert_array_equal(signal.neurons.rows, rows)
        np.testing.assert_array_equal(signal.data, shown.stored(signal.recording, signal.trial, "response")[rows])


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"coord_z__gt": 9999}, "leaves no neuron of"),
        ({"cord_z": 1}, r"unknown field 'cord_z'\. Did you mean 'coord_z'"),
        ([3, 12], "no neuron in row 12; it has 12, counted from 0"),
        ([-1], "no neuron in row -1"),
        ([], "expected a query such as"),
        (["a"], "expected a query such as"),
        ([1.5], "expected a query such as"),
        (np.ones(5, bool), "a mask of 5 neurons: .* has 12"),
    ],
)
def test_neurons_that_there_are_not(cat: Catalog, shown: Shown, choice: Any, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        cat.trials.filter(recording=shown.open).responses(neurons=choice).stack()


def test_neurons_by_a_query_of_something_else(cat: Catalog) -> None:
    with pytest.raises(QueryError, match=r"such as cat\.neurons\.filter.*not of trials"):
        _ = cat.trials.responses(neurons=cat.trials)[0].neurons  # type: ignore[arg-type]


def test_only_the_rows_that_were_asked_for_are_read(tmp_path: Path, scratch: Shown) -> None:
    counter = Path("/proc/self/io")
    if not counter.exists():
        pytest.skip("the system does not count what a process reads")

    def n_read() -> int:
        return int(counter.read_text().split()[1])

    (number, *_) = scratch.trials_of(scratch.open, "RandomDots")
    path = scratch.folder / scratch.open / "data/responses" / f"{number}.npy"
    wide = np.random.default_rng(0).random((12, 400_000), dtype=np.float32)
    replace_array(path, wide)
    for folder in ("videos", "behavior", "pupil_center"):
        (path.parents[1] / folder / path.name).unlink()
    ingest_recordings(tmp_path / "catalog.db", scratch.folder, workers=1)
    with Catalog(tmp_path / "catalog.db") as cat:
        (signal,) = cat.trials.filter(recording=scratch.open, trial=number).responses(neurons=[3, 9])
        assert signal.shape == (2, 400_000)
        before = n_read()
        np.testing.assert_array_equal(signal.data, wide[[3, 9]])
        assert wide[[3, 9]].nbytes <= n_read() - before < wide.nbytes / 2


@pytest.fixture(scope="module")
def holed(shown: Shown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """A catalog of a trial whose response has NaN at neuron 2, frames 10 to 12, and in which neuron 4 is silent."""
    folder = tmp_path_factory.mktemp("holed")
    copy = shown.copy(folder / "data")
    for path in (copy.folder / shown.open / "data/responses").glob("*.npy"):
        array = np.load(path)
        array[4, ~np.isnan(array[4])] = 0
        if int(path.stem) == shown.trials_of(shown.open, "RandomDots")[0]:
            array[2, 10:13] = np.nan
        replace_array(path, array)
    ingest_recordings(folder / "catalog.db", copy.folder, workers=1)
    with Catalog(folder / "catalog.db") as opened:
        yield opened
    shutil.rmtree(folder)


def test_nan_inside_a_response_is_masked(holed: Catalog, shown: Shown) -> None:
    stack = holed.trials.filter(recording=shown.open, label="RandomDots").responses().stack()
    expected = np.zeros((2, 12, 240), bool)
    expected[0, 2, 10:13] = True
    np.testing.assert_array_equal(stack.mask, expected)
    np.testing.assert_array_equal(np.isnan(stack.values), expected)


@pytest.mark.parametrize("name", ["by_mean", "by_std", "by_zscore", "by_max", "minmax", "by_mean_per_trial"])
def test_a_silent_neuron_has_no_normalised_response(holed: Catalog, shown: Shown, name: str) -> None:
    stack = holed.trials.filter(recording=shown.open, label="RandomDots").responses().stack(name)
    expected = np.zeros((2, 12, 240), bool)
    expected[0, 2, 10:13] = True
    expected[:, 4] = True
    np.testing.assert_array_equal(stack.mask, expected)


def test_signals_go_to_another_process(cat: Catalog, shown: Shown) -> None:
    query = cat.trials.filter(recording=shown.open, label="RandomDots")
    signals = query.responses(neurons=cat.neurons.filter(coord_z__ge=300))
    for sent in (pickle.loads(pickle.dumps(list(signals))), pickle.loads(pickle.dumps(signals))):
        for one, other in zip(signals, sent, strict=True):
            np.testing.assert_array_equal(one.get_data("by_std"), other.get_data("by_std"))
            assert list(one.segments) == list(other.segments) != []
    np.testing.assert_array_equal(signals.stack().values, sent.stack().values)


def test_a_signal_that_ends_before_its_trial(tmp_path: Path, scratch: Shown) -> None:
    (number, *_) = scratch.trials_of(scratch.open, "RandomDots")
    path = scratch.folder / scratch.open / "data/behavior" / f"{number}.npy"
    array = np.load(path)
    array[0, 100:] = np.nan
    replace_array(path, array)
    ingest_recordings(tmp_path / "catalog.db", scratch.folder, workers=1)
    with Catalog(tmp_path / "catalog.db") as opened:
        query = opened.trials.filter(recording=scratch.open, trial=number)
        (pupil,), (running,) = query.pupil(), query.locomotion()
        assert (pupil.valid_frames, pupil.trial_valid_frames) == (100, 240)
        assert (running.valid_frames, running.trial_valid_frames) == (240, 240)
        np.testing.assert_array_equal(pupil.get_data(trim=True), array[0, :240])
        np.testing.assert_array_equal(query.pupil().stack().mask[0], np.arange(240) >= 100)


def test_infinite_values_are_no_holes(tmp_path: Path, scratch: Shown) -> None:
    (number, *_) = scratch.trials_of(scratch.open, "RandomDots")
    path = scratch.folder / scratch.open / "data/responses" / f"{number}.npy"
    array = np.load(path)
    array[0, 3:5] = np.inf, -np.inf
    replace_array(path, array)
    ingest_recordings(tmp_path / "catalog.db", scratch.folder, workers=1)
    with Catalog(tmp_path / "catalog.db") as opened:
        stack = opened.trials.filter(recording=scratch.open, trial=number).responses(allow_invalid=True).stack()
    np.testing.assert_array_equal(stack.values[0], array[:, :240])
    assert not stack.mask.any()
