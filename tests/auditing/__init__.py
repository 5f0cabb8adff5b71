"""Audits of catalogs against what others publish of the same recordings."""

import pytest

# Its assertions show what differs, as those of test modules do.
pytest.register_assert_rewrite("tests.auditing.plants")
