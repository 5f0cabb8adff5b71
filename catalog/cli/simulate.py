"""`catalog simulate`: a raw data set to try things on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from catalog.counts import counted


@click.command(short_help="Write a small raw data set of the real layout, with the truth about it.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--seed", default=0, show_default=True, help="Everything follows from it.")
@click.option("--recordings", default=4, show_default=True, help="Recordings; two in a row share their stimuli.")
@click.option("--neurons", "n_neurons", default=50, show_default=True, help="Neurons of the smallest recording.")
@click.option("--train-videos", default=2, show_default=True, help="Natural videos shown once in a recording.")
@click.option("--test-videos", default=1, show_default=True, help="Natural videos in each of three test tiers.")
@click.option("--test-repeats", default=2, show_default=True, help="Presentations of each of those.")
@click.option("--parametric-videos", default=1, show_default=True, help="Videos of each parametric class.")
@click.option("--parametric-repeats", default=2, show_default=True, help="Presentations of each of those.")
@click.option(
    "--dtype", type=click.Choice(["float32", "float64"]), help="Of all arrays; else each release has its own."
)
@click.option("--look-alikes", default=0, show_default=True, help="Sets of nearly equal, yet different videos.")
@click.option("--drop-frames/--no-drop-frames", default=True, show_default=True, help="Repeats that lost a frame.")
@click.option("--stalled", is_flag=True, help="In one image video the screen stalls for 97 frames.")
@click.option("--name-suffix", default="", metavar="TEXT", help="Appended to folder names, such as _30hz.")
@click.option("--misspelled-behavior", is_flag=True, help="One recording's behavior folder reads bahavior.")
def simulate(folder: Path, **options: Any) -> None:
    """Write a small raw data set into FOLDER, which must be new or empty.

    It has the layout, timing and flaws of the real one: six stimulus classes, repeats that drift, gaps in trial
    numbers, padding, dropped frames, withheld responses. FOLDER/truth.json says what is what.
    """
    from catalog.errors import InputError
    from ingest.simulation import SimulationOptions
    from ingest.simulation import simulate as run

    try:
        truth = run(folder, SimulationOptions(**options))
    except (ValueError, OSError) as error:
        raise InputError(f"cannot simulate into {folder}: {error}") from error
    trials = sum(len(recording["trials"]) for recording in truth["recordings"].values())
    there = f"{counted(len(truth['recordings']), 'recording')}, {counted(trials, 'trial')}"
    click.echo(f"{folder}: {there}; {folder / 'truth.json'}", err=True)
