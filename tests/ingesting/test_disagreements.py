"""Published metadata that disagrees with the raw arrays: told for the very trials that it concerns, and exit code 1."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.cli import main
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from tests.conftest import MakeDatabase
from tests.importing.reading import query
from tests.ingesting.publish import Key, Published
from tests.ingesting.rows import aliases, canonical, differing, problems, trials_of, video_groups
from tests.ingesting.worlds import World, replace_file

Told = set[tuple[str, str | None, int | None]]
"""Kind of disagreement, recording, trial."""


@pytest.fixture(scope="module")
def raw(small_pair: World, make_lasting_database: MakeDatabase) -> str:
    """A catalog of the pair, from raw arrays alone."""
    database = make_lasting_database("sqlite")
    ingest_recordings(database, small_pair.folder, workers=1)
    return database


@pytest.fixture
def published(raw: str) -> Published:
    """What is published of it, to be falsified."""
    return Published(raw)


def told(database: str) -> Told:
    """Return the disagreements between published metadata and raw arrays that are on record."""
    topics = ("published", "grouping", "segment_names")
    return {(row["kind"], row["recording"], row["trial"]) for row in problems(database) if row["topic"] in topics}


def of_trials(kind: str, *keys: Key) -> Told:
    return {(kind, *key) for key in keys}


def wrong_label(published: Published) -> Told:
    key = published.trials_of(published.video_shown("NaturalVideo", 2))[0]
    published.trials[key]["label"] = "Gabor"
    return of_trials("published_label", key)


def wrong_tier(published: Published) -> Told:
    keys = published.trials_of(published.video_shown("GaussianDot", 4))[1:3]
    for key in keys:
        published.trials[key]["trial_type"] = "oracle"
    return of_trials("published_label", *keys)


def wrong_valid_frames(published: Published) -> Told:
    keys = published.trials_of(published.video_shown("PinkNoise", 4))[:2]
    published.trials[keys[0]]["valid_frames"] = 323
    published.trials[keys[1]]["valid_frames_gaze"] = 300
    return of_trials("published_valid_frames", *keys)


def miscounted_in_another_way(published: Published) -> Told:
    key = published.trials_of(published.video_shown("NaturalVideo", 2))[0]
    # The known error is to count the padding: T.
    published.trials[key]["valid_frames_pupil"] = 301
    return of_trials("published_valid_frames", key)


def wrong_validity(published: Published) -> Told:
    keys = published.trials_of(published.video_shown("RandomDots", 4))[:2]
    for key, column in zip(keys, ("valid_gaze", "valid_response"), strict=True):
        published.trials[key][column] = not published.trials[key][column]
    return of_trials("published_validity", *keys)


def one_video_under_two_names(published: Published) -> Told:
    name = published.video_shown("GaussianDot", 4)
    key = published.trials_of(name)[2]
    published.videos["v999999x"] = deepcopy(published.videos[name])
    published.trials[key]["video_ID"] = "v999999x"
    return of_trials("published_merge", key)


def two_videos_under_one_name(published: Published) -> Told:
    kept, lost = published.video_shown("GaussianDot", 4), published.video_shown("NaturalVideo", 2)
    keys = published.trials_of(lost)
    for key in keys:
        published.trials[key]["video_ID"] = kept
    return of_trials("published_split", *keys)


def one_trial_under_another_name(published: Published) -> Told:
    kept, other = published.video_shown("GaussianDot", 4), published.video_shown("PinkNoise", 4)
    key = published.trials_of(other)[0]
    published.trials[key]["video_ID"] = kept
    return of_trials("published_split", key)


def trial_left_out(published: Published) -> Told:
    key = published.trials_of(published.video_shown("NaturalVideo", 2))[0]
    del published.trials[key]
    published.basics[key[0]]["n_trials"] -= 1
    return of_trials("published_trial", key) | {("published_recording", key[0], None)}


def trial_too_many(published: Published) -> Told:
    key = published.trials_of(published.video_shown("NaturalVideo", 2))[0]
    other = key[0], 99
    published.trials[other] = deepcopy(published.trials[key])
    published.presentations[other] = published.presentations[key]
    published.basics[key[0]]["n_trials"] += 1
    return of_trials("published_trial", other) | {("published_recording", key[0], None)}


def wrong_samples(published: Published) -> Told:
    name = min(published.basics)
    published.basics[name]["samples_per_trial"] += 10
    return {("published_recording", name, None)}


def moved_neuron(published: Published) -> Told:
    name = min(published.neurons)
    published.neurons[name][2]["coord_y"] += 1
    return {("published_neurons", name, None)}


def missing_neuron(published: Published) -> Told:
    name = max(published.neurons)
    del published.neurons[name][1]
    published.basics[name]["n_neurons"] -= 1
    return {("published_neurons", name, None), ("published_recording", name, None)}


def other_activity(published: Published) -> Told:
    name = max(published.neurons)
    published.neurons[name][0]["mean_activation"] *= 1.01
    return {("published_activity", name, None)}


def one_segment_under_two_names(published: Published) -> Told:
    name = published.video_shown("PinkNoise", 4)
    segment = published.segments[published.videos[name]["segments"][0]["segment_ID"]]
    published.segments["s999999x"] = {**segment, "id": "s999999x"}
    other = deepcopy(published.videos[name])
    other["segments"][0]["segment_ID"] = "s999999x"
    published.videos["v999999x"] = other
    key = published.trials_of(name)[0]
    published.trials[key]["video_ID"] = "v999999x"
    return of_trials("published_merge", key) | {("published_segment_merge", None, None)}


def two_segments_under_one_name(published: Published) -> Told:
    segments = published.videos[published.video_shown("GaussianDot", 4)]["segments"]
    segments[3]["segment_ID"] = segments[8]["segment_ID"]
    return {("published_segment_split", None, None)}


def other_cuts(published: Published) -> Told:
    segments = published.videos[published.video_shown("PinkNoise", 4)]["segments"]
    segments[4]["frame_end"] = segments[5]["frame_start"] = segments[5]["frame_start"] + 5
    return {("published_segmentation", None, None)}


def fewer_cuts(published: Published) -> Told:
    segments = published.videos[published.video_shown("PinkNoise", 4)]["segments"]
    segments[4]["frame_end"] = segments.pop(5)["frame_end"]
    return {("published_segmentation", None, None)}


FALSIFICATIONS: tuple[Callable[[Published], Told], ...] = (
    wrong_label,
    wrong_tier,
    wrong_valid_frames,
    miscounted_in_another_way,
    wrong_validity,
    one_video_under_two_names,
    two_videos_under_one_name,
    one_trial_under_another_name,
    trial_left_out,
    trial_too_many,
    wrong_samples,
    moved_neuron,
    missing_neuron,
    other_activity,
    one_segment_under_two_names,
    two_segments_under_one_name,
    other_cuts,
    fewer_cuts,
)


@pytest.mark.parametrize("falsify", FALSIFICATIONS)
def test_what_disagrees_is_told_for_the_very_trials(
    small_pair: World,
    raw: str,
    published: Published,
    make_database: MakeDatabase,
    tmp_path: Path,
    falsify: Callable[[Published], Told],
) -> None:
    database, expected = make_database("sqlite"), falsify(published)
    metadata = published.write(tmp_path / "metadata")
    arguments = ["--db", database, "ingest", str(small_pair.folder), "--metadata", str(metadata), "--workers", "1"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1, result.output
    assert told(database) == expected
    assert {row["severity"] for row in problems(database) if row["topic"] != "import"} == {"warning"}
    # The raw arrays are believed.
    assert video_groups(database) == video_groups(raw)
    ours, theirs = trials_of(database), trials_of(raw)
    for key, row in ours.items():
        assert {**row, "published_video_id": None} == theirs[key]


@pytest.mark.parametrize("falsify", FALSIFICATIONS)
def test_the_same_is_told_when_metadata_comes_last(
    raw: str, published: Published, tmp_path: Path, falsify: Callable[[Published], Told]
) -> None:
    expected = falsify(published)
    database = shutil.copy(raw, tmp_path / "catalog.db")
    report = import_metadata(database, published.write(tmp_path / "metadata"))
    assert report.needs_attention
    assert told(str(database)) == expected


OF_GROUPS = (
    one_video_under_two_names,
    two_videos_under_one_name,
    one_trial_under_another_name,
    one_segment_under_two_names,
    two_segments_under_one_name,
    other_cuts,
)


@pytest.mark.parametrize("falsify", OF_GROUPS)
def test_the_same_is_told_when_recordings_come_one_after_another(
    small_pair: World,
    published: Published,
    make_database: MakeDatabase,
    tmp_path: Path,
    falsify: Callable[[Published], Told],
) -> None:
    database, expected = make_database("sqlite"), falsify(published)
    import_metadata(database, published.write(tmp_path / "metadata"))
    for name in small_pair.names:
        ingest_recordings(database, small_pair.folder, recordings=[name], workers=1)
    assert told(database) == expected


@pytest.mark.parametrize("falsify", OF_GROUPS)
def test_the_same_is_told_again(
    small_pair: World,
    published: Published,
    make_database: MakeDatabase,
    tmp_path: Path,
    falsify: Callable[[Published], Told],
) -> None:
    database, expected = make_database("sqlite"), falsify(published)
    metadata = published.write(tmp_path / "metadata")
    reports = [ingest_recordings(database, small_pair.folder, metadata=metadata, workers=1) for _ in range(2)]
    assert set(reports[0].problems) == set(reports[1].problems)
    assert told(database) == expected


def test_either_database_tells_everything_at_once(
    small_pair: World, published: Published, both_databases: dict[str, str], tmp_path: Path
) -> None:
    for falsify in (wrong_tier, wrong_validity, two_videos_under_one_name, moved_neuron, other_cuts, wrong_samples):
        falsify(published)
    metadata = published.write(tmp_path / "metadata")
    found = []
    for database in both_databases.values():
        ingest_recordings(database, small_pair.folder, metadata=metadata, workers=1)
        found.append(canonical(database))
    assert len(found[0]["ingest_problems"]) > 8
    assert differing(*found) == {}


def test_a_name_stands_for_what_most_of_its_trials_show(
    small_pair: World, raw: str, published: Published, database: str, tmp_path: Path
) -> None:
    names = {name: video for video, name in published.names.items()}
    kept, other = published.video_shown("GaussianDot", 4), published.video_shown("PinkNoise", 4)
    one_trial_under_another_name(published)
    ingest_recordings(database, small_pair.folder, metadata=published.write(tmp_path / "metadata"), workers=1)
    assert aliases(database, "published")[kept] == names[kept]
    assert aliases(database, "published")[other] == names[other]


def test_mended_metadata_leaves_no_disagreement(
    small_pair: World, published: Published, raw: str, database: str, tmp_path: Path
) -> None:
    for falsify in (wrong_label, wrong_tier, moved_neuron, one_trial_under_another_name):
        falsify(published)
    report = ingest_recordings(database, small_pair.folder, metadata=published.write(tmp_path / "wrong"), workers=1)
    assert report.needs_attention
    ingest_recordings(database, small_pair.folder, metadata=Published(raw).write(tmp_path / "right"), workers=1)
    assert told(database) == set()


def test_messages_name_both_values(small_pair: World, published: Published, database: str, tmp_path: Path) -> None:
    ((_, recording, trial),) = wrong_label(published)
    ingest_recordings(database, small_pair.folder, metadata=published.write(tmp_path / "metadata"), workers=1)
    rows = query(database, "SELECT message FROM ingest_problems WHERE kind = 'published_label'")
    assert rows == [{"message": "published label is 'Gabor', ours 'NaturalVideo'"}]
    assert (recording, trial) in published.trials


def test_files_that_were_repaired_disagree_no_more(
    small_pair: World, published: Published, database: str, scratch: Path
) -> None:
    metadata = published.write(scratch / "metadata")
    copy = small_pair.copy(scratch / "data")
    for path in copy.folder.glob("*/data/responses/*.npy"):
        replace_file(path, b"")
    assert ingest_recordings(database, copy.folder, metadata=metadata, workers=1).needs_attention
    assert told(database) != set()
    report = ingest_recordings(database, small_pair.folder, metadata=metadata, workers=1)
    assert report.problems == []
    assert problems(database) == []
