"""The data dictionary: what each table and column means, its unit, and what NULL in it means.

docs/schema.md is made from it, and exports carry it; a test keeps it complete.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """What a column means; `null` says when it is NULL, and is empty for a column that never is."""

    meaning: str
    unit: str = ""
    null: str = ""


@dataclass(frozen=True)
class Table:
    """What one row of a table is, and what its columns mean, in their order."""

    row: str
    columns: dict[str, Column]


TABLES: dict[str, Table] = {
    "recordings": Table(
        "One recording session of one mouse.",
        {
            "id": Column("Internal number. Not the same in every catalog: join by it, quote `name`."),
            "name": Column(
                "The recording's name, `dynamic<animal>-<session>-<scan>-Video-<32 hex>`, unique. What some copies append to the folder (`_30hz`) is left out."
            ),
            "animal_id": Column("The mouse, as text.", null="the name does not tell"),
            "session": Column("Session of that mouse, as text.", null="the name does not tell"),
            "scan_idx": Column("Scan within the session, as text.", null="the name does not tell"),
            "sampling_freq": Column(
                "Frames a second of videos and of all signals.", unit="Hz", null="the published file lacks it"
            ),
            "samples_per_trial": Column(
                "Columns of every array of this recording, padding included: the length of its longest trial.",
                unit="frames",
                null="no array could be read",
            ),
            "n_trials": Column(
                "Trials. From raw arrays, counted; from published metadata, as stated there.",
                null="the published file lacks it",
            ),
            "n_neurons": Column("Neurons. Counted or stated, likewise.", null="the published file lacks it"),
            "dataset_url": Column("Where the data set is published.", null="unknown: only published metadata tells"),
            "data_url": Column(
                "Where this recording's arrays are published.", null="unknown: only published metadata tells"
            ),
            "source": Column("`raw`: the rows were made from arrays. `published`: from published metadata alone."),
            "run_id": Column("The run that wrote the recording.", null="that run was deleted"),
        },
    ),
    "trials": Table(
        "One presentation of one video to one mouse.",
        {
            "id": Column("Internal number, not the same in every catalog."),
            "recording_id": Column("The recording."),
            "trial": Column(
                "The number of the trial's files, unique in its recording. Numbers have gaps, and do not follow the order of presentation."
            ),
            "label": Column(
                "Stimulus class of the video shown: `NaturalVideo`, `NaturalImages`, `Gabor`, `PinkNoise`, `RandomDots`, `GaussianDot`, or `unknown`.",
                null="no video could be analysed",
            ),
            "trial_type": Column(
                "Phase of the session (tier): `train`, `oracle`, `live_test_main`, `live_test_bonus`, `final_test_main`, `final_test_bonus`.",
                null="the recording does not tell",
            ),
            "video_id": Column("The video shown.", null="no video could be analysed"),
            "valid_frames": Column(
                "Frames of this trial that can be used: the smaller of video's and response's.",
                unit="frames",
                null="neither could be read",
            ),
            "valid_trial": Column("Whether the trial shows what its class should show; the same as `valid_video`."),
            "valid_frames_video": Column(
                "Frames of the video that are not all NaN.", unit="frames", null="the file is missing or unreadable"
            ),
            "valid_frames_response": Column(
                "Frames of the responses that are not all NaN.", unit="frames", null="the file is missing or unreadable"
            ),
            "valid_frames_pupil": Column(
                "Frames of the pupil dilation that are not all NaN. Published files count the padding, too.",
                unit="frames",
                null="the file is missing or unreadable",
            ),
            "valid_frames_gaze": Column(
                "Frames of the gaze position that are not all NaN.",
                unit="frames",
                null="the file is missing or unreadable",
            ),
            "valid_frames_locomotion": Column(
                "Frames of the running speed that are not all NaN. Published files count the padding, too.",
                unit="frames",
                null="the file is missing or unreadable",
            ),
            "valid_video": Column("Whether no segment of the video is bad (and there is a video)."),
            "valid_response": Column(
                "Whether the response is there, not all NaN, and does not sum to 0 over its valid frames. False where responses are withheld."
            ),
            "valid_pupil": Column(
                "Whether the pupil dilation is there, not all NaN, and does not sum to 0 over its valid frames."
            ),
            "valid_gaze": Column(
                "Whether the gaze position is there, not all NaN, and does not sum to 0 over its valid frames."
            ),
            "valid_locomotion": Column(
                "Whether the running speed is there, not all NaN, and does not sum to 0 over its valid frames."
            ),
            "first_label": Column(
                "The label after the first of three passes of the analysis.", null="no video could be analysed"
            ),
            "peaks": Column(
                "JSON list: frames t at which the picture changes so much between t and t+1 that a segment ends.",
                unit="frames",
                null="no video could be analysed",
            ),
            "n_peaks": Column("How many peaks.", null="no video could be analysed"),
            "segments_n_peaks": Column(
                "Segments that the peaks alone make; segments that hide a missed cut are split afterwards, so there can be more.",
                null="no video could be analysed",
            ),
            "segments_bad_n": Column("Bad segments.", null="no video could be analysed"),
            "segments_avg_duration": Column(
                "Mean duration of the segments.", unit="frames", null="no video could be analysed"
            ),
            "video_hash": Column(
                "Content hash of this presentation's own pixels; an alias of the video.",
                null="no pixels were read (published metadata alone)",
            ),
            "published_video_id": Column(
                "What published metadata calls the video.", null="no published metadata of this trial was imported"
            ),
        },
    ),
    "videos": Table(
        "One video, told apart by content: all presentations that show the same are one video.",
        {
            "id": Column(
                "`v` and 16 hexadecimal digits, derived from content; or the published ID, `v` and 6 digits, while only published metadata knows the video."
            ),
            "label": Column("Stimulus class, as in `trials`."),
            "valid_frames": Column(
                "Length of the presentation that stands for the video; repeats may have dropped or doubled a frame or two.",
                unit="frames",
                null="the published file lacks it",
            ),
            "sampling_freq": Column("Frames a second.", unit="Hz", null="the published file lacks it"),
            "n_segments": Column("Rows of `video_segments`."),
            "source": Column("`raw` or `published`, as in `recordings`."),
        },
    ),
    "video_aliases": Table(
        "Another name of a video.",
        {
            "alias": Column("Another name of a video, unique."),
            "video_id": Column("The video."),
            "source": Column(
                "`published`: a published ID. `content`: the hash of one presentation's pixels, which another catalog may use as ID. `merged`: an ID given here before a later recording showed that two videos are one."
            ),
        },
    ),
    "video_segments": Table(
        "One segment of a video, as on the presentation that stands for it.",
        {
            "video_id": Column("The video."),
            "segment_index": Column("Place in the video, from 0."),
            "frame_start": Column("First frame.", unit="frames"),
            "frame_end": Column("Frame after the last one.", unit="frames"),
            "bad_properties": Column(
                "Whether the segment is not as its class demands (duration, background, margins, stillness)."
            ),
            "segment_id": Column("What the segment shows.", null="a natural video: its scenes have no IDs"),
        },
    ),
    "segments": Table(
        "One stimulus piece of parametric videos, such as one drifting Gabor.",
        {
            "id": Column("`s` and 16 hexadecimal digits, derived from content; or the published ID, `s` and 6 digits."),
            "label": Column("Stimulus class; the gray between photographs is `Background`."),
            "valid_frames": Column(
                "Duration of the occurrence that stands for the segment.",
                unit="frames",
                null="the published file lacks it",
            ),
            "sampling_freq": Column("Frames a second.", unit="Hz", null="the published file lacks it"),
            "source": Column("`raw` or `published`, as in `recordings`."),
        },
    ),
    "segment_aliases": Table(
        "Another name of a segment.",
        {
            "alias": Column("Another name of a segment, unique."),
            "segment_id": Column("The segment."),
            "source": Column("As in `video_aliases`."),
        },
    ),
    "trial_segments": Table(
        "One segment of one presentation, with the sixteen published descriptors as measured on that presentation.",
        {
            "trial_id": Column("The trial."),
            "segment_index": Column("Place in the video, from 0."),
            "frame_start": Column("First frame.", unit="frames"),
            "frame_end": Column("Frame after the last one.", unit="frames"),
            "duration": Column("`frame_end - frame_start`.", unit="frames"),
            "transition_start": Column(
                "Frames at the start (0 to 3) that still change by 50 gray levels² or more while the inside stays below.",
                unit="frames",
            ),
            "transition_end": Column("The same at the end.", unit="frames"),
            "max_change": Column(
                "Largest mean squared difference of two successive frames, without the transitions.",
                unit="gray levels²",
            ),
            "is_static": Column("Whether `max_change` is at most 50."),
            "intensity_range": Column("Largest minus smallest intensity, without the transitions.", unit="gray levels"),
            "margin_left": Column("Columns from the left that together stay within 35 gray levels.", unit="pixels"),
            "margin_right": Column("Columns from the right that together stay within 35 gray levels.", unit="pixels"),
            "margin_top": Column("Rows from the top that together stay within 35 gray levels.", unit="pixels"),
            "margin_bottom": Column("Rows from the bottom that together stay within 35 gray levels.", unit="pixels"),
            "background_color": Column(
                "Centre of the fullest of 255 bins of intensity, without the transitions.", unit="gray levels"
            ),
            "background_proportion": Column(
                "Density of pixels in that bin: their share, divided by the bin's width (256/255).", unit="1/gray level"
            ),
            "is_uniform": Column(
                "Whether the segment is one even gray: proportion 0.8 or more, range at most 35, static."
            ),
            "bad_properties": Column("Whether the segment is not as its class demands, on this presentation."),
        },
    ),
    "neurons": Table(
        "One neuron of one recording.",
        {
            "recording_id": Column("The recording."),
            "row": Column(
                'Row of the neuron in every response array of its recording. A reserved word in PostgreSQL: write `"row"`.'
            ),
            "unit_id": Column(
                "The experimenters' number of the neuron, unique in its recording.",
                null="`unit_ids.npy` is missing or does not fit the responses",
            ),
            "coord_x": Column(
                "Position across of the cell in the microscope's motor coordinates.",
                unit="µm",
                null="the coordinates file is missing or does not fit",
            ),
            "coord_y": Column(
                "Position along of the cell in the microscope's motor coordinates.",
                unit="µm",
                null="the coordinates file is missing or does not fit",
            ),
            "coord_z": Column(
                "Depth of the cell in the microscope's motor coordinates.",
                unit="µm",
                null="the coordinates file is missing or does not fit",
            ),
            "mean_activation": Column(
                "Mean over the valid frames of all trials with a valid response. Published statistics of recordings with withheld responses include the withheld zeros.",
                unit="deconvolved activity",
                null="no trial has a valid response",
            ),
            "std_activation": Column(
                "Population standard deviation, likewise.",
                unit="deconvolved activity",
                null="no trial has a valid response",
            ),
            "min_activation": Column(
                "Smallest value, likewise.", unit="deconvolved activity", null="no trial has a valid response"
            ),
            "max_activation": Column(
                "Largest value, likewise.", unit="deconvolved activity", null="no trial has a valid response"
            ),
        },
    ),
    "array_files": Table(
        "Where one signal of one trial is stored, and what the file was like when it was read.",
        {
            "trial_id": Column("The trial."),
            "signal": Column("`video`, `response`, `pupil`, `gaze` or `locomotion`."),
            "path": Column("The file, relative to the recording's root."),
            "array_row": Column(
                "Row of the array that holds the signal: pupil and locomotion share a file.",
                null="the whole array is the signal",
            ),
            "bytes": Column("Size of the file.", unit="bytes"),
            "modified_ns": Column("When the file was last modified, since 1970.", unit="ns"),
            "digest": Column(
                "Digest of the file and how it was made: `crc32:` and 8 hexadecimal digits, or `sha256:` and what `sha256sum` prints."
            ),
            "dtype": Column("Type of the array's numbers, in numpy's words."),
            "shape": Column("JSON list: the array's shape, padding included."),
        },
    ),
    "recording_roots": Table(
        "A folder that holds the files of a recording. When data moves, this row alone changes.",
        {
            "id": Column("Internal number."),
            "recording_id": Column("The recording."),
            "path": Column(
                "Absolute path of the folder that holds `data/` and `meta/` of the recording; `array_files.path` is relative to it."
            ),
        },
    ),
    "data_dictionaries": Table(
        "What the publisher says of the columns of a recording's tables.",
        {
            "recording_id": Column("The recording."),
            "subject": Column("`trials` or `neurons`: the published table that is described."),
            "content": Column("JSON object, word for word the published description of each column."),
        },
    ),
    "video_signatures": Table(
        "What is kept of a video's pixels, so that later recordings can be compared with it without its files.",
        {
            "id": Column("Internal number; a lower one was known first."),
            "content_hash": Column("The presentation that the signature was made from."),
            "video_id": Column("The video."),
            "projection": Column("Coarse pictures of key frames: enough to rule nearly all other videos out."),
            "signature": Column("Segment bounds and key frames, rounded to gray levels and packed."),
        },
    ),
    "segment_signatures": Table(
        "The same for a segment.",
        {
            "id": Column("Internal number; a lower one was known first."),
            "content_hash": Column("The occurrence that the signature was made from."),
            "segment_id": Column("The segment."),
            "projection": Column("As in `video_signatures`."),
            "signature": Column("Key frames, rounded to gray levels and packed."),
        },
    ),
    "ingest_runs": Table(
        "One run of `catalog ingest` or `catalog import` that changed the catalog.",
        {
            "id": Column("Internal number; runs are numbered as they began."),
            "command": Column("`ingest` or `import`."),
            "status": Column("`running`, `done` or `failed`. A `running` one while nothing runs was interrupted."),
            "started_at": Column("When it began.", unit="UTC"),
            "finished_at": Column("When it ended.", unit="UTC", null="it has not ended"),
            "version": Column("Version of sensorium-catalog."),
            "analysis_version": Column("Version of the analysis that made the rows; `none` for imports."),
            "parameters": Column("JSON object: what it was run on, and with which options."),
            "input_digest": Column("Digest of the published files that an import has read.", null="an ingest"),
        },
    ),
    "ingest_problems": Table(
        "Something wrong with a file, or that files disagree about, and what was done about it.",
        {
            "id": Column("Internal number."),
            "run_id": Column("The run that found it."),
            "severity": Column(
                "`error`: something could not be taken in. `warning`: it was, with a reservation. `notice`: nothing to do, such as a known error of the published files."
            ),
            "kind": Column("What is wrong, in a word or two that programs can test for."),
            "topic": Column(
                "The check that found it; when the same check runs again, its findings replace the earlier ones."
            ),
            "recording": Column("Name of the recording.", null="it concerns no single recording"),
            "trial": Column("Number of the trial.", null="it concerns no single trial"),
            "signal": Column(
                "The signal, or `behavior` for the file that holds pupil and locomotion.",
                null="it concerns no single signal",
            ),
            "path": Column(
                "The file, relative to the recording's or the metadata's folder.", null="it concerns no single file"
            ),
            "message": Column("What was found, and what was expected."),
            "action": Column("What was done about it."),
        },
    ),
    "trial_changes": Table(
        "One trial that a run added, removed or changed. A trial that the run left as it was has no row.",
        {
            "id": Column("Internal number; changes are numbered as they were made."),
            "run_id": Column("The run that made the change, or the latest one when the recording was removed."),
            "made_by": Column(
                "`run`: the run itself. `remove`: `catalog remove`, after that run and before the next one."
            ),
            "recording": Column("Name of the recording."),
            "trial": Column("Number of the trial."),
            "change": Column("`added`, `removed` or `changed`."),
            "before": Column(
                "JSON object: the fields that differ, as they were; every field of a trial that was removed. Fields are columns of `trials`, and `files`, a digest over the digests of the trial's files.",
                null="the trial was added",
            ),
            "after": Column("JSON object: the same fields, as they became.", null="the trial was removed"),
        },
    ),
    "selections": Table(
        "A question about trials that was given a name, with what it selected then, so that it can be cited.",
        {
            "name": Column("The selection's name."),
            "conditions": Column(
                "JSON list: the conditions that a trial had to meet, all of them, as `catalog trials --where` takes them; an empty list selects every trial."
            ),
            "digest": Column(
                "Which trials were selected: SHA-256 over a line `recording/trial` for each, sorted by recording (code points) and trial (number)."
            ),
            "n_trials": Column("How many trials were selected."),
            "created_at": Column("When they were selected.", unit="UTC"),
            "run_id": Column("The latest run at that time.", null="there was none, or it was deleted"),
            "schema_revision": Column("Revision of the catalog's schema at that time."),
            "version": Column("Version of sensorium-catalog that selected them."),
            "note": Column("What its author says of it.", null="nothing was said"),
        },
    ),
    "selection_trials": Table(
        "One trial of a selection, as it was when it was selected. It refers to no other row, and outlasts them.",
        {
            "selection": Column("The selection."),
            "recording": Column("Name of the recording."),
            "trial": Column("Number of the trial."),
            "label": Column("As in `trials`, at that time.", null="no video could be analysed"),
            "trial_type": Column("Likewise.", null="the recording does not tell"),
            "video_id": Column(
                "Likewise; may have become an alias of another ID since.", null="no video could be analysed"
            ),
            "video_hash": Column("Likewise.", null="no pixels were read (published metadata alone)"),
            "valid_frames": Column("Likewise.", unit="frames", null="neither video nor response could be read"),
            "valid_trial": Column("Likewise."),
            "valid_video": Column("Likewise."),
            "valid_response": Column("Likewise."),
            "valid_pupil": Column("Likewise."),
            "valid_gaze": Column("Likewise."),
            "valid_locomotion": Column("Likewise."),
        },
    ),
}
