"""Several at work on one catalog, and what befalls it meanwhile."""

import pytest

# Its assertions show what differs, as those of test modules do.
pytest.register_assert_rewrite("tests.concurrency.wholeness")
