"""Rasters: the image is the array."""

import numpy as np
import pytest

from catalog.errors import PictureError
from catalog.pictures import show_raster
from tests.pictures.looking import drawn


@pytest.fixture
def responses(rng):
    return rng.exponential(2, (40, 60)).astype(np.float32)


def image(picture):
    (found,) = picture.axes.images
    return found


def test_the_image_is_the_responses(responses):
    picture = show_raster(responses, 30, unit="activity (a.u.)")
    np.testing.assert_array_equal(image(picture).get_array(), responses)
    assert image(picture).get_extent() == pytest.approx((-0.5 / 30, 59.5 / 30, 39.5, -0.5))
    assert image(picture).get_clim() == pytest.approx((0, np.percentile(responses, 99)))
    assert picture.axes.get_xlabel() == "time (s)"
    assert picture.axes.get_ylabel() == "neuron (row)"
    assert [ax.get_ylabel() for ax in picture.figure.axes] == ["neuron (row)", "activity (a.u.)"]
    drawn(picture)


def test_the_first_neuron_is_on_top():
    steps = np.zeros((2, 4))
    steps[0] = 5
    page = drawn(show_raster(steps, 30))[..., 0]
    column = page[:, page.shape[1] // 2]
    dark = np.flatnonzero(column < 30)
    # The frame of the axes is dark, too; what is filled is a run of dark pixels.
    filled = [row for row in dark if (column[row : row + 20] < 30).all()]
    assert filled
    assert max(filled) < page.shape[0] / 2


def test_above_the_threshold_is_black_and_the_share_is_told(responses):
    picture = show_raster(responses, 30, threshold=3.0)
    np.testing.assert_array_equal(image(picture).get_array(), responses > 3.0)
    share = (responses > 3.0).mean()
    assert f"above 3: {share:.1%} of the values" in picture.axes.get_title()
    drawn(picture)


def test_chosen_neurons_in_their_order(responses):
    picture = show_raster(responses, 30, neurons=[7, 3, -1])
    np.testing.assert_array_equal(image(picture).get_array(), responses[[7, 3, 39]])
    assert [label.get_text() for label in picture.axes.get_yticklabels()] == ["7", "3", "39"]
    drawn(picture)
    many = show_raster(responses, 30, neurons=range(0, 40, 1))
    assert many.axes.get_ylabel() == "40 chosen neurons"


def test_borders_are_drawn_where_asked(responses):
    picture = show_raster(responses, 30, segments=[(0, 20), (20, 45), (45, 70), (70, 90)])
    assert [line.get_xdata()[0] for line in picture.axes.lines] == pytest.approx([19.5 / 30, 44.5 / 30])
    assert len(show_raster(responses, 30).axes.lines) == 0


def test_padding_is_left_out_and_gaps_stay(responses):
    responses[4] = np.nan
    padded = np.concatenate([responses, np.full((40, 10), np.nan)], axis=1)
    picture = show_raster(padded, 30)
    assert image(picture).get_array().shape == (40, 60)
    assert image(picture).get_array().mask[4].all()
    thresholded = image(show_raster(padded, 30, threshold=1)).get_array()
    assert thresholded.mask[4].all()
    assert thresholded.mask.sum() == 60
    drawn(picture)


def test_normalised_responses_below_zero_have_a_scale():
    responses = np.linspace(-1, 4, 200).reshape(10, 20)
    low, high = image(show_raster(responses, 30)).get_clim()
    assert low == pytest.approx(np.percentile(responses, 1))
    assert high == pytest.approx(np.percentile(responses, 99))


def test_silent_neurons_are_white():
    picture = show_raster(np.zeros((5, 20)), 30)
    assert image(picture).get_clim() == (0, 1)
    drawn(picture)


def test_of_a_whole_recording_lines_are_means(rng):
    # Only one neuron in sixteen is ever active, and all of those at once: lines of single neurons would miss most.
    responses = np.zeros((8000, 30), np.float32)
    responses[7::16, 10:20] = 16
    picture = show_raster(responses, 30)
    assert picture.figure.get_figheight() <= 6
    np.testing.assert_array_equal(image(picture).get_array(), responses)
    assert image(picture).get_clim() == pytest.approx((0, 1))
    assert picture.axes.get_ylabel() == "neuron (row)\n(lines: means of about 16)"
    page = drawn(picture)[..., 0]
    box = picture.axes.get_window_extent()
    column = page[page.shape[0] - int(box.y1) + 10 : page.shape[0] - int(box.y0) - 10, int(box.x0 + box.width / 2)]
    assert column.max() < 60
    silent = page[page.shape[0] // 2, int(box.x0 + box.width / 6)]
    assert silent == 255
    share = show_raster(responses, 30, threshold=3)
    assert image(share).get_clim() == pytest.approx((0, 1 / 16))
    assert share.figure.axes[1].get_ylabel() == "share of neurons above 3"
    drawn(share)


@pytest.mark.parametrize(
    ("responses", "message"),
    [
        (np.zeros((0, 20)), r"there is no row to show; select at least one"),
        (np.full((3, 20), np.nan), r"every frame is NaN"),
        (np.zeros(20), r"expected rows of frames: \(rows, frames\)"),
    ],
)
def test_what_cannot_be_shown(responses, message):
    with pytest.raises(PictureError, match=message):
        show_raster(responses, 30)
    with pytest.raises(PictureError, match="neuron 5: expected 0 to 4, there are 5"):
        show_raster(np.zeros((5, 20)), 30, neurons=[5])
