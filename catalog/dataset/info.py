"""What a DataSet tells of its recordings: `info`, by name, and the summary that `print(ds)` shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from catalog.catalog import Catalog
from catalog.dataset.neurons import RecordingNeurons
from catalog.models import Recording, Trial
from catalog.names import recording_parts

FACTS = ("animal_id", "session", "scan_idx")
SIZES = ("samples_per_trial", "n_neurons")


def read_info(catalog: Catalog, recordings: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the facts of each recording, in their order, under the published keys.

    `trials` are their numbers as text, in the order of text, `trial_type` the tier of each; `neurons` are read when
    they are looked at. A recording that the catalog does not have has neither trials nor sizes.
    """
    columns = [Recording.name, Recording.id, *(getattr(Recording, name) for name in (*FACTS, *SIZES))]
    tiers: dict[int, dict[str, str | None]] = {}
    with catalog.engine.connect() as connection:
        stated = {row["name"]: row for row in connection.execute(sa.select(*columns)).mappings()}
        shown = sa.select(Trial.recording_id, Trial.trial, Trial.trial_type)
        for owner, trial, tier in connection.execute(shown).all():
            tiers.setdefault(owner, {})[str(trial)] = tier
    found = {}
    for name in recordings:
        facts: Mapping[Any, Any] = stated.get(name, {})
        trials = tiers.get(facts.get("id", -1), {})
        in_order = sorted(trials)
        found[name] = {
            **{key: facts.get(key) or recording_parts(name).get(key) for key in FACTS},
            "n_trials": len(trials),
            "trials": in_order,
            **{key: facts.get(key) for key in SIZES},
            "neurons": RecordingNeurons(catalog, name),
            "trial_type": {trial: trials[trial] for trial in in_order},
        }
    return found


def summary(info: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the recordings and their sizes, a line each."""
    lines = [f"The dataset contains {len(info)} recordings:\n"]
    for name, facts in info.items():
        lines.append(
            f"  - {name} with {facts['n_neurons']} neurons recorded, {facts['n_trials']} trials, and "
            f"{facts['samples_per_trial']} samples per trial\n"
        )
    return "".join(lines)
