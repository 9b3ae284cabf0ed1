"""Load one program in isolation: whatever foreign code does, the answer is a sound program or the reason why not."""

import inspect
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint
from typing import Any

import pluggy
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import ValidationError

from ksbb.domain.text import Text
from ksbb.program import API_VERSION, Program, ProgramSettings, hooks
from ksbb.programs.status import ProgramState
from ksbb.settings import problems_of
from ksbb.usecases.desk import ActiveProgram


class ProgramFault(Exception):
    """Why a program can't run: the state it gets, the reason, and what to do about it."""

    def __init__(self, state: ProgramState, reason: Text, remedy: Text) -> None:
        self.state = state
        self.reason = reason
        self.remedy = remedy
        super().__init__(reason.en)


def new_manager() -> pluggy.PluginManager:
    """A plugin manager that knows the hook specifications."""
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    return manager


def register(manager: pluggy.PluginManager, entry: EntryPoint) -> Program:
    """Import a module, register it and ask it for its program. Raises ProgramFault; then it isn't registered."""
    plugin = _guarded(f"import of {entry.value}", entry.load)
    try:
        _guarded("registration", lambda: manager.register(plugin, name=entry.name))
        _check_hooks(manager, plugin)
        return _ask(manager, plugin, entry.name)
    except ProgramFault:
        if manager.is_registered(plugin):
            manager.unregister(plugin)
        raise


def activate(program: Program, table: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]]) -> ActiveProgram:
    """The program with its validated settings.

    `table` is its table of the configuration, `sources` as in `Settings.sources`.
    Raises ProgramFault for a surface that isn't this one, or settings that the program's model refuses.
    """
    _fence(program)
    model = program.settings
    if not (inspect.isclass(model) and issubclass(model, ProgramSettings)):
        raise _broken(Text("settings bukan turunan ProgramSettings", "settings is not a subclass of ProgramSettings"))
    try:
        return ActiveProgram(program, _guarded("settings", lambda: model.model_validate(dict(table))))
    except ValidationError as error:
        problems = problems_of(error, model, sources, ("programs", program.id))
        raise ProgramFault(
            ProgramState.BROKEN,
            Text(
                "; ".join(problem.message.id for problem in problems),
                "; ".join(problem.message.en for problem in problems),
            ),
            Text(
                f"perbaiki tabel [programs.{program.id}] lalu mulai ulang",
                f"correct the table [programs.{program.id}], then restart",
            ),
        ) from error


def _guarded(what: str, call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ValidationError:
        raise
    except (Exception, SystemExit) as error:
        said = f"{type(error).__name__}: {error}"
        raise _broken(Text(f"{what} gagal: {said}", f"{what} failed: {said}")) from error


def _check_hooks(manager: pluggy.PluginManager, plugin: object) -> None:
    _guarded("check of its hooks", manager.check_pending)
    for caller in manager.get_hookcallers(plugin) or ():
        for implementation in caller.get_hookimpls():
            if implementation.plugin is plugin and inspect.iscoroutinefunction(implementation.function):
                raise _broken(
                    Text(
                        f"hook {caller.name} tidak boleh async; pakai flow untuk kerja yang lama",
                        f"the hook {caller.name} can't be async; use a flow for long work",
                    )
                )


def _ask(manager: pluggy.PluginManager, plugin: object, program_id: str) -> Program:
    answers = _guarded("hook ksbb_program", caller_of(manager, "ksbb_program", plugin))
    if len(answers) != 1 or not isinstance(answers[0], Program):
        given = answers[0] if answers else None
        raise _broken(
            Text(
                f"hook ksbb_program harus menghasilkan satu Program, hasilnya {given!r}",
                f"the hook ksbb_program must return a Program, it returned {given!r}",
            )
        )
    program: Program = answers[0]
    if program.id != program_id:
        raise _broken(
            Text(
                f"entry point bernama {program_id}, tetapi programnya {program.id}; keduanya harus sama",
                f"the entry point is named {program_id}, but the program {program.id}; both must be the same",
            )
        )
    return program


def caller_of(manager: pluggy.PluginManager, hook: str, plugin: object) -> pluggy.HookCaller:
    """Calls the implementation of one plugin alone."""
    others = [other for other in manager.get_plugins() if other is not plugin]
    return manager.subset_hook_caller(hook, others)


def _fence(program: Program) -> None:
    try:
        fits = SpecifierSet(program.requires_api).contains(API_VERSION)
    except InvalidSpecifier as error:
        raise _broken(
            Text(
                f"requires_api {program.requires_api!r} bukan batas versi seperti >=1.0,<2",
                f"requires_api {program.requires_api!r} is not a version specifier such as >=1.0,<2",
            )
        ) from error
    if not fits:
        raise ProgramFault(
            ProgramState.INCOMPATIBLE,
            Text(
                f"memerlukan API program {program.requires_api}, platform ini menyediakan {API_VERSION}",
                f"needs the program API {program.requires_api}, this platform offers {API_VERSION}",
            ),
            Text(
                "pasang versi program yang sesuai dengan platform ini",
                "install a version of the program that fits this platform",
            ),
        )


def _broken(reason: Text) -> ProgramFault:
    return ProgramFault(
        ProgramState.BROKEN,
        reason,
        Text(
            "perbaiki atau perbarui paket program itu, atau keluarkan dari programs.enabled",
            "repair or upgrade the program's package, or take it out of programs.enabled",
        ),
    )
