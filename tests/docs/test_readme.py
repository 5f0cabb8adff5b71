"""The README's commands and code give the output that it shows (IDs aside: they follow a machine's arithmetic)."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from catalog.cli import main

README = (Path(__file__).parents[2] / "README.md").read_text()


def masked(text):
    """Return the text with every content-derived ID replaced."""
    return re.sub(r"\bv[0-9a-f]{16}\b", "v" + 16 * "0", text)


@pytest.fixture(params=["here", "named"])
def at_hand(request, demo, monkeypatch, tmp_path):
    """The demo's catalog where the README's code finds it: in this folder, or named by the environment."""
    monkeypatch.chdir(demo if request.param == "here" else tmp_path)
    monkeypatch.delenv("CATALOG_DB", raising=False)
    if request.param == "named":
        monkeypatch.setenv("CATALOG_DB", str(demo / "catalog.db"))


@pytest.mark.parametrize("block", re.findall(r"```console\n\$ (.*?)```", README, re.DOTALL))
@pytest.mark.usefixtures("at_hand")
def test_commands(block):
    command, _, output = block.partition("\n")
    result = CliRunner().invoke(main, shlex.split(command)[1:])
    assert result.exit_code == 0, result.output
    assert masked(result.output) == masked(output)


@pytest.mark.usefixtures("at_hand")
def test_python(capsys):
    (block,) = re.findall(r"```pycon\n(.*?)```", README, re.DOTALL)
    lines = block.splitlines()
    code = [line[4:] for line in lines if line.startswith((">>> ", "... "))]
    output = [line for line in lines if not line.startswith((">>> ", "... "))]
    exec("\n".join(code), {})
    assert masked(capsys.readouterr().out).splitlines() == [masked(line) for line in output]


def test_the_two_commands_come_first():
    commands = re.findall(r"^    (\S+ \S+)", README, re.MULTILINE)
    assert commands[:2] == ["make demo", "make test"]


def test_links_lead_somewhere():
    for target in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert (Path(__file__).parents[2] / target).exists(), target


@pytest.mark.usefixtures("at_hand")
def test_arrays(demo):
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names = {}
    exec(block, names)
    responses = [np.load(demo / "data" / names["mouse"] / signal.path) for signal in names["gabor"].responses()]
    z = np.load(demo / "data" / names["mouse"] / "meta/neurons/cell_motor_coordinates.npy")[:, 2]
    assert names["stack"].values.shape[:2] == (len(responses), (z < 300).sum())
    assert names["around"].values.shape[1:] == (len(z), 35)
    names["cat"].close()


def test_the_sources_are_those_of_the_recordings(published_metadata):
    """The README links every address that the published metadata gives for a data set."""
    basics = [json.loads(path.read_text()) for path in published_metadata.glob("*/meta-basic_*.json")]
    addresses = {one["data_url"].partition("/src/")[0] for one in basics}
    assert len(addresses) == 2
    for address in addresses:
        assert f"]({address})" in README


def test_extras_are_told():
    """Every extra for users is named where the README says how to install one; all pages say it the same way."""
    root = Path(__file__).parents[2]
    extras = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    (told,) = re.findall(r"`pip install 'sensorium-catalog\[analysis\]'`:(.*?)\.\n", README, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", told)) == extras.keys() - {"test", "lint"}
    for page in [*root.glob("*.md"), *root.glob("docs/*.md"), *root.glob("examples/*.md")]:
        for wanted in re.findall(r"pip install '([^']*)'", page.read_text()):
            assert re.fullmatch(r"sensorium-catalog\[(\w+)\]", wanted), (page, wanted)
            assert wanted[len("sensorium-catalog[") : -1] in extras
