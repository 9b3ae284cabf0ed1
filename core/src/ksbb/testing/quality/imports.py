"""What a module imports, read from its syntax tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ksbb.programs.discovery import installed_programs


@dataclass(frozen=True, slots=True)
class Imported:
    """One import: of `module`, or of `name` from it. `at_import`: it happens when the importing module is imported."""

    module: str
    name: str
    line: int
    at_import: bool

    @property
    def said(self) -> str:
        """The import as it is written."""
        return f"`from {self.module} import {self.name}`" if self.name else f"`import {self.module}`"


def imports_of(module: str, tree: ast.Module, *, is_package: bool = False) -> Iterator[Imported]:
    """Every import of a module, at the top and inside of functions; relative ones by their full names."""
    at_import = {id(node) for node in _run_at_import(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Imported(alias.name, "", node.lineno, id(node) in at_import)
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(module, node, is_package=is_package)
            for alias in node.names:
                yield Imported(origin, alias.name, node.lineno, id(node) in at_import)


def other_programs(module: str) -> set[str]:
    """The top-level packages of the installed programs, but for the one of `module`."""
    packages = {one.package for entries in installed_programs().values() for one in entries}
    return packages - {module.split(".", maxsplit=1)[0]}


def _origin(module: str, node: ast.ImportFrom, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    base = parts[: len(parts) - node.level + is_package]
    return ".".join([*base, *([node.module] if node.module else [])])


def _run_at_import(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements that run with the module: none of functions, none for type checkers only."""
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        waiting += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
        waiting += [
            child
            for handler in ast.iter_child_nodes(node)
            if isinstance(handler, ast.ExceptHandler)
            for child in handler.body
        ]
