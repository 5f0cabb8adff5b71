"""Writes docs/schema.md from the models and the data dictionary: `make docs`."""

from pathlib import Path

from catalog.dictionary import TABLES
from catalog.models import Base

DOCUMENT = Path(__file__).with_name("schema.md")
TYPES = {
    "Text": "text",
    "Integer": "integer",
    "BigInteger": "big integer",
    "Double": "double",
    "Boolean": "boolean",
    "JSON": "JSON",
    "UtcDateTime": "timestamp",
    "LargeBinary": "bytes",
}
INTRODUCTION = """# The schema

The same on SQLite and PostgreSQL, made by migrations only. These names are public: SQL that uses them keeps working;
columns and tables may be added. NULL always means "not known"; what that comes from stands in the last column, and a
column without an entry there is never NULL. Keys are shown as → (foreign key) and **bold** (primary key).

Text compares and sorts by code point on both databases. SQLite stores booleans as 0 and 1. Whole numbers of frames are
counted from 0; an end is the frame after the last one. Intensities are gray levels from 0 to 255.

(Made from the models and `catalog/dictionary.py` by `make docs`; a test keeps it so.)

## Views

`trial_overview`: each row is a trial: `recording` (its name), then every column of `trials`.

`segment_overview`: each row is a time that a segment of a parametric video was on screen. `frame_start` and `frame_end`
are those measured on that presentation, where it was measured.

| column | meaning |
|---|---|
| segment_id, segment_label | the segment |
| video_id, video_label | the video it was part of |
| recording, trial, trial_type, trial_id | the trial in which it was shown |
| segment_index | its place in the video, from 0 |
| frame_start, frame_end | first frame, and frame after the last one |

## Tables

"""


def render() -> str:
    """Return the whole document."""
    parts = [INTRODUCTION]
    for name, table in TABLES.items():
        parts.append(
            f"### {name}\n\n{table.row}\n\n| column | type | unit | meaning | NULL when |\n|---|---|---|---|---|\n"
        )
        for column in Base.metadata.tables[name].columns:
            told = table.columns[column.name]
            shown = f"**{column.name}**" if column.primary_key else column.name
            targets = "".join(f"→ `{key.column}`. " for key in column.foreign_keys)
            kind = TYPES[type(column.type).__name__]
            parts.append(f"| {shown} | {kind} | {told.unit} | {targets}{told.meaning} | {told.null} |\n")
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(render())
