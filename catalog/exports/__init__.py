"""Exports: a catalog written out in the formats that others read; one module a format."""
