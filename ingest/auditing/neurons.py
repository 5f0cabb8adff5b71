"""Neurons: which there are, where they sit, and how active they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.counts import counted
from ingest.auditing.report import Tally
from ingest.facts import RecordingFacts, Row
from ingest.published.comparison import COORDINATES, STATISTICS, Withheld, same_activity

PLACES = ("row", *COORDINATES)


def compare_neurons(ours: RecordingFacts, theirs: RecordingFacts, tally: Tally) -> None:
    """Compare the neurons of a recording; a recording without published neurons tells nothing.

    Neurons are matched by `unit_id`, or by their row where one side lacks some of those.
    """
    checks = ("neurons", "coordinates", "neuron_statistics")
    for check in checks:
        tally.count(check, 0)
    if not theirs.neurons:
        return
    key = "unit_id" if all(row["unit_id"] is not None for row in [*ours.neurons, *theirs.neurons]) else "row"
    here, there = ({row[key]: row for row in facts.neurons} for facts in (ours, theirs))
    tally.count("neurons", len(here.keys() | there.keys()))
    for name in sorted(here.keys() ^ there.keys()):
        kind, where = ("only_published", "published files") if name in there else ("only_catalog", "catalog")
        message = f"neuron {key} {name} of {ours.name} is only in the {where}"
        tally.differ("neurons", kind, message, recording=ours.name, subject=f"{key} {name}")
    pairs = [(f"{key} {name}", here[name], there[name]) for name in here if name in there]
    for subject, a, b in pairs:
        _compare_places(ours.name, subject, a, b, tally)
    _compare_statistics(ours, pairs, tally)


def _compare_places(recording: str, subject: str, here: Row, there: Row, tally: Tally) -> None:
    columns = [name for name in PLACES if there[name] is not None]
    tally.count("coordinates")
    _tell(
        "coordinates", recording, subject, here, there, [name for name in columns if here[name] != there[name]], tally
    )


def _tell(
    check: str, recording: str, subject: str, here: Row, there: Row, columns: Sequence[str], tally: Tally
) -> None:
    if columns:
        a, b = ({name: row[name] for name in columns} for row in (here, there))
        what = "; ".join(f"{name} is {a[name]} in the catalog, {b[name]} in the published files" for name in columns)
        message = f"neuron {subject} of {recording}: {what}"
        tally.differ(check, "value", message, recording=recording, subject=subject, catalog=a, other=b)


def _compare_statistics(ours: RecordingFacts, pairs: Sequence[tuple[str, Row, Row]], tally: Tally) -> None:
    frames = Withheld.of(ours)
    withheld = 0
    for subject, here, there in pairs:
        columns = [name for name in STATISTICS if there[name] is not None]
        if not columns:
            continue
        tally.count("neuron_statistics")
        told = {**{name: here[name] for name in STATISTICS}, **{name: there[name] for name in columns}}
        if same_activity(here, told):
            continue
        if frames.explains(here, told):
            withheld += 1
        else:
            differing = [name for name in columns if not same_activity(_only(here, name), _only(told, name))]
            _tell("neuron_statistics", ours.name, subject, here, there, differing, tally)
    message = f"activity includes {counted(frames.zeros, 'frame')} of withheld responses, which are 0"
    tally.known("neuron_statistics", "known_zeros_included", message, recording=ours.name, count=withheld)
    if frames.zeros and pairs and ours.columns.get("source") == "published":
        tally.notes.append(
            f"{ours.name}: the published activity of neurons may include {counted(frames.zeros, 'frame')} of "
            "invalid responses, a known error of published files, and the catalog has imported it"
        )


def _only(row: Row, name: str) -> dict[str, Any]:
    return {**dict.fromkeys(STATISTICS), name: row[name]}
