"""What the record says of the programs: schemas that don't fit what was kept, and what waits for programs that are away."""

from collections.abc import AsyncIterator

from ksbb.cli.checks.line import Line, fault, ok, warning
from ksbb.domain.rights import SYSTEM
from ksbb.programs import ProgramHost
from ksbb.storage.database import Database
from ksbb.usecases.engine import waits_for_program
from ksbb.usecases.platform import Platform, SystemClock
from ksbb.usecases.read.aid_schemas import Misfit, misfits, open_commitments, remembered_programs
from ksbb.usecases.read.backlog import read_backlog


async def records(opened: Database, host: ProgramHost) -> AsyncIterator[Line]:
    """A line for every aid type that doesn't fit what was kept, and for every program that is away with work left."""
    platform = Platform(opened, host, SystemClock())
    running = [active.program for active in host.active()]
    async with platform.reading_desk(SYSTEM) as desk:
        found = await misfits(desk, running)
        away = sorted(set(await remembered_programs(desk)) - {program.id for program in running})
        cases = await open_commitments(desk, away)
        backlog = await read_backlog(desk.unit.connection)
    for misfit in found:
        yield _misfit(misfit)
    if not found:
        yield ok("aid schemas", "as they were kept")
    for program_id in away:
        items = sum(
            one.items
            for one in backlog
            if (one.program_id, one.status) == (program_id, "pending")
            and waits_for_program(host, program_id, one.consumer)
        )
        if cases[program_id] or items:
            yield _waiting(host, program_id, cases[program_id], items)


def _misfit(found: Misfit) -> Line:
    what = f"aid schema {found.program_id} {found.aid_type}"
    if found.where:
        return fault(
            what,
            f"changed at {found.where}, but its version is still {found.version}: nobody can commit such aid",
            f"let the program's author raise schema_version to {found.version + 1}, or install the earlier version of the program",
        )
    return warning(
        what,
        f"lines were written by version {found.version}, the program has version {found.present}: such drafts can't be submitted",
        "install the newer version of the program again",
    )


def _waiting(host: ProgramHost, program_id: str, cases: int, items: int) -> Line:
    status = host.status(program_id)
    commitments = "commitment is" if cases == 1 else "commitments are"
    work = "item waits" if items == 1 else "items wait"
    remedy = status.remedy.en if status and status.remedy else ""
    return warning(
        f"records of {program_id}",
        f"{cases} {commitments} open, {items} {work} for it, and the program is {status.state if status else 'not installed'}",
        remedy or f"install its package and add {program_id} to programs.enabled, then restart",
    )
