"""Stretches of frames that videos have in common."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.analysis.excerpts import EXCERPT_FRAMES, EXCERPT_LIMIT, NEAR_LIMIT, Excerpt, FrameLibrary


def film(seed: int, n_frames: int = 300) -> np.ndarray:
    """Return coarse pictures of film that never looks the same twice, (T, 3, 4)."""
    return np.random.default_rng(seed).integers(0, 256, (n_frames, 3, 4), dtype=np.uint8)


def pasted(into: np.ndarray, at: int, clip: np.ndarray) -> np.ndarray:
    return np.concatenate([into[:at], clip, into[at + len(clip) :]])


@pytest.mark.parametrize(("start", "at"), [(0, 0), (0, 260), (260, 0), (83, 140), (140, 83)])
def test_a_stretch_is_found_wherever_it_is(start: int, at: int) -> None:
    known = [film(0), film(1, 240), film(2)]
    other = pasted(film(3), at, known[2][start : start + 40])
    assert FrameLibrary(known).excerpts(other) == {2: Excerpt(40, 40, start, at)}


@pytest.mark.parametrize("at", range(100, 116))
def test_a_second_is_long_enough_wherever_it_begins_and_less_is_not(at: int) -> None:
    known = film(4)
    assert FrameLibrary([known]).excerpts(pasted(film(5), at, known[:EXCERPT_FRAMES])).keys() == {0}
    assert FrameLibrary([known]).excerpts(pasted(film(5), at, known[: EXCERPT_FRAMES - 1])) == {}


def test_stretches_add_up_and_frames_count_once() -> None:
    known = film(6)
    other = pasted(pasted(film(7), 0, known[100:150]), 200, known[20:60])
    assert FrameLibrary([known]).excerpts(other) == {0: Excerpt(90, 50, 100, 0)}
    still = np.repeat(film(8, 1), 60, axis=0)
    assert FrameLibrary([still]).excerpts(still) == {0: Excerpt(60, 60, 0, 0)}


def test_frames_count_up_to_the_limit() -> None:
    known = film(9) // 2
    one_off = known.copy()
    # A twelfth of the pixels differs by d: the mean squared difference is d² / 12.
    for difference, found in ((7, True), (8, False)):
        assert (difference**2 / 12 < EXCERPT_LIMIT) is found
        one_off[:, 0, 0] = known[:, 0, 0] + difference
        assert bool(FrameLibrary([known]).excerpts(one_off)) is found


def test_flat_frames_say_nothing() -> None:
    gray = np.full((300, 3, 4), 127, dtype=np.uint8)
    assert FrameLibrary([gray]).excerpts(gray) == {}
    fade = pasted(film(10), 100, gray[:80])
    assert FrameLibrary([pasted(film(11), 100, gray[:80])]).excerpts(fade) == {}


def test_no_frames_and_no_videos_have_nothing_in_common() -> None:
    assert FrameLibrary([]).excerpts(film(12)) == {}
    assert FrameLibrary([]).near(film(12)) == []
    library = FrameLibrary([film(13)[:0], film(14)])
    assert library.excerpts(film(14)[:0]) == {}
    assert library.excerpts(film(14)).keys() == {1}


def test_many_videos_are_searched_in_parts() -> None:
    known = [film(seed) for seed in range(500)]
    assert sum(map(len, known)) > 1 << 17
    other = pasted(film(1000), 10, known[437][50:90])
    assert FrameLibrary(known).excerpts(other) == {437: Excerpt(40, 40, 50, 10)}


def test_videos_that_are_near_as_a_whole() -> None:
    known = film(15) // 2
    for difference, found in ((7, True), (8, False)):
        assert (difference**2 < NEAR_LIMIT) is found
        library = FrameLibrary([film(16), known[:200] + np.uint8(difference), known[:3]])
        assert library.near(known) == ([1] if found else [])
