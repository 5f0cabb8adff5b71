"""One recording, from all its published files."""

from __future__ import annotations

from ingest.facts import RecordingFacts
from ingest.published.basics import basics_without_file, read_basics, read_dictionaries, read_neurons
from ingest.published.consistency import Shown, add_missing_videos, check_against_videos, check_recording
from ingest.published.findings import Findings
from ingest.published.layout import Folder, Layout
from ingest.published.stimuli import PublishedStimuli
from ingest.published.trials import read_trials


def read_recording(layout: Layout, name: str, stimuli: PublishedStimuli, shown: Shown) -> RecordingFacts:
    """Return what the published files say of a recording, with every problem in them.

    Videos that only this recording's trials name are added to `stimuli`, and what its trials show to `shown`.
    """
    folder = layout.recordings[name]
    findings = Findings(name)
    _report_strangers(folder, findings)
    columns = read_basics(layout.root, folder, findings)
    trials, presentations = read_trials(layout.root, folder, stimuli, findings)
    neurons = read_neurons(layout.root, folder, findings)
    if columns is None:
        frequencies = [found.values["sampling_freq"] for found in presentations.values()]
        known = [frequency for frequency in frequencies if frequency is not None]
        columns = basics_without_file(folder, len(trials), len(neurons), known)
    dictionaries = read_dictionaries(layout.root, folder, findings)
    facts = RecordingFacts(name, {**columns, "source": "published"}, trials, neurons, dictionaries)
    check_recording(facts, presentations, findings)
    check_against_videos(facts, presentations, stimuli, findings)
    add_missing_videos(facts, presentations, stimuli, findings)
    for trial in trials:
        video = trial.columns["video_id"]
        if video is not None:
            shown.setdefault(video, {}).setdefault(name, set()).add(trial.trial)
    facts.problems = findings.collected()
    return facts


def _report_strangers(folder: Folder, findings: Findings) -> None:
    for name in folder.strangers:
        path = f"{folder.name}/{name}"
        findings.warning("unknown_file", f"{path} is nothing that published metadata holds", "not read", path=path)
    for place in folder.unreadable:
        findings.error("unreadable_file", f"the folder cannot be read: {place}", "taken in without its files")
