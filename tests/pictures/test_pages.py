"""`catalog sheet`: files that hold the pictures, and nothing half written."""

import base64
import io
import re

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from catalog.cli import main
from catalog.errors import PictureError
from catalog.pictures import save_sheet, show_contact_sheet
from tests.pictures.looking import drawn


@pytest.fixture
def run(simulated, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*words):
        return CliRunner().invoke(main, ["--db", str(simulated / "catalog.db"), "sheet", *words])

    return run


def test_a_page_holds_both_pictures(run, tmp_path, cat):
    result = run("sheet.html")
    assert (result.exit_code, result.stdout) == (0, "")
    page = (tmp_path / "sheet.html").read_text()
    assert f"<title>{cat.videos.count()} videos, {cat.trials.count()} trials, 4 recordings</title>" in page
    pictures = re.findall(r"data:image/png;base64,([^\"]+)", page)
    assert len(pictures) == 2
    assert "http" not in page
    found = np.asarray(Image.open(io.BytesIO(base64.b64decode(pictures[1]))))
    np.testing.assert_array_equal(found, drawn(show_contact_sheet(cat)))


def test_a_picture_of_chosen_videos(run, tmp_path):
    assert run("few.png", "--where", "label=PinkNoise,RandomDots", "--columns", "4").exit_code == 0
    assert run("all.png", "--columns", "4").exit_code == 0
    with Image.open(tmp_path / "few.png") as few, Image.open(tmp_path / "all.png") as everything:
        assert few.format == "PNG"
        assert few.height < everything.height


@pytest.mark.parametrize(("name", "begin"), [("map.svg", b"<?xml"), ("map.pdf", b"%PDF")])
def test_the_map(run, tmp_path, name, begin):
    result = run(name, "--map")
    assert result.exit_code == 0
    assert result.stderr == f"{name}: {(tmp_path / name).stat().st_size / 1000:.1f} kB\n"
    assert (tmp_path / name).read_bytes().startswith(begin)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sheet.docx"], "expected a name that ends with .html, .pdf, .png, .svg"),
        (["nowhere/sheet.png"], "nowhere is no folder"),
        (["taken.png"], "taken.png is there already; --force"),
        (["x.png", "--where", "labl=Gabor"], "Did you mean 'label'"),
        (["x.png", "--where", "label=gabor"], "there are no videos to show"),
        (["x.html", "--map"], "--map counts all trials"),
        (["x.png", "--columns", "0"], "Invalid value for '--columns'"),
    ],
)
def test_what_is_refused_leaves_nothing(run, tmp_path, words, message):
    (tmp_path / "taken.png").write_bytes(b"mine")
    result = run(*words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["taken.png"]
    assert (tmp_path / "taken.png").read_bytes() == b"mine"


def test_force_replaces(run, tmp_path):
    (tmp_path / "taken.png").write_bytes(b"mine")
    assert run("taken.png", "--map", "--force").exit_code == 0
    assert (tmp_path / "taken.png").read_bytes().startswith(b"\x89PNG")


def test_a_sheet_too_large_to_draw(cat, tmp_path, monkeypatch):
    monkeypatch.setattr("catalog.pictures.sheets.WIDTH", 10_000.0)
    with pytest.raises(PictureError, match="inches are too large for a picture; choose fewer videos, or more columns"):
        save_sheet(cat, tmp_path / "sheet.png")
    assert list(tmp_path.iterdir()) == []
