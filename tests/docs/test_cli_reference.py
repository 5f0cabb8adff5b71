"""docs/cli.md is what --help says now."""

import importlib.util
from pathlib import Path

RENDERER = Path(__file__).parents[2] / "docs" / "render_cli.py"


def test_the_command_line_reference_is_up_to_date():
    specification = importlib.util.spec_from_file_location("render_cli", RENDERER)
    renderer = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(renderer)
    assert renderer.DOCUMENT.read_text() == renderer.render(), "run `make docs`"
