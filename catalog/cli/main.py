"""The `catalog` command itself: options for all commands, and how errors and exit codes reach the user."""

from __future__ import annotations

import atexit
import signal
import sys
import traceback
from typing import Any

import click

from catalog import __version__
from catalog.cli import commands
from catalog.cli.readers import readers_may_leave
from catalog.errors import CatalogError, StoppedError

EPILOG = """\b
Exit codes:
  0  done
  1  done, with problems recorded (`catalog problems` lists them), or with
     differences found (`replay`, `audit`), or something shared (`leakage`)
  2  wrong usage or input, or a database that cannot be used; nothing was changed
  3  a failure in the middle; what was committed before it stays
  130  interrupted
\b
Data goes to standard output, everything else to standard error.
"""


class ErrorsForPeople(click.Group):
    """A group that turns our errors into one sentence and an exit code; `--debug` shows the traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which a newcomer needs them, not by letter."""
        return list(self.commands)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command, whoever reads what it writes, and for however long."""
        with readers_may_leave():
            return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; see the class."""
        try:
            return super().invoke(ctx)
        except CatalogError as error:
            _tell(ctx, str(error))
            ctx.exit(3 if isinstance(error, StoppedError) else 2)
        except click.NoSuchOption as error:
            if error.option_name not in ("--db", "--debug"):
                raise
            place = f"catalog {error.option_name} … {ctx.invoked_subcommand}"
            message = f"{error.message} It stands before the command: {place}"
            raise click.NoSuchOption(error.option_name, message, ctx=error.ctx) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            # A second one while Python ends would kill it, and hide the exit code.
            atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
            click.echo("Interrupted.", err=True)
            ctx.exit(130)
        except Exception as error:  # the last resort: the user learns of it, and how to see more
            _tell(ctx, _meaning(error, ctx.params["db"]))
            ctx.exit(3)


def _meaning(error: Exception, db: str) -> str:
    """Return what an error that nobody expected means to a user, as far as it can be told."""
    exceptions = sys.modules.get("sqlalchemy.exc")
    if exceptions is not None and isinstance(error, exceptions.DBAPIError):
        from catalog.database import display_name
        from catalog.faults import unusable

        return str(unusable(error, display_name(db)))
    return f"unexpected {type(error).__name__}: {_first_line(error)} (run again with --debug to see where)"


def _tell(ctx: click.Context, message: str) -> None:
    if ctx.params.get("debug"):
        click.echo(traceback.format_exc(), err=True)
    click.echo(f"Error: {message}", err=True)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), "no message")


@click.group(cls=ErrorsForPeople, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--db",
    envvar="CATALOG_DB",
    default="catalog.db",
    show_default=True,
    show_envvar=True,
    metavar="PATH-OR-URL",
    help="The catalog: a SQLite file, or postgresql://user@host/name.",
)
@click.option("--debug", is_flag=True, help="Show tracebacks, and log what is done.")
@click.version_option(__version__, prog_name="sensorium-catalog")
@click.pass_context
def main(ctx: click.Context, db: str, debug: bool) -> None:
    """Metadata of the Sensorium recordings: raw data and published metadata in, answers out.

    A catalog is a database. `ingest` and `import` make and fill it; everything else asks it.
    """
    ctx.obj = db
    if debug:
        import logging

        logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


for command in commands.ALL:
    main.add_command(command)
