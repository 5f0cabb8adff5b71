"""Errors of a DataSet: of this project's family, and of the built-in kinds that programs catch around it today."""

from __future__ import annotations

from catalog.errors import NotFoundError, QueryError, SignalError


class DataSetError(QueryError, ValueError):
    """A question that a DataSet cannot answer: an unknown column, operator, recording, signal or folder."""


class DataSetTypeError(QueryError, TypeError):
    """A value of a kind that the column cannot be compared with."""


class UnknownIdError(NotFoundError, ValueError):
    """No video, segment or trial goes by that name."""


class DataFileError(DataSetError, SignalError):
    """A file of the data folder that is damaged, or that is not of the data which the metadata are about."""
