"""`ksbb doctor`: examines an installation, and says what to do where something isn't well."""

import json
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import click

from ksbb.cli.checks.database import database
from ksbb.cli.checks.engine import engine
from ksbb.cli.checks.line import Health, Line, fault, print_lines
from ksbb.cli.checks.machine import machine, refused_settings
from ksbb.cli.running import data_option, json_option, no_logs, run, settings_for, shown
from ksbb.domain.errors import InvalidInput
from ksbb.programs import ProgramHost, examine_programs
from ksbb.settings import Settings


@click.command()
@data_option
@json_option
def doctor(data: Path | None, *, as_json: bool) -> None:
    """Examine configuration, secret, disk, database, programs, engine, clock and backlog.

    Each line says how a thing stands and, where it isn't well, what to do. Changes nothing. Ends with 1 when there is a fault.
    """
    no_logs()
    lines = _examine(data)
    if as_json:
        click.echo(json.dumps([shown(line) for line in lines], ensure_ascii=False, indent=2))
    else:
        print_lines(lines)
    if any(line.health is Health.FAULT for line in lines):
        sys.exit(1)


def _examine(data: Path | None) -> list[Line]:
    try:
        settings = settings_for(data)
    except InvalidInput as error:
        return list(refused_settings(error))
    lines: list[Line] = []
    programs = cache(lambda: examine_programs(settings))
    checks: dict[str, Callable[[], list[Line]]] = {
        "machine": lambda: list(machine(settings)),
        "database": lambda: run(lambda: _all(settings, programs())),
        "engine": lambda: list(engine(settings, programs())),
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


async def _all(settings: Settings, host: ProgramHost) -> list[Line]:
    return [line async for line in database(settings, host)]
