"""The examples of a page that show a console: each command is run, and does what the page says.

A command whose output the page shows must give that output (… stands for some of it; IDs aside, since they follow a
machine's arithmetic); of any other, the exit code is looked at alone: 0, or what a comment behind the command tells.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

from click.testing import CliRunner

from catalog.cli import main

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    """Return the blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", (DOCS / page).read_text(), re.DOTALL | re.MULTILINE)


def masked(text: str) -> str:
    """Return a text with every content-derived ID replaced."""
    return re.sub(r"\b([vs])[0-9a-f]{16}\b", r"\g<1>" + 16 * "0", text)


def run_console(block: str) -> None:
    """Run the commands of a block, one after the other, in the current folder."""
    for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        line, _, shown = example.partition("\n")
        told = re.search(r"# exit code (\d+)", line)
        words = shlex.split(line, comments=True)
        if words[0] == "catalog":
            result = CliRunner().invoke(main, words[1:])
            code, output = result.exit_code, result.output
        else:
            ran = subprocess.run(words, capture_output=True, text=True, check=False)
            code, output = ran.returncode, ran.stdout + ran.stderr
        assert code == (int(told[1]) if told else 0), f"{line}\n{output}"
        if shown:
            pattern = re.escape(masked(shown)).replace("…", ".*")
            assert re.fullmatch(pattern, masked(output), re.DOTALL), f"{line}\n{output}"
