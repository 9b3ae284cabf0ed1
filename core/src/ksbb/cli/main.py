"""The root command and its lazily imported subcommands."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

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
    "programs": ("ksbb.cli.programs:programs", "See the programs and how they stand."),
    "users": ("ksbb.cli.users:users", "Add accounts and tokens."),
    "import": ("ksbb.cli.data:import_", "Import areas, targets or needs from CSV."),
    "export": ("ksbb.cli.data:export", "Export records as CSV or JSON."),
}
"""Name → where the command is, and what it does in one line."""


class _Lazy(click.Group):
    """A group that knows its commands by name and imports one only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        """The names, in the order in which a newcomer meets them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """The command, imported now."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}:{name} is no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
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
