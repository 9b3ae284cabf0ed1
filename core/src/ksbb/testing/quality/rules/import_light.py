"""Importing the program doesn't import Prefect."""

from collections.abc import Iterator

from ksbb.testing.quality.imports import imports_of
from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject

_HEAVY = "prefect"


def check(subject: Subject) -> Iterator[Flaw]:
    """The modules that the entry point's imports, and those that they import, as far as the package goes."""
    seen, waiting = {subject.module}, [subject.module]
    while waiting:
        module = waiting.pop()
        tree = subject.sources.get(module)
        if tree is None:
            continue
        for imported in imports_of(module, tree, is_package=subject.path_of(module).endswith("__init__.py")):
            if not imported.at_import:
                continue
            if imported.module.split(".")[0] == _HEAVY:
                yield Flaw(
                    where=f"{subject.path_of(module)}:{imported.line}",
                    expected="no import of Prefect when the program is imported",
                    given=imported.said,
                    remedy="Keep flows in a module of their own, named by `ProgramFlow.entrypoint` and imported by nobody",
                )
            for inner in (imported.module, f"{imported.module}.{imported.name}"):
                if inner in subject.sources and inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)


RULE = QualityRule(
    id="import_light",
    tier=Tier.SILVER,
    title="Importing it doesn't import Prefect",
    asks="Nothing that the entry point's module imports leads to `prefect`; the flows' module is imported when a flow runs.",
    why="Prefect takes seconds to import, and the first page must not wait for it.",
    check=check,
)
