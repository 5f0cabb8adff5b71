"""docs/dataset.md names what there is."""

import re
from pathlib import Path

from catalog import DataSet
from catalog.dataset.filtering import OPERATORS
from catalog.dataset.neurons import RecordingNeurons
from catalog.dataset.signals import Gaze, Locomotion, Pupil, Responses, TrialSignal
from catalog.dataset.videos import Video, VideoSegment
from catalog.signals.normalization import known_normalization

TEXT = (Path(__file__).parents[2] / "docs" / "dataset.md").read_text()
TABLES = TEXT.split("## What is the same")[1].split("`signal.signal`")[0].split("Signals have")
OWNERS = {
    "all": TrialSignal,
    "`Video`": Video,
    "`VideoSegment`": VideoSegment,
    "`Responses`": Responses,
    "`Pupil`": Pupil,
    "`Gaze`, `Locomotion`": (Gaze, Locomotion),
    "neurons": RecordingNeurons,
}


def rows(table):
    """Return the first cell of each row, and the names in the second: the first word of each piece of code."""
    for line in table.splitlines():
        if line.startswith("| ") and not line.startswith("| |"):
            first, second = (cell.strip() for cell in line.strip("|").split("|", 1))
            pieces = re.findall(r"`([^`]+)`", second)
            yield first, [word for piece in pieces for word in re.findall(r"^\w+|(?<= )__\w+", piece)]


def test_methods_of_a_dataset_and_operators():
    found = {name for _, names in rows(TABLES[0]) for name in names}
    operators = {name.removeprefix("__") for name in found if name.startswith("__")}
    assert operators == set(OPERATORS)
    set_when_opened = {"recording", "info", "print", "query"}
    methods = found - {f"__{name}" for name in operators} - set_when_opened
    assert len(methods) > 20
    assert [name for name in methods if not hasattr(DataSet, name)] == []


def test_methods_of_signals():
    described = dict(rows(TABLES[1]))
    assert described.keys() == OWNERS.keys()
    for owner, names in described.items():
        classes = OWNERS[owner] if isinstance(OWNERS[owner], tuple) else (OWNERS[owner],)
        normalizations = {name for name in names if name.startswith("by_")}
        for name in normalizations:
            assert known_normalization(name) is not None
        for name in set(names) - normalizations - {"parentvideo"}:
            assert all(hasattr(one, name) for one in classes), (owner, name)
