"""The root command and its lazily imported subcommands."""

import sys
from typing import TYPE_CHECKING

import click

from ksbb.cli.lazy import LazyGroup

if TYPE_CHECKING:
    from ksbb.domain.errors import KsbbError

_COMMANDS = {
    "demo": ("ksbb.cli.demo:demo", "Set up a demonstration, replay the published figures, then serve it."),
    "init": ("ksbb.cli.setup:init", "Set up the data folder: secret, database, areas, first admin."),
    "serve": ("ksbb.cli.serve:serve", "Serve the API, and run the flows unless workers do."),
    "up": ("ksbb.cli.up:up", "Try the server mode: everything it needs, on this machine."),
    "deploy": ("ksbb.cli.server:deploy", "Register all flows and schedules at Prefect's server."),
    "dispatch": ("ksbb.cli.server:dispatch", "Hand the outbox's work to Prefect's server."),
    "worker": ("ksbb.cli.server:worker", "Run flows for Prefect's server."),
    "replay": ("ksbb.cli.demo:replay", "Replay KSBB's history and compare it with the published figures."),
    "db": ("ksbb.cli.setup:db", "Upgrade or check the database."),
    "doctor": ("ksbb.cli.doctor:doctor", "Examine configuration, database, programs, engine and machine."),
    "engine": ("ksbb.cli.engine:engine", "See, retry or drop the engine's work."),
    "programs": ("ksbb.cli.programs:programs", "See, examine and configure the programs; begin a new one."),
    "users": ("ksbb.cli.users:users", "Add accounts and tokens."),
    "import": ("ksbb.cli.data:import_", "Import areas, targets or needs from CSV or XLSX."),
    "needs": ("ksbb.cli.needs:needs", "Import, estimate and roll over needs."),
    "allocate": ("ksbb.cli.allocate:allocate", "Propose who gets how much, see why, approve and verify it."),
    "export": ("ksbb.cli.data:export", "Export records as CSV or JSON."),
}


@click.group(cls=LazyGroup, table=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ksbb")
def root() -> None:
    """KSBB: aid from a commitment to a documented handover."""


def main() -> None:
    """Run the command line. Ends with 0 when done, 1 for a problem that the message explains, 2 for a wrong call."""
    try:
        root(prog_name="ksbb")
    except Exception as raised:
        error = _explained(raised)
        if error is None:
            raise
        click.echo(f"{error.title.en}:", err=True)
        for problem in error.problems:
            place = f" ({problem.pointer})" if problem.pointer else ""
            click.echo(f"  {problem.message.en}{place}", err=True)
        sys.exit(1)


def _explained(raised: Exception) -> "KsbbError | None":
    """The error as one with a message for people; None for one that nobody foresaw."""
    from ksbb.domain.errors import KsbbError  # noqa: PLC0415 - only a failure needs it

    if isinstance(raised, KsbbError):
        return raised
    from ksbb.storage.trouble import trouble_of  # noqa: PLC0415

    trouble = trouble_of(raised)
    return trouble.as_error() if trouble else None
