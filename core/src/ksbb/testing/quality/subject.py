"""What is judged: a program, the package that brings it, and what its metadata say."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ksbb.program import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a distribution says of itself. `entry_points` holds those of the group `ksbb.programs`: name → module."""

    name: str
    version: str
    licence: str
    requirements: tuple[str, ...]
    entry_points: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A program to judge.

    `module` is what its entry point names, `package` the folder with its files, `folder` the one with its `pyproject.toml`; None
    for a wheel. `memo` keeps what several rules need and is dear to find out: never shared, never part of a comparison.
    """

    program: Program
    module: str
    package: Path
    metadata: Metadata
    folder: Path | None = None
    memo: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def sources(self) -> Mapping[str, ast.Module]:
        """The syntax trees of the package's modules, by their full names."""
        return {self._module_of(file): ast.parse(file.read_bytes(), str(file)) for file in _python_files(self.package)}

    @cached_property
    def tests(self) -> Mapping[str, ast.Module]:
        """The syntax trees of the files in `tests`, by their path in the source folder; none for a wheel."""
        if self.folder is None:
            return {}
        return {
            str(file.relative_to(self.folder)): ast.parse(file.read_bytes(), str(file))
            for file in _python_files(self.folder / "tests")
        }

    def path_of(self, module: str) -> str:
        """The file of one of the package's modules, from the folder that people know; of a wheel under test, from its home."""
        below = module.split(".")[len(self.module.split(".")) :]
        file = self.package.joinpath(*below)
        found = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
        known = self.folder if self.folder and found.is_relative_to(self.folder) else self.package.parent
        return str(found.relative_to(known))

    def _module_of(self, file: Path) -> str:
        parts = file.relative_to(self.package).with_suffix("").parts
        return ".".join([self.module, *(part for part in parts if part != "__init__")])


def _python_files(folder: Path) -> Iterator[Path]:
    yield from sorted(file for file in folder.rglob("*.py") if "__pycache__" not in file.parts)
