"""Texts speak both languages."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ksbb.program import Program, Text
from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.schemas import every_attribute
from ksbb.testing.quality.subject import Subject

_LONG = 30
"""Shorter texts may be a word that both languages share, such as `Menu`."""
_TEXTS = ("name", "title", "description", "unit")
_LEFT = re.compile(r"\bTODO\b|\bFIXME\b|\bXXX\b|lorem ipsum|\{[a-z_]*\}", re.IGNORECASE)


def check(subject: Subject) -> Iterator[Flaw]:
    """Every text of the program, and the titles and descriptions of its attributes."""
    for place, text in _texts(subject.program):
        if text.id == text.en and len(text.id) > _LONG:
            yield Flaw(
                where=place,
                expected="an Indonesian text and an English one",
                given=f"{text.id!r} in both",
                remedy="Translate it",
            )
        for one in sorted({*_LEFT.findall(text.id), *_LEFT.findall(text.en)}):
            yield Flaw(where=place, expected="a finished text", given=f"{one!r} in it", remedy="Finish the text")


def _texts(program: Program) -> Iterator[tuple[str, Text]]:
    """Every text of the program but its guide, with its place."""
    yield "Program.name", program.name
    yield "Program.lead_agency", program.lead_agency
    kinds: dict[str, Iterable[Any]] = {
        "aid type": program.aid_types,
        "rule": program.rules,
        "flow": program.flows,
        "metric": program.success_metrics,
        "reference data": program.reference_data,
        "route": program.routes,
        "report section": program.report_sections,
        "import mapping": program.import_mappings,
        "need plan": program.needs,
    }
    for kind, parts in kinds.items():
        for part in parts:
            named = next(getattr(part, name) for name in ("id", "path", "name", "aid_type") if hasattr(part, name))
            for name in _TEXTS:
                text = getattr(part, name, None)
                if isinstance(text, Text):
                    yield f"{kind} {named}, {name}", text
    for place, schema in every_attribute(program):
        for name in ("title", "description"):
            if schema.get(name) and schema.get(f"x-en-{name}"):
                yield f"{place}, {name}", Text(schema[name], schema[f"x-en-{name}"])


RULE = QualityRule(
    id="texts_bilingual",
    tier=Tier.SILVER,
    title="Texts speak both languages",
    asks="Names, titles and descriptions of more than 30 characters differ between Indonesian and English, and none is unfinished.",
    why="Half of the readers read the other language.",
    check=check,
)
