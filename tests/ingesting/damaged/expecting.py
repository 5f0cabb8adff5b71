"""What a recording with one damaged file must look like: the sound one, but for what that file tells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.report import RunReport
from tests.ingesting.rows import Tables, canonical, differing, problems, trials_of
from tests.ingesting.worlds import World

FOLDERS = {"video": "videos", "response": "responses", "behavior": "behavior", "gaze": "pupil_center"}
SIGNALS = {"video": ("video",), "response": ("response",), "behavior": ("pupil", "locomotion"), "gaze": ("gaze",)}
OF_VIDEO = {
    "label", "first_label", "peaks", "n_peaks", "segments_n_peaks", "segments_bad_n", "segments_avg_duration",
    "video_hash", "video_id", "valid_trial",
}  # fmt: skip


@dataclass(frozen=True)
class Undamaged:
    name: str
    tables: Tables
    trials: dict[tuple[str, int], dict[str, Any]]


def array_of(world: World, kind: str, trial: int) -> Path:
    (name,) = world.truth["recordings"]
    return world.folder / name / "data" / FOLDERS[kind] / f"{trial}.npy"


def meta_of(world: World, path: str) -> Path:
    (name,) = world.truth["recordings"]
    return world.folder / name / "meta" / path


def a_trial(world: World, label: str = "NaturalVideo") -> int:
    return min(number for _, _, number, trial in world.trials() if trial["label"] == label)


def columns_of(kind: str) -> set[str]:
    columns = {f"{what}_{signal}" for signal in SIGNALS[kind] for what in ("valid", "valid_frames")}
    return columns | (OF_VIDEO if kind == "video" else set())


def assert_only(sound: Undamaged, database: str, trial: int, kind: str, *more: str) -> dict[str, Any]:
    """Compare all trials with those of the sound recording: only the columns of one trial's signal may differ."""
    found, left_out = trials_of(database), {*columns_of(kind), *more}
    assert found.keys() == sound.trials.keys()
    for key, row in found.items():
        allowed = left_out if key == (sound.name, trial) else set()
        assert {k: v for k, v in row.items() if k not in allowed} == {
            k: v for k, v in sound.trials[key].items() if k not in allowed
        }
    own = {"trial_segments", "array_files"}
    here = {name: _of_others(rows, (sound.name, trial)) for name, rows in canonical(database).items() if name in own}
    assert differing(here, {name: _of_others(sound.tables[name], (sound.name, trial)) for name in own}) == {}
    return found[sound.name, trial]


def _of_others(rows: list[dict[str, Any]], trial: tuple[str, int]) -> list[dict[str, Any]]:
    return [row for row in rows if row["of_trial"] != trial]


def without_activity(tables: Tables) -> list[dict[str, Any]]:
    statistics = {"mean_activation", "std_activation", "min_activation", "max_activation"}
    return [{key: value for key, value in row.items() if key not in statistics} for row in tables["neurons"]]


def the_problem(report: RunReport, database: str) -> dict[str, Any]:
    """Return the only problem, which was told and recorded."""
    assert len(report.problems) == 1, report.problems
    (row,) = problems(database)
    assert row["message"] == report.problems[0].message
    return row
