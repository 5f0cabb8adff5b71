"""Signals draw themselves: what is drawn is what their files hold."""

import numpy as np
import pytest
from PIL import Image

from catalog import Catalog
from catalog.errors import QueryError, SignalError
from catalog.signals import open_signal
from ingest.importing import import_metadata
from tests.importing.builder import PublishedFolder
from tests.pictures.looking import drawn


@pytest.fixture
def trial(cat):
    """A trial of several segments, all signals of which are valid."""
    return cat.trials.filter(label=["Gabor", "PinkNoise"], valid_response=True, valid_locomotion=True).first()


@pytest.fixture
def stored(simulated, trial):
    """Read one signal of the trial from its file, without the padding."""

    def read(signal):
        (file,) = [file for file in trial.files if file.signal == signal]
        values = np.load(simulated / "data" / trial.recording.name / file.path)
        values = values if file.array_row is None else values[file.array_row]
        return values[..., : trial.valid_frames]

    return read


def test_a_video_plays_and_is_saved(trial, stored, tmp_path):
    video = open_signal(trial, "video")
    clip = video.display_video_clip()
    np.testing.assert_array_equal(clip.frames, np.moveaxis(np.rint(stored("video")), -1, 0))
    assert clip.sampling_freq == 30
    assert clip.title == f"{trial.label} · {trial.video_id} · trial {trial.trial}"
    with Image.open(video.save(tmp_path / "dots.webp")) as image:
        assert image.n_frames == trial.valid_frames
        assert image.size == (64, 36)


def test_frames_and_gray_levels(trial, stored):
    video = open_signal(trial, "video")
    pixels = stored("video")
    np.testing.assert_array_equal(video.show_frame(7).axes.images[0].get_array(), pixels[:, :, 7])
    tiles = video.show_frames([0, 100]).axes.flat
    np.testing.assert_array_equal(tiles[1].images[0].get_array(), pixels[:, :, 100])
    counts, _, _ = video.show_intensity().axes.patches[0].get_data()
    assert counts.sum() == pixels.size


def test_a_segment_has_its_own_frames(trial, stored, tmp_path):
    segment = open_signal(trial, "video").segment(1)
    span = trial.segments[1]
    pixels = stored("video")[:, :, span.frame_start : span.frame_end]
    np.testing.assert_array_equal(segment.display_video_clip().frames, np.moveaxis(np.rint(pixels), -1, 0))
    assert segment.display_video_clip().title.endswith("· segment 1")
    np.testing.assert_array_equal(segment.show_frames([3]).axes.flat[0].images[0].get_array(), pixels[:, :, 3])
    assert segment.save(tmp_path / "segment.png").exists()


def test_the_change_signal_is_cut_where_the_catalog_says(trial):
    picture = open_signal(trial, "video").show_change_signal()
    borders = [line.get_xdata()[0] for line in picture.axes.lines if line.get_gid()]
    assert borders == pytest.approx([(segment.frame_start - 0.5) / 30 for segment in trial.segments[1:]])
    drawn(picture)
    marked = open_signal(trial, "video").show_change_signal(peaks=trial.peaks, segments=False).axes
    assert [line.get_label() for line in marked.lines[1:]] == [f"{len(trial.peaks)} peaks"]


def test_responses(trial, stored):
    responses = open_signal(trial, "response")
    raster = responses.show_raster()
    np.testing.assert_array_equal(raster.axes.images[0].get_array(), stored("response"))
    assert len(raster.axes.lines) == len(trial.segments) - 1
    assert len(responses.show_raster(segments=False).axes.lines) == 0
    assert raster.figure.axes[1].get_ylabel().replace("\n", " ") == responses.unit
    drawn(raster)
    active = responses.show_raster(threshold=20, neurons=[3, 1]).axes.images[0]
    np.testing.assert_array_equal(active.get_array(), stored("response")[[3, 1]] > 20)
    traces = responses.show_traces([4])
    np.testing.assert_array_equal(traces.axes[0].lines[-1].get_ydata(), stored("response")[4])
    drawn(traces)


def test_chosen_and_normalised_responses(trial):
    responses = open_signal(trial, "response", neurons=[2, 5])
    raster = responses.show_raster(normalization="by_std")
    np.testing.assert_array_equal(raster.axes.images[0].get_array(), responses.get_data("by_std", trim=True))
    assert raster.figure.axes[1].get_ylabel() == "response, normalised by std"
    assert [label.get_text() for label in raster.axes.get_yticklabels()] == ["2", "5"]
    assert [ax.texts[0].get_text() for ax in responses.show_traces().axes] == ["neuron 2", "neuron 5"]


def test_behavior(trial, stored):
    for signal in ("pupil", "locomotion"):
        opened = open_signal(trial, signal)
        picture = opened.show_trace(segments=True)
        np.testing.assert_array_equal(picture.axes.lines[-1].get_ydata(), stored(signal))
        assert picture.axes.get_ylabel() == opened.unit
    pupil = open_signal(trial, "pupil")
    slope, start = np.polyfit(np.arange(len(stored("pupil"))), stored("pupil"), 1)
    expected = stored("pupil") - (slope * np.arange(len(stored("pupil"))) + start)
    np.testing.assert_allclose(pupil.detrended(), expected, atol=1e-3)
    frequencies, power = pupil.power_spectrum()
    np.testing.assert_allclose(pupil.show_spectrum().axes.lines[0].get_ydata(), power[1:])
    assert pupil.show_spectrum(highest=2).axes.get_xlim() == (0, 2)
    assert frequencies[-1] == 15
    (path,) = open_signal(trial, "gaze").show_path().axes.collections
    assert len(path.get_segments()) == trial.valid_frames - 1


@pytest.mark.parametrize("color", ["mean_activation", "std_activation", "min_activation", "max_activation", "coord_z"])
def test_neurons_coloured_by_any_statistic(cat, trial, color):
    neurons = open_signal(trial, "response").neurons
    picture = neurons.show_positions(color)
    of_recording = cat.neurons.filter(recording=trial.recording.name)
    np.testing.assert_allclose(picture.axes.collections[0].get_array(), of_recording.values(color))
    assert len(picture.axes.collections[0]._offsets3d[0]) == of_recording.count()
    label = picture.figure.axes[1].get_xlabel()
    assert label == ("z (µm)" if color == "coord_z" else f"{color.replace('_', ' ')} (a.u.)")
    drawn(picture)


def test_neurons_without_colour(trial):
    assert len(open_signal(trial, "response").neurons.show_positions(None).figure.axes) == 1


def test_an_unknown_statistic(trial):
    with pytest.raises(QueryError, match=r"color='mean_activity': unknown statistic. Did you mean 'mean_activation'"):
        open_signal(trial, "response").neurons.show_positions("mean_activity")


def test_withheld_responses(cat):
    trial = cat.trials.filter(valid_response=False).first()
    with pytest.raises(SignalError, match="is not valid"):
        open_signal(trial, "response").show_raster()
    picture = open_signal(trial, "response", allow_invalid=True).show_raster()
    assert not picture.axes.images[0].get_array().any()


def test_a_signal_of_which_only_metadata_is_known(make_database, tmp_path):
    database = make_database("sqlite")
    import_metadata(database, PublishedFolder(tmp_path / "metadata").write().root)
    with Catalog(database) as cat:
        trial = cat.trials.filter(valid_response=True).first()
        for draw in (
            open_signal(trial, "video").display_video_clip,
            open_signal(trial, "response").show_raster,
            open_signal(trial, "gaze").show_path,
        ):
            with pytest.raises(SignalError, match="from published metadata alone; `catalog ingest DATA`"):
                draw()
