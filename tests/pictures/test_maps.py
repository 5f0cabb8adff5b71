"""The map of a catalog: its numbers are those of a count by hand, and of SQL."""

from collections import Counter

import numpy as np
import pytest

from catalog import Catalog
from catalog.database import connect
from catalog.errors import PictureError
from catalog.pictures import show_tier_map, tier_counts
from catalog.pictures.maps import short_name
from catalog.raw_sql import run_sql
from ingest.importing import import_metadata
from tests.pictures.looking import drawn
from tests.queries.world import WORLD


def test_every_trial_is_counted_once(database):
    WORLD.fill(connect(database, pooled=False))
    with Catalog(database) as cat:
        recordings, tiers, counts = tier_counts(cat)
    assert recordings == sorted(row["name"] for row in WORLD.recordings)
    assert tiers[:2] == ["train", "oracle"]
    assert tiers[-1] is None
    expected = Counter((WORLD.recording_name(row), row["trial_type"]) for row in WORLD.trials)
    found = {
        (recording, tier): int(counts[row, column])
        for row, recording in enumerate(recordings)
        for column, tier in enumerate(tiers)
    }
    assert {key: count for key, count in found.items() if count} == expected


def test_the_picture_has_the_numbers_of_sql(cat, simulated):
    picture = show_tier_map(cat)
    by_sql = "SELECT recording, trial_type, count(*) FROM trial_overview GROUP BY recording, trial_type"
    expected = {
        (recording, tier): count for recording, tier, count in run_sql(str(simulated / "catalog.db"), by_sql)[1]
    }
    recordings, tiers, counts = tier_counts(cat)
    cells = {text.get_position(): text.get_text() for text in picture.axes.texts if text.get_gid() == "count"}
    for row, recording in enumerate(recordings):
        for column, tier in enumerate(tiers):
            assert cells[column, row] == str(expected[recording, tier])
    np.testing.assert_array_equal(picture.axes.images[0].get_array(), counts)
    assert [label.get_text() for label in picture.axes.get_yticklabels()] == [short_name(name) for name in recordings]
    assert [label.get_text() for label in picture.axes.get_xticklabels()] == tiers
    drawn(picture)


def test_published_metadata_alone_will_do(make_database, published_metadata):
    database = make_database("sqlite")
    import_metadata(database, published_metadata)
    with Catalog(database) as cat:
        picture = show_tier_map(cat)
        assert tier_counts(cat).counts.sum() == cat.trials.count()
    drawn(picture)


def test_odd_names_and_tiers_fit_on_the_page(make_database):
    database = make_database("sqlite")
    WORLD.fill(connect(database, pooled=False))
    with Catalog(database) as cat:
        picture = show_tier_map(cat)
    assert picture.axes.get_xticklabels()[-1].get_text() == "(no tier)"


def test_an_empty_catalog_has_no_map(database):
    with Catalog(database) as cat, pytest.raises(PictureError, match="there are no trials to count"):
        show_tier_map(cat)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("dynamic29513-3-5-Video-8744edeac3b4d1ce16b680916b5267ce", "29513-3-5 (8744)"),
        ("dynamic29513-3-5-Video-9b4f6a1a067fe51e15306b9628efea20_30hz", "29513-3-5 (9b4f)_30hz"),
        ("alpha", "alpha"),
        ("a" * 40, "a" * 27 + "…"),
    ],
)
def test_names_that_fit(name, short):
    assert short_name(name) == short
