"""Tests of raw ingest, through its public door and on both databases."""
