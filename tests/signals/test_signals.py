"""The signals of one trial: the values are those of the files, and what is known of them is at hand."""

from __future__ import annotations

import numpy as np
import pytest

from catalog import Catalog, CatalogError, NotFoundError, QueryError, SignalError
from catalog.signals import Gaze, Locomotion, Pupil, Responses, Signal, Video, open_signal
from catalog.signals.normalization import normalized
from tests.signals.conftest import Shown

CLASSES = {"video": Video, "response": Responses, "gaze": Gaze, "pupil": Pupil, "locomotion": Locomotion}


@pytest.mark.parametrize("name", CLASSES)
def test_a_signal_is_what_its_file_holds(cat: Catalog, shown: Shown, name: str) -> None:
    for number in shown.trials_of(shown.open, "RandomDots"):
        trial = cat.trial(shown.open, number)
        signal = open_signal(trial, name)
        expected = shown.stored(shown.open, number, name)
        assert type(signal) is CLASSES[name]
        assert signal.name == name
        assert signal.unit
        assert (signal.shape, signal.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_array_equal(signal.data, expected)
        np.testing.assert_array_equal(signal.get_data(), expected)
        np.testing.assert_array_equal(signal.get_data(trim=True), expected[..., :240])
        np.testing.assert_allclose(signal.times, np.arange(expected.shape[-1]) / 30)
        assert signal.times.shape == expected.shape[-1:]


def test_what_is_known_of_a_trial_is_at_hand(cat: Catalog, shown: Shown) -> None:
    for recording, _, number, truth in shown.trials():
        trial = cat.trial(recording, number)
        signal = trial.frames
        assert (signal.recording, signal.trial, signal.label) == (recording, number, truth["label"])
        assert (signal.trial_type, signal.sampling_freq) == (truth["tier"], 30.0)
        assert (signal.video_id, signal.published_video_id) == (trial.video.id, None)
        assert (signal.valid_frames, signal.trial_valid_frames) == (truth["valid_frames"],) * 2
        assert signal.valid == truth["valid"]["video"]
        assert signal.path == f"data/videos/{number}.npy"
        if truth["label"] != "NaturalVideo":
            assert [span.frame_start for span in signal.segments] == truth["segment_starts"]
            assert [span.frame_end for span in signal.segments] == truth["segment_ends"]
            assert all(span.segment_id == cat.segment(span.segment_id).id for span in signal.segments)
            assert {span.label for span in signal.segments} == {truth["label"]}


def test_a_trial_of_the_orm_has_its_signals(cat: Catalog, shown: Shown) -> None:
    (number, *_) = shown.trials_of(shown.open, "PinkNoise")
    trial = cat.trial(shown.open, number)
    opened: dict[str, Signal] = {
        "video": trial.frames,
        "response": trial.responses,
        "pupil": trial.pupil,
        "gaze": trial.gaze,
        "locomotion": trial.locomotion,
    }
    for name, signal in opened.items():
        np.testing.assert_array_equal(signal.data, shown.stored(shown.open, number, name))


def test_what_is_mapped_cannot_be_changed_and_what_is_copied_can(cat: Catalog, shown: Shown) -> None:
    (number, *_) = shown.trials_of(shown.open, "RandomDots")
    for name in CLASSES:
        signal = open_signal(cat.trial(shown.open, number), name)
        with pytest.raises(ValueError, match="read-only"):
            signal.data[..., 0] = 1
        for trim in (False, True):
            copied = signal.get_data(trim=trim)
            copied[..., 0] = -5
            assert np.all(copied[..., 0] == -5)
        np.testing.assert_array_equal(signal.data, shown.stored(shown.open, number, name))


def test_segments_of_a_video(cat: Catalog, shown: Shown) -> None:
    (number, *_) = shown.trials_of(shown.open, "GaussianDot")
    truth = shown.truth_of(shown.open, number)
    stored = shown.stored(shown.open, number, "video")
    video = cat.trial(shown.open, number).frames
    pieces = video.video_segments()
    assert len(pieces) == len(truth["segment_starts"]) == 35
    for index, (start, end) in enumerate(zip(truth["segment_starts"], truth["segment_ends"], strict=True)):
        piece = video.segment(index)
        assert (piece.segment_index, piece.frame_start, piece.frame_end) == (index, start, end)
        assert (piece.label, piece.recording, piece.trial) == ("GaussianDot", shown.open, number)
        assert piece.shape == (36, 64, end - start)
        np.testing.assert_array_equal(piece.get_data(), stored[:, :, start:end])
        np.testing.assert_array_equal(pieces[index].data, stored[:, :, start:end])
    with pytest.raises(NotFoundError, match="has no segment 35; it has 35, counted from 0"):
        video.segment(35)


def expected_normalization(name: str, x: np.ndarray, neurons: dict[str, np.ndarray], valid: int) -> np.ndarray:
    """Return what the name says, one neuron after the other."""
    out = np.empty(x.shape)
    for n, row in enumerate(x.astype(np.float64)):
        mean, std, low, high = (neurons[key][n] for key in ("mean", "std", "min", "max"))
        out[n] = {
            "by_mean": (row - mean) / mean,
            "by_std": row / std,
            "by_zscore": (row - mean) / std,
            "by_max": row / high,
            "minmax": (row - low) / (high - low),
            "by_mean_per_trial": (row - row[:valid].mean()) / row[:valid].mean(),
        }[name]
    return out


@pytest.mark.parametrize("name", ["by_mean", "by_std", "by_zscore", "by_max", "minmax", "by_mean_per_trial"])
def test_normalisations_are_what_their_names_say(cat: Catalog, shown: Shown, name: str) -> None:
    everything = [
        shown.stored(shown.open, trial, "response")[:, : facts["valid_frames"]]
        for recording, _, trial, facts in shown.trials()
        if recording == shown.open
    ]
    joined = np.concatenate(everything, axis=1).astype(np.float64)
    statistics = {"mean": joined.mean(1), "std": joined.std(1), "min": joined.min(1), "max": joined.max(1)}
    (number, *_) = shown.trials_of(shown.open, "RandomDots")
    stored = shown.stored(shown.open, number, "response")
    responses = cat.trial(shown.open, number).responses
    expected = expected_normalization(name, stored, statistics, 240)
    found = responses.get_data(normalization=name)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    np.testing.assert_allclose(responses.get_data(name, trim=True), expected[:, :240], rtol=1e-9)


def test_the_published_name_of_minmax(cat: Catalog, shown: Shown) -> None:
    responses = cat.trials.filter(recording=shown.open).first().responses
    np.testing.assert_array_equal(responses.get_data("by_minmax"), responses.get_data("minmax"))


def test_an_unknown_normalisation_or_signal_names_the_nearest(cat: Catalog, shown: Shown) -> None:
    trial = cat.trials.filter(recording=shown.open).first()
    with pytest.raises(QueryError, match=r"unknown normalization 'by_men'\. Did you mean 'by_mean'"):
        trial.responses.get_data("by_men")
    with pytest.raises(QueryError, match=r"unknown signal 'responses'\. Did you mean 'response'"):
        open_signal(trial, "responses")
    with pytest.raises(QueryError, match="the pupil has no neurons"):
        open_signal(trial, "pupil", [1])


def test_a_withheld_response_is_an_error_unless_it_is_allowed(cat: Catalog, shown: Shown) -> None:
    (number, *_) = shown.trials_of(shown.withheld, "RandomDots")
    trial = cat.trial(shown.withheld, number)
    assert not trial.responses.valid
    for ask in (lambda: trial.responses.data, trial.responses.get_data):
        with pytest.raises(SignalError, match=rf"trial {number} of {shown.withheld} \(data/responses/{number}\.npy\)"):
            ask()
    allowed = open_signal(trial, "response", allow_invalid=True)
    assert allowed.shape == allowed.data.shape
    assert not allowed.data.any()


def test_a_trial_of_a_closed_session(cat: Catalog, shown: Shown) -> None:
    from catalog import Trial

    with cat.session() as session:
        trial = session.query(Trial).first()
        assert trial.frames.recording == trial.recording.name
    with pytest.raises(SignalError, match="belongs to no open session"):
        _ = trial.frames


def test_errors_are_of_the_family() -> None:
    assert issubclass(SignalError, CatalogError)


def test_the_mean_of_a_trial_is_over_its_valid_frames() -> None:
    values = np.array([[1.0, 3.0, np.nan, 100.0], [0.0, 0.0, 0.0, 100.0]])
    found = normalized(values, "by_mean_per_trial", [], valid_frames=3)
    np.testing.assert_array_equal(found, [[-0.5, 0.5, np.nan, 49.0], [np.nan] * 4])
