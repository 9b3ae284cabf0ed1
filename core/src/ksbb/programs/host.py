"""The program host: the programs of one running platform, made once at start."""

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from typing import Any, TypeVar

import structlog

from ksbb.domain.errors import InvalidInput, Problem, Unavailable
from ksbb.domain.text import Text
from ksbb.program import LifecycleEvent, Program, ProgramSettings
from ksbb.programs.discovery import Installed, installed_programs
from ksbb.programs.faults import ProgramFault, conflicting_ids, conflicting_names, misnamed, missing
from ksbb.programs.isolated import IsolatedCalls
from ksbb.programs.listening import REMEDY, Listener
from ksbb.programs.loading import Listen, Loaded, activate, load
from ksbb.programs.soundness import require_sound
from ksbb.programs.status import ProgramState, ProgramStatus
from ksbb.settings import ProgramsSettings, Settings, did_you_mean
from ksbb.usecases.desk import ActiveProgram

T = TypeVar("T")
_log = structlog.get_logger("ksbb.programs")


class ProgramHost:
    """The programs as the platform sees them. By id: `seconds` tells how long each took to load, `packages` which package it is."""

    def __init__(
        self,
        statuses: Sequence[ProgramStatus],
        active: Sequence[ActiveProgram],
        listeners: Mapping[str, Listener],
        seconds: Mapping[str, float] | None = None,
        packages: Mapping[str, str] | None = None,
    ) -> None:
        self._statuses = {status.id: status for status in statuses}
        self._active = {one.program.id: one for one in active}
        self._listeners = dict(listeners)
        self.seconds = dict(seconds or {})
        self._packages = dict(packages or {})
        self._calls = IsolatedCalls()

    def statuses(self) -> tuple[ProgramStatus, ...]:
        """The status of every program that is installed or configured, by id, as it is now."""
        return tuple(map(self._present, self._statuses.values()))

    def status(self, program_id: str) -> ProgramStatus | None:
        """The status of a program; None for one that nobody knows."""
        found = self._statuses.get(program_id)
        return self._present(found) if found else None

    def at_fault(self) -> tuple[ProgramStatus, ...]:
        """The status of every program that doesn't run as it was wanted."""
        return tuple(status for status in self.statuses() if status.at_fault)

    def active(self) -> tuple[ActiveProgram, ...]:
        """The programs that run, in the order of their configuration."""
        return tuple(self._active.values())

    def require(self, program_id: str) -> ActiveProgram:
        """The active program. Raises InvalidInput for an unknown id, Unavailable the reason for one not running."""
        found = self._active.get(program_id)
        if found is not None:
            return found
        status = self._statuses.get(program_id)
        if status is not None:
            raise Unavailable(status.as_problem())
        known = sorted(self._statuses)
        hint = did_you_mean(program_id, known)
        raise InvalidInput(
            Problem(
                code="program_unknown",
                message=Text(
                    f"program {program_id} tidak dikenal; {hint.id}", f"program {program_id} is not known; {hint.en}"
                ),
                pointer="/program_id",
                expected=known,
                given=program_id,
            )
        )

    async def call(self, program_id: str, what: str, function: Callable[[], T], *, seconds: float | None = None) -> T:
        """What a function of a program returns; `what` names it for people. Raises ProgramFailed, as `IsolatedCalls.call`."""
        package = self._packages.get(program_id, "")
        return await self._calls.call(program_id, package, what, function, seconds=seconds)

    @property
    def listens(self) -> bool:
        """Whether any active program implements the life-cycle hook."""
        return bool(self._listeners)

    def listens_to(self, program_id: str) -> bool:
        """Whether a program implements the life-cycle hook."""
        return program_id in self._listeners

    @property
    def failures(self) -> Counter[str]:
        """How many events each program's life-cycle hook didn't take, by id."""
        return Counter({name: one.failures for name, one in self._listeners.items() if one.failures})

    def broadcast(self, event: LifecycleEvent) -> None:
        """Tell every listening program of an event. Blocks, for each that hangs once as long as `programs.hook_seconds`."""
        for listener in self._listeners.values():
            listener.tell(event)

    def _present(self, status: ProgramStatus) -> ProgramStatus:
        listener = self._listeners.get(status.id)
        if listener is None or listener.silenced is None:
            return status
        return ProgramStatus(
            id=status.id,
            state=status.state,
            distribution=status.distribution,
            version=status.version,
            reason=listener.silenced,
            remedy=REMEDY,
        )


def load_programs(settings: Settings) -> ProgramHost:
    """As `examine_programs`, and with `programs.strict` raises Unavailable that names every program at fault."""
    host = examine_programs(settings)
    at_fault = host.at_fault()
    if settings.programs.strict and not settings.programs.safe_mode and at_fault:
        raise Unavailable(*(status.as_problem() for status in at_fault))
    return host


def examine_programs(settings: Settings) -> ProgramHost:
    """Load the enabled programs, each in isolation, and tell how every installed or configured one stands."""
    installed = installed_programs()
    chosen = settings.programs
    wanted = list(dict.fromkeys(chosen.enabled))
    others = sorted({*installed, *chosen.tables} - {*wanted})
    loaded: dict[str, Loaded] = {}
    faults: dict[str, ProgramFault] = {}
    for program_id in [*wanted, *others]:
        entries = installed.get(program_id, ())
        if len(entries) > 1:
            faults[program_id] = conflicting_names(program_id, entries)
        elif not entries:
            faults[program_id] = missing(program_id, sorted(installed), enabled=program_id in wanted)
        elif program_id in wanted and not chosen.safe_mode:
            try:
                # What a program prints would stand in the midst of a command's answer
                with redirect_stdout(sys.stderr):
                    table = chosen.tables.get(program_id, {})
                    loaded[program_id] = load(entries[0], table, settings.sources, chosen.load_seconds)
            except ProgramFault as fault:
                faults[program_id] = fault
    faults |= _disputes(loaded)
    running = {name: one for name, one in loaded.items() if name not in faults}
    statuses = []
    for program_id in [*wanted, *others]:
        entries = installed.get(program_id, ())
        at_fault = faults.get(program_id)
        if at_fault is not None:
            statuses.append(_status(program_id, entries, at_fault.state, at_fault.reason, at_fault.remedy))
        elif program_id in running:
            statuses.append(_status(program_id, entries, ProgramState.ACTIVE))
        else:
            statuses.append(_disabled(program_id, entries, safe=program_id in wanted))
        _tell(statuses[-1], at_fault, loaded.get(program_id))
    return ProgramHost(
        statuses,
        [one.active for one in running.values() if one.active],
        {
            name: Listener(name, one.installed.package, one.listen, one.active.settings, chosen.hook_seconds)
            for name, one in running.items()
            if one.listen and one.active
        },
        {name: one.seconds for name, one in loaded.items()},
        {name: one.installed.package for name, one in running.items()},
    )


def host_of(
    programs: Sequence[Program],
    settings: Mapping[str, Mapping[str, Any]],
    listeners: Mapping[str, Listen] | None = None,
) -> ProgramHost:
    """A host of programs that are at hand, with their settings and life-cycle hooks by program id; for tests.

    Raises ProgramFault for settings that a program refuses, ValueError for a program that isn't sound.
    """
    sources = {"": {"programs": settings}}
    for program in programs:
        require_sound(program)
    active = [activate(program, settings.get(program.id, {}), sources) for program in programs]
    statuses = [ProgramStatus(id=program.id, state=ProgramState.ACTIVE) for program in programs]
    seconds = ProgramsSettings().hook_seconds
    settings_of = {one.program.id: one.settings for one in active}
    packages = {
        program.id: flow.entrypoint.partition(":")[0].partition(".")[0]
        for program in programs
        for flow in program.flows
    }
    told = {
        name: Listener(name, packages.get(name, ""), listen, settings_of.get(name, ProgramSettings()), seconds)
        for name, listen in (listeners or {}).items()
    }
    return ProgramHost(statuses, active, told, packages=packages)


def _disputes(loaded: Mapping[str, Loaded]) -> dict[str, ProgramFault]:
    """The faults of programs that claim an id which another one claims too, or which isn't their entry point's name."""
    claims: dict[str, list[Installed]] = {}
    for one in loaded.values():
        claims.setdefault(one.program.id, []).append(one.installed)
    faults = {}
    for name, one in loaded.items():
        claimants = claims[one.program.id]
        if len(claimants) > 1:
            faults[name] = conflicting_ids(one.program.id, claimants)
        elif one.program.id != name:
            faults[name] = misnamed(one.installed, one.program.id)
    return faults


def _disabled(program_id: str, entries: Sequence[Installed], *, safe: bool) -> ProgramStatus:
    if safe:
        reason = Text(
            "platform dijalankan dalam mode aman: tidak ada program yang dimuat",
            "the platform was started in safe mode: no program is loaded",
        )
        remedy = Text(
            "mulai ulang tanpa --safe-mode dan tanpa programs.safe_mode",
            "restart it without --safe-mode and without programs.safe_mode",
        )
        return _status(program_id, entries, ProgramState.DISABLED, reason, remedy)
    return _status(
        program_id,
        entries,
        ProgramState.DISABLED,
        Text("terpasang, tetapi tidak ada di programs.enabled", "installed, but not in programs.enabled"),
        Text(
            f"tambahkan {program_id} ke programs.enabled lalu mulai ulang",
            f"add {program_id} to programs.enabled, then restart",
        ),
    )


def _status(
    program_id: str,
    entries: Sequence[Installed],
    state: ProgramState,
    reason: Text | None = None,
    remedy: Text | None = None,
) -> ProgramStatus:
    return ProgramStatus(
        id=program_id,
        state=state,
        distribution=", ".join(one.distribution for one in entries) or None,
        version=", ".join(one.version for one in entries) or None,
        reason=reason,
        remedy=remedy,
    )


def _tell(status: ProgramStatus, fault: ProgramFault | None, loaded: Loaded | None) -> None:
    tell = _log.error if status.at_fault else _log.info
    tell(
        "program_status",
        program=status.id,
        state=str(status.state),
        distribution=status.distribution,
        version=status.version,
        reason=status.reason.en if status.reason else None,
        remedy=status.remedy.en if status.remedy else None,
        ms=round(loaded.seconds * 1000) if loaded else None,
    )
    if fault is not None and fault.__cause__ is not None:
        _log.info("program_traceback", program=status.id, exc_info=fault.__cause__)
