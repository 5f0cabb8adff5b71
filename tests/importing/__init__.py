"""Importing published metadata."""

import pytest

# Its assertions show what differs, as those of test modules do.
pytest.register_assert_rewrite("tests.importing.faults")
