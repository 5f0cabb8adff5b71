"""Known errors of what others publish, and starts within the tolerance: they are told apart from disagreements."""

from __future__ import annotations

from pathlib import Path

from ingest.auditing import audit_published
from tests.auditing.conftest import RunAudit
from tests.auditing.plants import a_trial, found
from tests.ingesting.publish import Key, Published
from tests.ingesting.worlds import World


def test_known_errors_are_told_apart(
    raw: str, published: Published, world: World, tmp_path: Path, run_audit: RunAudit
) -> None:
    published.with_known_errors(world.folder)
    folder = published.write(tmp_path / "metadata")
    report = audit_published(raw, folder)
    assert report.agrees
    known = {(one.check, one.kind, one.recording) for one in report.known_errors}
    withheld, other = sorted(published.basics, key=lambda name: "9b4f" not in name)
    assert known == {
        ("valid_frames", "known_padding_counted", withheld),
        ("valid_frames", "known_padding_counted", other),
        ("neuron_statistics", "known_zeros_included", withheld),
    }
    statistics = report.check("neuron_statistics")
    assert (statistics.compared, statistics.agree, statistics.known, statistics.differ) == (8, 4, 4, 0)
    result = run_audit(raw, "--against", folder)
    assert result.exit_code == 0
    assert "known_padding_counted" in result.stdout


def test_a_disagreement_among_known_errors_is_still_one(
    raw: str, published: Published, world: World, tmp_path: Path
) -> None:
    published.with_known_errors(world.folder)
    withheld = next(name for name in published.basics if "9b4f" in name)
    published.neurons[withheld][1]["max_activation"] += 1
    key = a_trial(published, "RandomDots")
    published.trials[key]["valid_frames_pupil"] = 7
    report = audit_published(raw, published.write(tmp_path / "metadata"))
    unit = published.neurons[withheld][1]["ID"]
    assert found(report) == [
        ("neuron_statistics", "value", withheld, None, f"unit_id {unit}"),
        ("valid_frames", "value", *key, "valid_frames_pupil"),
    ]
    assert report.check("neuron_statistics").known == len(published.neurons[withheld]) - 1


def test_cuts_that_the_published_files_miss_are_known_and_cuts_of_their_own_are_not(
    raw: str, published: Published, tmp_path: Path
) -> None:
    cut = [key for key, parts in published.presentations.items() if len(parts) > 1 and _is_film(published, key)]
    missed, invented = sorted(cut)[:2]
    del published.presentations[missed][1]
    parts = published.presentations[invented]
    parts.append({**parts[-1], "frame_start": parts[-1]["frame_start"] + 5})
    report = audit_published(raw, published.write(tmp_path / "metadata"))
    assert [(one.kind, one.recording, one.count) for one in report.known_errors] == [
        ("known_missed_cuts", missed[0], 1)
    ]
    assert found(report) == [("segment_starts", "count", *invented, "starts")]


def _is_film(published: Published, key: Key) -> bool:
    return bool(published.trials[key]["label"] == "NaturalVideo")


def test_starts_may_differ_by_the_tolerance(
    raw: str, published: Published, tmp_path: Path, run_audit: RunAudit
) -> None:
    for key, shift in ((a_trial(published, "PinkNoise"), 2), (a_trial(published, "RandomDots"), -1)):
        published.presentations[key][1]["frame_start"] += shift
    folder = published.write(tmp_path / "metadata")
    assert len(audit_published(raw, folder, tolerance=0).disagreements) == 2
    (one,) = audit_published(raw, folder, tolerance=1).disagreements
    assert (one.recording, one.trial) == a_trial(published, "PinkNoise")
    report = audit_published(raw, folder, tolerance=2)
    assert report.agrees
    assert report.start_deviations is not None
    assert (report.start_deviations[-2], report.start_deviations[1]) == (1, 1)
    assert run_audit(raw, "--against", folder, "--tolerance", "2").exit_code == 0
    assert run_audit(raw, "--against", folder).exit_code == 1
