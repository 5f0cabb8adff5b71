"""The change signal: the published rule, drawn between the frames it compares."""

import numpy as np
import pytest

from catalog.errors import PictureError
from catalog.pictures import change_signal, show_change_signal
from ingest.analysis.change_signal import change_signal as ingested
from tests.pictures.looking import drawn


@pytest.fixture
def video(rng):
    """A second of gray noise with cuts before frames 10 and 20."""
    scenes = rng.uniform(0, 255, (6, 8, 3)).astype(np.float32)
    return scenes.repeat(10, axis=2) + rng.normal(0, 2, (6, 8, 30)).astype(np.float32)


def test_it_is_what_segments_were_found_with(video):
    np.testing.assert_allclose(change_signal(video), ingested(np.moveaxis(video, -1, 0)), rtol=1e-12)


def test_whole_numbers_do_not_overflow():
    video = np.zeros((2, 2, 2), np.uint8)
    video[..., 1] = 200
    assert change_signal(video).tolist() == [40000]
    assert change_signal(video[..., ::-1]).tolist() == [40000]


def test_changes_and_peaks_are_drawn_where_they_are(video):
    picture = show_change_signal(video, 30, peaks=[9, 19])
    line, marks = picture.axes.lines
    np.testing.assert_allclose(line.get_ydata(), change_signal(video))
    np.testing.assert_allclose(line.get_xdata(), (np.arange(29) + 0.5) / 30)
    np.testing.assert_allclose(marks.get_xdata(), [9.5 / 30, 19.5 / 30])
    np.testing.assert_allclose(marks.get_ydata(), change_signal(video)[[9, 19]])
    assert marks.get_label() == "2 peaks"
    assert picture.axes.get_xlabel() == "time (s)"
    assert "squared gray levels" in picture.axes.get_ylabel()
    drawn(picture)


def test_segments_begin_at_the_peaks_that_cut_them(video):
    ax = show_change_signal(video, 30, segments=[(0, 10), (10, 20), (20, 30)]).axes
    borders = [line for line in ax.lines if line.get_gid() == "segment border"]
    cuts = next(line for line in ax.lines if line.get_label() == "2 cuts")
    np.testing.assert_allclose([border.get_xdata()[0] for border in borders], cuts.get_xdata())
    np.testing.assert_allclose(cuts.get_ydata(), change_signal(video)[[9, 19]])
    (shade,) = [patch for patch in ax.patches if patch.get_gid() == "segment"]
    assert shade.get_x() == pytest.approx(9.5 / 30)
    assert shade.get_width() == pytest.approx(10 / 30)


def test_no_peaks_are_no_marks(video):
    assert len(show_change_signal(video, 30, peaks=[], segments=[(0, 30)]).axes.lines) == 1


def test_segments_beyond_the_video_are_not_drawn(video):
    picture = show_change_signal(video[..., :15], 30, segments=[(0, 10), (10, 20), (20, 30)])
    assert len([line for line in picture.axes.lines if line.get_gid()]) == 1
    assert picture.axes.get_xlim() == pytest.approx((-0.5 / 30, 14.5 / 30))
    drawn(picture)


def test_one_frame_changes_nowhere(video):
    with pytest.raises(PictureError, match="a video of 1 frame changes nowhere"):
        show_change_signal(video[..., :1], 30)
    with pytest.raises(PictureError, match="peak 29: expected 0 to 28"):
        show_change_signal(video, 30, peaks=[29])
