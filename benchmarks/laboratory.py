"""The rows of 300 recordings: as many trials and neurons as the sister data set has, in the published proportions."""

from __future__ import annotations

import random
from collections.abc import Iterator

from sqlalchemy import Connection, Engine

from benchmarks.films import film_name, packed, parametric
from catalog.writing import writing
from ingest.facts import RecordingFacts, Row, TrialFacts
from ingest.identifying import identify
from ingest.writing.identities import VIDEOS, add_video_segments
from ingest.writing.recordings import replace_recording
from ingest.writing.runs import finish_run, start_run

RECORDINGS = 300
NEURONS = 8_700
FILMS = 400
"""Natural videos that a pair of mice sees: 382 once in each recording, and 18 ten times."""
SIGNALS = ("video", "response", "pupil", "gaze", "locomotion")
TIERS = ("oracle", "live_test_main", "final_test_main")
LABELS = ("GaussianDot", "RandomDots", "Gabor", "PinkNoise", "NaturalImages")
SEGMENTS = {"GaussianDot": 35, "NaturalImages": 20, "Gabor": 12, "PinkNoise": 12, "RandomDots": 4, "NaturalVideo": 2}
FRAMES = {"GaussianDot": 315, "NaturalImages": 305, "Gabor": 300, "PinkNoise": 324, "RandomDots": 240}


def films_of(pair: int) -> range:
    """Return the numbers of the films that a pair of mice sees."""
    return range(pair * FILMS, (pair + 1) * FILMS)


def add_videos(engine: Engine, pairs: int, whole: int) -> int:
    """Store what is known of all videos, with whole signatures for the last pairs; return how many there are."""
    with writing(engine) as connection:
        identify(connection, [parametric(number) for number in range(100)], 30.0)
        for pair in range(pairs):
            numbers = films_of(pair)
            names = [film_name(number) for number in numbers]
            VIDEOS.add(connection, [_video(name) for name in names])
            add_video_segments(connection, [row for name in names for row in _spans(name)])
            VIDEOS.add_signatures(connection, [packed(number, whole=pair >= pairs - whole) for number in numbers])
    return pairs * FILMS + 100


def _video(name: str) -> Row:
    return {"id": name, "label": "NaturalVideo", "valid_frames": 300, "sampling_freq": 30.0, "n_segments": 2,
            "source": "raw"}  # fmt: skip


def _spans(name: str) -> list[Row]:
    spans = ((0, 140), (140, 300))
    return [
        {"video_id": name, "segment_index": index, "frame_start": start, "frame_end": end, "bad_properties": False}
        for index, (start, end) in enumerate(spans)
    ]


def recordings(parametric_ids: dict[str, list[str]], count: int = RECORDINGS) -> Iterator[RecordingFacts]:
    """Yield the facts of recordings; two in a row are a pair that sees the same videos."""
    dice = random.Random(0)
    neurons = make_neurons(NEURONS)
    segments = {label: [_segment(index, number, dice) for index in range(number)] for label, number in SEGMENTS.items()}
    for number in range(count):
        name = f"dynamic{20000 + number}-{1 + number % 7}-{1 + number % 12}-Video-{number:032x}"
        shown = _shown(number, parametric_ids, dice)
        facts = RecordingFacts(name, {"animal_id": str(20000 + number), "sampling_freq": 30.0, "source": "raw"})
        facts.trials = [_trial(trial, *one, segments, dice) for trial, one in enumerate(shown)]
        facts.columns |= {"n_trials": len(facts.trials), "n_neurons": NEURONS, "samples_per_trial": 324}
        facts.neurons = neurons
        facts.roots = [f"/data/{name}"]
        yield facts


def _shown(number: int, parametric_ids: dict[str, list[str]], dice: random.Random) -> list[tuple[str, str, str]]:
    """Return the video, label and tier of each trial of a recording."""
    films = [film_name(one) for one in films_of(number // 2)]
    shown = [(name, "NaturalVideo", "train") for name in films[18:]]
    shown += [(name, "NaturalVideo", TIERS[index % 3]) for index, name in enumerate(films[:18]) for _ in range(10)]
    for index in range(3):
        label = LABELS[(number // 2 + index) % 5]
        tier = "live_test_bonus" if index == 0 else "final_test_bonus"
        shown += [(name, label, tier) for name in parametric_ids[label][:6] for _ in range(11)]
    dice.shuffle(shown)
    return shown


def _trial(
    trial: int, video: str, label: str, tier: str, segments: dict[str, list[Row]], dice: random.Random
) -> TrialFacts:
    frames = FRAMES.get(label, 300)
    columns: Row = {"label": label, "first_label": label, "trial_type": tier, "video_id": video, "valid_trial": True}
    columns |= {"valid_frames": frames, "peaks": [30, 75, 141], "n_peaks": 3, "segments_n_peaks": 4}
    columns |= {"segments_bad_n": 0, "segments_avg_duration": 75.0, "video_hash": f"v{dice.getrandbits(64):016x}"}
    withheld = tier != "train" and tier != "oracle" and dice.random() < 0.5
    for signal in SIGNALS:
        columns |= {f"valid_frames_{signal}": frames, f"valid_{signal}": not (withheld and signal == "response")}
    return TrialFacts(trial, columns, segments[label], [_file(trial, signal, dice) for signal in SIGNALS])


def _file(trial: int, signal: str, dice: random.Random) -> Row:
    kind = "behavior" if signal in ("pupil", "locomotion") else signal
    return {"signal": signal, "path": f"data/{kind}/{trial}.npy", "array_row": None, "bytes": 3_317_888,
            "modified_ns": 1_690_000_000_000_000_000, "digest": f"{dice.getrandbits(128):032x}", "dtype": "float32",
            "shape": [36, 64, 324]}  # fmt: skip


def _segment(index: int, number: int, dice: random.Random) -> Row:
    length = 300 // number
    edges = dict.fromkeys(("transition_start", "transition_end", "margin_left", "margin_right"), 0)
    levels = {name: dice.uniform(0, 255) for name in ("max_change", "intensity_range", "background_color")}
    return {"segment_index": index, "frame_start": index * length, "frame_end": (index + 1) * length,
            "duration": length, **edges, "margin_top": 0, "margin_bottom": 0, **levels, "is_static": False,
            "background_proportion": dice.random(), "is_uniform": False, "bad_properties": False}  # fmt: skip


def make_neurons(count: int) -> list[Row]:
    """Return the rows of neurons, without their recording."""
    dice = random.Random(1)
    return [_neuron(row, dice) for row in range(count)]


def _neuron(row: int, dice: random.Random) -> Row:
    places = {f"coord_{axis}": dice.randrange(1000) for axis in "xyz"}
    kinds = ("mean_activation", "std_activation", "min_activation", "max_activation")
    return {"row": row, "unit_id": row + 1, **places, **{name: dice.uniform(0, 9) for name in kinds}}


def add_recording(connection: Connection, facts: RecordingFacts) -> int:
    """Write the rows of a recording, as an ingest does; return how many there are."""
    run_id = start_run(connection, "ingest", {})
    replace_recording(connection, facts, run_id)
    finish_run(connection, run_id)
    of_trials = sum(1 + len(trial.segments) + len(trial.files) for trial in facts.trials)
    return of_trials + len(facts.trials) + len(facts.neurons)
