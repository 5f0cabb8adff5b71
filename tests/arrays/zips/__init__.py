"""Zips as places of arrays: what is read of them, passed over or refused."""
