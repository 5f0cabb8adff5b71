"""Zips of recordings, as published and as people make them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

LAYOUTS: dict[str, Callable[[str], str]] = {
    "its folder": lambda name: f"{name}/",
    "what is in it": lambda name: "",
    "nested": lambda name: f"home/lab/{name}/",
}
"""What precedes `data/` in the names of members."""


def pack(
    folder: Path,
    target: Path,
    *,
    layout: str = "its folder",
    method: int = zipfile.ZIP_DEFLATED,
    litter: bool = False,
    folders: bool = True,
) -> Path:
    """Write a recording's folder into a zip; `litter` is what a Mac adds to it."""
    start = LAYOUTS[layout](folder.name)
    with zipfile.ZipFile(target, "w", method, compresslevel=1) as archive:
        if folders:
            archive.writestr(f"{start}data/", b"")
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = path.relative_to(folder).as_posix()
                archive.write(path, f"{start}{name}")
                if litter:
                    archive.writestr(f"__MACOSX/{start}{Path(name).parent}/._{path.name}", b"\x00\x05\x16\x07")
    return target


def packed_set(data: Path, target: Path, **how: object) -> Path:
    """Write every recording of a data set into a zip of its own."""
    target.mkdir(exist_ok=True)
    for folder in sorted(data.glob("dynamic*")):
        pack(folder, target / f"{folder.name}.zip", **how)  # type: ignore[arg-type]
    return target
