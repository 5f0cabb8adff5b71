"""Batches: successive trials of a recording, read one after the other by whoever reads, as one task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ingest.trial import TrialResult, TrialTask, read_trial

BATCH = 8
"""Trials; what their responses add up to is a third of a megabyte, and is sent once for all of them."""


def in_batches(trials: Iterable[int], tasks: Mapping[int, TrialTask]) -> list[tuple[TrialTask, ...]]:
    """Return the tasks in batches; `trials` are all that the recording has, in order, also those without a task.

    A trial's place among all of them decides on its batch. Sums round differently in another order: so they do not
    depend on which trials are read again.
    """
    numbers = list(trials)
    parts = [numbers[start : start + BATCH] for start in range(0, len(numbers), BATCH)]
    batches = [tuple(tasks[trial] for trial in part if trial in tasks) for part in parts]
    return [batch for batch in batches if batch]


def read_batch(tasks: Sequence[TrialTask]) -> list[TrialResult]:
    """Read trials; the activity of the first of those with as many neurons is that of all of them."""
    results = []
    first_of: dict[int, TrialResult] = {}
    for task in tasks:
        result = read_trial(task)
        results.append(result)
        if result.activity is None or result.n_neurons is None:
            continue
        first = first_of.setdefault(result.n_neurons, result)
        if first is not result and first.activity is not None:
            first.activity, result.activity = first.activity.merge(result.activity), None
    return results
