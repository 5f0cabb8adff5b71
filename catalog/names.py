"""Names of recordings, and what they tell."""

from __future__ import annotations

import re

RECORDING = re.compile(
    r"(?P<name>dynamic(?P<animal_id>\d+)-(?P<session>\d+)-(?P<scan_idx>\d+)-Video-[0-9a-f]{32})(?P<suffix>.*)",
    re.DOTALL,
)


def recording_name(name: str) -> str:
    """Return the name that a recording has in the catalog: without what some copies append to it, such as `_30hz`.

    A name of another form stays as it is.
    """
    match = RECORDING.fullmatch(name)
    return match["name"] if match else name


def recording_parts(name: str) -> dict[str, str]:
    """Return `animal_id`, `session` and `scan_idx` as the name tells them; nothing for a name of another form."""
    match = RECORDING.fullmatch(name)
    return {part: match[part] for part in ("animal_id", "session", "scan_idx")} if match else {}
