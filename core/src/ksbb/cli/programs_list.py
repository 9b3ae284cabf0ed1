"""`ksbb programs list`: how the programs stand."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ksbb.cli.running import data_option, json_option, no_logs, settings_for, shown
from ksbb.programs import examine_programs


@click.command(name="list")
@data_option
@json_option
def list_(data: Path | None, *, as_json: bool) -> None:
    """All programs that are installed or configured, with status, version, and what to do where one doesn't run."""
    no_logs()
    statuses = examine_programs(settings_for(data)).statuses()
    if as_json:
        click.echo(json.dumps(shown(list(statuses)), ensure_ascii=False, indent=2))
        return
    table = Table()
    for heading in ("Program", "Status", "Distribution", "Version"):
        table.add_column(heading, overflow="fold")
    for status in statuses:
        row = (status.id, str(status.state), status.distribution or "", status.version or "")
        table.add_row(*map(escape, row))
    Console().print(table)
    # Not in the table: what is to be typed must stand whole on a narrow terminal, too
    for status in statuses:
        if status.reason and status.remedy:
            click.echo(f"{status.id}: {status.reason.en}\n  → {status.remedy.en}")
