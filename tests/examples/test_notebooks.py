"""The notebooks in examples/, carried out from a kernel of their own on the data that they simulate."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where they run: the first that does simulates data, and the others find it."""
    made = tmp_path_factory.mktemp("notebooks")
    yield made
    shutil.rmtree(made)


@pytest.fixture
def kernel_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that imports this tree, and leaves the home folder alone."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep))
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(folder / name.lower()))
    monkeypatch.delenv("CATALOG_DB", raising=False)


def test_there_are_four() -> None:
    assert [path.name[:3] for path in NOTEBOOKS] == ["01_", "02_", "03_", "04_"]


@pytest.mark.usefixtures("kernel_environment")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path: Path, folder: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=where).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    told = [output for cell in cells for output in cell.outputs]
    assert not [output.name for output in told if output.get("name") == "stderr"]
    # But for those that set up or close, each cell has something to show.
    assert sum(bool(cell.outputs) for cell in cells) >= len(cells) - 2
    assert any("image/png" in output.get("data", {}) for output in told)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs"), f"{path.name}: clear the outputs before you keep it"
        assert cell.get("execution_count") is None
    assert path.stat().st_size < 30_000
