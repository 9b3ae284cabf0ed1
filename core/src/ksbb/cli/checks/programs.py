"""The programs: how each of them stands."""

from collections.abc import Iterator

from ksbb.cli.checks.line import Line, fault, ok, warning
from ksbb.programs import ProgramHost, ProgramState, ProgramStatus
from ksbb.settings import Settings


def programs(host: ProgramHost, settings: Settings) -> Iterator[Line]:
    """A line for each program."""
    if settings.programs.safe_mode:
        yield warning("programs", "safe mode: none is loaded", "take programs.safe_mode out of the settings")
    yield from map(program_line, host.statuses())


def program_line(status: ProgramStatus) -> Line:
    """How a program stands, and what to do where it doesn't run as it was wanted."""
    what = f"program {status.id}"
    if status.at_fault:
        reason = status.reason.en if status.reason else ""
        return fault(what, f"{status.state}: {reason}", status.remedy.en if status.remedy else "")
    said = f"{status.state} {status.version or ''}".strip()
    if status.state is ProgramState.DISABLED and status.reason:
        return ok(what, f"{said}, {status.reason.en}")
    return ok(what, said)
