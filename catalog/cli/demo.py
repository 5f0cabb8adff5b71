"""`catalog demo`: the main job in one go, on simulated data."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import click

SQL = (
    "SELECT label, COUNT(*) AS trials, COUNT(DISTINCT video_id) AS videos "
    "FROM trial_overview GROUP BY label ORDER BY label"
)
WHERE = ("label=Gabor", "valid_response=true")
PYTHON = 'cat.trials.filter(trial_type="train").count_across("recording", "label")'


@click.command(short_help="Simulate a small data set, ingest it, and ask it questions.")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.pass_context
def demo(ctx: click.Context, folder: Path | None) -> None:
    """Simulate a small raw data set, ingest it into SQLite, and show what is in the catalog.

    Everything is written into FOLDER, which must be new or empty and is kept; without one, into a new temporary folder.
    """
    from catalog.cli.fill import ingest
    from catalog.cli.info import info
    from catalog.cli.listings import LISTINGS
    from catalog.cli.simulate import simulate
    from catalog.cli.sql import sql

    if folder is not None and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.UsageError(f"{folder} is not empty: the demo takes a new or empty folder, or none")
    folder = folder or Path(tempfile.mkdtemp(prefix="sensorium-demo-"))
    data, database = folder / "data", str(folder / "catalog.db")
    ctx.obj = database
    trials = next(command for command in LISTINGS if command.name == "trials")

    _step(f"catalog simulate {data}")
    ctx.invoke(simulate, folder=data)
    _step(f"catalog --db {database} ingest {data}")
    ctx.invoke(ingest, data=data)
    _step(f"catalog --db {database} info")
    ctx.invoke(info)
    columns = "recording,trial,trial_type,video_id,valid_frames"
    conditions = " ".join(f'--where "{text}"' for text in WHERE)
    _step(f"catalog --db {database} trials {conditions} --columns {columns}")
    ctx.invoke(trials, where=WHERE, columns=columns)
    _step(f'catalog --db {database} sql "{SQL}"')
    ctx.invoke(sql, statement=SQL)
    _step(f'python: cat = Catalog("{database}"); {PYTHON}')
    _ask_python(database)
    program = shutil.which("catalog") or Path(sys.executable).with_name("catalog")
    click.echo(f"\nThe data and the catalog are kept in {folder}. To go on asking:", err=True)
    click.echo(f"    export CATALOG_DB={database}\n    {program} --help", err=True)


def _step(text: str) -> None:
    click.secho(f"\n$ {text}", bold=True)


def _ask_python(database: str) -> None:
    from catalog.catalog import Catalog

    with Catalog(database) as cat:
        click.echo(cat.trials.filter(trial_type="train").count_across("recording", "label").to_string())
