"""The guide names everything that can be given."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """The name of each aid type in the guide of either language, in whatever case; what is in brackets may be left out."""
    guide = subject.program.guide
    for aid_type in subject.program.aid_types:
        for language, text, name in (("id", guide.id, aid_type.name.id), ("en", guide.en, aid_type.name.en)):
            if name.split(" (")[0].casefold() not in text.casefold():
                yield Flaw(
                    where=f"guide.{language}.md, {aid_type.id}",
                    expected=f"a mention of {name!r}",
                    given="none",
                    remedy="Tell what is needed of it, in which unit and by which standard",
                )


RULE = QualityRule(
    id="guide_covers_aid",
    tier=Tier.GOLD,
    title="The guide names everything that can be given",
    asks="The guide names each aid type, in either language.",
    why="A new aid type that the guide keeps quiet about is given by nobody.",
    check=check,
)
