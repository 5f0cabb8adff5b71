"""docs/cli.md is what --help says now."""

from tests.docs.rendering import renderer


def test_the_command_line_reference_is_up_to_date():
    module = renderer("render_cli")
    assert module.DOCUMENT.read_text() == module.render(), "run `make docs`"
