"""The published layout: what `catalog import` reads, written from any catalog."""

from catalog.exports.published.writing import write

__all__ = ["write"]
