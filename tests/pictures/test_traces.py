"""Traces: the values at their times, gaps as gaps."""

import numpy as np
import pytest

from catalog.errors import PictureError
from catalog.pictures import show_trace, show_traces
from tests.pictures.looking import drawn


def data(ax):
    (line,) = [line for line in ax.lines if line.get_gid() is None]
    return line.get_xdata(), line.get_ydata()


def test_one_signal(rng):
    running = np.concatenate([rng.uniform(0, 40, 50), np.full(10, np.nan)])
    running[20:25] = np.nan
    picture = show_trace(running, 30, unit="running speed (a.u.)", segments=[(0, 25), (25, 50)])
    times, values = data(picture.axes)
    np.testing.assert_allclose(times, np.arange(50) / 30)
    np.testing.assert_array_equal(values, running[:50])
    assert (picture.axes.get_xlabel(), picture.axes.get_ylabel()) == ("time (s)", "running speed (a.u.)")
    assert [line.get_xdata()[0] for line in picture.axes.lines if line.get_gid()] == pytest.approx([24.5 / 30])
    drawn(picture)


def test_on_axes_of_the_callers(figure):
    upper, lower = figure.subplots(2)
    assert show_trace(np.arange(5), 30, unit="a", ax=upper).axes is upper
    assert len(lower.lines) == 0


def test_neurons_one_above_the_other(rng):
    responses = rng.exponential(2, (30, 60))
    responses[3] = np.nan
    picture = show_traces(responses, 30, neurons=[5, 2, 3], unit="activity (a.u.)", segments=[(0, 30), (30, 60)])
    assert picture.axes.shape == (3,)
    for ax, row in zip(picture.axes, (5, 2), strict=False):
        np.testing.assert_array_equal(data(ax)[1], responses[row])
    texts = [[text.get_text() for text in ax.texts] for ax in picture.axes]
    assert texts == [["neuron 5"], ["neuron 2"], ["neuron 3", "no data"]]
    assert picture.figure.get_supylabel() == "activity (a.u.)"
    assert picture.axes[-1].get_xlabel() == "time (s)"
    drawn(picture)


def test_neurons_by_their_own_names(rng):
    picture = show_traces(rng.uniform(size=(4, 20)), 30, neurons=[2], names=[101, 102, 103, 104])
    assert picture.axes[0].texts[0].get_text() == "neuron 103"


def test_unasked_the_liveliest_are_shown(rng):
    responses = rng.uniform(size=(30, 60))
    lively = [2, 3, 9, 10, 17, 20, 21, 29]
    responses[lively] *= 10
    responses[5] = np.nan
    picture = show_traces(responses, 30)
    assert [ax.texts[0].get_text() for ax in picture.axes] == [f"neuron {row}" for row in lively]
    assert len(show_traces(responses[:3], 30).axes) == 3


def test_what_cannot_be_shown():
    with pytest.raises(PictureError, match=r"pupil of shape \(2, 9\): expected one value a frame"):
        show_trace(np.zeros((2, 9)), 30, unit="pupil")
    with pytest.raises(PictureError, match=r"every frame is NaN; `catalog problems`"):
        show_trace(np.full(9, np.nan), 30, unit="pupil")
    with pytest.raises(PictureError, match="select at least one"):
        show_traces(np.zeros((0, 9)), 30)
