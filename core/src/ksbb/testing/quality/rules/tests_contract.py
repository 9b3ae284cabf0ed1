"""The package's tests keep the contract."""

import ast
from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject

_CONTRACT = "ProgramContract"


def check(subject: Subject) -> Iterator[Flaw]:
    """A class in `tests` that derives from `ProgramContract`."""
    bases = (
        ast.unparse(base).split(".")[-1]
        for tree in subject.tests.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
    )
    if _CONTRACT not in bases:
        yield Flaw(
            where="tests",
            expected="a test class that derives from `ksbb.testing.ProgramContract`",
            given=f"none in {len(subject.tests)} files",
            remedy=f"Write `class TestContract({_CONTRACT}): program = PROGRAM`",
        )


RULE = QualityRule(
    id="tests_contract",
    tier=Tier.SILVER,
    title="The package's tests keep the contract",
    asks="A class in `tests` derives from `ksbb.testing.ProgramContract`.",
    why="Each rule of quality is then a test, and one commitment lives from draft to close at every run.",
    needs_sources=True,
    check=check,
)
