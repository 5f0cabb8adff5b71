"""Writes docs/cli.md from the commands' own --help: `make docs`."""

from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner

from catalog.cli import main

INTRODUCTION = """# The command line

Made from `--help` by `make docs`; a test keeps it so. In `catalog [--db PATH-OR-URL] COMMAND`, the database is `--db`,
else the environment's `CATALOG_DB`, else `catalog.db` in this folder.

"""
DOCUMENT = Path(__file__).with_name("cli.md")


def commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command, groups before their commands."""
    yield words
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            child = command.get_command(click.Context(command), name)
            assert child is not None
            yield from commands(child, (*words, name))


def render() -> str:
    """Return the whole document."""
    parts = [INTRODUCTION]
    for words in commands(main):
        shown = CliRunner().invoke(main, [*words, "--help"], prog_name="catalog", terminal_width=100)
        parts.append(f"## catalog {' '.join(words)}".rstrip() + f"\n\n```text\n{shown.output.rstrip()}\n```\n\n")
    return "".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(render())
