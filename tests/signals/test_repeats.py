"""Videos shown repeatedly: which, to whom, and the arrays of their repeats."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from catalog import Catalog, NotFoundError, QueryError, SignalError
from tests.signals.conftest import Shown

CLASSES = ["GaussianDot", "PinkNoise", "RandomDots"]


def test_which_videos_were_repeated(cat: Catalog, shown: Shown) -> None:
    repeats = cat.repeats()
    assert repeats.recordings == [shown.open]
    assert [cat.video(video).label for video in repeats.videos] == CLASSES
    assert repeats.table.to_numpy().tolist() == [[2], [2], [2]]
    assert list(repeats.table.index) == repeats.videos
    assert len(repeats) == 3


def test_which_mice_share_which_videos(cat: Catalog, shown: Shown) -> None:
    repeats = cat.repeats(1, min_recordings=2, allow_invalid=True)
    counts = Counter((facts["label"], recording) for recording, _, _, facts in shown.trials())
    assert list(repeats.table.columns) == sorted(shown.names)
    for video, row in repeats.table.iterrows():
        assert row.to_dict() == {name: counts[cat.video(str(video)).label, name] for name in shown.names}
    assert repeats.shared.to_numpy().tolist() == [[4, 4], [4, 4]]
    assert len(cat.repeats(2, min_recordings=2, allow_invalid=True)) == 3
    assert len(cat.repeats(3, allow_invalid=True)) == 0
    assert len(cat.repeats(2, min_recordings=2)) == 0
    (film,) = cat.repeats(1, min_recordings=2).videos
    assert cat.video(film).label == "NaturalVideo"


def test_repeats_as_one_array(cat: Catalog, shown: Shown) -> None:
    stack = cat.repeats(label=["RandomDots", "PinkNoise"]).stack()
    assert stack.recording == shown.open
    assert [cat.video(video).label for video in stack.videos] == ["PinkNoise", "RandomDots"]
    assert stack.shape == (2, 2, 12, 324)
    for place, (label, valid) in enumerate((("PinkNoise", 324), ("RandomDots", 240))):
        for repeat, trial in enumerate(shown.trials_of(shown.open, label)):
            stored = shown.stored(shown.open, trial, "response")
            np.testing.assert_array_equal(stack.values[place, repeat, :, :valid], stored[:, :valid])
            assert not stack.mask[place, repeat, :, :valid].any()
            assert stack.mask[place, repeat, :, valid:].all()
            assert stack.trials[place][repeat].trial == trial
    assert list(stack.to_frame().columns[:2]) == ["video", "repeat"]
    assert stack.to_frame()[["video", "repeat"]].to_numpy().tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert stack.masked().count() == 2 * 12 * (324 + 240)


def test_fewer_repeats_than_others_are_masked(cat: Catalog, shown: Shown) -> None:
    stack = cat.repeats(1, recordings=shown.open).stack()
    assert stack.shape == (4, 2, 12, 324)
    film = stack.videos.index(cat.trials.filter(recording=shown.open, label="NaturalVideo").one().video_id)
    assert len(stack.trials[film]) == 1
    assert stack.mask[film, 1].all()
    assert np.isnan(stack.values[film, 1]).all()
    assert not stack.mask[film, 0, :, :300].any()


def test_the_first_axis_is_the_same_across_mice(cat: Catalog, shown: Shown) -> None:
    repeats = cat.repeats(2, min_recordings=2, allow_invalid=True, neurons={"coord_z__ge": 300})
    for recording in repeats.recordings:
        stack = repeats.stack(recording, "by_std")
        rows = cat.neurons.filter(recording=recording, coord_z__ge=300).values("row")
        assert stack.videos == repeats.videos
        assert stack.shape == (3, 2, len(rows), 324)
    std = np.array(cat.neurons.filter(recording=shown.open).values("std_activation"))
    rows = cat.neurons.filter(recording=shown.open, coord_z__ge=300).values("row")
    stack = repeats.stack(shown.open, "by_std")
    for repeat, trial in enumerate(shown.trials_of(shown.open, "GaussianDot")):
        stored = shown.stored(shown.open, trial, "response")
        np.testing.assert_allclose(
            stack.values[0, repeat, :, :315], stored[rows, :315] / std[rows][:, None], rtol=1e-12
        )


def test_one_video_after_the_other(cat: Catalog, shown: Shown) -> None:
    found = list(cat.repeats(min_recordings=2, allow_invalid=True))
    assert [(one.recording, one.label) for one in found] == [
        (name, label) for name in sorted(shown.names) for label in CLASSES
    ]
    for one in found:
        numbers = shown.trials_of(one.recording, str(one.label))
        assert [signal.trial for signal in one.trials] == numbers
        valid = shown.truth_of(one.recording, numbers[0])["valid_frames"]
        expected = [shown.stored(one.recording, n, "response")[:, :valid] for n in numbers]
        np.testing.assert_array_equal(one.trials.stack().values, expected)


def test_other_signals_and_parts_of_names(cat: Catalog, shown: Shown) -> None:
    part = shown.withheld.split("-")[0]
    repeats = cat.repeats(recordings=[part], signal="pupil", label="GaussianDot")
    stack = repeats.stack()
    expected = [shown.stored(shown.withheld, n, "pupil")[:315] for n in shown.trials_of(shown.withheld, "GaussianDot")]
    assert stack.shape == (1, 2, 315)
    np.testing.assert_array_equal(stack.values[0], expected)


def test_what_cannot_be_repeated(cat: Catalog, shown: Shown) -> None:
    both = cat.repeats(allow_invalid=True)
    with pytest.raises(QueryError, match="2 recordings saw these videos repeatedly, and have different neurons"):
        both.stack()
    with pytest.raises(NotFoundError, match="saw none of these videos repeatedly"):
        both.stack("static")
    with pytest.raises(QueryError, match=r"recording='dynamic' is in the names of 2 recordings") as caught:
        both.stack("dynamic")
    assert all(name in str(caught.value) for name in shown.names)
    assert both.stack(shown.withheld[7:12]).recording == shown.withheld
    with pytest.raises(NotFoundError, match="no recording is called"):
        cat.repeats(recordings="dynamic1-2-3")
    nothing = cat.repeats(50)
    assert (list(nothing), nothing.videos, nothing.table.shape) == ([], [], (0, 0))
    with pytest.raises(QueryError, match="no video was shown often enough: lower min_repeats"):
        nothing.stack()
    for wrong in (0, -1, 1.5, True):
        with pytest.raises(QueryError, match=r"min_repeats=.*: expected a whole number, 1 or more"):
            cat.repeats(wrong)  # type: ignore[arg-type]
    with pytest.raises(QueryError, match="unknown signal 'pupils'"):
        cat.repeats(signal="pupils")
    with pytest.raises(QueryError, match="unknown field 'lable'"):
        cat.repeats(lable="Gabor")
    with pytest.raises(SignalError, match="would take"):
        cat.repeats().stack(limit_bytes=1000)
