"""The guide is a guide, in both languages."""

from collections.abc import Iterator

from ksbb.domain.text import Language
from ksbb.testing.quality.markdown import headings
from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject

_SHORTEST = 800
_SECTIONS = 3
_LANGUAGES: tuple[Language, ...] = ("id", "en")


def check(subject: Subject) -> Iterator[Flaw]:
    """Length and sections of the guide in either language, and that they correspond."""
    guide = subject.program.guide
    levels = {language: [level for level, _ in headings(guide.in_language(language))] for language in _LANGUAGES}
    for language in _LANGUAGES:
        length, sections = len(guide.in_language(language)), len(levels[language])
        if length < _SHORTEST:
            remedy = "Tell who can take part, what is needed, by which standards, and how"
            yield _flaw(language, f"{_SHORTEST} characters or more", str(length), remedy)
        if sections < _SECTIONS:
            yield _flaw(language, f"{_SECTIONS} headings or more", str(sections), "Give it sections with `## …`")
    if guide.id == guide.en:
        yield _flaw("en", "an English text", "the Indonesian one", "Translate it")
    elif levels["id"] != levels["en"]:
        shown = {language: "".join(f"h{level} " for level in found).strip() for language, found in levels.items()}
        remedy = "Give both the same sections in the same order"
        yield _flaw("en", f"the headings of the Indonesian guide, {shown['id']}", shown["en"] or "none", remedy)


def _flaw(language: str, expected: str, given: str, remedy: str) -> Flaw:
    return Flaw(where=f"guide.{language}.md", expected=expected, given=given, remedy=remedy)


RULE = QualityRule(
    id="guide_complete",
    tier=Tier.SILVER,
    title="The guide is a guide",
    asks="The guide has 800 characters and three headings or more in either language, and the same sections in both.",
    why="It is the first thing that a donor reads of the program.",
    check=check,
)
