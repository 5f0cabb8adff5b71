"""The gaze path: every step at its place, coloured by its time."""

import numpy as np
import pytest

from catalog.errors import PictureError
from catalog.pictures import show_gaze_path
from tests.pictures.looking import drawn


@pytest.fixture
def gaze(rng):
    return np.array([[150], [120]]) + rng.normal(size=(2, 60)).cumsum(axis=1)


def test_every_step_is_drawn_at_its_time(gaze):
    picture = show_gaze_path(gaze, 30, unit="px")
    (path,) = picture.axes.collections
    steps = np.array(path.get_segments())
    np.testing.assert_allclose(steps[:, 0], gaze.T[:-1])
    np.testing.assert_allclose(steps[:, 1], gaze.T[1:])
    np.testing.assert_allclose(path.get_array(), (np.arange(59) + 0.5) / 30)
    (begin,) = picture.axes.lines
    assert (begin.get_xdata()[0], begin.get_ydata()[0]) == tuple(gaze[:, 0])
    assert [picture.axes.get_xlabel(), picture.axes.get_ylabel()] == ["gaze x (px)", "gaze y (px)"]
    assert picture.figure.axes[1].get_ylabel() == "time (s)"
    drawn(picture)


def test_the_whole_path_is_in_sight_and_true_to_scale(gaze):
    gaze[1] *= 10
    picture = show_gaze_path(gaze, 30)
    drawn(picture)
    left, right = picture.axes.get_xlim()
    low, high = picture.axes.get_ylim()
    assert left < gaze[0].min() < gaze[0].max() < right
    assert low < gaze[1].min() < gaze[1].max() < high
    box = picture.axes.get_window_extent()
    assert (right - left) / box.width == pytest.approx((high - low) / box.height, rel=0.01)


def test_gaps_are_gaps(gaze):
    gaze[0, 20:25] = np.nan
    padded = np.concatenate([gaze, np.full((2, 9), np.nan)], axis=1)
    (path,) = show_gaze_path(padded, 30).axes.collections
    assert len(path.get_segments()) == 59 - 6


def test_a_single_frame(gaze):
    drawn(show_gaze_path(gaze[:, :1], 30))


@pytest.mark.parametrize(
    ("gaze", "message"),
    [
        (np.zeros((3, 20)), r"gaze of shape \(3, 20\): expected \(2, frames\), x and y"),
        (np.full((2, 20), np.nan), r"every frame is NaN"),
        (np.array([[1.0, np.nan], [np.nan, 1.0]]), r"no frame with both x and y"),
    ],
)
def test_what_cannot_be_shown(gaze, message):
    with pytest.raises(PictureError, match=message):
        show_gaze_path(gaze, 30)
