"""`ksbb doctor`: examines an installation, and says what to do where something isn't well."""

import json
import logging
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import click

from ksbb.cli.checks.database import database
from ksbb.cli.checks.engine import engine
from ksbb.cli.checks.line import Health, Line, fault
from ksbb.cli.checks.machine import machine, refused_settings
from ksbb.cli.running import data_option, json_option, log_to_stderr, run, settings_for, shown
from ksbb.domain.errors import InvalidInput
from ksbb.settings import Settings

_COLOURS = {Health.OK: "green", Health.WARNING: "yellow", Health.FAULT: "red"}


@click.command()
@data_option
@json_option
def doctor(data: Path | None, *, as_json: bool) -> None:
    """Examine configuration, secret, disk, database, programs, engine, clock and backlog.

    Each line says how a thing stands and, where it isn't well, what to do. Changes nothing. Ends with 1 when there is a fault.
    """
    # What would be logged, stands in the lines.
    log_to_stderr(logging.CRITICAL)
    lines = _examine(data)
    if as_json:
        click.echo(json.dumps([shown(line) for line in lines], ensure_ascii=False, indent=2))
    else:
        _print(lines)
    if any(line.health is Health.FAULT for line in lines):
        sys.exit(1)


def _examine(data: Path | None) -> list[Line]:
    try:
        settings = settings_for(data)
    except InvalidInput as error:
        return list(refused_settings(error))
    lines: list[Line] = []
    checks: dict[str, Callable[[], list[Line]]] = {
        "machine": lambda: list(machine(settings)),
        "database": lambda: run(lambda: _all(settings)),
        "engine": lambda: list(engine(settings)),
    }
    for what, check in checks.items():
        try:
            lines += check()
        except Exception as error:  # noqa: BLE001 - one check that fails must not hide what the others find
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            lines.append(
                fault(what, f"couldn't be examined ({reason})", "report this, with what `ksbb --version` says")
            )
    return lines


async def _all(settings: Settings) -> list[Line]:
    return [line async for line in database(settings)]


def _print(lines: list[Line]) -> None:
    width = max(len(line.what) for line in lines)
    for line in lines:
        mark = click.style(f"{line.health:<7}", fg=_COLOURS[line.health])
        click.echo(f"{mark}  {line.what:<{width}}  {line.message}")
        if line.remedy:
            click.echo(f"{'':7}  {'':{width}}  → {line.remedy}")
    counts = Counter(line.health for line in lines)
    faults, warnings = counts[Health.FAULT], counts[Health.WARNING]
    click.echo(
        f"{faults} {'fault' if faults == 1 else 'faults'}, {warnings} {'warning' if warnings == 1 else 'warnings'}"
    )
