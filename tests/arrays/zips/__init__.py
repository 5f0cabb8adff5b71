"""Zips of recordings: their members as arrays are read from them."""
