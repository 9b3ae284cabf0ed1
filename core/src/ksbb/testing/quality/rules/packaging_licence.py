"""The distribution has a licence."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """The licence in the metadata."""
    if not subject.metadata.licence.strip():
        yield Flaw(
            where="licence",
            expected="an SPDX expression such as Apache-2.0",
            given="none",
            remedy='Write `license = "Apache-2.0"`, or your own choice, into `[project]`',
        )


RULE = QualityRule(
    id="packaging_licence",
    tier=Tier.SILVER,
    title="It has a licence",
    asks="The distribution's metadata name its licence.",
    why="Without one nobody may install it.",
    check=check,
)
