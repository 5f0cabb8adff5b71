"""The version of the analysis, by which rows made by an older one can be told."""

ANALYSIS_VERSION = "1"
"""Rises whenever the same arrays would give other rows."""
