"""Contact sheets: a tile for each video, with its middle frame, or a note instead."""

import logging
import shutil

import numpy as np
import pytest
from sqlalchemy import select

from catalog import Catalog, Trial
from catalog.errors import PictureError
from catalog.pictures import show_contact_sheet
from catalog.pictures.tiles import middle_frame
from catalog.signals import SegmentSpan
from ingest.importing import import_metadata
from tests.importing.builder import PublishedFolder
from tests.pictures.looking import drawn


def titles(picture):
    return [ax.get_title(loc="left") for ax in picture.axes]


def notes(picture):
    return [text.get_text() for ax in picture.axes for text in ax.texts if text.get_text().startswith("no")]


def test_the_middle_frame_of_every_video_by_class(cat, simulated):
    picture = show_contact_sheet(cat)
    videos = cat.videos.all()
    labels = sorted({video.label for video in videos})
    assert [title.split(" · ")[0] for title in titles(picture)] == labels
    shown = {}
    for ax in picture.axes:
        names = [text.get_text() for text in ax.texts]
        shown |= dict(zip(names, (image.get_array() for image in ax.images), strict=True))
    assert len(shown) == len(videos)
    for video in videos:
        tile = shown[video.id[:8] + "…"]
        candidates = []
        for trial in video.trials:
            (file,) = [file for file in trial.files if file.signal == "video"]
            pixels = np.load(simulated / "data" / trial.recording.name / file.path)
            candidates.append(pixels[:, :, trial.valid_frames_video // 2])
            if video.label == "NaturalImages":
                photographs = [span for span in video.segments if span.segment.label == "NaturalImages"]
                middles = [(span.frame_start + span.frame_end) // 2 for span in photographs]
                candidates[-1] = pixels[:, :, min(middles, key=lambda at: abs(at - trial.valid_frames_video / 2))]
        assert any(np.array_equal(tile, pixels) for pixels in candidates), video
    drawn(picture)


@pytest.mark.parametrize(
    ("n_frames", "labels", "frame"),
    [
        (300, [], 150),
        (300, ["NaturalVideo"] * 3, 150),
        (320, ["NaturalImages", "Background", "NaturalImages"], 250),
        (280, ["NaturalImages", "Background", "NaturalImages"], 50),
        (300, ["Background", "NaturalImages", "Background"], 150),
        (300, ["Background"] * 3, 150),
    ],
)
def test_a_gray_pause_is_no_picture_of_a_video(n_frames, labels, frame):
    spans = [SegmentSpan(i, 100 * i, 100 * i + 100, None, False, label) for i, label in enumerate(labels)]
    assert middle_frame(n_frames, spans) == frame


def test_chosen_videos_in_rows(cat):
    picture = show_contact_sheet(cat, cat.videos.filter(label="NaturalVideo"), columns=2)
    count = cat.videos.filter(label="NaturalVideo").count()
    assert titles(picture) == [f"NaturalVideo · {count} videos"]
    assert count > 2
    lefts = {image.get_extent()[0] for image in picture.axes[0].images}
    assert len(lefts) == 2
    drawn(picture)


def test_files_that_are_gone_leave_an_empty_tile(simulated, tmp_path, caplog):
    shutil.copy(simulated / "catalog.db", tmp_path / "catalog.db")
    with Catalog(tmp_path / "catalog.db") as cat:
        video = cat.videos.filter(label="PinkNoise").one()
        files = [
            simulated / "data" / trial.recording.name / file.path
            for trial in video.trials
            for file in trial.files
            if file.signal == "video"
        ]
        for file in files:
            file.rename(file.with_suffix(".away"))
        try:
            with caplog.at_level(logging.WARNING, logger="catalog.pictures"):
                picture = show_contact_sheet(cat)
        finally:
            for file in files:
                file.with_suffix(".away").rename(file)
        everything = cat.videos.count()
    assert notes(picture) == ["not readable"]
    assert "PinkNoise · 1 video, 1 without a picture" in titles(picture)
    assert sum(len(ax.images) for ax in picture.axes) == everything - 1
    assert video.id in caplog.text
    drawn(picture)


def test_one_presentation_that_can_be_opened_is_enough(simulated, tmp_path):
    shutil.copy(simulated / "catalog.db", tmp_path / "catalog.db")
    with Catalog(tmp_path / "catalog.db") as cat:
        first = min(cat.recordings.values("name"))
        folder = simulated / "data" / first
        folder.rename(folder.with_name("away"))
        try:
            picture = show_contact_sheet(cat, cat.videos.filter(label="GaussianDot"))
        finally:
            folder.with_name("away").rename(folder)
    assert notes(picture) == []
    assert len(picture.axes[0].images) == 1


def test_a_published_name_is_what_people_call_it(simulated, tmp_path):
    shutil.copy(simulated / "catalog.db", tmp_path / "catalog.db")
    with Catalog(tmp_path / "catalog.db") as cat:
        with cat.session() as session:
            trial = session.scalars(select(Trial).where(Trial.label == "Gabor")).first()
            trial.published_video_id = "v657206"
            session.commit()
        picture = show_contact_sheet(cat, cat.videos.filter(label="Gabor"))
    assert "v657206" in [text.get_text() for text in picture.axes[0].texts]


def test_published_metadata_alone_gives_names_and_notes(make_database, tmp_path):
    folder = PublishedFolder(tmp_path / "metadata").write()
    database = make_database("sqlite")
    import_metadata(database, folder.root)
    with Catalog(database) as cat:
        picture = show_contact_sheet(cat)
        count = cat.videos.count()
        names = {text.get_text() for ax in picture.axes for text in ax.texts} - {"no file"}
        assert names == set(cat.trials.values("published_video_id")) - {None}
    assert notes(picture) == ["no file"] * count
    drawn(picture)


def test_what_cannot_be_shown(cat):
    with pytest.raises(PictureError, match="there are no videos to show"):
        show_contact_sheet(cat, cat.videos.filter(label="Gabors"))
    with pytest.raises(PictureError, match="columns=0"):
        show_contact_sheet(cat, columns=0)
