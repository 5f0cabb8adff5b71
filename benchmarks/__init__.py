"""Benchmarks: each prints what it measured as a ratio to a baseline in the same run; nothing here is a test."""
