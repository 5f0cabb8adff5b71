"""Clips: what is saved opens again with the same frames, gray levels and times."""

import base64
import io
import re
import sys

import numpy as np
import pytest
from PIL import Image, ImageSequence

from catalog.errors import PictureError
from catalog.pictures import Clip

FORMATS = ("png", "webp")


@pytest.fixture
def video(rng):
    """Gray levels between whole numbers, in which frames 10 to 18 are equal: half a second, and five frames more."""
    frames = rng.uniform(0, 255, (12, 18, 20))
    frames[:, :, 10:19] = frames[:, :, 10:11]
    return frames


def reopened(file):
    """Return the frames of an animated picture, (frames, height, width), and their durations in ms."""
    with Image.open(file) as image:
        assert image.format in ("PNG", "WEBP")
        assert image.info["loop"] == 0
        pages = []
        lengths = []
        for page in ImageSequence.Iterator(image):
            pages.append(np.asarray(page.convert("RGB")))
            lengths.append(page.info["duration"])
    rgb = np.array(pages)
    assert (rgb[..., 0] == rgb[..., 1]).all()
    assert (rgb[..., 0] == rgb[..., 2]).all()
    return rgb[..., 0], lengths


def whole(video):
    return np.moveaxis(np.rint(video).astype(np.uint8), -1, 0)


@pytest.mark.parametrize("form", FORMATS)
def test_an_animated_picture_keeps_every_frame_and_gray_level(video, tmp_path, form):
    path = Clip(video, 30).save(tmp_path / f"clip.{form}")
    frames, lengths = reopened(path)
    np.testing.assert_array_equal(frames, whole(video))
    assert len(lengths) == 20


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("sampling_freq", [30, 29.97, 7.5, 60])
def test_no_frame_is_off_its_time_by_more_than_half_a_millisecond(video, tmp_path, form, sampling_freq):
    path = Clip(np.tile(video, 5), sampling_freq).save(tmp_path / f"clip.{form}")
    frames, lengths = reopened(path)
    assert len(frames) == 100
    ends = np.cumsum(lengths)
    np.testing.assert_allclose(ends, np.arange(1, 101) * 1000 / sampling_freq, atol=0.5 + 1e-9)


@pytest.mark.parametrize("form", FORMATS)
def test_a_still_video_keeps_its_frames_too(tmp_path, form):
    frames, lengths = reopened(Clip(np.full((4, 6, 30), 128.0), 30).save(tmp_path / f"still.{form}"))
    assert frames.shape == (30, 4, 6)
    assert sum(lengths) == 1000


@pytest.mark.parametrize("form", FORMATS)
def test_a_video_of_one_frame(video, tmp_path, form):
    path = Clip(video[:, :, :1], 30).save(tmp_path / f"one.{form}")
    with Image.open(path) as image:
        assert getattr(image, "n_frames", 1) == 1
        np.testing.assert_array_equal(np.asarray(image.convert("L")), whole(video)[0])


def test_padding_is_left_out_and_a_gap_is_black(video):
    video[:, :, 4] = np.nan
    padded = np.concatenate([video, np.full((12, 18, 7), np.nan)], axis=2)
    clip = Clip(padded, 30)
    assert clip.frames.shape == (20, 12, 18)
    assert clip.duration == pytest.approx(20 / 30)
    assert (clip.frames[4] == 0).all()
    np.testing.assert_array_equal(clip.frames[5], whole(video[:, :, 5:6])[0])


def test_intensities_are_rounded_and_clipped():
    clip = Clip(np.array([[[-3.0, 0.4, 0.6, 254.7, 300.0]]]), 30)
    assert clip.frames.ravel().tolist() == [0, 0, 1, 255, 255]


def test_enlarged_pixels_are_squares(video, tmp_path):
    frames, _ = reopened(Clip(video, 30).save(tmp_path / "large.png", scale=3))
    np.testing.assert_array_equal(frames, np.kron(whole(video), np.ones((1, 3, 3), np.uint8)))


def test_a_notebook_plays_the_same(video):
    html = Clip(video, 30, title="Gabor <1>")._repr_html_()
    assert re.search(r'width="(\d+)" height="(\d+)"', html).groups() == (str(24 * 18), str(24 * 12))
    assert "Gabor &lt;1&gt; · 20 frames · 0.7 s at 30 Hz" in html
    assert "<1>" not in html
    assert "image-rendering:pixelated" in html
    frames, lengths = reopened(io.BytesIO(base64.b64decode(re.search(r"data:image/webp;base64,([^\"]+)", html)[1])))
    np.testing.assert_array_equal(frames, whole(video))
    assert sum(lengths) == pytest.approx(20 / 30 * 1000, abs=0.5)


@pytest.mark.parametrize("shape", [(36, 64, 12), (9, 15, 12)])
def test_a_film_has_the_frames_and_the_rate(tmp_path, shape):
    av = pytest.importorskip("av", reason="PyAV, which writes films, is not installed")
    ramp = np.broadcast_to(np.linspace(0, 255, shape[2]), shape)
    path = Clip(ramp, 30).save(tmp_path / "film.mp4", scale=1)
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        assert stream.average_rate == 30
        frames = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]
        assert float(stream.duration * stream.time_base) == pytest.approx(shape[2] / 30, abs=1e-3)
    assert len(frames) == 12
    height, width = shape[:2]
    found = np.array(frames)
    assert found.shape == (12, height + height % 2, width + width % 2)
    # The row and column that a film of odd size has more continue the picture, with no black edge.
    np.testing.assert_allclose(found.mean(axis=(1, 2)), ramp[0, 0], atol=4)


def test_a_film_needs_its_extra(video, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(PictureError, match=r"films need PyAV: pip install 'sensorium-catalog\[video\]'"):
        Clip(video, 30).save(tmp_path / "film.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("clip.gif", {}, r"clip.gif: expected a name that ends with .mp4, .png, .webp"),
        ("nowhere/clip.png", {}, r"nowhere is no folder; make it first"),
        ("clip.png", {"scale": 0}, r"scale=0: expected 1 or more"),
    ],
)
def test_what_cannot_be_saved(video, tmp_path, name, options, message):
    with pytest.raises(PictureError, match=message):
        Clip(video, 30).save(tmp_path / name, **options)


def test_a_clip_says_how_long_it_is(video):
    assert repr(Clip(video, 30, title="Gabor")) == "<Clip Gabor, 20 frames, 0.7 s>"
