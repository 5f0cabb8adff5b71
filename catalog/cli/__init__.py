"""The command line: `catalog [--db PATH-OR-URL] COMMAND`, one module a command; `main` is its entry point.

Nothing here imports SQLAlchemy, pandas or numpy before a command runs: `catalog --help` must answer at once.
"""

from catalog.cli.main import main

__all__ = ["main"]
