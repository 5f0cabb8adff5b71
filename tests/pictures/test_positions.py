"""Neurons in space: a point each, in its colour."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from catalog.errors import PictureError
from catalog.pictures import show_positions
from tests.pictures.looking import drawn


@pytest.fixture
def coords(rng):
    return np.column_stack([rng.uniform(-1000, -400, 300), rng.uniform(-700, -100, 300), rng.choice([200, 425], 300)])


def test_a_point_for_each_neuron(coords, rng):
    values = rng.lognormal(size=300)
    picture = show_positions(coords, values, unit="mean activation (a.u.)")
    (cloud,) = picture.axes.collections
    np.testing.assert_allclose(np.column_stack(cloud._offsets3d), coords)
    np.testing.assert_allclose(cloud.get_array(), values)
    assert cloud.get_clim() == pytest.approx(tuple(np.percentile(values, [1, 99])))
    drawn(picture)


def test_axes_are_in_micrometres_and_depth_grows_downwards(coords):
    ax = show_positions(coords, coords[:, 2], unit="z (µm)").axes
    assert [ax.get_xlabel(), ax.get_ylabel(), ax.get_zlabel()] == ["x (µm)", "y (µm)", "z (µm)"]
    assert ax.get_zlim()[0] > ax.get_zlim()[1]
    assert ax.figure.axes[1].get_xlabel() == "z (µm)"


def test_it_is_true_to_scale(coords):
    ax = show_positions(coords).axes
    spans = [np.ptp(limits) for limits in (ax.get_xlim(), ax.get_ylim(), ax.get_zlim())]
    np.testing.assert_allclose(ax._box_aspect / ax._box_aspect[0], np.array(spans) / spans[0])


def test_neurons_without_a_value_are_there_too(coords):
    values = np.arange(300.0)
    values[:40] = np.nan
    missing, known = show_positions(coords, values).axes.collections
    assert len(missing._offsets3d[0]) == 40
    assert len(known._offsets3d[0]) == 260


def test_without_values_all_are_black(coords):
    picture = show_positions(coords)
    assert len(picture.axes.collections[0]._offsets3d[0]) == 300
    assert len(picture.figure.axes) == 1
    drawn(picture)


def test_one_neuron(coords):
    drawn(show_positions(coords[:1], [3.0], unit="mean activation (a.u.)"))


def test_on_axes_of_the_callers(coords):
    figure = Figure(layout="constrained")
    ax = figure.add_subplot(projection="3d")
    assert show_positions(coords, ax=ax).axes is ax


@pytest.mark.parametrize(
    ("coords", "values", "message"),
    [
        (np.zeros((0, 3)), None, "there are no neurons to show"),
        (np.zeros((4, 2)), None, r"coordinates of shape \(4, 2\): expected \(neurons, 3\)"),
        (np.full((4, 3), np.nan), None, "4 of 4 neurons have no coordinates"),
        (np.zeros((4, 3)), np.zeros(5), r"values of shape \(5,\): expected \(4,\)"),
        (np.zeros((4, 3)), np.full(4, np.nan), "NaN for every neuron"),
    ],
)
def test_what_cannot_be_shown(coords, values, message):
    with pytest.raises(PictureError, match=message):
        show_positions(coords, values)
