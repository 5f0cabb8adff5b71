"""Draws docs/pictures/ with the code of docs/pictures.md, on simulated data: `make docs`."""

import ast
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

from catalog.pictures import Clip, Picture
from ingest.ingesting import ingest_recordings
from ingest.simulation import SimulationOptions, simulate

DOCUMENT = Path(__file__).with_name("pictures.md")
BLOCK = re.compile(r"```python\n(.*?)```\n(?:!\[[^\]]*\]\(pictures/([^)]*)\))?", re.DOTALL)
LARGER = SimulationOptions(seed=1, n_neurons=300, train_videos=3, parametric_videos=2)
"""The data set that is drawn, as the page says; its code is to run on that of the defaults as well."""
SCALE = 6
"""A clip's pixels are that many of the page's."""


def blocks() -> Iterator[tuple[str, str]]:
    """Yield each block of code with the name of the picture below it, or with nothing."""
    for match in BLOCK.finditer(DOCUMENT.read_text()):
        yield match[1], match[2] or ""


def render(data: Path, folder: Path) -> list[Path]:
    """Run every block beside the catalog in `data`; write the pictures to `folder` and return their paths."""
    names: dict[str, Any] = {}
    made = []
    with chdir(data):
        try:
            for code, name in blocks():
                shown = _run(code, names)
                if name:
                    made.append(_write(shown, folder / name))
        finally:
            names["cat"].close()
    return made


def _run(code: str, names: dict[str, Any]) -> Any:
    """Run a block as a notebook's cell; return what its last line shows."""
    tree = ast.parse(code)
    last = tree.body[-1]
    if not isinstance(last, ast.Expr):
        exec(compile(tree, str(DOCUMENT), "exec"), names)  # noqa: S102
        return None
    exec(compile(ast.Module(tree.body[:-1], []), str(DOCUMENT), "exec"), names)  # noqa: S102
    return eval(compile(ast.Expression(last.value), str(DOCUMENT), "eval"), names)  # noqa: S307


def _write(shown: Any, path: Path) -> Path:
    if isinstance(shown, Clip):
        return shown.save(path, scale=SCALE)
    assert isinstance(shown, Picture), f"the code above {path.name} shows no picture"
    # Neither date nor version: the same picture is the same file.
    shown.figure.savefig(path, dpi=80, metadata={"Software": None}, pil_kwargs={"optimize": True})
    return path


def prepare(data: Path, options: SimulationOptions) -> None:
    """Simulate recordings in a folder, and take them into a catalog beside them."""
    simulate(data / "data", options, progress=None)
    ingest_recordings(data / "catalog.db", data / "data", workers=1)


def main() -> None:
    """Draw every picture anew."""
    os.environ.pop("CATALOG_DB", None)
    folder = DOCUMENT.with_name("pictures")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    with tempfile.TemporaryDirectory() as data:
        prepare(Path(data), LARGER)
        render(Path(data), folder)


if __name__ == "__main__":
    main()
