"""`audit_groups` and `audit_classes`: the catalog against numbers that others have given to trials."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from catalog.counts import counted
from catalog.errors import InputError, nearest
from ingest.analysis.stimulus_classes import NATURAL_VIDEO, PARAMETRIC_CLASSES, UNKNOWN
from ingest.auditing.grouping import Wording, compare_groups
from ingest.auditing.names import Matching, match_names
from ingest.auditing.numbers import Numbers, find_files, read_numbers, shared_numbers
from ingest.auditing.report import AuditReport, Tally
from ingest.auditing.stored import Source, labels_in_use, recording_names, snapshot, trials_of
from ingest.published.findings import some

GroupNumbers = Literal["auto", "global", "local"]
TrialKey = tuple[str, int]
Trials = dict[int, tuple[str | None, str | None]]
"""Label and video of each trial."""
LABELS = frozenset({NATURAL_VIDEO, UNKNOWN, *PARAMETRIC_CLASSES})


def audit_groups(catalog: Source, folder: str | os.PathLike[str], *, numbers: GroupNumbers = "auto") -> AuditReport:
    """Compare which trials show the same video with groups that others have made, and change nothing.

    The folder holds a `.npy` file for each recording, with a group number at each trial index; a negative number, NaN
    or an index without trial makes no statement. Which numbers are used does not matter.

    Parameters
    ----------
    catalog
        An open catalog, or the path or URL of one.
    folder
        The files.
    numbers
        `global`: a number means one group in all files. `local`: a number means another group in each file. `auto`:
        global where numbers that recur in another file mean the same video there more often than not.

    Raises
    ------
    InputError
        The folder holds no such files, or none of a recording in the catalog, or one that is no list of whole numbers.
    DatabaseError
        The catalog cannot be opened or read.
    """
    folder = os.fspath(folder)
    side = _read(catalog, folder)
    tally = side.tally
    tally.count("groups", 0)
    ours: dict[TrialKey, str] = {}
    theirs: dict[TrialKey, int] = {}
    for name, trial, number, (_, video) in side.statements():
        if video is None:
            tally.count("groups")
            message = f"trial {trial} of {name} shows no video in the catalog; the others put it in group {number}"
            tally.differ("groups", "missing", message, recording=name, trial=trial, other=f"group {number}")
        else:
            ours[name, trial], theirs[name, trial] = video, number
    if _are_global(ours, theirs, numbers, tally):
        compare_groups(ours, theirs, _wording(lambda number: f"group {number}"), tally)
    else:
        compare_groups(
            {key: (key[0], video) for key, video in ours.items()},
            {key: (key[0], number) for key, number in theirs.items()},
            _wording(lambda group: f"group {group[1]}", lambda group: str(group[1])),
            tally,
        )
    return side.report(folder)


def audit_classes(catalog: Source, folder: str | os.PathLike[str], classes: Mapping[int, str]) -> AuditReport:
    """Compare the labels of trials with classes that others have given them, and change nothing.

    The folder holds a `.npy` file for each recording, with a class number at each trial index; a negative number, NaN
    or an index without trial makes no statement.

    Parameters
    ----------
    catalog
        An open catalog, or the path or URL of one.
    folder
        The files.
    classes
        The label that each number stands for.

    Raises
    ------
    InputError
        As with `audit_groups`; or a number stands for no class, or a class for no label.
    DatabaseError
        The catalog cannot be opened or read.
    """
    folder = os.fspath(folder)
    side = _read(catalog, folder)
    known = {*LABELS, *side.labels}
    for label in classes.values():
        if label not in known:
            raise InputError(f"no trial has the label {label!r}. {nearest(label, known)}")
    tally = side.tally
    tally.count("classes", 0)
    for name, trial, number, (found, _) in side.statements():
        if number not in classes:
            given = ", ".join(f"{key}={value}" for key, value in classes.items())
            raise InputError(
                f"{side.names.common[name]}.npy gives trial {trial} the class {number}, which has no label; "
                f"expected one of {given}: add {number}=LABEL to the classes"
            )
        tally.count("classes")
        if found != classes[number]:
            message = (
                f"trial {trial} of {name} is {found} in the catalog; the others give it class {number}, "
                f"{classes[number]}"
            )
            tally.differ("classes", "value", message, recording=name, trial=trial, catalog=found, other=classes[number])
    return side.report(folder)


@dataclass
class _Side:
    """What the files say, and what the catalog has of the recordings that they are about."""

    names: Matching
    numbers: dict[str, Numbers]
    trials: dict[str, Trials]
    labels: set[str]
    tally: Tally

    def statements(self) -> Iterator[tuple[str, int, int, tuple[str | None, str | None]]]:
        """Yield recording, trial, number, and label and video of each trial that the files say something about."""
        for name, trials in self.trials.items():
            for trial, told in trials.items():
                if trial in self.numbers[name]:
                    yield name, trial, self.numbers[name][trial], told

    def report(self, folder: str) -> AuditReport:
        """Return the report, with a note on what the files do not cover."""
        silent = sum(trial not in self.numbers[name] for name, trials in self.trials.items() for trial in trials)
        beyond = sum(trial not in self.trials[name] for name, numbers in self.numbers.items() for trial in numbers)
        if silent:
            self.tally.notes.append(f"the files say nothing of {counted(silent, 'trial')} of these recordings")
        if beyond:
            told = counted(beyond, "entry is", "entries are")
            self.tally.notes.append(f"{told} at an index that is no trial of the catalog")
        names = self.names
        return self.tally.report(folder, list(names.common), names.only_in_catalog, names.only_in_other)


def _read(catalog: Source, folder: str) -> _Side:
    files = find_files(folder)
    with snapshot(catalog) as connection:
        names = match_names(recording_names(connection), files)
        if not names.common:
            raise InputError(
                f"none of the files in {folder} is named for a recording in the catalog: there are "
                f"{some([f'{name}.npy' for name in files], 3)}; `catalog recordings` lists the catalog's"
            )
        trials = {name: trials_of(connection, name) for name in names.common}
        labels = labels_in_use(connection)
    numbers = {name: read_numbers(files[stem]) for name, stem in names.common.items()}
    return _Side(names, numbers, trials, labels, Tally())


def _are_global(
    ours: Mapping[TrialKey, str], theirs: Mapping[TrialKey, int], numbers: GroupNumbers, tally: Tally
) -> bool:
    """Tell whether a number means the same in all files, and say so."""
    if numbers != "auto":
        return numbers == "global"
    recurring, same = shared_numbers(ours, theirs)
    found = recurring > 0 and 2 * same > recurring
    if len({recording for recording, _ in theirs}) > 1:
        told = f"{same} of {recurring} numbers that recur in another file mean the same video there"
        how = "across recordings" if found else "within each recording only"
        tally.notes.append(f"groups were compared {how}: {told}")
    return found


def _wording(theirs: Callable[[Any], str], ours: Callable[[Any], str] = str) -> Wording[TrialKey]:
    return Wording(
        "groups",
        "trial",
        where=lambda key: (key[0], key[1], None),
        name=lambda key: f"trial {key[1]} of {key[0]}",
        ours=ours,
        theirs=theirs,
    )
