"""Sections of the report are pure and total, and name nobody."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from hypothesis import given

from ksbb.program import CommitmentView, HandedOver, Program, ReportSection, ReportView, Text
from ksbb.programs.limits import told
from ksbb.testing.payloads import commitments_of, steadily
from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.probe import examples_of
from ksbb.testing.quality.subject import Subject

_DRAWN = 30
_TELLING = 4
"""Shorter texts stand in others by chance."""


def check(subject: Subject) -> Iterator[Flaw]:
    """Every section over the examples, and over whatever the schemas allow."""
    for section in subject.program.report_sections:
        wrong = _wrong(subject.program, section)
        if wrong:
            yield Flaw(
                where=f"report section {section.id}",
                expected="pairs of texts for any commitment, the same each time and without personal data",
                given=wrong,
                remedy="Answer for this commitment, and leave out what is declared as personal",
            )


def _wrong(program: Program, section: ReportSection) -> str:
    found: list[str] = []

    @steadily(_DRAWN)
    @given(commitments_of(program))
    def search(view: CommitmentView) -> None:
        if not found:
            found.extend(_look(program, section, view, leaks=False))

    for view in examples_of(program):
        found.extend(_look(program, section, view, leaks=True))
    search()
    return found[0] if found else ""


def _look(program: Program, section: ReportSection, view: CommitmentView, *, leaks: bool) -> Iterator[str]:
    """What is wrong with the section of one commitment; `leaks`: also whether it prints what is personal."""
    accepted = {line.aid_type: line.quantity for line in view.lines}
    handover = HandedOver(handed_over_on=date(2026, 4, 1), target_kind=min(program.target_kinds), accepted=accepted)
    asked = ReportView(commitment=view, handover=handover, settings=program.settings())
    lines = ", ".join(f"{line.quantity} × {line.aid_type} {dict(line.attributes)}" for line in view.lines)
    try:
        first, second = list(section.content(asked)), list(section.content(asked))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code: whatever it raises is what we report
        yield f"{told(error)}, with {lines}"
        return
    strange = [pair for pair in first if not _is_pair(pair)]
    if strange:
        yield f"{strange[0]!r}, with {lines}"
    elif first != second:
        yield f"{first}, then {second}, with {lines}"
    elif leaks:
        said = " ".join(text.id + text.en for pair in first for text in pair)
        leaked = [value for value in _personal(program, view) if len(value) >= _TELLING and value in said]
        if leaked:
            yield f"the personal {leaked[0]!r} in it, with {lines}"


def _is_pair(pair: Any) -> bool:
    return (
        isinstance(pair, tuple) and len(pair) == len(("what", "value")) and all(isinstance(one, Text) for one in pair)
    )


def _personal(program: Program, view: CommitmentView) -> Iterator[str]:
    """The values of the attributes that are declared as personal."""
    for line in view.lines:
        aid_type = program.aid_type(line.aid_type)
        for personal in aid_type.personal_data if aid_type else ():
            yield from _texts_at(line.attributes, personal.attribute.split("/"))


def _texts_at(value: Any, path: list[str]) -> Iterator[str]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts_at(item, path[1:] if path[:1] == ["*"] else path)
    elif isinstance(value, Mapping):
        yield from _texts_at(value.get(path[0]), path[1:]) if path else ()
    elif value is not None and not path:
        yield str(value)


RULE = QualityRule(
    id="report_sections_sound",
    tier=Tier.BRONZE,
    title="Sections of the report are pure and total",
    asks="Each section answers for any commitment that the schemas allow with pairs of texts, twice the same, and prints no value "
    "of an attribute that is declared as personal.",
    why="The handover report is sealed and public: it must come about, and nothing can be taken out of it later.",
    waiver=Waiver.NEVER,
    check=check,
)
