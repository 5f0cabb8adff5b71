"""What the published layout cannot hold, or holds otherwise than the catalog: counted, then said in sentences."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.counts import counted
from catalog.exports.published.files import write_csv
from catalog.models import IngestProblem

SENTENCES = {
    "no_video": ("trial", "without a video that could be analysed: video_ID is empty"),
    "no_presentation": ("trial", "of whose presentation nothing is known: there is no file in videos/"),
    "no_count": (
        "trial",
        "with a signal that is missing or unreadable: its valid_frames_… is empty",
    ),
    "no_type": ("trial", "whose phase is not known: trial_type is empty"),
    "no_segment": ("segment", "of which nothing is known: null in each list, so that the others keep their places"),
    "not_finite": ("segment", "with a value that is not finite: null in its list"),
    "no_neuron": ("neuron", "of which nothing is known: an empty line, so that the others keep their rows"),
    "own_trials": ("recording", "without a published description of the columns of trials: described by the catalog"),
    "own_neurons": ("recording", "without a published description of the columns of neurons: described by the catalog"),
    "other_folder": ("recording", "whose arrays lie in a folder of another name (…_30hz), which stands nowhere here"),
    "recounted": ("recording", "published with other numbers of trials or neurons than there are: counted anew"),
}
"""What to say of each kind of thing, after its number."""

PROBLEMS_FILE = "problems.tsv"
"""Not CSV: an import of the export would report a CSV file that is nobody's."""
PROBLEM_COLUMNS = ("severity", "kind", "topic", "recording", "trial", "signal", "path", "message", "action")


def sentences(found: Counter[str]) -> list[str]:
    """Return what was counted, each kind in a sentence."""
    return [f"{counted(found[kind], noun)} {rest}" for kind, (noun, rest) in SENTENCES.items() if found[kind]]


def write_problems(session: Session, folder: Path) -> list[str]:
    """Write the catalog's recorded problems, if it has any, and return what is to be said of them."""
    columns = [getattr(IngestProblem, name) for name in PROBLEM_COLUMNS]
    by_severity = Counter[str]()
    contradicted = 0
    rows = []
    for row in session.execute(sa.select(*columns).order_by(IngestProblem.id)):
        by_severity[row.severity] += 1
        contradicted += row.kind == "duplicates_differ"
        rows.append(tuple(row))
    if not rows:
        return []
    write_csv(folder / PROBLEMS_FILE, PROBLEM_COLUMNS, rows, delimiter="\t")
    told = ", ".join(counted(by_severity[name], name) for name in ("error", "warning", "notice") if by_severity[name])
    notes = [f"the catalog has recorded problems ({told}), which {PROBLEMS_FILE} lists; of what files contradict each "
             "other about, the export holds what the catalog kept"]  # fmt: skip
    if contradicted:
        told = f"{counted(contradicted, 'published list')} under duplicates differed from the trials"
        notes.append(f"{told}: all lists are made from the trials")
    return notes
