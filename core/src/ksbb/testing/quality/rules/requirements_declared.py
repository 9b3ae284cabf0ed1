"""What the package imports, its metadata require."""

import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions

from packaging.requirements import InvalidRequirement, Requirement

from ksbb.testing.quality.imports import imports_of, other_programs
from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """The distribution of each imported module, among the declared requirements."""
    declared = {_normal(name) for name in map(_name_of, subject.metadata.requirements)}
    known = _distributions()
    # Another program is none that may be required: `imports_surface` tells of it
    seen = {subject.module.split(".")[0], *other_programs(subject.module)}
    for module, tree in subject.sources.items():
        for imported in imports_of(module, tree, is_package=subject.path_of(module).endswith("__init__.py")):
            top = imported.module.split(".")[0]
            if top in seen or top in sys.stdlib_module_names:
                continue
            seen.add(top)
            # An editable installation of the platform lists no modules
            owners = {_normal(name) for name in known.get(top, ())} or ({top} if top == "ksbb" else set())
            if not owners & declared:
                yield Flaw(
                    where=f"{subject.path_of(module)}:{imported.line}",
                    expected=f"a requirement on {' or '.join(sorted(owners)) or f'the distribution of {top}'}",
                    given=f"requirements {', '.join(sorted(declared)) or 'none'}",
                    remedy="Add it to `[project] dependencies`",
                )


@cache
def _distributions() -> Mapping[str, list[str]]:
    """The installed distributions by the modules that they bring."""
    return packages_distributions()


def _name_of(requirement: str) -> str:
    try:
        return Requirement(requirement).name
    except InvalidRequirement:
        return requirement


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


RULE = QualityRule(
    id="requirements_declared",
    tier=Tier.SILVER,
    title="What it imports, it requires",
    asks="The distribution of each module that the package imports is among its dependencies.",
    why="It works on the author's machine because something else brought the module; it must work on the operator's.",
    check=check,
)
