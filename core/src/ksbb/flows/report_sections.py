"""The sections that programs add to handover reports: asked once, in isolation, and never in a report's way."""

from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import structlog

from ksbb.domain.handover_report import ReportSection
from ksbb.domain.text import Text
from ksbb.flows.handed_over import handed_over
from ksbb.program import Program, ReportView
from ksbb.program import ReportSection as Declared
from ksbb.programs.host import ProgramHost
from ksbb.programs.isolated import ProgramFailed
from ksbb.usecases import assess
from ksbb.usecases.chain import donor_class
from ksbb.usecases.desk import Desk, running

MOST_PAIRS = 40
LONGEST = 500
"""Characters that a text of a section has at most."""


def _not_available(title: Text, why: Text) -> ReportSection:
    return ReportSection(title=title, pairs=((Text("Tidak tersedia", "Not available"), why),))


AWAY = _not_available(
    Text("Keterangan program", "What the program adds"),
    Text(
        "Program tidak berjalan ketika berita acara ini dibuat. Bagian dari program, bila ada, tidak termuat.",
        "The program wasn't running when this report was made. What it adds to reports, if anything, isn't here.",
    ),
)
"""What a report says in place of the sections of a program that is away: once it is made it stays as it is."""
FAILED = Text(
    "Program gagal menyusun bagian ini ketika berita acara ini dibuat.",
    "The program failed to make this section when this report was made.",
)
"""What a report says in place of a section that the program couldn't make."""
_log = structlog.get_logger("ksbb.flows")


@dataclass(frozen=True, slots=True)
class Asked:
    """The program of a report, and what its sections are made from."""

    program: Program
    view: ReportView


async def asked_of_program(desk: Desk, handover_id: str) -> Asked | None:
    """What the program of a handover is asked for its report; None while the program is away."""
    commitment, handover, _ = await handed_over(desk, handover_id)
    active = running(desk.programs, commitment.program_id)
    if active is None:
        _log.warning("report_without_program", program=commitment.program_id, commitment=commitment.number)
        return None
    seen = assess.view_of(commitment, donor_class(desk, commitment), handover.handed_over_on)
    return Asked(active.program, ReportView(commitment=seen, handover=handover, settings=active.settings))


async def sections_of(host: ProgramHost, asked: Asked, number: str) -> tuple[ReportSection, ...]:
    """The program's sections that aren't empty. One that raises, isn't done in time or answers with something else than pairs
    of texts is logged with this report's number, and the report says that it is missing.
    """
    sections: list[ReportSection] = []
    for declared in asked.program.report_sections:
        what = f"report section {declared.id}"
        try:
            pairs = await host.call(asked.program.id, what, partial(_pairs, declared, asked.view))
        except ProgramFailed as failed:
            _log.warning("report_section_left_out", program=asked.program.id, report=number, reason=str(failed))
            sections.append(_not_available(declared.title, FAILED))
            continue
        if pairs:
            sections.append(ReportSection(title=declared.title, pairs=pairs))
    return tuple(sections)


def _pairs(declared: Declared, view: ReportView) -> tuple[tuple[Text, Text], ...]:
    pairs = tuple(islice(declared.content(view), MOST_PAIRS + 1))
    if len(pairs) > MOST_PAIRS:
        raise ValueError(f"a section has at most {MOST_PAIRS} pairs")
    return tuple(map(_pair, pairs))


def _pair(given: Any) -> tuple[Text, Text]:
    what, value = given
    for text in (what, value):
        if not isinstance(text, Text):
            raise TypeError(f"a section consists of pairs of Text, given {given!r}")
        for said in (text.id, text.en):
            if len(said) > LONGEST:
                raise ValueError(f"a text of a section has at most {LONGEST} characters, given {len(said)}")
            said.encode()  # half a surrogate pair can neither be stored nor printed
    return what, value
