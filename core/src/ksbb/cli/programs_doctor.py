"""`ksbb programs doctor`: examines every program, also what `ksbb serve` leaves until it is needed: its flows."""

import json
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click

from ksbb.cli.checks.line import Health, Line, fault, ok, print_lines, warning
from ksbb.cli.checks.programs import program_line
from ksbb.cli.running import data_option, json_option, no_logs, settings_for, shown
from ksbb.programs import ProgramHost, examine_programs
from ksbb.programs.faults import repaired
from ksbb.programs.limits import Failed, Overrun, told, within
from ksbb.settings import Settings
from ksbb.settings.sources import OriginKind
from ksbb.settings.values import effective
from ksbb.usecases.desk import ActiveProgram


@click.command()
@data_option
@json_option
def doctor(data: Path | None, *, as_json: bool) -> None:
    """Examine every program: whether it loads, what it brings, its settings, and whether its flows can be imported.

    Each line says what was found and, where it isn't well, what to do. Changes nothing. Ends with 1 when there is a fault.
    """
    no_logs()
    settings = settings_for(data)
    host = examine_programs(settings)
    found = {status.id: [program_line(status)] for status in host.statuses()}
    for active in host.active():
        found[active.program.id] = list(_about(active, host, settings))
    for line in _flows(host, settings.programs.load_seconds):
        found[line.what.split()[1]].append(line)
    lines = [line for of_program in found.values() for line in of_program]
    if settings.programs.safe_mode:
        lines.append(
            warning(
                "programs", "safe mode: none was loaded", "take programs.safe_mode out of the settings to examine them"
            )
        )
    if as_json:
        answer = [{**shown(status), "lines": shown(found[status.id])} for status in host.statuses()]
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        print_lines(lines)
    if any(line.health is Health.FAULT for line in lines):
        sys.exit(1)


def _about(active: ActiveProgram, host: ProgramHost, settings: Settings) -> Iterator[Line]:
    """What a program that runs is made of, and which of its settings are given."""
    program = active.program
    status = host.status(program.id)
    counts = {"aid type": len(program.aid_types), "rule": len(program.rules), "flow": len(program.flows)}
    brings = ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for what, count in counts.items())
    listens = ", hears of life-cycle events" if host.listens_to(program.id) else ""
    yield ok(
        f"program {program.id}",
        f"active: {status.distribution if status else ''} {status.version if status else ''}, "
        f"for the program API {program.requires_api}, loaded in {host.seconds[program.id]:.2f} s; {brings}{listens}",
    )
    values = list(effective(active.settings, settings.sources, ("programs", program.id)))
    given = [one for one in values if one.origin.kind is not OriginKind.DEFAULT]
    told_of = ", ".join(f"{one.key.split('.', 2)[2]} ({one.origin.text.en})" for one in given)
    yield ok(
        f"program {program.id} settings",
        f"{len(given)} of {len(values)} given: {told_of}" if given else f"all {len(values)} are defaults",
    )


def _flows(host: ProgramHost, seconds: float) -> Iterator[Line]:
    """A line for each flow of the programs that run; imports them, and Prefect."""
    works = [(active.program, flow) for active in host.active() for flow in active.program.flows]
    if not works:
        return
    from ksbb.flows.prefect_home import configure  # noqa: PLC0415 - Prefect must find its settings first

    with tempfile.TemporaryDirectory() as home:
        configure(Path(home))
        from ksbb.flows.catalog import load_flow  # noqa: PLC0415

        _import_prefect()
        for program, flow in works:
            what = f"program {program.id} flow {flow.name}"
            package = flow.entrypoint.partition(":")[0].partition(".")[0]
            try:
                within(seconds, partial(load_flow, flow.entrypoint), package)
            except (Failed, Overrun) as error:
                reason = told(error.error) if isinstance(error, Failed) else str(error)
                status = host.status(program.id)
                remedy = repaired(program.id, (status and status.distribution) or program.id)
                yield fault(what, f"{flow.entrypoint} can't be imported: {reason}", remedy.en)
            else:
                when = f"on schedule {flow.schedule}" if flow.schedule else f"at stage {flow.stage}"
                yield ok(what, f"{flow.entrypoint}, {when}")


def _import_prefect() -> Any:
    """Import Prefect, whose seconds aren't those of the first flow."""
    import prefect  # noqa: PLC0415

    return prefect
