"""Files of pictures of a catalog, for people without Python: a page with all of them, or one picture."""

from __future__ import annotations

import io
import os
from base64 import b64encode
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.counts import counted
from catalog.errors import InputError, PictureError
from catalog.pictures.maps import show_tier_map
from catalog.pictures.sheets import show_contact_sheet

if TYPE_CHECKING:
    from catalog.catalog import Catalog
    from catalog.models import Video
    from catalog.pictures.picture import Picture
    from catalog.query import Query

PAGE = ".html"
ENDINGS = (PAGE, ".pdf", ".png", ".svg")

_STYLE = "body{font-family:sans-serif;margin:2em;max-width:1000px}img{max-width:100%}"


def save_sheet(
    cat: Catalog,
    path: str | os.PathLike[str],
    videos: Query[Video] | None = None,
    *,
    columns: int = 10,
    tiers: bool = False,
    replace: bool = False,
) -> Path:
    """Write the contact sheet of a catalog to a file; return its path.

    Parameters
    ----------
    cat
        The catalog.
    path
        `.html`: a page that holds the map of tiers and recordings above the contact sheet, with nothing beside it to
        lose; `.png`, `.pdf` or `.svg`: the sheet alone.
    videos, columns
        See `show_contact_sheet`.
    tiers
        In a picture, draw the map instead.
    replace
        Write over a file that is there.

    Raises
    ------
    InputError
        Another ending, no such folder, or a file of that name.
    PictureError
        There is nothing to draw, or nothing to draw it with.
    """
    target = Path(path)
    if target.suffix.lower() not in ENDINGS:
        raise InputError(f"{target.name}: expected a name that ends with {', '.join(ENDINGS)}")
    if not target.parent.is_dir():
        raise InputError(f"{target.parent} is no folder; make it first")
    if target.exists() and not replace:
        raise InputError(f"{target} is there already; --force (in Python replace=True) writes over it")
    if target.suffix.lower() == PAGE:
        content = _page(cat, videos, columns).encode()
    else:
        picture: Picture[Any] = show_tier_map(cat) if tiers else show_contact_sheet(cat, videos, columns=columns)
        content = _rendered(picture, target.suffix.lower()[1:])
    target.write_bytes(content)
    return target


def _page(cat: Catalog, videos: Query[Video] | None, columns: int) -> str:
    parts = [
        _part("Trials of each tier and recording", show_tier_map(cat)),
        _part("The middle frame of every video, by class", show_contact_sheet(cat, videos, columns=columns)),
    ]
    numbers = {"video": cat.videos.count(), "trial": cat.trials.count(), "recording": cat.recordings.count()}
    title = escape(", ".join(counted(number, noun) for noun, number in numbers.items()))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{title}</h1>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def _part(heading: str, picture: Picture[Any]) -> str:
    source = b64encode(_rendered(picture, "png")).decode()
    return f'<h2>{heading}</h2>\n<img alt="{heading}" src="data:image/png;base64,{source}">'


def _rendered(picture: Picture[Any], form: str) -> bytes:
    content = io.BytesIO()
    try:
        picture.figure.savefig(content, format=form)
    except (ValueError, MemoryError) as error:
        width, height = picture.figure.get_size_inches()
        raise PictureError(
            f"{width:.0f} by {height:.0f} inches are too large for a picture; choose fewer videos, or more columns"
        ) from error
    return content.getvalue()
