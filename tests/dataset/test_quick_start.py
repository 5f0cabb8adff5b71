"""The quick start of the published class runs as it is, but for its import and the names of what is there."""

import logging

import matplotlib as mpl
import numpy as np
import pandas as pd

QUICK_START = """
from pathlib import Path
from catalog import DataSet

repo_root = Path.cwd().parent
data_root = repo_root / "data"

ds = DataSet(data_root, folder_metadata=repo_root / "metadata")
ds = DataSet(data_root, folder_metadata=repo_root / "metadata", check=False)

df_trials = ds.get_trials_metadata()
df_filtered_trials = ds.filter_trials(recording=RECORDING, label="PinkNoise")
df_filtered_segments = ds.filter_segments(segment_ID=SEGMENT)

video = ds.load_video_by_trial(RECORDING, TRIAL)
clip = video.display_video_clip()
video2 = ds.load_video_by_id(VIDEO)
segment = ds.load_segment_by_id(SEGMENT)

responses_of_video, df_of_video = ds.load_responses_by(video_ID=VIDEO)
responses, df_trials_of_responses = ds.load_responses_by(recording=RECORDING, label="PinkNoise")
data = responses[0].get_data(normalization="by_mean")

pupil, df_pupil = ds.load_behavior_by("pupil", recording=RECORDING, label="PinkNoise")
gaze, df_gaze = ds.load_behavior_by("gaze", recording=RECORDING, label="PinkNoise")
locomotion, df_locomotion = ds.load_behavior_by("locomotion", recording=RECORDING, label="PinkNoise")
"""

LOAD_ALL = """
for rec in ds.recording:
    for lab in ["NaturalVideo", "NaturalImages", "GaussianDot", "Gabor", "PinkNoise", "RandomDots"]:
        trials_df = ds.filter_trials(recording=rec, label=lab)
        if len(trials_df) > 0:
            for video in set(trials_df["video_ID"].to_list()):
                found, _ = ds.load_responses_by(recording=rec, label=lab, video_ID=video, valid_trial=True)
                for response in found:
                    loaded.append((response.get_data(normalization="by_mean"), response.neurons.coord_xyz))
"""


def test_quick_start(world, tmp_path, monkeypatch, caplog):
    (tmp_path / "data").symlink_to(world.data)
    (tmp_path / "metadata").symlink_to(world.metadata)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    monkeypatch.delenv("CATALOG_DB", raising=False)
    mpl.use("Agg")
    trials = world.trials
    row = trials[trials.label == "PinkNoise"].iloc[0]
    segments = pd.read_json(next((world.metadata / "global_meta" / "segments").glob("PinkNoise-*.json")))
    names = {"RECORDING": row.recording, "TRIAL": row.trial, "VIDEO": row.video_ID, "SEGMENT": segments.ID.iloc[0]}
    with caplog.at_level(logging.WARNING):
        exec(QUICK_START, names)
    ds = names["ds"]
    try:
        assert "imported 2 recordings: " in caplog.text
        assert (tmp_path / "catalog.db").is_file()
        here = trials[(trials.recording == row.recording) & (trials.label == "PinkNoise")]
        pd.testing.assert_frame_equal(names["df_trials"], trials)
        pd.testing.assert_frame_equal(names["df_filtered_trials"], here)
        assert (names["df_filtered_segments"].segment_ID == names["SEGMENT"]).all()
        assert len(names["df_filtered_segments"]) > 0
        assert len(names["clip"].frames) == row.valid_frames
        assert row.video_ID == names["video2"].ID
        assert names["SEGMENT"] == names["segment"].ID
        pd.testing.assert_frame_equal(names["df_of_video"], trials[trials.video_ID == row.video_ID])
        assert len(names["responses_of_video"]) == len(names["df_of_video"])
        stored = np.load(world.array(row.recording, "responses", row.trial))[:, : row.valid_frames]
        table = pd.read_csv(world.metadata / row.recording / "neurons" / f"meta-neurons_{row.recording}.csv")
        mean = table.mean_activation.to_numpy()[:, None]
        np.testing.assert_allclose(names["data"], (stored - mean) / mean, rtol=1e-5)
        for name in ("pupil", "gaze", "locomotion"):
            pd.testing.assert_frame_equal(names[f"df_{name}"], here)
            assert [one.trial for one in names[name]] == here.trial.tolist()
            assert names[name][0].get_data().shape[-1] == row.valid_frames

        names["loaded"] = []
        exec(LOAD_ALL, names)
        assert len(names["loaded"]) == trials.valid_trial.sum()
    finally:
        ds.close()
