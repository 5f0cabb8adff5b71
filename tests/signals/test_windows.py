"""Windows around segments: slices of the files at the frames that the simulation says the segments were on screen."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from pandas.testing import assert_frame_equal

from catalog import Catalog, QueryError, SignalError, TrialSegment
from catalog.signals import Signal
from ingest.ingesting import ingest_recordings
from tests.signals.conftest import Shown


def expected_windows(shown: Shown, recording: str, label: str, window: tuple[int, int]) -> list[np.ndarray]:
    """Return (neuron, frame) for each presentation, NaN where there is no valid frame, frame by frame."""
    found = []
    for trial in shown.trials_of(recording, label):
        stored, truth = shown.stored(recording, trial, "response"), shown.truth_of(recording, trial)
        for start in truth["segment_starts"]:
            frames = [start + offset for offset in range(*window)]
            columns = [
                stored[:, frame] if 0 <= frame < truth["valid_frames"] else np.full(len(stored), np.nan)
                for frame in frames
            ]
            found.append(np.stack(columns, axis=1))
    return found


@pytest.mark.parametrize("window", [(0, 10), (-5, 30), (-70, -50), (200, 215)])
@pytest.mark.parametrize("label", ["GaussianDot", "RandomDots"])
def test_a_slice_for_each_time_a_segment_was_on_screen(
    cat: Catalog, shown: Shown, label: str, window: tuple[int, int]
) -> None:
    query = cat.segment_presentations.filter(recording=shown.open, segment_label=label)
    expected = np.stack(expected_windows(shown, shown.open, label, window))
    windows = query.responses(window=window)
    stack = windows.stack()
    assert stack.shape == (query.count(), 12, window[1] - window[0])
    np.testing.assert_array_equal(stack.values, expected)
    np.testing.assert_array_equal(stack.mask, np.isnan(expected))
    for one, values in zip(windows, expected, strict=True):
        np.testing.assert_array_equal(one.get_data(), values)
    np.testing.assert_allclose(windows.times, np.arange(*window) / 30, atol=1e-12)


def test_the_frame_tells_what_is_along_the_first_axis(cat: Catalog, shown: Shown) -> None:
    query = cat.segment_presentations.filter(segment_label="PinkNoise", recording=shown.open).order_by("-trial")
    windows = query.responses(window=(0, 3))
    stack = windows.stack()
    assert_frame_equal(windows.to_frame(), stack.to_frame())
    fields = ["segment_id", "recording", "trial", "segment_index", "frame_start", "frame_end", "trial_type"]
    assert stack.to_frame()[fields].to_numpy().tolist() == query.to_frame(fields).to_numpy().tolist()
    for row, values in zip(stack.to_frame().itertuples(), stack.values, strict=True):
        stored = shown.stored(row.recording, row.trial, "response")
        np.testing.assert_array_equal(values, stored[:, row.frame_start : row.frame_start + 3])


def test_a_query_that_was_cut_short(cat: Catalog, shown: Shown) -> None:
    query = (
        cat.segment_presentations.filter(recording=shown.open, segment_label="PinkNoise").order_by("-trial").limit(3)
    )
    windows = query.responses(window=(0, 3))
    assert [(one.row["trial"], one.row["segment_index"]) for one in windows] == query.rows(["trial", "segment_index"])
    assert len(windows) == 3


@pytest.mark.parametrize("order", ["segment_id", "-segment_index", "-trial"])
def test_each_trial_is_opened_once_in_any_order(
    cat: Catalog, shown: Shown, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = cat.segment_presentations.filter(recording=shown.open, segment_label="RandomDots").order_by(order)
    windows = query.responses(window=(-2, 4))
    opened = []
    read = Signal.data.fget
    assert read is not None
    monkeypatch.setattr(Signal, "data", property(lambda one: (opened.append(one.trial), read(one))[1]))
    stack = windows.stack()
    assert sorted(opened) == shown.trials_of(shown.open, "RandomDots")
    for row, values in zip(query, stack.values, strict=True):
        stored = shown.stored(row.recording, row.trial, "response")
        padded = np.pad(stored, ((0, 0), (2, 0)), constant_values=np.nan)
        np.testing.assert_array_equal(values, padded[:, row.frame_start : row.frame_start + 6])


def test_segments_give_all_their_presentations(cat: Catalog, shown: Shown) -> None:
    segment = cat.segments.filter(label="RandomDots").first()
    windows = cat.segments.filter(id=segment.id).pupil(window=(0, 60))
    shown_at = cat.segment_presentations.filter(segment_id=segment.id)
    assert len(windows) == shown_at.count() == 4
    assert windows.recordings == sorted(shown.names)
    stack = windows.stack()
    for row, values in zip(shown_at, stack.values, strict=True):
        stored = shown.stored(row.recording, row.trial, "pupil")
        np.testing.assert_array_equal(values, stored[row.frame_start : row.frame_start + 60])


def test_normalisation_is_of_the_whole_trial_and_the_chosen_neurons(cat: Catalog, shown: Shown) -> None:
    query = cat.segment_presentations.filter(recording=shown.open, segment_label="GaussianDot")
    windows = query.responses(neurons=[8, 1], window=(-2, 9))
    expected = []
    for trial in shown.trials_of(shown.open, "GaussianDot"):
        stored = shown.stored(shown.open, trial, "response")[[8, 1], :315].astype(np.float64)
        mean = stored.mean(axis=1, keepdims=True)
        padded = np.pad((stored - mean) / mean, ((0, 0), (2, 0)), constant_values=np.nan)
        expected += [padded[:, start : start + 11] for start in shown.truth_of(shown.open, trial)["segment_starts"]]
    np.testing.assert_allclose(windows.stack("by_mean_per_trial").values, expected, rtol=1e-9)
    np.testing.assert_allclose(windows[1].get_data("by_mean_per_trial"), expected[1], rtol=1e-9)


def test_videos_around_segments(cat: Catalog, shown: Shown) -> None:
    windows = cat.segment_presentations.filter(segment_label="RandomDots").videos(window=(1, 3))
    for one, values in zip(windows, windows.stack().values, strict=True):
        stored = shown.stored(one.signal.recording, one.signal.trial, "video")
        start = one.row["frame_start"]
        np.testing.assert_array_equal(values, stored[..., start + 1 : start + 3])


def test_responses_of_several_recordings_apart(cat: Catalog, shown: Shown) -> None:
    windows = cat.segment_presentations.filter(segment_label="RandomDots").responses(window=(0, 5), allow_invalid=True)
    with pytest.raises(QueryError, match="2 recordings have different neurons"):
        windows.stack()
    for recording, part in windows.by_recording().items():
        expected = expected_windows(shown, recording, "RandomDots", (0, 5))
        np.testing.assert_array_equal(part.stack().values, expected)


def test_windows_in_other_processes(cat: Catalog, shown: Shown) -> None:
    query = cat.segment_presentations.filter(recording=shown.open, segment_label="RandomDots")
    windows = query.responses(cat.neurons.filter(coord_z__ge=300), window=(0, 5))
    expected = windows.stack()
    for sent in (windows, windows.by_recording()[shown.open]):
        received = pickle.loads(pickle.dumps(sent))
        np.testing.assert_array_equal(received.stack().values, expected.values)
        assert (received.window, received.recordings) == ((0, 5), [shown.open])


def test_a_window_beyond_the_valid_frames(cat: Catalog, shown: Shown) -> None:
    query = cat.segment_presentations.filter(recording=shown.open, segment_label="RandomDots")
    with pytest.raises(QueryError, match=r"window=\(240, 250\) is beyond the valid frames of each of the 8"):
        query.responses(window=(240, 250)).stack()
    with pytest.raises(QueryError, match=r"window=\(-300, -180\) is beyond"):
        list(query.responses(window=(-300, -180)))
    partly = query.responses(window=(180, 200)).stack()
    # Only the first of four segments has 180 frames after it.
    np.testing.assert_array_equal(partly.mask.all(axis=(1, 2)), [False, True, True, True] * 2)


@pytest.mark.parametrize("window", [(3, 3), (5, 1), (1,), (1, 2, 3), 5, (0.5, 2), "ab", (None, 3)])
def test_what_is_no_window(cat: Catalog, window: Any) -> None:
    with pytest.raises(QueryError, match=r"expected two whole numbers of frames"):
        cat.segment_presentations.responses(window=window)


def test_a_window_where_it_belongs(cat: Catalog) -> None:
    with pytest.raises(QueryError, match="the response of segments needs a window"):
        cat.segments.responses()
    with pytest.raises(QueryError, match="window= cuts around segments"):
        cat.trials.responses(window=(0, 5))


def test_no_presentations(cat: Catalog) -> None:
    windows = cat.segments.filter(label="Nothing").responses(window=(0, 5))
    assert list(windows) == []
    assert "segment_id" in windows.to_frame()
    for ask in (windows.stack, lambda: windows.times):
        with pytest.raises(QueryError, match="the query has no presentations"):
            ask()


def test_withheld_responses_and_memory(cat: Catalog, shown: Shown) -> None:
    query = cat.segment_presentations.filter(segment_label="RandomDots")
    with pytest.raises(SignalError, match="is not valid"):
        query.filter(recording=shown.withheld).responses(window=(0, 5)).stack()
    windows = query.filter(recording=shown.open).responses(window=(0, 5))
    assert windows.memory == 8 * 12 * 5 * (4 + 1)
    with pytest.raises(SignalError, match="8 presentations would take"):
        windows.stack(limit_bytes=windows.memory - 1)


def test_presentations_without_a_usable_response_are_left_out_as_the_error_advises(cat: Catalog, shown: Shown) -> None:
    query = cat.segment_presentations.filter(recording=shown.withheld, valid_response=True)
    usable = [trial for trial in range(100) if (shown.folder / shown.withheld / f"data/responses/{trial}.npy").exists()]
    usable = [trial for trial in usable if np.nansum(shown.stored(shown.withheld, trial, "response")) > 0]
    parametric = [trial for trial in usable if shown.truth_of(shown.withheld, trial)["label"] != "NaturalVideo"]
    assert sorted(set(query.values("trial"))) == parametric
    assert query.count() < cat.segment_presentations.filter(recording=shown.withheld).count()
    kept = cat.segments.filter(recording=shown.withheld, valid_response=True).values("id")
    assert set(kept) == set(query.values("segment_id"))


def test_segments_are_where_they_were_measured_on_that_presentation(database: str, shown: Shown) -> None:
    ingest_recordings(database, shown.folder, workers=1)
    one, other = shown.trials_of(shown.open, "RandomDots")
    with Catalog(database) as cat:
        with cat.session() as session:
            measured = session.scalars(
                sa.select(TrialSegment).where(TrialSegment.trial_id == cat.trial(shown.open, one).id)
            )
            for segment in measured:
                segment.frame_start += 2 if segment.segment_index else 0
            session.execute(sa.delete(TrialSegment).where(TrialSegment.trial_id == cat.trial(shown.open, other).id))
            session.commit()
        assert [span.frame_start for span in cat.trial(shown.open, one).frames.segments] == [0, 62, 122, 182]
        assert [span.frame_start for span in cat.trial(shown.open, other).frames.segments] == [0, 60, 120, 180]
        query = cat.segment_presentations.filter(recording=shown.open, segment_label="RandomDots")
        stack = query.pupil(window=(0, 4)).stack()
    starts = [(one, start) for start in (0, 62, 122, 182)] + [(other, start) for start in (0, 60, 120, 180)]
    expected = [shown.stored(shown.open, trial, "pupil")[start : start + 4] for trial, start in starts]
    np.testing.assert_array_equal(stack.values, expected)
