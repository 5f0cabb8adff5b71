"""A catalog made from raw arrays, in the published layout: nothing that the layout can hold is lost."""

from __future__ import annotations

import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from catalog.database import connect
from catalog.dictionary import TABLES
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from ingest.simulation import SimulationOptions, simulate
from tests.conftest import BACKENDS, MakeDatabase
from tests.exports.published import contents, differing, export
from tests.importing.reading import query
from tests.ingesting.rows import segment_groups, trials_of, video_groups

OPTIONS = SimulationOptions(
    seed=3, recordings=2, n_neurons=4, train_videos=1, test_videos=1, test_repeats=1, parametric_repeats=3,
    dtype="float32", drop_frames=False, name_suffix="_30hz",
)  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two simulated recordings of the same stimuli, one of them with withheld responses."""
    folder = tmp_path_factory.mktemp("simulated") / "data"
    simulate(folder, OPTIONS)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def catalogs(data: Path, make_lasting_database: MakeDatabase) -> dict[str, str]:
    """The database of each kind that they were ingested into; tests only read it."""
    databases = {backend: make_lasting_database(backend) for backend in BACKENDS}
    for database in databases.values():
        assert ingest_recordings(database, data, workers=1).problems == []
    return databases


@pytest.fixture
def catalog(backend: str, catalogs: dict[str, str]) -> str:
    return catalogs[backend]


def renamed(export_folder: Path, target: Path) -> Path:
    """Return a copy of an export in which videos and segments go by random-looking IDs, as published ones do."""
    names: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"{found[0][0]}{900000 - 7 * len(names):06d}")

    pattern = re.compile(r"(?<![0-9a-z])[vs][0-9a-f]{16}(?![0-9a-z])")
    for path in sorted(export_folder.rglob("*.*")):
        if path.suffix in (".json", ".csv"):
            to = target / pattern.sub(name, str(path.relative_to(export_folder)))
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_text(pattern.sub(name, path.read_text()))
    return target


def without_published_names(database: str) -> dict[tuple[str, int], dict[str, object]]:
    dropped = {"video_id", "published_video_id", "video_hash"}
    return {
        key: {name: value for name, value in row.items() if name not in dropped}
        for key, row in trials_of(database).items()
    }


def test_an_import_of_the_export_gives_the_same_catalog(
    catalog: str, backend: str, make_database: MakeDatabase, tmp_path: Path
) -> None:
    report = export(catalog, tmp_path / "export")
    again = make_database(backend)
    assert import_metadata(again, tmp_path / "export").problems == []
    assert without_published_names(again) == without_published_names(catalog)
    assert video_groups(again) == video_groups(catalog)
    assert segment_groups(again) == segment_groups(catalog)
    assert len(segment_groups(again)) > 20
    neurons = 'SELECT name, neurons.* FROM neurons JOIN recordings ON id = recording_id ORDER BY name, "row"'
    described = "SELECT name, animal_id, session, scan_idx, n_trials, samples_per_trial FROM recordings ORDER BY name"
    for statement in (neurons, described):
        ours, theirs = query(catalog, statement), query(again, statement)
        assert [{**row, "recording_id": 0} for row in ours] == [{**row, "recording_id": 0} for row in theirs]
    assert report.counts["trials"] == len(trials_of(catalog))


def test_what_the_layout_has_no_place_for_is_noted(catalog: str, tmp_path: Path) -> None:
    notes = [note.split(":")[0].split(",")[0] for note in export(catalog, tmp_path / "export").notes]
    assert notes == [
        "2 recordings without a published description of the columns of trials",
        "2 recordings without a published description of the columns of neurons",
        "2 recordings whose arrays lie in a folder of another name (…_30hz)",
    ]


def test_columns_are_described_by_our_dictionary(catalog: str, tmp_path: Path) -> None:
    export(catalog, tmp_path / "export")
    (trials, *_), (neurons, *_) = (
        [json.loads(path.read_text()) for path in (tmp_path / "export").glob(f"*/{subject}/*.json")]
        for subject in ("trials", "neurons")
    )
    tables = {name.split("/")[1]: rows for name, rows in contents(tmp_path / "export").items() if name.endswith(".csv")}
    assert list(trials) == tables["trials"][0]
    assert list(neurons) == tables["neurons"][0]
    column = TABLES["trials"].columns["valid_frames_gaze"]
    assert trials["valid_frames_gaze"] == {
        "description": column.meaning, "unit": column.unit, "empty": column.null,
    }  # fmt: skip
    assert neurons["coord_z"].startswith(TABLES["neurons"].columns["coord_z"].meaning)
    assert "Unit: µm." in neurons["coord_z"]


def test_published_ids_come_back(
    catalog: str, backend: str, data: Path, make_database: MakeDatabase, tmp_path: Path
) -> None:
    export(catalog, tmp_path / "ours")
    published = renamed(tmp_path / "ours", tmp_path / "published")
    both = make_database(backend)
    ingest_recordings(both, data, metadata=published, workers=1)
    report = export(both, tmp_path / "again", "published")
    assert differing(contents(published), contents(tmp_path / "again")) == {}
    assert [note for note in report.notes if "ID" in note] == []
    notes = export(both, tmp_path / "with-ours").notes
    assert differing(contents(tmp_path / "ours"), contents(tmp_path / "with-ours")) == {}
    assert any("with published IDs, which stand nowhere here" in note for note in notes)


def test_of_several_published_ids_the_usual_one_is_taken(
    backend: str, data: Path, catalogs: dict[str, str], make_database: MakeDatabase, tmp_path: Path
) -> None:
    export(catalogs[backend], tmp_path / "ours")
    published = renamed(tmp_path / "ours", tmp_path / "published")
    first, second = sorted(published.glob("dynamic*"))
    table = next(first.glob("trials/*.csv"))
    shown = defaultdict(list)
    for line in table.read_text().splitlines()[1:]:
        shown[line.split(",")[4]].append(line)
    most = max(shown, key=lambda name: (len(shown[name]), name))
    lone = next(name for name, lines in shown.items() if ",train," in lines[0])
    assert len(shown[most]) == 3
    # One presentation is published under a name that comes first in the alphabet, a video without any.
    one = shown[most][0]
    text = table.read_text().replace(one, one.replace(most, "v000001")).replace(lone, "")
    table.write_text(text)
    shutil.rmtree(second)
    for path in published.glob(f"global_meta/videos/*{lone}.json"):
        path.unlink()
    mixed = make_database(backend)
    ingest_recordings(mixed, data, metadata=published, workers=1)
    report = export(mixed, tmp_path / "again", "published")
    names = {path.stem.split("-")[1] for path in (tmp_path / "again").glob("global_meta/videos/*.json")}
    aliases = {row["alias"] for row in query(mixed, "SELECT alias FROM video_aliases WHERE source = 'published'")}
    assert {"v000001", most} <= aliases
    assert most in names
    assert "v000001" not in names
    assert any(note.startswith("1 video with several published IDs") for note in report.notes)
    assert any(note.startswith("1 trial published under another video ID") for note in report.notes)
    (kept,) = (name for name in names if len(name) == len("v") + 16)
    assert any(note == "1 video without a published ID: called by the catalog's" for note in report.notes)
    assert query(mixed, "SELECT label FROM videos WHERE id = :id", id=kept) == [{"label": "NaturalVideo"}]
    again = make_database(backend)
    import_metadata(again, tmp_path / "again")
    assert video_groups(again) == video_groups(mixed)
    assert segment_groups(again) == segment_groups(mixed)


def test_a_missing_signal_is_an_empty_cell(
    backend: str, catalogs: dict[str, str], make_database: MakeDatabase, data: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "data"
    recording = sorted(path.name for path in data.glob("dynamic*"))[0]
    shutil.copytree(data / recording, damaged / recording, copy_function=shutil.copy)
    numbers = sorted(int(path.stem) for path in (damaged / recording / "data" / "videos").iterdir())
    (damaged / recording / "data" / "videos" / f"{numbers[0]}.npy").unlink()
    (damaged / recording / "data" / "pupil_center" / f"{numbers[1]}.npy").write_bytes(b"broken")
    database = make_database(backend)
    assert ingest_recordings(database, damaged, workers=1).problems
    report = export(database, tmp_path / "export")
    ((header, lines),) = (
        content for name, content in contents(tmp_path / "export").items() if re.search(r"trials/.*csv", name)
    )
    cells = {int(line[2]): dict(zip(header, line, strict=True)) for line in lines}
    blind, lost = cells[numbers[0]], cells[numbers[1]]
    assert {name for name, cell in blind.items() if not cell} == {"label", "video_ID", "valid_frames_video"}
    assert {name for name, cell in lost.items() if not cell} == {"valid_frames_gaze"}
    assert (blind["valid_video"], lost["valid_gaze"]) == ("False", "False")
    assert any(note.startswith("2 trials with a signal that is missing") for note in report.notes)
    assert (tmp_path / "export" / "problems.tsv").is_file()
    engine = connect(database, pooled=False)
    with engine.connect() as connection:
        recorded = connection.scalar(sa.text("SELECT count(*) FROM ingest_problems"))
    assert len((tmp_path / "export" / "problems.tsv").read_text().splitlines()) == 1 + (recorded or 0)
    shutil.rmtree(damaged)
