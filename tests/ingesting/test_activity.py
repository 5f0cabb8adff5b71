"""Statistics of neurons against a slow recomputation from the files, in two passes and float64."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.ingesting import ingest_recordings
from tests.importing.reading import Rows, query
from tests.ingesting.worlds import World, replace_array

RELATIVE = 1e-9


def stored(database: str, recording: str) -> Rows:
    statement = (
        "SELECT n.* FROM neurons n JOIN recordings r ON r.id = n.recording_id WHERE r.name = :name ORDER BY n.row"
    )
    return query(database, statement.replace("n.row", 'n."row"'), name=recording)


def recomputed(folder: Path) -> list[tuple[float, float, float, float]]:
    """Return mean, standard deviation, minimum and maximum of each neuron over the responses that are not withheld."""
    responses = [np.load(path).astype(np.float64) for path in sorted((folder / "data" / "responses").glob("*.npy"))]
    valid = [response for response in responses if np.nansum(response) != 0]
    found = []
    for row in range(len(responses[0])):
        samples = [value for response in valid for value in response[row].tolist() if value == value]
        mean = sum(samples) / len(samples)
        variance = sum((value - mean) ** 2 for value in samples) / len(samples)
        found.append((mean, variance**0.5, min(samples), max(samples)))
    return found


def assert_equal(rows: Rows, expected: list[tuple[float, float, float, float]]) -> None:
    assert len(rows) == len(expected)
    for row, (mean, std, low, high) in zip(rows, expected, strict=True):
        assert row["mean_activation"] == pytest.approx(mean, rel=RELATIVE, abs=0)
        assert row["std_activation"] == pytest.approx(std, rel=RELATIVE, abs=0)
        assert (row["min_activation"], row["max_activation"]) == (low, high)


def test_statistics_are_those_of_two_passes(pair: World, database: str) -> None:
    ingest_recordings(database, pair.folder, workers=1)
    for folder in pair.truth["recordings"]:
        assert_equal(stored(database, pair.catalog_name(folder)), recomputed(pair.folder / folder))


def test_withheld_responses_do_not_count(pair: World, database: str) -> None:
    ingest_recordings(database, pair.folder, workers=1)
    name = next(folder for folder in pair.truth["recordings"] if folder.endswith("9b4f6a1a067fe51e15306b9628efea20"))
    assert {trial["valid"]["response"] for trial in pair.truth["recordings"][name]["trials"].values()} == {True, False}
    responses = [np.load(path) for path in (pair.folder / name / "data" / "responses").glob("*.npy")]
    with_zeros = np.nanmean(np.concatenate(responses, axis=1), axis=1)
    for row, mean in zip(stored(database, name), with_zeros, strict=True):
        assert row["mean_activation"] > 1.5 * mean


def test_statistics_hold_where_the_spread_is_tiny(lone: World, database: str, scratch: Path) -> None:
    copy = lone.changed(scratch / "data", lambda folder, array: array + (1e6 if folder == "responses" else 0))
    (name,) = copy.truth["recordings"]
    for path in (copy.folder / name / "data" / "responses").glob("*.npy"):
        replace_array(path, np.load(path).astype(np.float64) * 1e-6 + 1.0)
    ingest_recordings(database, copy.folder, workers=1)
    assert_equal(stored(database, name), recomputed(copy.folder / name))


def test_without_a_valid_response_there_are_neurons_without_statistics(
    lone: World, database: str, scratch: Path
) -> None:
    copy = lone.changed(scratch / "data", lambda folder, array: array * (folder != "responses"))
    ingest_recordings(database, copy.folder, workers=1)
    rows = stored(database, lone.names[0])
    assert len(rows) == 5
    for row in rows:
        assert row["unit_id"] is not None
        assert [row[f"{what}_activation"] for what in ("mean", "std", "min", "max")] == [None] * 4


def test_coordinates_and_unit_ids_are_those_of_the_files(pair: World, database: str) -> None:
    ingest_recordings(database, pair.folder, workers=1)
    for folder in pair.truth["recordings"]:
        neurons = pair.folder / folder / "meta" / "neurons"
        rows = stored(database, pair.catalog_name(folder))
        assert [row["row"] for row in rows] == list(range(len(rows)))
        assert [row["unit_id"] for row in rows] == np.load(neurons / "unit_ids.npy").tolist()
        coordinates = np.load(neurons / "cell_motor_coordinates.npy").tolist()
        assert [[row[f"coord_{axis}"] for axis in "xyz"] for row in rows] == coordinates
