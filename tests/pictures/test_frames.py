"""Frames: the right ones, in one scale of grays, with their number and time."""

import numpy as np
import pytest

from catalog.errors import PictureError
from catalog.pictures import show_frame, show_frames
from tests.pictures.looking import drawn


@pytest.fixture
def video(rng):
    return rng.uniform(0, 255, (9, 16, 61)).astype(np.float32)


def shown(grid):
    """Return the pixels and the title of each tile that holds a frame."""
    return [(ax.images[0].get_array(), ax.get_title()) for ax in grid.flat if ax.images]


def test_chosen_frames_are_shown_as_they_are(video):
    picture = show_frames(video, 30, frames=[0, 15, -1])
    tiles = shown(picture.axes)
    assert [title for _, title in tiles] == ["frame 0 · 0.00 s", "frame 15 · 0.50 s", "frame 60 · 2.00 s"]
    for (pixels, _), frame in zip(tiles, (0, 15, 60), strict=True):
        np.testing.assert_array_equal(pixels, video[:, :, frame])
    drawn(picture)


def test_every_tile_has_the_same_grays(video):
    dark = video / 10
    for ax in show_frames(dark, 30, count=5).axes.flat[:5]:
        assert ax.images[0].get_clim() == (0, 255)
        assert ax.images[0].get_cmap().name == "gray"


def test_frames_are_spread_evenly_from_the_first_to_the_last(video):
    picture = show_frames(video, 30, count=5, columns=3)
    assert picture.axes.shape == (2, 3)
    assert [title.split(" ·")[0] for _, title in shown(picture.axes)] == [f"frame {n}" for n in (0, 15, 30, 45, 60)]
    assert not picture.axes[1, 2].axison
    (middle,) = shown(show_frames(video, 30, count=1).axes)
    assert middle[1].startswith("frame 30 ")


def test_no_frame_is_shown_twice(video):
    assert len(shown(show_frames(video[:, :, :4], 30, count=12).axes)) == 4


def test_padding_is_no_frame_of_the_video(video):
    padded = np.concatenate([video, np.full((9, 16, 20), np.nan, np.float32)], axis=2)
    assert shown(show_frames(padded, 30, count=2).axes)[1][1].startswith("frame 60 ")
    with pytest.raises(PictureError, match=r"frame 61: expected 0 to 60, there are 61"):
        show_frames(padded, 30, frames=[61])


def test_a_missing_frame_in_between_is_an_empty_tile(video):
    video[:, :, 30] = np.nan
    picture = show_frames(video, 30, frames=[29, 30])
    assert [[text.get_text() for text in ax.texts] for ax in picture.axes.flat] == [[], ["no data"]]
    drawn(picture)


def test_a_video_of_one_frame(video):
    picture = show_frames(video[:, :, :1], 30)
    assert picture.axes.shape == (1, 1)
    drawn(picture)


def test_one_frame_on_axes_of_the_callers(video, figure):
    ax = figure.add_subplot()
    picture = show_frame(video, 3, 30, ax=ax)
    assert picture.axes is ax
    assert picture.figure is figure
    np.testing.assert_array_equal(ax.images[0].get_array(), video[:, :, 3])
    assert show_frames(video, 30, figure=figure).figure is figure


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"video": np.zeros((4, 5))}, r"a video of shape \(4, 5\): expected a video: \(height, width, frames\)"),
        ({"video": np.full((4, 5, 6), np.nan)}, r"every frame is NaN"),
        ({"video": np.zeros((4, 5, 0))}, r"there is nothing to show"),
        ({"video": np.array([[["a"]]])}, r"expected real numbers"),
        ({"frames": []}, r"no frame to show"),
        ({"frames": [-62]}, r"frame -62: expected 0 to 60"),
        ({"columns": 0}, r"columns=0: expected 1 or more"),
        ({"count": 0}, r"count=0: expected 1 or more"),
        ({"sampling_freq": 0}, r"sampling_freq=0: expected frames a second"),
        ({"sampling_freq": float("nan")}, r"sampling_freq=nan"),
    ],
)
def test_what_cannot_be_shown(video, wrong, message):
    with pytest.raises(PictureError, match=message):
        show_frames(**{"video": video, "sampling_freq": 30, **wrong})
