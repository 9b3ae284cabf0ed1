"""Which programs a test is about."""

from functools import cache
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from ksbb.domain.errors import InvalidInput
from ksbb.program import Program
from ksbb.programs import ProgramHost, load_programs
from ksbb.programs.discovery import GROUP, Installed, installed_programs
from ksbb.programs.loading import load
from ksbb.settings import ProgramsSettings, Settings
from ksbb.testing.quality.find import entry_points_of, project_folder, project_of

_SECONDS = 60.0


def own_program(request: pytest.FixtureRequest) -> Program | None:
    """`program` of the test's class, or the one of the package whose folder the test is in; None for tests of no program."""
    given = getattr(request.cls, "program", None)
    return given if isinstance(given, Program) else _program_of(project_folder(request.path))


@cache
def _program_of(folder: Path | None) -> Program | None:
    try:
        entries = entry_points_of(project_of(folder)) if folder else {}
    except InvalidInput:
        return None
    if len(entries) != 1:
        return None
    (name, module), *_ = entries.items()
    return load(Installed(name, "", EntryPoint(name, module, GROUP)), {}, {}, _SECONDS).program


@cache
def installed_host() -> ProgramHost:
    """All programs that are installed, with their default settings."""
    enabled = ProgramsSettings(enabled=tuple(installed_programs()))
    return load_programs(Settings(programs=enabled))
