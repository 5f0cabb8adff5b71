"""Which recording a folder or file is about."""

from __future__ import annotations

import pytest

from catalog.errors import InputError
from ingest.auditing.names import match_names

FIRST = "dynamic11111-2-3-Video-0123456789abcdef0123456789abcdef"
SECOND = "dynamic22222-4-5-Video-fedcba9876543210fedcba9876543210"


def test_the_same_name_suffixes_and_names_that_contain_it() -> None:
    matching = match_names([FIRST, f"{SECOND}_30hz", "other"], [f"groups_{FIRST}_v2", SECOND, "strange"])
    assert matching.common == {FIRST: f"groups_{FIRST}_v2", f"{SECOND}_30hz": SECOND}
    assert matching.only_in_catalog == ("other",)
    assert matching.only_in_other == ("strange",)


def test_the_exact_name_comes_first() -> None:
    matching = match_names([FIRST], [FIRST, f"{FIRST}_copy"])
    assert matching.common == {FIRST: FIRST}
    assert matching.only_in_other == (f"{FIRST}_copy",)


def test_a_longer_name_is_meant_where_one_begins_with_the_other() -> None:
    assert match_names(["alpha", "alpha2"], ["x_alpha2"]).common == {"alpha2": "x_alpha2"}


def test_two_names_of_one_recording_are_refused() -> None:
    with pytest.raises(InputError, match=r"both a_0.* and b_0.* are about the recording"):
        match_names(["0"], ["a_0", "b_0"])


def test_a_name_of_two_recordings_is_refused() -> None:
    with pytest.raises(InputError, match="may be about"):
        match_names([f"{FIRST}_30hz", f"{FIRST}_60hz"], [FIRST])
