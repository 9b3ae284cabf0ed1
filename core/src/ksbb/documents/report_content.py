"""What a handover report says, sentence by sentence, as plain JSON values for its template."""

from typing import Any

from ksbb.documents.layout import clock_time, date_and_time, frame, party
from ksbb.documents.wording import load
from ksbb.documents.words import (
    Language,
    date_in_figures,
    date_in_words,
    number_in_figures,
    number_in_words,
    rupiah_in_figures,
    rupiah_in_words,
)
from ksbb.domain.handover_report import HandoverReport, ReportEvidence, ReportLine

MAX_INLINE_LINES = 12
"""A report with more lines than this lists them in an annex and sums them up per unit in its body."""

PRINTABLE_IMAGES = {"image/jpeg": "jpg", "image/png": "png"}
"""Media types that are printed on the photo pages, with the file ending for each; other evidence is only listed."""

_NO_VALUE = "\N{EN DASH}"
_ROMAN = ("I", "II", "III")
_QUANTITIES = ("delivered", "accepted", "rejected", "lost")


def report_content(report: HandoverReport, language: Language) -> dict[str, Any]:
    """The report in words of the language, ready for the template `handover_report.typ`."""
    text = load(language)["report"]
    annexes = _annexes(report, language)
    day = report.handed_over_on
    return frame(report, language) | {
        "title": text["title"],
        "report_text": text,
        "opening": text["opening"].format(
            date_words=date_in_words(day, language),
            date_figures=f"{day:%d-%m-%Y}",
            time=clock_time(report.handed_over_at),
            place=report.place,
        ),
        "first_party": party(report.first_party),
        "second_party": party(report.second_party),
        "witnesses": _witnesses(report),
        "acknowledged_by": party(report.acknowledged_by),
        "statement": _statement(report, language, annexes),
        "lines": [_line(number, line, language) for number, line in enumerate(report.lines, 1)],
        "total": "" if report.total_value is None else number_in_figures(report.total_value, language),
        "summary": _summary(report.lines, language) if "items" in annexes else [],
        "notes": _notes(report, text),
        "sections": [
            {
                "title": section.title.in_language(language),
                "pairs": [[what.in_language(language), value.in_language(language)] for what, value in section.pairs],
            }
            for section in report.sections
        ],
        "annexes": annexes,
        "annexes_line": text["annexes"].format(list="; ".join(f"{a['label']} {a['title']}" for a in annexes.values()))
        if annexes
        else "",
        "annex_of": text["annex_of"].format(number=report.number),
        "evidence": [_evidence(number, item, language) for number, item in enumerate(report.evidence, 1)],
        "pact": _pact(report, language) if report.integrity_pact else None,
        "digest": report.content_sha256,
    }


def image_name(number: int, item: ReportEvidence) -> str:
    """Name under which the template finds the image of the evidence with this number; empty if it isn't printed."""
    ending = PRINTABLE_IMAGES.get(item.media_type)
    return "" if item.image is None or ending is None else f"evidence-{number}.{ending}"


def _witnesses(report: HandoverReport) -> list[dict[str, str]]:
    # Two witnesses sign; where the platform knows only one, the other writes name and office by hand
    blank = dict.fromkeys(("name", "office", "organisation", "address"), "")
    return [*map(party, report.witnesses), blank][:2]


def _annexes(report: HandoverReport, language: Language) -> dict[str, dict[str, str]]:
    text = load(language)["report"]
    present = {
        "items": len(report.lines) > MAX_INLINE_LINES,
        "evidence": bool(report.evidence),
        "pact": report.integrity_pact,
    }
    kinds = [kind for kind, wanted in present.items() if wanted]
    return {
        kind: {
            "label": text["annex"].format(roman=roman),
            "heading": text["annex_heading"].format(roman=roman),
            "title": text[f"annex_{kind}"],
        }
        for roman, kind in zip(_ROMAN, kinds, strict=False)
    }


def _statement(report: HandoverReport, language: Language, annexes: dict[str, dict[str, str]]) -> str:
    text = load(language)["report"]
    anything = any(line.accepted for line in report.lines)
    statement: str = text["basis" if anything else "nothing_accepted"].format(
        commitment=report.commitment_number,
        travel_document=report.travel_document_number,
        program=report.program_name,
    )
    value = report.total_value
    if anything and value is not None:
        statement += text["with_value"].format(
            value=rupiah_in_figures(value, language), value_words=rupiah_in_words(value, language)
        )
        if report.unvalued_lines:
            statement += text["without_some"].format(**_counted(report.unvalued_lines, language))
    if "items" in annexes:
        count = _counted(len(report.lines), language)
        statement += text["annexed_list"].format(annex=annexes["items"]["label"], **count)
    else:
        statement += text["inline_list"]
    return statement


def _counted(count: int, language: Language) -> dict[str, str]:
    return {"count": number_in_figures(count, language), "count_words": number_in_words(count, language)}


def _line(number: int, line: ReportLine, language: Language) -> dict[str, Any]:
    unit_value = line.unit_value
    per_unit = load(language)["report"]["per_unit"]
    return {
        "number": str(number),
        "description": line.description,
        "specification": line.specification,
        "quantities": [number_in_figures(getattr(line, name), language) for name in _QUANTITIES],
        "unit": line.unit,
        "value": _NO_VALUE if line.value is None else number_in_figures(line.value, language),
        "unit_value": "" if unit_value is None else per_unit.format(value=number_in_figures(unit_value, language)),
        "condition": line.condition,
        "remark": line.remark,
    }


def _summary(lines: tuple[ReportLine, ...], language: Language) -> list[dict[str, Any]]:
    by_unit: dict[str, list[ReportLine]] = {}
    for line in lines:
        by_unit.setdefault(line.unit, []).append(line)
    rows = []
    for unit, group in by_unit.items():
        values = [line.value for line in group if line.value is not None]
        rows.append(
            {
                "unit": unit,
                "kinds": number_in_figures(len(group), language),
                "quantities": [
                    number_in_figures(sum(getattr(line, name) for line in group), language) for name in _QUANTITIES
                ],
                "value": number_in_figures(sum(values), language) if values else _NO_VALUE,
            }
        )
    return rows


def _notes(report: HandoverReport, text: dict[str, Any]) -> str:
    notes = {
        "value_note": report.total_value is not None,
        "rejected_note": any(line.rejected for line in report.lines),
        "lost_note": any(line.lost for line in report.lines),
    }
    return " ".join(text[note] for note, wanted in notes.items() if wanted)


def _evidence(number: int, item: ReportEvidence, language: Language) -> dict[str, str]:
    text = load(language)["report"]
    return {
        "label": text["photo"].format(number=number),
        "file_name": item.file_name,
        "sha256": item.sha256,
        "media_type": item.media_type,
        "taken_at": text["unknown"] if item.taken_at is None else date_and_time(item.taken_at, language),
        "place": item.place or text["unknown"],
        "image": image_name(number, item),
    }


def _pact(report: HandoverReport, language: Language) -> dict[str, Any]:
    text = load(language)["pact"]
    day = date_in_figures(report.handed_over_on, language)
    return {
        "title": text["title"],
        "opening": text["opening"].format(number=report.number, date=day),
        "promises": text["promises"],
        "closing": text["closing"],
        "place_date": text["place_date"].format(place=report.place, date=day),
    }
