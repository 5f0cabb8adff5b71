"""A recording's basic facts (`meta-basic`), data dictionaries and neurons."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from catalog.names import recording_parts
from ingest.facts import Row
from ingest.published.files import read_csv, read_json
from ingest.published.findings import Findings, some
from ingest.published.layout import Folder
from ingest.published.values import (
    COUNT,
    INTEGER,
    NOT_NEGATIVE,
    NUMBER,
    POSITIVE,
    TEXT,
    Kind,
    object_values,
    table_values,
    unknown_keys,
)

BASICS: dict[str, Kind] = {
    "animal_id": TEXT,
    "session": TEXT,
    "scan_idx": TEXT,
    "n_trials": COUNT,
    "samples_per_trial": COUNT,
    "n_neurons": COUNT,
    "sampling_freq": POSITIVE,
    "dataset_url": TEXT,
    "data_url": TEXT,
}
NEURONS: dict[str, Kind] = {
    "ID": INTEGER,
    "coord_x": INTEGER,
    "coord_y": INTEGER,
    "coord_z": INTEGER,
    "mean_activation": NUMBER,
    "min_activation": NUMBER,
    "max_activation": NUMBER,
    "std_activation": NOT_NEGATIVE,
}


def only_file(folder: Folder, subfolder: str, ending: str, findings: Findings, action: str) -> str | None:
    """Return the one file of its kind in a recording, by the name it should have, or by the nearest to it.

    `action` says what is done when there is none; that is reported, and so is another name than expected.
    """
    paths = folder.paths(subfolder, ending)
    stem = {"": "meta-basic", "trials": "meta-trials", "neurons": "meta-neurons"}[subfolder]
    expected = "/".join(part for part in (folder.name, subfolder, f"{stem}_{folder.name}{ending}") if part)
    if expected in paths:
        for other in paths:
            if other != expected:
                findings.warning(
                    "unknown_file", f"{other} stands beside {expected}", "the file was not read", path=other
                )
        return expected
    if not paths:
        findings.error("missing_file", f"there is no {expected}", action, path=expected)
        return None
    findings.warning(
        "misnamed_file",
        f"{paths[0]} is named for another recording; expected {expected}",
        "the file was read as this recording's" + (f"; {some(paths[1:])} was not read" if paths[1:] else ""),
        path=paths[0],
    )
    return paths[0]


def read_basics(root: Path, folder: Folder, findings: Findings) -> Row | None:
    """Return the columns of `recordings` that `meta-basic` gives; None when it cannot be read."""
    action = "animal, session and scan were taken from the folder's name, the counts from the other files"
    path = only_file(folder, "", ".json", findings, action)
    content = read_json(root, path, findings, action) if path else None
    if path is None or content is None:
        return None
    unknown_keys(content, frozenset(BASICS), path, findings)
    columns = object_values(content, BASICS, path, findings, optional=frozenset({"dataset_url", "data_url"}))
    for name, value in recording_parts(folder.name).items():
        if columns[name] is not None and columns[name] != value:
            findings.warning(
                "recording_differs",
                f"{name} is {columns[name]!r} in {path}, and {value!r} in the folder's name",
                "the file's value was kept",
                path=path,
            )
    return columns


def basics_without_file(folder: Folder, trials: int, neurons: int, frequencies: list[float]) -> Row:
    """Return what can be known of a recording without `meta-basic`."""
    columns: Row = dict.fromkeys(BASICS)
    columns |= recording_parts(folder.name)
    columns["n_trials"] = trials
    columns["n_neurons"] = neurons or None
    if frequencies:
        columns["sampling_freq"] = Counter(frequencies).most_common(1)[0][0]
    return columns


def read_dictionaries(root: Path, folder: Folder, findings: Findings) -> dict[str, Any]:
    """Return the published descriptions of the columns, by the table they are about."""
    found = {}
    for subject in ("trials", "neurons"):
        action = "the recording was taken in without this description of columns"
        path = only_file(folder, subject, ".json", findings, action)
        content = read_json(root, path, findings, action) if path else None
        if path is None or content is None:
            continue
        try:
            json.dumps(content, allow_nan=False)
        except ValueError:
            message = f"{path} holds NaN or Infinity, which are no JSON"
            findings.error("broken_json", message, action, path=path)
            continue
        found[subject] = content
    return found


def read_neurons(root: Path, folder: Folder, findings: Findings) -> list[Row]:
    """Return the rows of `neurons`; a neuron's place in the file is its row in the response arrays."""
    action = "the recording was taken in without neurons"
    path = only_file(folder, "neurons", ".csv", findings, action)
    table = read_csv(root, path, findings, action) if path else None
    if table is None:
        return []
    values = table_values(table, NEURONS, findings)
    units = values.pop("ID")
    seen: set[int] = set()
    for index, unit in enumerate(units):
        if unit is not None and unit in seen:
            findings.error(
                "duplicate_neuron",
                f"line {table.line(index)} of {table.path} repeats the neuron ID {unit}",
                "the neuron was taken in without its ID",
                path=table.path,
            )
            units[index] = None
        seen.add(unit)
    names = ("row", "unit_id", *values)
    rows = zip(table.positions, units, *values.values(), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]
