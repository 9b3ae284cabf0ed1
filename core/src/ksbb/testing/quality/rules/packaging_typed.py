"""The package tells type checkers that it is typed."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """The marker file `py.typed`."""
    if not (subject.package / "py.typed").is_file():
        yield Flaw(
            where=subject.package.name,
            expected="the file py.typed",
            given="none",
            remedy="Add the empty file beside `__init__.py`",
        )


RULE = QualityRule(
    id="packaging_typed",
    tier=Tier.SILVER,
    title="It is typed",
    asks="The package has the file `py.typed`.",
    why="The surface is typed so that mistakes show in the editor; without the marker nobody looks.",
    check=check,
)
