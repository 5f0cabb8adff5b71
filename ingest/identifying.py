"""From what presentations show to video and segment IDs, and the rows that keep them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from ingest.analysis.groups import Variant, group_segments, group_videos
from ingest.analysis.signatures import SegmentSignature, VideoSignature
from ingest.analysis.video import VideoAnalysis
from ingest.facts import Row
from ingest.known import known_segments, known_videos
from ingest.writing.identities import SEGMENTS, VIDEOS, add_video_segments, segment_ids_of


def identify(connection: Connection, analyses: Sequence[VideoAnalysis], sampling_freq: float) -> dict[str, str]:
    """Find out which videos were shown, and store those that the catalog did not know.

    Returns
    -------
    dict
        The video ID for each content hash.
    """
    by_hash = {analysis.content_hash: analysis for analysis in analyses}
    presentations = [(content_hash, analysis.signature) for content_hash, analysis in by_hash.items()]
    grouping = group_videos(presentations, known_videos(connection))
    for merge in grouping.merges:
        VIDEOS.replace(connection, merge.merged, merge.kept, "merged")
    ids = grouping.ids
    there = VIDEOS.known(connection, ids.values())
    # A new ID is the content hash of one of the presentations: that one stands for the video.
    new = {video: by_hash[video] for video in sorted(set(ids.values()) - there)}
    segment_ids = _identify_segments(connection, new.values(), sampling_freq)
    VIDEOS.add(connection, [_video_row(video, analysis, sampling_freq) for video, analysis in new.items()])
    add_video_segments(
        connection,
        [row for video, analysis in new.items() for row in _segment_rows(video, analysis, segment_ids)],
    )
    VIDEOS.add_signatures(connection, [_signature_row(one, by_hash) for one in grouping.new_variants])
    VIDEOS.add_aliases(connection, ids, "content")
    _name_segments(connection, by_hash, ids)
    return ids


def _video_row(video: str, analysis: VideoAnalysis, sampling_freq: float) -> Row:
    return {
        "id": video,
        "label": analysis.label,
        "valid_frames": analysis.signature.valid_frames,
        "sampling_freq": sampling_freq,
        "n_segments": len(analysis.segments),
        "source": "raw",
    }


def _segment_rows(video: str, analysis: VideoAnalysis, segment_ids: Mapping[str, str]) -> list[Row]:
    hashes: Sequence[str | None] = analysis.segment_hashes or [None] * len(analysis.segments)
    return [
        {
            "video_id": video,
            "segment_index": index,
            "frame_start": segment.frame_start,
            "frame_end": segment.frame_end,
            "bad_properties": segment.bad_properties,
            "segment_id": segment_ids[content_hash] if content_hash is not None else None,
        }
        for index, (segment, content_hash) in enumerate(zip(analysis.segments, hashes, strict=True))
    ]


def _signature_row(variant: Variant, by_hash: Mapping[str, VideoAnalysis]) -> Row:
    signature: VideoSignature = by_hash[variant.content_hash].signature
    return {
        "video_id": variant.id,
        "content_hash": variant.content_hash,
        "projection": signature.projection().to_bytes(),
        "signature": signature.to_bytes(),
    }


def _identify_segments(
    connection: Connection, analyses: Iterable[VideoAnalysis], sampling_freq: float
) -> dict[str, str]:
    """Return the segment ID for each segment's content hash, and store the segments that are new."""
    occurrences: dict[str, SegmentSignature] = {}
    for analysis in analyses:
        occurrences |= dict(zip(analysis.segment_hashes, analysis.segment_signatures, strict=True))
    grouping = group_segments(occurrences.items(), known_segments(connection))
    for merge in grouping.merges:
        SEGMENTS.replace(connection, merge.merged, merge.kept, "merged")
    there = SEGMENTS.known(connection, grouping.ids.values())
    new = sorted(set(grouping.ids.values()) - there)
    SEGMENTS.add(
        connection,
        [
            {
                "id": segment,
                "label": occurrences[segment].label,
                "valid_frames": occurrences[segment].valid_frames,
                "sampling_freq": sampling_freq,
                "source": "raw",
            }
            for segment in new
        ],
    )
    SEGMENTS.add_signatures(
        connection,
        [
            {
                "segment_id": variant.id,
                "content_hash": variant.content_hash,
                "projection": occurrences[variant.content_hash].projection().to_bytes(),
                "signature": occurrences[variant.content_hash].to_bytes(),
            }
            for variant in grouping.new_variants
        ],
    )
    return grouping.ids


def _name_segments(connection: Connection, by_hash: Mapping[str, VideoAnalysis], ids: Mapping[str, str]) -> None:
    """Let the hash of each segment of each presentation stand for the segment at its place in the video."""
    of_video = segment_ids_of(connection, ids.values())
    names: dict[str, str] = {}
    for content_hash, analysis in sorted(by_hash.items()):
        in_video = of_video.get(ids[content_hash], {})
        for index, segment_hash in enumerate(analysis.segment_hashes):
            if index in in_video:
                names.setdefault(segment_hash, in_video[index])
    SEGMENTS.add_aliases(connection, names, "content")
