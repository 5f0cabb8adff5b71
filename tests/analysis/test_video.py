"""The whole analysis of a video, pass by pass."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.analysis import analyse_video, canonical_frames
from ingest.analysis.peaks import find_peaks
from ingest.analysis.stimulus_classes import peak_parameters
from tests.analysis.worlds import (
    GRAY,
    blob,
    dots,
    drifting,
    gabors,
    gaussian_dots,
    gray,
    natural_images,
    natural_video,
    pink_noise,
    random_dots,
    slow_change,
    slow_peaks,
    texture,
)

WORLDS = {
    "GaussianDot": gaussian_dots,
    "NaturalImages": natural_images,
    "Gabor": gabors,
    "PinkNoise": pink_noise,
    "RandomDots": random_dots,
    "NaturalVideo": natural_video,
}


@pytest.mark.parametrize("label", WORLDS)
@pytest.mark.parametrize("rate", [0, 0.0002, 0.0011])
def test_each_class_under_a_drifting_clock(label, rate):
    frames = drifting(WORLDS[label](), rate)
    analysis = analyse_video(frames)
    assert (analysis.first_label, analysis.label) == (label, label)
    assert analysis.segments_bad_n == 0
    assert analysis.segments_n_peaks == len(analysis.peaks) + 1 == len(analysis.segments)
    assert analysis.segments_avg_duration == pytest.approx(len(frames) / len(analysis.segments))
    assert len(analysis.segment_hashes) == (0 if label == "NaturalVideo" else len(analysis.segments))
    assert len(analysis.segment_signatures) == len(analysis.segment_hashes)


def test_first_pass_uses_its_own_parameters_and_second_the_labels():
    frames = gaussian_dots()
    analysis = analyse_video(frames)
    assert analysis.peaks == tuple(slow_peaks(slow_change(frames), peak_parameters("GaussianDot")))
    assert len(analysis.peaks) == 34
    # a weak change, which stands out against five frames on either side but not against ten
    frames[279:288] = frames[278] + 7
    frames = drifting(frames)
    analysis = analyse_video(frames)
    assert analysis.first_label == "GaussianDot"
    assert analysis.peaks == tuple(slow_peaks(slow_change(frames), peak_parameters("GaussianDot")))
    assert analysis.peaks != tuple(slow_peaks(slow_change(frames), peak_parameters(None)))


def test_a_second_pass_may_change_the_label():
    """As in one of six random-dot trials of the published data, whose first label is NaturalVideo."""
    frames = random_dots()
    for t in (40, 100, 150):
        frames[t] += 60 * (texture(1, t)[0] > 128)
    frames = np.clip(frames, 0, 255)
    analysis = analyse_video(frames)
    first = find_peaks(np.array(slow_change(frames)), peak_parameters(None))
    assert len(first) > len(analysis.peaks)
    assert (analysis.first_label, analysis.label) == ("NaturalVideo", "RandomDots")
    assert analysis.peaks == tuple(slow_peaks(slow_change(frames), peak_parameters("NaturalVideo")))


def test_a_third_pass_splits_a_segment_that_hides_a_cut():
    frames = pink_noise()
    frames[54:81] = frames[53]  # a repeated piece, no cut into it
    frames[27:54] = frames[53]
    analysis = analyse_video(frames)
    assert analysis.label == "PinkNoise"
    assert analysis.segments_n_peaks == 11
    assert [segment.frame_start for segment in analysis.segments] == list(range(0, 324, 27))
    assert len(analysis.segment_hashes) == 12
    assert analysis.segments_avg_duration == 27


def test_what_stays_bad_after_the_passes_is_bad():
    stalled = natural_images(images=(15, 15, 15, 15, 15, 15, 15, 15, 15, 15), grays=(15, 112, *(15,) * 8))
    analysis = analyse_video(stalled)
    assert analysis.label == "NaturalImages"
    assert [segment.duration for segment in analysis.segments if segment.bad_properties] == [112]
    assert analysis.segments_bad_n == 1


def test_unknown_videos_keep_first_pass_peaks():
    frames = np.concatenate([gray(75) + 5 * index + (index % 2) * 60 for index in range(4)])
    analysis = analyse_video(frames.astype(np.float32))
    assert (analysis.first_label, analysis.label) == ("unknown", "unknown")
    assert analysis.peaks == tuple(slow_peaks(slow_change(frames), peak_parameters("unknown"))) == (74, 149, 224)
    assert analysis.segment_hashes == ()


def test_uniform_segments_of_image_videos_are_background():
    labels = [signature.label for signature in analyse_video(natural_images()).segment_signatures]
    assert labels == ["Background", "NaturalImages"] * 10


@pytest.mark.parametrize("shape", [(0, 3, 4), (1, 3, 4), (2, 3, 4), (5, 1, 1), (9, 2, 3), (1, 1, 1), (300, 1, 1)])
def test_tiny_videos(shape):
    frames = np.random.default_rng(1).uniform(0, 255, shape).astype(np.float32)
    analysis = analyse_video(frames)
    assert analysis.label in ("NaturalVideo", "unknown")
    assert analysis.signature.valid_frames == shape[0]
    assert sum(segment.duration for segment in analysis.segments) == shape[0]


def test_a_video_of_one_gray_is_a_bad_natural_video():
    analysis = analyse_video(gray(300))
    assert (analysis.label, analysis.segments_bad_n, analysis.peaks) == ("NaturalVideo", 1, ())


def test_no_frames_at_all():
    analysis = analyse_video(np.zeros((0, 3, 4), dtype=np.float32))
    assert (analysis.label, analysis.segments, analysis.segments_n_peaks) == ("unknown", (), 1)
    assert analysis.segments_avg_duration == 0


@pytest.mark.parametrize("label", ["Gabor", "NaturalVideo"])
def test_file_type_padding_and_order_do_not_matter(label):
    frames = drifting(WORLDS[label]())
    video = frames.transpose(1, 2, 0)
    padded = np.pad(video.astype(np.float64), ((0, 0), (0, 0), (0, 24)), constant_values=np.nan)
    wandering = np.where(np.random.default_rng(0).random(padded.shape) < 0.5, np.nextafter(padded, 999), padded)
    expected = analyse_video(canonical_frames(video)[0])
    for copy in (padded, np.asfortranarray(padded), wandering):
        actual = analyse_video(canonical_frames(copy)[0])
        assert actual.content_hash == expected.content_hash
        assert actual.segments == expected.segments
        assert actual.segment_hashes == expected.segment_hashes
        assert actual.signature.to_bytes() == expected.signature.to_bytes()


def test_missing_pixels_are_refused():
    frames = blob(20, 0)
    frames[3, 0, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        analyse_video(frames)


def test_dots_and_gray_worlds_are_what_they_claim():
    assert dots(3, 0).max() == 255
    assert gray(2).min() == GRAY
