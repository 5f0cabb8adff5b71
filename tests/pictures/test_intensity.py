"""The intensity histogram counts what numpy counts."""

import numpy as np
import pytest

from catalog.errors import PictureError
from catalog.pictures import intensity_histogram, show_intensity
from tests.pictures.looking import drawn


@pytest.fixture
def video(rng):
    return np.clip(rng.normal(128, 40, (9, 16, 30)), 0, 255)


def test_each_gray_level_is_counted(video):
    levels = np.rint(video).astype(int)
    counts, edges = intensity_histogram(levels)
    np.testing.assert_array_equal(counts, np.bincount(levels.ravel(), minlength=256))
    assert (edges[0], edges[-1], len(edges)) == (-0.5, 255.5, 257)


def test_the_picture_is_the_histogram(video):
    picture = show_intensity(video, (5, 12), bins=64)
    drawn_counts, edges, _ = picture.axes.patches[0].get_data()
    expected, expected_edges = np.histogram(video[:, :, 5:12], bins=64, range=(-0.5, 255.5))
    np.testing.assert_array_equal(drawn_counts, expected)
    np.testing.assert_allclose(edges, expected_edges)
    assert drawn_counts.sum() == 9 * 16 * 7
    assert (picture.axes.get_xlabel(), picture.axes.get_ylabel()) == ("gray level", "pixels")
    drawn(picture)


def test_missing_pixels_are_not_counted(video):
    video[:, :, 25:] = np.nan
    video[0, 0, 0] = np.nan
    assert intensity_histogram(video)[0].sum() == 9 * 16 * 25 - 1


@pytest.mark.parametrize("span", [(0, 31), (-1, 5), (5, 5)])
def test_stretches_that_are_not_there(video, span):
    with pytest.raises(PictureError, match="expected a stretch of 0 to 30"):
        show_intensity(video, span)
    with pytest.raises(PictureError, match="bins=0"):
        show_intensity(video, bins=0)
