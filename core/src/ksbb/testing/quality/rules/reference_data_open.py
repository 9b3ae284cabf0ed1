"""Reference data can be shown to anybody."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.privacy import personal_words
from ksbb.testing.quality.subject import Subject

_OF_THINGS = ("name", "nama", "names")
"""Most entries of a register have a name, and are no persons."""


def check(subject: Subject) -> Iterator[Flaw]:
    """Rows, and the words in the columns' names."""
    for data in subject.program.reference_data:
        if not data.rows:
            yield Flaw(
                where=f"reference data {data.id}",
                expected="at least one row",
                given="a heading alone",
                remedy=f"Fill {data.file}, or take it out",
            )
        for column, name in data.columns.items():
            words = [word for word in personal_words(column, name.id, name.en) if word not in _OF_THINGS]
            if words:
                yield Flaw(
                    where=f"reference data {data.id}/{column}",
                    expected="columns that say nothing about persons",
                    given=f"a column whose name speaks of one: {words[0]!r}",
                    remedy=f"Leave it out, or exempt it with `reference_data_open:reference data {data.id}/{column}`",
                )


RULE = QualityRule(
    id="reference_data_open",
    tier=Tier.SILVER,
    title="Reference data can be shown to anybody",
    asks="Reference data have rows, and no column whose name speaks of a person.",
    why="They are published as they are.",
    waiver=Waiver.PLACE,
    check=check,
)
