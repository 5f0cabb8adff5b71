"""Published metadata: the CSV and JSON files as facts, with every contradiction in them. No database here."""

from ingest.published.consistency import Shown, check_duplicates, check_segments
from ingest.published.digest import digests, overall
from ingest.published.findings import TOPIC, Findings
from ingest.published.layout import GLOBAL_FOLDER, Layout, find_layout
from ingest.published.recordings import read_recording
from ingest.published.stimuli import PublishedSegment, PublishedStimuli, PublishedVideo, read_stimuli

__all__ = [
    "GLOBAL_FOLDER",
    "TOPIC",
    "Findings",
    "Layout",
    "PublishedSegment",
    "PublishedStimuli",
    "PublishedVideo",
    "Shown",
    "check_duplicates",
    "check_segments",
    "digests",
    "find_layout",
    "overall",
    "read_recording",
    "read_stimuli",
]
