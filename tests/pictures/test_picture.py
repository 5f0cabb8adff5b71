"""What every picture is: a figure and axes that belong to the caller alone."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure

from catalog.errors import CatalogError, PictureError
from catalog.pictures import Picture, show_frames, show_positions, show_trace


def test_it_unpacks_and_shows_itself():
    picture = show_trace(np.arange(20), 30, unit="a")
    figure, ax = picture
    assert isinstance(figure, Figure)
    assert figure.axes == [ax]
    assert picture._repr_png_().startswith(b"\x89PNG")


def test_a_figure_of_pyplots_is_shown_by_the_notebook():
    import matplotlib

    before = matplotlib.get_backend()
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots()
    try:
        assert show_trace(np.arange(20), 30, unit="a", ax=ax)._repr_png_() is None
    finally:
        plt.close(figure)
        matplotlib.use(before)


def test_nothing_piles_up_and_nothing_is_shown():
    program = """
import sys, weakref, gc, warnings
warnings.simplefilter("error")
import numpy as np
from catalog.pictures import show_trace, show_frames, show_positions, show_raster
drawn = [show_trace(np.arange(9), 30, unit="a") for _ in range(30)]
gone = weakref.ref(drawn[0].figure)
show_frames(np.zeros((3, 4, 5)), 30); show_raster(np.zeros((3, 4)), 30); show_positions(np.zeros((3, 3)))
drawn.clear(); gc.collect()
assert gone() is None
assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_importing_draws_on_nothing_heavy():
    program = (
        "import sys, catalog.pictures, catalog.signals;"
        "heavy = {'matplotlib', 'scipy', 'PIL', 'av', 'pandas'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_matplotlib_is_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    for call in (
        lambda: show_trace(np.arange(20), 30, unit="a"),
        lambda: show_frames(np.zeros((3, 4, 5)), 30),
        lambda: show_positions(np.zeros((3, 3))),
    ):
        with pytest.raises(PictureError, match=r"need matplotlib: pip install 'sensorium-catalog\[analysis\]'"):
            call()


def test_errors_are_of_the_family():
    assert issubclass(PictureError, CatalogError)
    assert Picture._fields == ("figure", "axes")
