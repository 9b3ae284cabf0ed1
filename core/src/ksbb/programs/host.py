"""The program host: the programs of one running platform, made once at start and never changed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint
from typing import Any

import pluggy
import structlog

from ksbb.domain.errors import InvalidInput, Problem, Unavailable
from ksbb.domain.text import Text
from ksbb.program import LifecycleEvent, Program
from ksbb.programs.discovery import distribution_of, installed_programs, version_of
from ksbb.programs.loading import ProgramFault, activate, caller_of, new_manager, register
from ksbb.programs.status import ProgramState, ProgramStatus
from ksbb.settings import Settings, did_you_mean
from ksbb.usecases.desk import ActiveProgram

_log = structlog.get_logger("ksbb.programs")


class ProgramHost:
    """The programs as the platform sees them. `failures` counts the life-cycle hooks that raised, by program id."""

    def __init__(
        self,
        statuses: Sequence[ProgramStatus],
        active: Sequence[ActiveProgram],
        listeners: Mapping[str, pluggy.HookCaller],
    ) -> None:
        self._statuses = {status.id: status for status in statuses}
        self._active = {one.program.id: one for one in active}
        self._listeners = dict(listeners)
        self.failures: Counter[str] = Counter()

    def statuses(self) -> tuple[ProgramStatus, ...]:
        """The status of every program that is installed or configured, by id."""
        return tuple(self._statuses.values())

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
            raise Unavailable(_problem(status))
        known = sorted(self._statuses)
        raise InvalidInput(
            Problem(
                code="program_unknown",
                message=Text(
                    f"program {program_id} tidak dikenal; yang dikenal: {', '.join(known)}",
                    f"program {program_id} is not known; known are: {', '.join(known)}",
                ),
                pointer="/program_id",
                expected=known,
                given=program_id,
            )
        )

    @property
    def listens(self) -> bool:
        """Whether any active program implements the life-cycle hook."""
        return bool(self._listeners)

    def broadcast(self, event: LifecycleEvent) -> None:
        """Tell every listening program of an event; one that raises is logged and counted, the others are told."""
        for program_id, call in self._listeners.items():
            try:
                call(event=event)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code: its failure is noted and goes no further
                self.failures[program_id] += 1
                _log.error(
                    "lifecycle_hook_failed",
                    program=program_id,
                    stage=event.stage,
                    commitment=event.commitment_number,
                    failures=self.failures[program_id],
                    exc_info=error,
                )


def load_programs(settings: Settings) -> ProgramHost:
    """Load the enabled programs, each in isolation, and tell how every installed or configured one stands.

    With `programs.strict`, raises Unavailable that names every program at fault.
    """
    installed = installed_programs()
    wanted = list(dict.fromkeys(settings.programs.enabled))
    others = sorted({*installed, *settings.programs.tables} - {*wanted})
    manager = new_manager()
    statuses: list[ProgramStatus] = []
    active: list[ActiveProgram] = []
    for program_id in [*wanted, *others]:
        entries = installed.get(program_id, ())
        try:
            _require_single(program_id, entries, sorted(installed))
            if program_id in wanted:
                active.append(_load(manager, entries[0], settings))
                statuses.append(_status(program_id, entries, ProgramState.ACTIVE))
            else:
                statuses.append(_disabled(program_id, entries))
        except ProgramFault as fault:
            statuses.append(_status(program_id, entries, fault.state, fault.reason, fault.remedy))
    for status in statuses:
        _tell(status)
    at_fault = [status for status in statuses if status.at_fault]
    if settings.programs.strict and at_fault:
        raise Unavailable(*map(_problem, at_fault))
    return ProgramHost(statuses, active, _listeners(manager))


def host_of(programs: Sequence[Program], settings: Mapping[str, Mapping[str, Any]]) -> ProgramHost:
    """A host of programs that are at hand, with their settings by program id; for tests. Raises ProgramFault."""
    active = [activate(program, settings.get(program.id, {}), {"": {"programs": settings}}) for program in programs]
    statuses = [ProgramStatus(id=program.id, state=ProgramState.ACTIVE) for program in programs]
    return ProgramHost(statuses, active, {})


def _load(manager: pluggy.PluginManager, entry: EntryPoint, settings: Settings) -> ActiveProgram:
    program = register(manager, entry)
    try:
        return activate(program, settings.programs.tables.get(entry.name, {}), settings.sources)
    except ProgramFault:
        manager.unregister(name=entry.name)
        raise


def _listeners(manager: pluggy.PluginManager) -> dict[str, pluggy.HookCaller]:
    listening = [one.plugin for one in manager.hook.ksbb_lifecycle.get_hookimpls()]
    return {
        name: caller_of(manager, "ksbb_lifecycle", plugin)
        for name, plugin in manager.list_name_plugin()
        if plugin in listening
    }


def _require_single(program_id: str, entries: Sequence[EntryPoint], known: Sequence[str]) -> None:
    if len(entries) > 1:
        claimed = ", ".join(f"{distribution_of(entry)} {version_of(entry)}" for entry in entries)
        raise ProgramFault(
            ProgramState.CONFLICT,
            Text(
                f"beberapa paket mengaku sebagai program {program_id}: {claimed}",
                f"several packages claim to be program {program_id}: {claimed}",
            ),
            Text("hapus semua paket itu kecuali satu", "uninstall all of these packages but one"),
        )
    if not entries:
        hint = did_you_mean(program_id, known)
        raise ProgramFault(
            ProgramState.MISSING,
            Text(
                f"program {program_id} tidak terpasang; {hint.id}", f"program {program_id} is not installed; {hint.en}"
            ),
            Text(
                "pasang paket program itu, atau keluarkan dari pengaturan programs",
                "install the program's package, or take it out of the settings of programs",
            ),
        )


def _disabled(program_id: str, entries: Sequence[EntryPoint]) -> ProgramStatus:
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
    entries: Sequence[EntryPoint],
    state: ProgramState,
    reason: Text | None = None,
    remedy: Text | None = None,
) -> ProgramStatus:
    return ProgramStatus(
        id=program_id,
        state=state,
        distribution=", ".join(map(distribution_of, entries)) or None,
        version=", ".join(map(version_of, entries)) or None,
        reason=reason,
        remedy=remedy,
    )


def _problem(status: ProgramStatus) -> Problem:
    """Why a program doesn't run and what to do about it, in one message."""
    reason, remedy = status.reason, status.remedy
    because = f"; {reason.id} ({remedy.id})" if reason and remedy else ""
    because_en = f"; {reason.en} ({remedy.en})" if reason and remedy else ""
    return Problem(
        code=f"program_{status.state}",
        message=Text(
            f"program {status.id} berstatus {status.state}{because}",
            f"program {status.id} is {status.state}{because_en}",
        ),
        pointer="/program_id",
        expected=str(ProgramState.ACTIVE),
        given=str(status.state),
    )


def _tell(status: ProgramStatus) -> None:
    tell = _log.error if status.at_fault else _log.info
    tell(
        "program_status",
        program=status.id,
        state=str(status.state),
        distribution=status.distribution,
        version=status.version,
        reason=status.reason.en if status.reason else None,
        remedy=status.remedy.en if status.remedy else None,
    )
