"""The tables of the catalog, one noun a module; each class's docstring says what one row is and what NULL means."""

from catalog.models.base import SCHEMA_REVISION, Base
from catalog.models.changes import TrialChange
from catalog.models.neurons import Neuron
from catalog.models.recordings import DataDictionary, Recording, RecordingRoot
from catalog.models.runs import IngestProblem, IngestRun
from catalog.models.segments import Segment, SegmentAlias, SegmentSignature
from catalog.models.selections import Selection, SelectionTrial
from catalog.models.trials import SIGNALS, ArrayFile, Trial, TrialSegment
from catalog.models.videos import Video, VideoAlias, VideoSegment, VideoSignature

__all__ = [
    "SCHEMA_REVISION",
    "SIGNALS",
    "ArrayFile",
    "Base",
    "DataDictionary",
    "IngestProblem",
    "IngestRun",
    "Neuron",
    "Recording",
    "RecordingRoot",
    "Segment",
    "SegmentAlias",
    "SegmentSignature",
    "Selection",
    "SelectionTrial",
    "Trial",
    "TrialChange",
    "TrialSegment",
    "Video",
    "VideoAlias",
    "VideoSegment",
    "VideoSignature",
]
