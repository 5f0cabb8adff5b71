"""The familiar face: what users of the published class `DataSet` know, answered from a catalog."""

from __future__ import annotations

from catalog.dataset.combining import combine_data
from catalog.dataset.dataset import DataSet
from catalog.dataset.errors import DataSetError, DataSetTypeError, UnknownIdError

__all__ = ["DataSet", "DataSetError", "DataSetTypeError", "UnknownIdError", "combine_data"]
