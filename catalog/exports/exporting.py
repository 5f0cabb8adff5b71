"""`export_catalog`: any format, into a folder that is whole or not there."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.catalog import Catalog
from catalog.errors import InputError, nearest
from catalog.exports.options import ExportOptions, ExportReport
from catalog.exports.target import fresh_folder
from catalog.models import RecordingRoot

FORMATS = ("published", "croissant", "datapackage", "parquet")


class Writer(Protocol):
    """A format's `write`, in the module of its name."""

    def __call__(self, session: Session, folder: Path, options: ExportOptions) -> ExportReport:
        """Write the catalog that the session is open on into an empty folder."""


def export_catalog(
    catalog: Catalog,
    folder: str | os.PathLike[str],
    form: str,
    options: ExportOptions | None = None,
    *,
    force: bool = False,
) -> ExportReport:
    """Write a catalog into a folder, in one of `FORMATS`, as it is at this moment, whoever writes to it meanwhile.

    Raises
    ------
    InputError
        An unknown format, or a folder that cannot be written or is not empty (unless `force`); nothing was changed.
    """
    if form not in FORMATS:
        raise InputError(f"unknown format {form!r}. {nearest(form, FORMATS)}")
    # Formats are imported when used: some need libraries that others do without.
    write: Writer = importlib.import_module(f"catalog.exports.{form}").write
    url = catalog.engine.url
    protected = [str(url.database)] if url.drivername == "sqlite" else []
    with catalog.snapshot() as session:
        # A slip of the tongue must not cost the arrays.
        protected += session.scalars(sa.select(RecordingRoot.path))
    with fresh_folder(folder, force=force, protected=protected) as target, catalog.snapshot() as session:
        return write(session, target, options or ExportOptions())
