"""docs/pictures.md: its code draws its pictures, which are there and small."""

import re

import pytest
from click.testing import CliRunner
from PIL import Image

from catalog.cli import main
from ingest.simulation import SimulationOptions
from tests.docs.rendering import DOCS, renderer

TEXT = (DOCS / "pictures.md").read_text()
NAMES = re.findall(r"\]\(pictures/([^)]*)\)", TEXT)


@pytest.fixture(scope="module")
def module():
    return renderer("render_pictures")


def test_the_code_draws_every_picture(module, tmp_path, monkeypatch):
    monkeypatch.delenv("CATALOG_DB", raising=False)
    module.prepare(tmp_path, SimulationOptions())
    (tmp_path / "made").mkdir()
    made = module.render(tmp_path, tmp_path / "made")
    assert [path.name for path in made] == NAMES
    for path in made:
        with Image.open(path) as image:
            image.load()
    with Image.open(tmp_path / "gabor.webp") as saved:
        assert saved.size == (4 * 64, 4 * 36)


def test_the_page_says_what_is_drawn(module, tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.simulation.simulate", lambda _, options: asked.append(options) or {"recordings": {}})
    asked = []
    for arguments in (re.search(r"`catalog (simulate data [^`]*)`", TEXT)[1].split(), ["simulate", "data"]):
        assert CliRunner().invoke(main, arguments).exit_code == 0
    assert asked == [module.LARGER, SimulationOptions()]


def test_the_pictures_are_there_and_small():
    files = {path.name: path.stat().st_size for path in (DOCS / "pictures").iterdir()}
    assert sorted(files) == sorted(NAMES)
    assert max(files.values()) < 200_000
    assert sum(files.values()) < 1_000_000


def test_every_picture_is_told_in_words():
    told = re.findall(r"!\[([^\]]*)\]", TEXT)
    assert len(told) == len(NAMES)
    assert all(len(words) > 20 for words in told)
