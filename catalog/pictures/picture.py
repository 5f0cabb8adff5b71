"""The picture that every function here returns: a figure and its axes, known to nobody but the caller."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from catalog.errors import PictureError

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    AxesGrid = NDArray[np.object_]

Drawn = TypeVar("Drawn")


class Picture(NamedTuple, Generic[Drawn]):
    """A figure and its axes (one, or an array of them): `figure, axes = show_…(…)`.

    As the last line of a notebook's cell it shows itself. pyplot does not know the figure, so that nothing piles up:
    it is gone when nothing refers to it any more. `picture.figure.savefig("picture.pdf")` saves it.
    """

    figure: Figure
    axes: Drawn

    def _repr_png_(self) -> bytes | None:
        """Return the picture for a notebook; None for a figure of pyplot's, which the notebook shows by itself."""
        if self.figure.canvas.manager is not None:
            return None
        content = io.BytesIO()
        self.figure.savefig(content, format="png")
        return content.getvalue()


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of that size in inches, laid out so that no label is cut.

    Raises
    ------
    PictureError
        matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise missing_extra("pictures", "matplotlib", "analysis") from error
    return Figure(figsize=(width, height), layout="constrained")


def axes_for(ax: Axes | None, width: float = 8.0, height: float = 3.0) -> Axes:
    """Return the axes that were handed in, or those of a new figure of that size in inches."""
    return new_figure(width, height).add_subplot() if ax is None else ax


def drawn_on(ax: Axes) -> Picture[Axes]:
    """Return the picture of finished axes."""
    figure: Any = ax.get_figure(root=True)
    return Picture(figure, ax)


def missing_extra(what: str, package: str, extra: str) -> PictureError:
    """Return the error for a package that is not installed."""
    return PictureError(f"{what} need {package}: pip install 'sensorium-catalog[{extra}]'")
