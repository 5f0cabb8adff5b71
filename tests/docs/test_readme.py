"""The README's commands and code give the output that it shows (IDs aside: they follow a machine's arithmetic)."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from catalog.cli import main

README = (Path(__file__).parents[2] / "README.md").read_text()


def masked(text):
    """Return the text with every content-derived ID replaced."""
    return re.sub(r"\bv[0-9a-f]{16}\b", "v" + 16 * "0", text)


@pytest.mark.parametrize("block", re.findall(r"```console\n\$ (.*?)```", README, re.DOTALL))
def test_commands(block, demo, monkeypatch):
    monkeypatch.chdir(demo)
    command, _, output = block.partition("\n")
    result = CliRunner().invoke(main, shlex.split(command)[1:])
    assert result.exit_code == 0, result.output
    assert masked(result.output) == masked(output)


def test_python(demo, monkeypatch, capsys):
    monkeypatch.chdir(demo)
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


def test_arrays(demo, monkeypatch):
    monkeypatch.chdir(demo)
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names = {}
    exec(block, names)
    responses = [np.load(demo / "data" / names["mouse"] / signal.path) for signal in names["gabor"].responses()]
    z = np.load(demo / "data" / names["mouse"] / "meta/neurons/cell_motor_coordinates.npy")[:, 2]
    assert names["stack"].values.shape[:2] == (len(responses), (z < 300).sum())
    assert names["around"].values.shape[1:] == (len(z), 35)
    names["cat"].close()
