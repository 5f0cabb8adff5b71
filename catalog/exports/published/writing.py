"""`write`: all files of the published layout, and what is to be said of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog import __version__
from catalog.counts import counted
from catalog.exports.licences import LICENSES
from catalog.exports.options import ExportOptions, ExportReport
from catalog.exports.published.names import choose_names
from catalog.exports.published.notes import sentences, write_problems
from catalog.exports.published.recordings import RecordingWriter
from catalog.exports.published.stimuli import write_stimuli
from catalog.models import Recording

COUNTED = ("recordings", "trials", "neurons", "videos", "segments", "files")


def write(session: Session, folder: Path, options: ExportOptions) -> ExportReport:
    """Write the catalog into an empty folder, in the layout of the published metadata.

    An import of the folder gives the same trials, neurons, videos and segments. The same rows give the same bytes, on
    either database.
    """
    names, notes = choose_names(session, options.ids)
    writer = RecordingWriter(session, folder, names)
    for recording in session.execute(sa.select(Recording.__table__).order_by(Recording.name)).mappings().all():
        writer.write(recording)
    counts, found = writer.counts, writer.found
    write_stimuli(session, folder, names, counts, found)
    notes = [*notes, *sentences(found), *write_problems(session, folder)]
    _write_readme(folder, options, counts, notes)
    return ExportReport({name: counts[name] for name in COUNTED}, tuple(notes))


def _write_readme(folder: Path, options: ExportOptions, counts: Counter[str], notes: list[str]) -> None:
    holds = ", ".join(counted(counts[name], name.removesuffix("s")) for name in COUNTED)
    ids = "the catalog's IDs" if options.ids == "catalog" else "their published IDs, where they have one"
    lines = [
        "# Metadata of recordings in the published Sensorium layout",
        "",
        f"Written by sensorium-catalog {__version__}: {holds}.",
        f"Videos and segments go by {ids}.",
        "",
        LICENSES,
    ]
    if notes:
        lines += ["", "## Notes", "", *(f"- {note}" for note in notes)]
    (folder / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
