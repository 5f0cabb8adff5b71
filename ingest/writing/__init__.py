"""Rows: facts into the tables; no arrays here, and the caller owns connection and transaction."""
