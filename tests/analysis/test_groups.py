"""Grouping against all pairs, and what the catalog knows."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.analysis import (
    KnownVariants,
    Merge,
    SegmentSignature,
    Variant,
    VideoSignature,
    group_segments,
    group_videos,
    read_projections,
    same_segment,
    same_video,
)
from ingest.analysis.candidates import CandidateIndex
from ingest.analysis.identity import (
    Likeness,
    compare_segments,
    compare_videos,
    segment_search_limits,
    video_search_limits,
)


def brute_force(members, same):
    """The transitive closure of sameness over all pairs, each group named by its smallest hash."""
    hashes = sorted(members)
    names = {one: one for one in hashes}
    for i, a in enumerate(hashes):
        for b in hashes[:i]:
            if names[a] != names[b] and same(members[a], members[b]):
                old, new = max(names[a], names[b]), min(names[a], names[b])
                names = {one: new if name == old else name for one, name in names.items()}
    return names


def dots(pictures, valid_frames=None, label="GaussianDot", shift=0):
    n = len(pictures)
    starts = np.arange(n, dtype=np.int32) * 9
    starts[1:] += shift
    ends = np.append(starts[1:], 9 * n).astype(np.int32)
    return VideoSignature(
        label, 9 * n, starts, ends, pictures, starts + 4, np.arange(n, dtype=np.int32), np.zeros((0, 3, 4), "u1")
    )


def natural(pictures, valid_frames):
    """A natural video of 9 by 12 pixels; ``pictures`` are its grid frames, each shown for ten frames."""
    grid = np.arange(5, valid_frames, 10, dtype=np.int32)
    frames = pictures[: len(grid)]
    every = pictures[np.minimum(np.arange(valid_frames) // 10, len(pictures) - 1)]
    thumbnails = np.rint(every.reshape(valid_frames, 3, 3, 4, 3).mean(axis=(2, 4))).astype(np.uint8)
    bounds = np.array([0], np.int32), np.array([valid_frames], np.int32)
    return VideoSignature("NaturalVideo", valid_frames, *bounds, frames, grid, np.zeros_like(grid), thumbnails)


def noisy(rng, pictures, level):
    return np.clip(pictures + rng.normal(0, level, pictures.shape), 0, 255).round().astype(np.uint8)


def tag(rng):
    return f"v{rng.integers(1 << 62):016x}"


def few_pictures(rng, n):
    """Pictures of which some differ by little, some by much."""
    base = np.random.default_rng(7).integers(40, 200, (3, 9, 12))
    return [base[rng.integers(3)] + rng.choice([0, 0, 2, 4, 6, 30]) for _ in range(n)]


def random_videos(rng, n):
    members = {}
    prototypes = {length: np.array(few_pictures(rng, length)) for length in (4, 5)}
    for _ in range(n):
        if rng.random() < 0.5:
            pictures = prototypes[int(rng.integers(4, 6))].copy()
            if rng.random() < 0.4:
                pictures[rng.integers(len(pictures))] = few_pictures(rng, 1)[0]
            members[tag(rng)] = dots(noisy(rng, pictures, 0.2), shift=int(rng.choice([0, 0, 1, 2, 3])))
        else:
            pictures = prototypes[5].copy()
            if rng.random() < 0.4:
                pictures[int(rng.integers(1, 5)) :] += rng.choice([2, 4, 8])
            members[tag(rng)] = natural(noisy(rng, pictures, 0.2), int(rng.integers(43, 48)))
    return members


def random_segments(rng, n):
    pictures = np.array(few_pictures(rng, 9))
    members = {}
    for _ in range(n):
        label = str(rng.choice(["GaussianDot", "Gabor", "Background"]))
        if label == "Gabor":
            at, count = int(rng.integers(2, 5)), int(rng.integers(2, 4))
            key_frames = noisy(rng, pictures[at : at + count], 0.2)
            shifted = np.stack([pictures[at + s : at + s + count] for s in (-2, -1, 1, 2)]).astype(np.uint8)
        else:
            key_frames = noisy(rng, pictures[[rng.integers(9)]], 0.2)
            shifted = key_frames[None][:0]
        members[tag(rng)] = SegmentSignature(label, 9, key_frames, shifted)
    return members


KINDS = {
    "videos": (random_videos, group_videos, same_video),
    "segments": (random_segments, group_segments, same_segment),
}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(sorted(KINDS)), st.integers(0, 30))
def test_agrees_with_all_pairs_in_any_order(seed, kind, n):
    make, group, same = KINDS[kind]
    members = make(np.random.default_rng(seed), n)
    expected = brute_force(members, same)
    shuffled = list(members.items())
    random.Random(seed).shuffle(shuffled)
    grouping = group(shuffled)
    assert grouping.ids == expected
    assert grouping == group(members.items())
    assert {variant.id for variant in grouping.new_variants} == set(expected.values())
    assert grouping.merges == ()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(sorted(KINDS)))
def test_the_search_dismisses_nothing_that_is_the_same(seed, kind):
    make, _, same = KINDS[kind]
    rng = np.random.default_rng(seed)
    members = make(rng, 120)
    hashes = sorted(members)
    index = CandidateIndex()

    def projections(signature):
        return [signature.projection()] if kind == "videos" else list(signature.projections())

    limits = video_search_limits if kind == "videos" else segment_search_limits
    for one in hashes:
        for projection in projections(members[one]):
            index.add(projection, one)
    for one in hashes[:20]:
        found = {
            item for projection in projections(members[one]) for item in index.search(projection, limits(projection))
        }
        assert found >= {other for other in hashes if same(members[one], members[other])}


def test_the_search_finds_natural_videos_with_one_key_frame_more():
    rng = np.random.default_rng(1)
    pictures = rng.integers(0, 256, (60, 6, 9, 12)).astype(np.uint8)
    index = CandidateIndex()
    for number, one in enumerate(pictures):
        projection = natural(one, 56).projection()
        assert len(projection.coarse) == 6
        index.add(projection, number)
    for number, one in enumerate(pictures):
        projection = natural(one, 54).projection()
        assert len(projection.coarse) == 5
        assert list(index.search(projection, video_search_limits(projection))) == [number]


def test_the_search_allows_moving_segments_and_videos_the_limit_in_each_key_frame():
    picture = np.full((3, 9, 12), 100, np.uint8)
    a, b = (
        SegmentSignature("Gabor", 25, picture, picture[None][:0]),
        SegmentSignature("Gabor", 25, picture + 4, picture[None][:0]),
    )
    assert same_segment(a, b)
    assert group_segments([("s1", a), ("s2", b)]).ids == {"s1": "s1", "s2": "s1"}
    many = np.full((12, 9, 12), 100, np.uint8)
    c, d = dots(many, label="Gabor"), dots(many + 2, label="Gabor")
    assert same_video(c, d)
    assert group_videos([("v1", c), ("v2", d)]).ids == {"v1": "v1", "v2": "v1"}


@dataclass
class Shelf:
    """A catalog in memory, which counts what is taken out of it."""

    signed: dict = field(default_factory=dict)
    stored: list = field(default_factory=list)
    loaded: list = field(default_factory=list)

    def put(self, id_, key, signature, rank=None):
        self.signed[key] = type(signature).from_bytes(signature.to_bytes())
        rank = len(self.stored) if rank is None else rank
        self.stored.append((id_, key, rank, signature.projection().to_bytes()))

    def keep(self, grouping, members):
        for variant in grouping.new_variants:
            self.put(variant.id, variant.content_hash, members[variant.content_hash])

    def variants(self):
        ids, keys, ranks, projections = zip(*self.stored, strict=True) if self.stored else ((), (), (), ())
        return KnownVariants(ids, keys, ranks, read_projections(projections))

    def signatures(self, keys):
        assert self.loaded == []
        self.loaded += keys
        return {key: self.signed[key] for key in keys}


PICTURES = np.random.default_rng(0).integers(40, 200, (40, 5, 9, 12)).astype(np.uint8)


def test_a_known_video_keeps_its_id_though_a_smaller_hash_comes_in():
    shelf = Shelf()
    shelf.put("v7", "row 1", dots(PICTURES[0]))
    grouping = group_videos([("v1", dots(PICTURES[0])), ("v2", dots(PICTURES[1]))], shelf)
    assert grouping.ids == {"v1": "v7", "v2": "v2"}
    assert grouping.new_variants == (Variant("v2", "v2"),)
    assert shelf.loaded == ["row 1"]


def test_only_signatures_of_candidates_are_loaded():
    shelf = Shelf()
    for index in range(40):
        shelf.put(f"v{index:02}", index, dots(PICTURES[index]))
    group_videos([("v99", dots(PICTURES[17])), ("v98", dots(PICTURES[17] ^ 1))], shelf)
    assert shelf.loaded == [17]


def test_another_segmentation_of_a_known_video_is_a_variant_to_keep():
    shelf = Shelf()
    shelf.put("v7", "row 1", dots(PICTURES[0]))
    late, later = dots(PICTURES[0], shift=2), dots(PICTURES[0], shift=4)
    grouping = group_videos([("v3", late)], shelf)
    assert grouping.ids == {"v3": "v7"}
    assert grouping.new_variants == (Variant("v7", "v3"),)
    assert group_videos([("v4", later)], shelf_copy(shelf)).ids == {"v4": "v4"}
    shelf = shelf_copy(shelf)
    shelf.put("v7", "row 2", late)
    assert group_videos([("v4", later)], shelf).ids == {"v4": "v7"}


def shelf_copy(shelf):
    return Shelf(shelf.signed, shelf.stored[:])


@pytest.mark.parametrize(("ranks", "kept"), [((1, 2), "v8"), ((2, 1), "v7")])
def test_a_presentation_between_two_known_videos_merges_them(ranks, kept):
    shelf = Shelf()
    shelf.put("v8", "row 1", dots(PICTURES[0]), rank=ranks[0])
    shelf.put("v7", "row 2", dots(PICTURES[0], shift=4), rank=ranks[1])
    between = [("v1", dots(PICTURES[0], shift=2)), ("v2", dots(PICTURES[0]))]
    grouping = group_videos(between, shelf)
    assert grouping.ids == {"v1": kept, "v2": kept}
    assert grouping.merges == (Merge(kept, {"v7": "v8", "v8": "v7"}[kept]),)
    assert group_videos(between[1:], shelf_copy(shelf)).merges == ()


def test_sameness_is_transitive_within_a_batch():
    chain = [(f"v{shift}", dots(PICTURES[0], shift=shift)) for shift in (4, 2, 0)]
    assert not same_video(chain[0][1], chain[2][1])
    assert group_videos(chain).ids == {"v0": "v0", "v2": "v0", "v4": "v0"}


def test_one_that_a_variant_stands_for_still_joins_what_it_matches():
    """The last is one gray level from the first, which stands for it, and two from the second, on the other side."""
    first, second, last = (dots(np.full((5, 9, 12), level, np.uint8)) for level in (101, 98, 100))
    assert not same_video(first, second)
    assert len(set(group_videos([("v1", first), ("v2", second), ("v3", last)]).ids.values())) == 1


def test_repeats_add_no_variants():
    rng = np.random.default_rng(5)
    members = {f"v{index:02}": dots(noisy(rng, PICTURES[0], 0.3)) for index in range(30)}
    assert group_videos(members.items()).new_variants == (Variant("v00", "v00"),)


def test_likeness_tells_when_one_stands_for_the_other():
    a = dots(PICTURES[0])
    assert compare_videos(a, a) is Likeness.REPRESENTED
    assert compare_videos(a, dots(PICTURES[0], shift=1)) is Likeness.SAME
    assert compare_videos(a, dots(PICTURES[0] + 2)) is Likeness.SAME
    assert compare_videos(a, dots(PICTURES[0] + 3)) is Likeness.DIFFERENT
    one = SegmentSignature("Gabor", 9, PICTURES[0], PICTURES[:0])
    fewer = SegmentSignature("Gabor", 9, PICTURES[0][:2], PICTURES[:0])
    assert compare_segments(one, one) is Likeness.REPRESENTED
    assert compare_segments(one, fewer) is Likeness.SAME


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_in_two_batches_the_groups_are_those_of_one(seed):
    rng = np.random.default_rng(seed)
    members = {tag(rng): dots(noisy(rng, PICTURES[rng.integers(6)], 0.2)) for _ in range(30)}
    hashes = list(members)
    first = {one: members[one] for one in hashes[:15]}
    shelf = Shelf()
    earlier = group_videos(first.items())
    shelf.keep(earlier, members)
    later = group_videos([(one, members[one]) for one in hashes[10:]], shelf)
    together = group_videos(members.items()).ids
    ids = {**earlier.ids, **later.ids}
    for a in hashes:
        assert later.ids.get(a, ids[a]) == ids[a]
        for b in hashes:
            assert (ids[a] == ids[b]) is (together[a] == together[b])
    assert later.merges == ()


def test_background_is_one_segment():
    gray = np.full((1, 9, 12), 128, np.uint8)
    members = [(f"s{n}", SegmentSignature("Background", n, gray, gray[None][:0])) for n in (12, 15, 18)]
    assert group_segments(members).ids == {"s12": "s12", "s15": "s12", "s18": "s12"}


def test_nothing_to_group():
    assert group_videos([]).ids == {}
    assert group_segments([], Shelf()).new_variants == ()


@pytest.mark.parametrize("kind", ["random", "all but one alike"])
def test_full_comparisons_grow_with_the_videos_not_with_their_pairs(kind, monkeypatch):
    """Ten times the videos, all different: few are compared in full, where comparing all pairs would take a hundred."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:9, :16]
    places = [(py, px) for py in np.linspace(0.5, 8, 7) for px in np.linspace(0.5, 15, 15)]
    blobs = np.array(
        [128 + sign * 120 * np.exp(-((y - py) ** 2 + (x - px) ** 2) / 10) for py, px in places for sign in (1, -1)]
    ).astype(np.uint8)
    base = rng.integers(0, 210, 35)

    def video():
        sequence = rng.integers(0, 210, 35) if kind == "random" else base.copy()
        sequence[rng.integers(35)] = rng.integers(210)
        return tag(rng), dots(blobs[sequence])

    compared = []

    def compare(a, b):
        compared.append((a, b))
        return compare_videos(a, b)

    monkeypatch.setattr("ingest.analysis.groups.compare_videos", compare)
    videos = [video() for _ in range(3000)]
    n_groups = len(set(group_videos(videos).ids.values()))
    assert len(compared) <= 2 * len(videos), "candidates that are different are to be ruled out before"
    assert n_groups > (2900 if kind == "random" else 1000)
