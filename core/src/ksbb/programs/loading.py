"""Load one program in isolation: whatever foreign code does, the answer is a sound program or the reason why not."""

import inspect
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pluggy
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import ValidationError

from ksbb.domain.text import Text
from ksbb.program import API_VERSION, Program, ProgramSettings, hooks
from ksbb.programs.discovery import Installed
from ksbb.programs.faults import ProgramFault, broken, failed, incompatible, overrun, repair
from ksbb.programs.limits import Failed, Overrun, shown, told, within
from ksbb.programs.soundness import require_flows, require_sound
from ksbb.programs.status import ProgramState
from ksbb.settings import did_you_mean, problems_of
from ksbb.settings.problems import hushed, secrets_of
from ksbb.settings.sources import Sources
from ksbb.usecases.desk import ActiveProgram

Listen = Callable[..., Any]
"""Calls a program's life-cycle hook with `event=`."""
_IMPORT = Text("impor {module}", "import of {module}")
_REGISTER = Text("pendaftaran hook", "registration of its hooks")
_ASK = Text("hook ksbb_program", "hook ksbb_program")
_EXAMINE = Text("pemeriksaan program", "examination of the program")
_SETTINGS = Text("pemeriksaan pengaturan", "check of its settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What came of an entry point: a program, with its settings where its id is the entry point's, and its life-cycle hook.

    `seconds` is how long it took.
    """

    installed: Installed
    program: Program
    active: ActiveProgram | None
    listen: Listen | None
    seconds: float


class _Loader:
    """Loads one program, step by step; `step` is the one that it is at."""

    def __init__(self, one: Installed, table: Mapping[str, Any], sources: Sources) -> None:
        self.step = _IMPORT.filled(module=one.entry.value)
        self.model: type[ProgramSettings] | None = None
        self._one = one
        self._table = table
        self._sources = sources

    def load(self) -> Loaded:
        """Raises ProgramFault, and whatever the program's own code raises."""
        begun = time.perf_counter()
        plugin = self._one.entry.load()
        self.step = _REGISTER
        # Each program has a manager of its own: there is nothing that one half registered could leave behind for the others
        manager = new_manager()
        manager.register(plugin, name=self._one.entry.name)
        self._check_hooks(manager)
        self.step = _ASK
        program = self._ask(manager)
        self.step = _EXAMINE
        _fence(self._one, program)
        require_sound(program)
        require_flows(program)
        active = None
        if program.id == self._one.entry.name:
            self.step, self.model = _SETTINGS, program.settings
            active = activate(program, self._table, self._sources)
        listens = bool(manager.hook.ksbb_lifecycle.get_hookimpls())
        return Loaded(
            installed=self._one,
            program=program,
            active=active,
            listen=manager.hook.ksbb_lifecycle if listens else None,
            seconds=time.perf_counter() - begun,
        )

    def _check_hooks(self, manager: pluggy.PluginManager) -> None:
        known = [name for name in vars(hooks) if name.startswith(f"{hooks.PROJECT}_")]
        callers = {name: caller for name, caller in vars(manager.hook).items() if isinstance(caller, pluggy.HookCaller)}
        for name, caller in callers.items():
            if not caller.has_spec() and not all(one.optionalhook for one in caller.get_hookimpls()):
                hint = did_you_mean(name, known)
                raise broken(
                    Text(f"hook {name} tidak dikenal; {hint.id}", f"hook {name} is not known; {hint.en}"),
                    repair(self._one),
                )
            if any(inspect.iscoroutinefunction(one.function) for one in caller.get_hookimpls()):
                raise broken(
                    Text(
                        f"hook {name} tidak boleh async; pakai flow untuk kerja yang lama",
                        f"the hook {name} can't be async; use a flow for long work",
                    ),
                    repair(self._one),
                )
        if not manager.hook.ksbb_program.get_hookimpls():
            module = self._one.entry.value
            raise broken(
                Text(f"{module} tidak punya hook ksbb_program", f"{module} has no hook ksbb_program"),
                repair(self._one),
            )

    def _ask(self, manager: pluggy.PluginManager) -> Program:
        answers = manager.hook.ksbb_program()
        if len(answers) == 1 and isinstance(answers[0], Program):
            return answers[0]
        given = shown(answers[0] if answers else None)
        raise broken(
            Text(
                f"hook ksbb_program harus menghasilkan satu Program, hasilnya {given}",
                f"the hook ksbb_program must return a Program, it returned {given}",
            ),
            repair(self._one),
        )

    def secrets(self) -> list[str]:
        """The secrets of the program's settings, as far as it came to them."""
        return secrets_of(self.model, self._sources, ("programs", self._one.entry.name)) if self.model else []


def load(one: Installed, table: Mapping[str, Any], sources: Sources, seconds: float) -> Loaded:
    """Import a program, ask it for what it is, examine that and its settings.

    `table` is its table of the configuration, `sources` as in `Settings.sources`. Raises ProgramFault, whatever the program's code
    does, and at the latest after `seconds`.
    """
    loader = _Loader(one, table, sources)
    try:
        return within(seconds, loader.load, one.package)
    except Overrun as error:
        raise overrun(one, loader.step, error) from None
    except Failed as error:
        if isinstance(error.error, ProgramFault):
            raise error.error from error.error.__cause__
        secrets = loader.secrets()
        said = hushed(told(error.error), secrets)
        # The cause goes into the log with its traceback, where messages stand as they are
        raise failed(one, loader.step, said, error.error) from None if secrets else error.error


def new_manager() -> pluggy.PluginManager:
    """A plugin manager that knows the hook specifications."""
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    return manager


def activate(program: Program, table: Mapping[str, Any], sources: Sources) -> ActiveProgram:
    """The program with its settings, of which `table` gives some. Raises ProgramFault for settings that its model refuses."""
    model = program.settings
    try:
        return ActiveProgram(program, model.model_validate(dict(table)))
    except ValidationError as error:
        problems = problems_of(error, model, sources, ("programs", program.id))
        raise ProgramFault(
            ProgramState.BROKEN,
            Text(
                "; ".join(problem.message.id for problem in problems),
                "; ".join(problem.message.en for problem in problems),
            ),
            Text(
                f"perbaiki di tempat yang disebut, tabel [programs.{program.id}] atau variabel lingkungan, lalu mulai ulang",
                f"correct it where it stands, in the table [programs.{program.id}] or a variable, then restart",
            ),
        ) from None


def _fence(one: Installed, program: Program) -> None:
    required = program.requires_api
    try:
        fits = SpecifierSet(required).contains(API_VERSION) if isinstance(required, str) and required.strip() else None
    except InvalidSpecifier:
        fits = None
    if fits is None:
        raise broken(
            Text(
                f"requires_api {shown(required)} bukan batas versi seperti >=1.0,<2",
                f"requires_api {shown(required)} is not a version specifier such as >=1.0,<2",
            ),
            repair(one),
        )
    if not fits:
        raise incompatible(one, required)
