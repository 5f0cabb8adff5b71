"""One thing is found by any name it goes by, and a wrong name is met with the right ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from catalog import Catalog, SegmentAlias, VideoAlias
from catalog.describe import describe
from catalog.errors import AmbiguousNameError, NotFoundError, QueryError
from catalog.where import parse_where
from tests.queries.world import RECORDINGS, WORLD

FIRST = RECORDINGS[0]


def test_every_video_and_segment_is_found_by_every_name(cat: Catalog) -> None:
    for video in WORLD.videos:
        assert cat.video(video["id"]).id == video["id"]
    for alias in WORLD.video_aliases:
        assert cat.video(alias["alias"]).id == alias["video_id"]
    for segment in WORLD.segments:
        assert cat.segment(segment["id"]).label == segment["label"]
    for alias in WORLD.segment_aliases:
        assert cat.segment(alias["alias"]).id == alias["segment_id"]


def test_a_recording_is_found_by_its_name_or_a_part_that_no_other_has(cat: Catalog) -> None:
    for name in RECORDINGS:
        assert cat.recording(name).name == name
    assert cat.recording("29513").name == FIRST
    assert cat.recording("100%'s").name == RECORDINGS[2]
    with pytest.raises(NotFoundError, match=f"may be any of these recordings: {FIRST}"):
        cat.recording("dynamic")


@pytest.mark.parametrize("suffix", ["_30hz", "_30hz.zip", "-copy"])
def test_the_name_of_a_copy_finds_the_recording(cat: Catalog, suffix: str) -> None:
    assert cat.recording(FIRST + suffix).name == FIRST
    assert cat.trial(FIRST + suffix, 0).recording.name == FIRST


def test_the_name_of_a_copy_of_another_recording_finds_nothing(cat: Catalog) -> None:
    with pytest.raises(NotFoundError, match="no recording is called"):
        cat.recording(FIRST.replace("29513", "29515") + "_30hz")


def test_a_trial_is_found_by_recording_and_number(cat: Catalog) -> None:
    for row in WORLD.trials:
        trial = cat.trial(WORLD.recording_name(row), row["trial"])
        assert (trial.id, trial.trial) == (row["id"], row["trial"])
    assert cat.trial("29513", "2").trial == cat.trial("29513", np.int64(2)).trial == 2


@pytest.mark.parametrize("number", [1, -1, "", "two", 2**31, 10**30, "9" * 5000, 2.5, None, "٣"])
def test_a_trial_that_is_not_there(cat: Catalog, number: Any) -> None:
    with pytest.raises(NotFoundError, match=f"recording {FIRST} has no trial .*the numbers have gaps"):
        cat.trial(FIRST, number)


def test_names_that_are_nearly_right_are_told(cat: Catalog) -> None:
    with pytest.raises(NotFoundError, match=r"no recording is called .*Did you mean 'dynamic29513"):
        cat.recording("dynamik29513-3-5-Video-8744edeac3b4d1ce16b680916b5267ce")
    with pytest.raises(NotFoundError, match=r"There are: Zebra.*alpha.*dynamic"):
        cat.recording("qqqqqq")
    with pytest.raises(
        NotFoundError, match=r"no video has the ID.*'v65729x'. Did you mean 'v65720\d+' or .*`catalog videos`"
    ):
        cat.video("v65729x")
    with pytest.raises(NotFoundError, match=r"Did you mean '(c0ffee){8}'"):
        cat.video("c0ffeec0")
    with pytest.raises(NotFoundError, match=r"no segment has .*Did you mean 's004280'.*`catalog segments` lists them"):
        cat.segment("s0042")


def test_python_takes_no_beginning_of_a_name(cat: Catalog) -> None:
    """What a beginning stands for may change with the next recording, under a program that has it."""
    for find, name in ((cat.video, "c0ffee"), (cat.video, "v13t"), (cat.segment, "s0650")):
        with pytest.raises(NotFoundError, match="Did you mean"):
            find(name)


def test_a_beginning_that_several_have_stands_for_none(own_database: str) -> None:
    with Catalog(own_database) as cat, cat.session() as session:
        session.add_all(
            [
                VideoAlias(alias="beefcafe01", video_id="v00", source="content"),
                VideoAlias(alias="beefcafe02", video_id="v00", source="content"),
                VideoAlias(alias="29513caf", video_id="v00", source="content"),
                VideoAlias(alias="2951fade", video_id="v00", source="content"),
                SegmentAlias(alias="beeffeed", segment_id="s01", source="content"),
            ]
        )
        session.flush()
        assert describe(session, "beefc")["video"]["id"] == "v00", "two names of one video"
        assert describe(session, "beeff")["segment"]["id"] == "s01"
        with pytest.raises(
            AmbiguousNameError, match=r"'beef' .* 2 videos and segments, such as 'beefcafe01' and 'beeffeed';"
        ):
            describe(session, "beef")
        assert describe(session, "29513")["recording"]["name"] == FIRST, "a part of a recording's name comes first"
        assert describe(session, "29513c")["video"]["id"] == "v00"
        with pytest.raises(AmbiguousNameError, match=f"'2951' may be any of these recordings: {FIRST}"):
            describe(session, "2951")


@pytest.mark.parametrize("name", ["", "  ", "%%", "v0_", "V00", "v00 ", "a\0b", "\udcff", "x" * 10_000, None, 7])
def test_what_is_no_name_finds_nothing(cat: Catalog, name: Any) -> None:
    for find in (cat.video, cat.segment, cat.recording):
        with pytest.raises(NotFoundError):
            find(name)


def test_an_empty_catalog_says_that_it_is(database: str) -> None:
    with Catalog(database) as empty, pytest.raises(NotFoundError, match="The catalog is empty"):
        empty.recording("alpha")


def test_an_id_in_a_filter_may_be_any_of_its_names(cat: Catalog) -> None:
    for alias in WORLD.video_aliases:
        by_id = cat.trials.filter(video_id=alias["video_id"])
        assert cat.trials.filter(video_id=alias["alias"]).values("id") == by_id.values("id")
        assert cat.trials.filter(video_id__ne=[alias["alias"]]).count() == cat.trials.count() - by_id.count()
        assert cat.videos.filter(id=alias["alias"]).values("id") == [alias["video_id"]]
    for alias in WORLD.segment_aliases:
        assert cat.segments.filter(id=alias["alias"]).values("id") == [alias["segment_id"]]
        shown = cat.segment_presentations.filter(segment_id=alias["segment_id"])
        assert cat.segment_presentations.filter(segment_id=alias["alias"]).rows() == shown.rows()


def test_how_often_videos_and_segments_were_shown(cat: Catalog) -> None:
    trials = cat.trials.rows(["video_id", "id", "recording_id"])
    for video, n_trials, n_recordings in cat.videos.rows(["id", "n_trials", "n_recordings"]):
        own = [(trial, recording) for shown, trial, recording in trials if shown == video]
        assert (n_trials, n_recordings) == (len(own), len({recording for _, recording in own}))
    presentations = cat.segment_presentations.rows(["segment_id", "trial_id", "recording"])
    for segment, n_trials, n_recordings in cat.segments.rows(["id", "n_trials", "n_recordings"]):
        own = {(trial, recording) for shown, trial, recording in presentations if shown == segment}
        assert (n_trials, n_recordings) == (len(own), len({recording for _, recording in own}))
    repeated = cat.videos.filter(n_trials__ge=2).count()
    assert 0 < repeated < cat.videos.count()


def test_text_is_not_compared_in_order_with_numbers(cat: Catalog) -> None:
    with pytest.raises(QueryError, match="session is text"):
        cat.recordings.filter(session__gt=4)
    with pytest.raises(QueryError, match="text, which has no order among numbers"):
        parse_where(cat.recordings.entity, ("session>4",))
    assert cat.recordings.filter(session="4").count() == cat.recordings.filter(session=4).count()
