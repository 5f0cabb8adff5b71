"""Sizes of files and of memory, as people read them."""

from __future__ import annotations

from catalog.counts import counted

UNITS = {"GB": 1e9, "MB": 1e6, "kB": 1e3}


def size_text(n_bytes: float) -> str:
    """Return a number of bytes in the largest unit of which there is one: "2.5 GB", "12.0 kB", "317 bytes"."""
    for unit, size in UNITS.items():
        # What would be rounded to 1000.0 of a unit is one of the next.
        if n_bytes >= 0.99995 * size:
            return f"{n_bytes / size:.1f} {unit}"
    return counted(round(n_bytes), "byte")
