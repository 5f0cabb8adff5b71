"""Contact sheets: every video of a catalog at a glance, by class."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from catalog.counts import counted
from catalog.errors import PictureError
from catalog.pictures.frames import BRIGHTEST
from catalog.pictures.picture import Picture, new_figure
from catalog.pictures.style import GRAYS, PALE
from catalog.pictures.tiles import Tile, middle_frames

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from catalog.catalog import Catalog
    from catalog.models import Video
    from catalog.pictures.picture import AxesGrid
    from catalog.query import Query

USUAL_SHAPE = (36, 64)
"""Height and width of a tile, where no video can be opened to tell."""

GAP = 0.06
BELOW = 0.36
"""Of a tile's width and height: the space beside it, and that under it, which its name takes."""

WIDTH = 10.0
"""Inches."""


def show_contact_sheet(
    cat: Catalog, videos: Query[Video] | None = None, *, columns: int = 10, figure: Figure | None = None
) -> Picture[AxesGrid]:
    """Show the middle frame of every video, by class, over its published or its shortened ID.

    Where the middle of a video is a gray pause between photographs, the nearest photograph is shown.
    Of each video, one presentation is opened, and closed again. A video whose file is not there, cannot be read, or was
    never taken in has an empty tile that says so; the log says why.

    Parameters
    ----------
    cat
        The catalog.
    videos
        Which videos, such as `cat.videos.filter(label="Gabor")`; all of them otherwise.
    columns
        Tiles in a row.
    figure
        Where to draw; a new one otherwise, as high as it takes.

    Returns
    -------
    Picture
        Its axes are an array (classes,).

    Raises
    ------
    PictureError
        There are no videos.
    """
    if columns < 1:
        raise PictureError(f"columns={columns}: expected 1 or more")
    tiles = list(middle_frames(cat, videos))
    if not tiles:
        raise PictureError("there are no videos to show; `catalog videos` lists what the catalog has")
    classes = [list(members) for _, members in groupby(tiles, key=lambda tile: tile.label)]
    shape = next((tile.pixels.shape for tile in tiles if tile.pixels is not None), USUAL_SHAPE)
    rows = [-(-len(members) // columns) for members in classes]
    pitch = WIDTH / columns / (shape[1] * (1 + GAP)) * shape[0] * (1 + BELOW)
    if figure is None:
        figure = new_figure(WIDTH, pitch * sum(rows) + 0.35 * len(rows) + 0.1)
    grid = figure.subplots(len(classes), 1, height_ratios=rows, squeeze=False)[:, 0]
    for ax, members in zip(grid, classes, strict=True):
        _draw(ax, members, (shape[0], shape[1]), columns)
    return Picture(figure, grid)


def _draw(ax: Axes, tiles: Sequence[Tile], shape: tuple[int, int], columns: int) -> None:
    height, width = shape
    down, across = height * (1 + BELOW), width * (1 + GAP)
    for index, tile in enumerate(tiles):
        top, left = index // columns * down, index % columns * across
        middle = left + width / 2
        if tile.pixels is None:
            ax.fill_between([left, left + width], top, top + height, color=PALE, linewidth=0, gid="empty")
            ax.text(middle, top + height / 2, tile.note, ha="center", va="center", fontsize=6, color="0.35")
        else:
            _draw_tile(ax, tile.pixels, (left, left + width, top + height, top))
        ax.text(middle, top + height * 1.04, tile.name, ha="center", va="top", fontsize=6)
    rows = -(-len(tiles) // columns)
    ax.set_xlim(0, columns * across)
    ax.set_ylim(rows * down, 0)
    ax.set_aspect("equal")
    ax.axis("off")
    empty = sum(tile.pixels is None for tile in tiles)
    without = f", {empty} without a picture" if empty else ""
    title = f"{tiles[0].label} · {counted(len(tiles), 'video')}{without}"
    ax.set_title(title, loc="left", fontsize="medium", weight="bold")


def _draw_tile(ax: Axes, pixels: NDArray[Any], extent: tuple[float, float, float, float]) -> None:
    ax.imshow(pixels, cmap=GRAYS, vmin=0, vmax=BRIGHTEST, interpolation="nearest", extent=extent)
