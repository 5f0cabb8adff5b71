"""Every test of zips runs with each library that may inflate their members."""

from __future__ import annotations

import zlib

import pytest

from catalog.arrays import deflate


@pytest.fixture(autouse=True, params=["zlib", "isal"])
def inflated_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have zips read by zlib, and by ISA-L, whichever is installed here."""
    library = zlib if request.param == "zlib" else pytest.importorskip("isal.isal_zlib")
    monkeypatch.setattr(deflate, "library", library)
