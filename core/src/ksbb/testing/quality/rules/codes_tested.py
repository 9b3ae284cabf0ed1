"""Every code that a finding can have is tested."""

import ast
import re
from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """Codes as whole words in the strings of the package's tests."""
    said = " ".join(
        node.value
        for tree in subject.tests.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    for rule in subject.program.rules:
        for code in rule.codes:
            if not re.search(rf"\b{re.escape(code)}\b", said):
                yield Flaw(
                    where=f"rule {rule.id}, {code}",
                    expected="a test that expects this code",
                    given="none in tests",
                    remedy="Test a commitment that brings it about, and its whole finding",
                )


RULE = QualityRule(
    id="codes_tested",
    tier=Tier.SILVER,
    title="Every code is tested",
    asks="Each code of each rule stands in a test.",
    why="A code that no test brings about may be one that nothing brings about.",
    needs_sources=True,
    check=check,
)
