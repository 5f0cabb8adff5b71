"""Files that are elsewhere, gone, changed or in a zip: the values are right, or an error names file and remedy."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalog import Catalog, SignalError
from catalog.signals import Signal, open_signal
from catalog.upkeep import relocate, remove
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from tests.importing.builder import PublishedFolder
from tests.ingesting.worlds import replace_array, replace_file
from tests.signals.conftest import Shown


def first_response(cat: Catalog, shown: Shown) -> Signal:
    return cat.trial(shown.open, shown.trials_of(shown.open, "RandomDots")[0]).responses


def expected_of(shown: Shown, signal: Signal) -> np.ndarray:
    return shown.stored(signal.recording, signal.trial, signal.name)


def test_a_recording_known_from_published_metadata_alone(database: str, tmp_path: Path) -> None:
    import_metadata(database, PublishedFolder(tmp_path / "metadata").write().root)
    with Catalog(database) as cat:
        trial = cat.trials.filter(valid_response=True).first()
        assert trial.responses.label == trial.label
        assert trial.responses.published_video_id == trial.published_video_id is not None
        assert len(trial.frames.segments) == len(trial.video.segments)
        for ask in (lambda: trial.responses.data, lambda: trial.responses.shape, trial.frames.get_data):
            with pytest.raises(
                SignalError, match=rf"trial {trial.trial} of .*published metadata alone; `catalog ingest"
            ):
                ask()
        with pytest.raises(SignalError, match="published metadata alone"):
            cat.trials.filter(recording=trial.recording.name).responses(allow_invalid=True).stack()


def test_data_that_moved(database: str, scratch: Shown, tmp_path: Path) -> None:
    ingest_recordings(database, scratch.folder, workers=1)
    with Catalog(database) as cat:
        signal = first_response(cat, scratch)
        expected = expected_of(scratch, signal)
        moved = scratch.folder.rename(tmp_path / "moved")
        with pytest.raises(SignalError, match=rf"trial {signal.trial} of .*there is no .*`catalog relocate OLD NEW`"):
            first_response(cat, scratch).get_data()
        relocate(cat, scratch.folder, moved)
        np.testing.assert_array_equal(first_response(cat, scratch).get_data(), expected)
        moved.rename(scratch.folder)


def test_of_several_roots_the_first_that_has_the_file_as_it_was(database: str, scratch: Shown, tmp_path: Path) -> None:
    ingest_recordings(database, scratch.folder, workers=1)
    copy = shutil.copytree(scratch.folder, tmp_path / "copy")
    with Catalog(database) as cat:
        relocate(cat, scratch.folder, copy, add=True)
        signal = first_response(cat, scratch)
        expected = expected_of(scratch, signal)
        path = scratch.folder / signal.recording / signal.path
        replace_array(path, expected * 2)
        np.testing.assert_array_equal(first_response(cat, scratch).data, expected)
        path.unlink()
        np.testing.assert_array_equal(first_response(cat, scratch).data, expected)
        (copy / signal.recording / signal.path).unlink()
        with pytest.raises(SignalError) as caught:
            _ = first_response(cat, scratch).data
        assert str(path) in str(caught.value)
        assert str(copy / signal.recording / signal.path) in str(caught.value)
    shutil.rmtree(copy)


def test_a_file_that_changed(database: str, scratch: Shown) -> None:
    ingest_recordings(database, scratch.folder, workers=1)
    with Catalog(database) as cat:
        signal = first_response(cat, scratch)
        expected = expected_of(scratch, signal)
        path = scratch.folder / signal.recording / signal.path
        then = path.stat().st_mtime_ns
        replace_array(path, expected[:5])
        os.utime(path, ns=(then, then))
        with pytest.raises(SignalError, match="bytes, then"):
            _ = signal.data
        for wrong, how in ((expected[:5], "bytes, then"), (expected + 1, "the same size, another content")):
            replace_array(path, wrong)
            with pytest.raises(SignalError, match=rf"{how}.*`catalog ingest DATA`.*`catalog verify`") as caught:
                _ = signal.data
            assert str(path) in str(caught.value)
        replace_array(path, expected)
        os.utime(path, (1, 1))
        # Copies often have other times; the content is what counts.
        np.testing.assert_array_equal(signal.data, expected)
        os.utime(path, (2, 2))
        np.testing.assert_array_equal(first_response(cat, scratch).data, expected)


def test_a_file_that_was_missing_or_broken_when_it_was_ingested(database: str, scratch: Shown) -> None:
    one, other = scratch.trials_of(scratch.open, "RandomDots")
    folder = scratch.folder / scratch.open / "data/responses"
    (folder / f"{one}.npy").unlink()
    replace_file(folder / f"{other}.npy", b"nothing")
    ingest_recordings(database, scratch.folder, workers=1)
    with Catalog(database) as cat:
        for number in (one, other):
            trial = cat.trial(scratch.open, number)
            np.testing.assert_array_equal(trial.pupil.data, scratch.stored(scratch.open, number, "pupil"))
            with pytest.raises(SignalError, match=rf"trial {number} of .* missing or unreadable .* `catalog problems`"):
                _ = trial.responses.data
        assert len(cat.repeats(label="RandomDots", recordings=scratch.open)) == 0


def test_neurons_without_statistics(database: str, scratch: Shown) -> None:
    (film,) = scratch.trials_of(scratch.withheld, "NaturalVideo")
    (scratch.folder / scratch.withheld / "data/responses" / f"{film}.npy").unlink()
    ingest_recordings(database, scratch.folder, workers=1)
    with Catalog(database) as cat:
        (number, *_) = scratch.trials_of(scratch.withheld, "RandomDots")
        responses = open_signal(cat.trial(scratch.withheld, number), "response", allow_invalid=True)
        assert np.isnan(responses.neurons.mean_activation).all()
        with pytest.raises(SignalError, match=r"has no std_activation of 13 of its 13 neurons"):
            responses.get_data("by_std")
        assert np.isnan(responses.get_data("by_mean_per_trial")).all()


def test_a_file_that_cannot_be_read(database: str, scratch: Shown) -> None:
    ingest_recordings(database, scratch.folder, workers=1)
    with Catalog(database) as cat:
        signal = first_response(cat, scratch)
        path = scratch.folder / signal.recording / signal.path
        status = path.stat()
        path.unlink()
        path.mkdir()
        with pytest.raises(SignalError, match=str(path)):
            _ = signal.data
        path.rmdir()
        replace_file(path, b"x" * status.st_size)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        with pytest.raises(SignalError, match=r"is no \.npy file"):
            _ = signal.data


def test_trials_that_were_removed_meanwhile(database: str, shown: Shown) -> None:
    ingest_recordings(database, shown.folder, workers=1)
    with Catalog(database) as cat:
        signals = list(cat.trials.responses(allow_invalid=True))
        remove(cat, shown.withheld)
        with pytest.raises(SignalError, match="removed, since their signals were asked for; ask for them again"):
            list(signals[0].segments)


def packed(database: str, shown: Shown, folder: Path, method: int) -> None:
    """Ingest the recordings, and pack each into a zip, as they are published."""
    ingest_recordings(database, shown.folder, workers=1)
    with Catalog(database) as cat:
        for name in shown.names:
            archive = folder / f"{name}.zip"
            with zipfile.ZipFile(archive, "w", method, compresslevel=1) as opened:
                for path in sorted((shown.folder / name).rglob("*.npy")):
                    opened.write(path, path.relative_to(shown.folder))
            relocate(cat, shown.folder / name, archive)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_arrays_in_a_zip(database: str, shown: Shown, tmp_path: Path, method: int) -> None:
    packed(database, shown, tmp_path, method)
    with Catalog(database) as cat:
        query = cat.trials.filter(recording=shown.open, label="RandomDots")
        for signals in (query.responses(), query.videos(), query.pupil(), query.gaze(), query.locomotion()):
            for signal in signals:
                expected = expected_of(shown, signal)
                np.testing.assert_array_equal(signal.data, expected)
                np.testing.assert_array_equal(signal.get_data(), expected)
                np.testing.assert_array_equal(signal.get_data(trim=True), expected[..., :240])
                with pytest.raises(ValueError, match="read-only"):
                    signal.data[...] = 0
        rows = cat.neurons.filter(recording=shown.open, coord_z__ge=300).values("row")
        stack = query.responses(neurons={"coord_z__ge": 300}).stack()
        np.testing.assert_array_equal(
            stack.values, [expected_of(shown, signal)[rows, :240] for signal in query.responses()]
        )
        (tmp_path / f"{shown.open}.zip").write_bytes(b"nothing")
        with pytest.raises(SignalError, match=r"is no zip that can be read"):
            query.responses().stack()


def test_a_zip_that_is_touched_or_replaced_while_its_signals_are_open(
    database: str, shown: Shown, tmp_path: Path
) -> None:
    packed(database, shown, tmp_path, zipfile.ZIP_DEFLATED)
    archive = tmp_path / f"{shown.open}.zip"
    with Catalog(database) as cat:
        signal = first_response(cat, shown)
        expected = expected_of(shown, signal)
        np.testing.assert_array_equal(signal.data, expected)
        os.utime(archive, (1, 1))
        np.testing.assert_array_equal(signal.data, expected)
        replace_file(archive, archive.read_bytes())
        np.testing.assert_array_equal(signal.data, expected)
        path = tmp_path / "other.npy"
        np.save(path, expected + 1)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
            opened.write(path, signal.path)
        with pytest.raises(SignalError, match=r"the same size, another content.*`catalog ingest DATA`"):
            _ = signal.data


def _sums(signals: list[Signal], sender: Any) -> None:
    sender.send([float(np.nansum(signal.data)) for signal in signals])


def test_other_processes_read_from_the_same_zip(shown: Shown, tmp_path: Path, sqlite_template: Path) -> None:
    packed(str(shutil.copy(sqlite_template, tmp_path / "catalog.db")), shown, tmp_path, zipfile.ZIP_STORED)
    with Catalog(tmp_path / "catalog.db") as cat:
        signals = list(cat.trials.filter(valid_response=True).responses())
        expected = [float(np.nansum(signal.data)) for signal in signals]
    for how in ("fork", "spawn"):
        context = multiprocessing.get_context(how)
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_sums, args=(signals, sender))
        process.start()
        assert receiver.recv() == expected
        process.join()


def test_a_trial_at_hand_is_never_taken_for_another(database: str, scratch: Shown) -> None:
    ingest_recordings(database, scratch.folder, workers=1)
    with Catalog(database) as held, Catalog(database) as other:
        trials = list(held.trials.filter(recording=scratch.open))
        remove(other, scratch.open)
        for path in (scratch.folder / scratch.open / "data").glob(f"*/{trials[0].trial}.npy"):
            path.unlink()
        ingest_recordings(database, scratch.folder, workers=1)
        right = 0
        for trial in trials:
            with suppress(SignalError):
                values = trial.responses.data
                np.testing.assert_array_equal(values, scratch.stored(scratch.open, trial.trial, "response"))
                right += 1
        assert right < len(trials)
