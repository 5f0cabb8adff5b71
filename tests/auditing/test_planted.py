"""Each planted disagreement of what others publish with a catalog from raw arrays is found, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.auditing import audit_published
from tests.auditing.plants import PLANTS, Plant, films, found
from tests.ingesting.publish import Published


@pytest.mark.parametrize("plant", PLANTS)
def test_each_planted_disagreement_is_found_and_nothing_else(
    plant: Plant, raw: str, published: Published, tmp_path: Path
) -> None:
    expected = plant(published)
    report = audit_published(raw, published.write(tmp_path / "metadata"))
    assert found(report) == expected
    assert report.known_errors == ()
    assert not report.agrees
    differ = {check.name: check.differ for check in report.checks if check.differ}
    assert differ == {check: sum(one[0] == check for one in expected) for check in {one[0] for one in expected}}


def test_two_videos_that_are_published_as_one(raw: str, published: Published, tmp_path: Path) -> None:
    one, other, _ = films(published)
    keys = published.trials_of(other)
    for key in keys:
        published.trials[key]["video_ID"] = one
    report = audit_published(raw, published.write(tmp_path / "metadata"))
    strays = {(stray.recording, stray.trial) for stray in report.disagreements}
    # Four trials each: either video may be the one that is left over.
    assert strays in (set(keys), set(published.trials_of(one)) - set(keys))
    assert {(stray.check, stray.kind) for stray in report.disagreements} == {("videos", "split")}
    assert f"published {one} is split in the catalog into" in report.disagreements[0].message
