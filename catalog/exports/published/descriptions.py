"""Columns of the published tables, and their description where the publisher has left none."""

from __future__ import annotations

from catalog.dictionary import TABLES, Column
from catalog.exports.published.files import Json
from catalog.models import SIGNALS

TRIAL_COLUMNS = {
    "recording": "recording",
    "label": "label",
    "trial": "trial",
    "trial_type": "trial_type",
    "video_ID": "video_id",
    "valid_frames": "valid_frames",
    "valid_trial": "valid_trial",
    **{name: name for name in (f"valid_frames_{signal}" for signal in SIGNALS)},
    **{name: name for name in (f"valid_{signal}" for signal in SIGNALS)},
}
"""The columns of a recording's table of trials, in their order, and those of `trial_overview` that they hold."""

NEURON_COLUMNS = {
    "ID": "unit_id",
    **{name: name for name in ("coord_x", "coord_y", "coord_z")},
    **{name: name for name in ("mean_activation", "min_activation", "max_activation", "std_activation")},
}
"""The columns of a recording's table of neurons, in their order, and those of `neurons` that they hold."""


def describe_trials() -> Json:
    """Return a description of each column of a table of trials, in the published form."""
    columns = {**TABLES["trials"].columns, "recording": TABLES["recordings"].columns["name"]}
    return {name: _as_object(columns[column]) for name, column in TRIAL_COLUMNS.items()}


def describe_neurons() -> Json:
    """Return a description of each column of a table of neurons, in the published form: a text each."""
    columns = TABLES["neurons"].columns
    return {name: _as_text(columns[column]) for name, column in NEURON_COLUMNS.items()}


def _as_object(column: Column) -> Json:
    told = {"description": column.meaning}
    if column.unit:
        told["unit"] = column.unit
    if column.null:
        told["empty"] = column.null
    return told


def _as_text(column: Column) -> str:
    unit = f" Unit: {column.unit}." if column.unit else ""
    return f"{column.meaning}{unit}" + (f" Empty: {column.null}." if column.null else "")
