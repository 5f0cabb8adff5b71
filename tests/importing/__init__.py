"""Importing published metadata."""
