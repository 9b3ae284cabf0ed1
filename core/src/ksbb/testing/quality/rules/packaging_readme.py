"""The distribution has a README."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject

_SHORTEST = 200


def check(subject: Subject) -> Iterator[Flaw]:
    """README.md: long enough to say something, and how the program is enabled."""
    file = subject.folder / "README.md" if subject.folder else None
    text = file.read_text("utf-8") if file and file.is_file() else ""
    if len(text) < _SHORTEST:
        yield Flaw(
            where="README.md",
            expected=f"a README of {_SHORTEST} characters or more",
            given=f"{len(text)} characters",
            remedy="Say what the program is, and how it is enabled",
        )
    elif "enabled" not in text:
        yield Flaw(
            where="README.md",
            expected="how the program is enabled",
            given="no `enabled` in it",
            remedy=f'Show `enabled = ["{subject.program.id}"]` in the table `[programs]`',
        )


RULE = QualityRule(
    id="packaging_readme",
    tier=Tier.SILVER,
    title="It has a README",
    asks="README.md says what the program is and how it is enabled.",
    why="It is what the registry shows, and where an operator begins.",
    needs_sources=True,
    check=check,
)
