"""Recordings with damaged files: what each costs, and what it leaves alone."""

import pytest

# Its assertions show what differs, as those of test modules do.
pytest.register_assert_rewrite("tests.ingesting.damaged.expecting")
