"""A program knows the plugin surface and nothing else of the platform."""

from collections.abc import Iterator

from ksbb.testing.quality.imports import Imported, imports_of, other_programs
from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.subject import Subject

_SURFACE = "ksbb.program"


def check(subject: Subject) -> Iterator[Flaw]:
    """Every import of the package's modules, also those inside of functions."""
    others = other_programs(subject.module)
    for module, tree in subject.sources.items():
        for imported in imports_of(module, tree):
            top = imported.module.split(".")[0]
            if top == "ksbb" and not _is_surface(imported):
                remedy = f"Import what you need from `{_SURFACE}`; ask for what it lacks"
            elif top in others:
                remedy = "Copy what you need: another program may not be installed"
            else:
                continue
            yield Flaw(
                where=f"{subject.path_of(module)}:{imported.line}",
                expected=f"imports of `{_SURFACE}` only",
                given=imported.said,
                remedy=remedy,
            )


def _is_surface(imported: Imported) -> bool:
    if imported.module == _SURFACE:
        return not imported.name.startswith("_")
    return imported.module == "ksbb" and imported.name == "program"


RULE = QualityRule(
    id="imports_surface",
    tier=Tier.BRONZE,
    title="It imports the plugin surface only",
    asks="Of the platform the package imports `ksbb.program` and nothing else, and no other program.",
    why="Whatever lies behind the surface changes without notice; what is in it holds for a major version.",
    waiver=Waiver.NEVER,
    check=check,
)
