"""What the program shows beyond its aid: the standard fee, events in the handover report, a register to import."""

from collections.abc import Iterator
from typing import Any

from ksbb.program import ImportMapping, ImportTable, ReportSection, ReportView, Route, RouteRequest, Text, parse_day

from ksbb_seni_budaya.aid import STAGE_SLOT


def _standard(request: RouteRequest) -> dict[str, Any]:
    return {"min_fee": request.settings.min_fee, "currency": "IDR", "as_of": request.today.isoformat()}


STANDARD_FEE = Route(
    path="standard-fee",
    title=Text("Honor standar", "Standard fee"),
    description=Text(
        "Honor paling sedikit bagi satu seniman untuk satu penampilan.",
        "What one artist is paid at least for one performance.",
    ),
    answer=_standard,
)


def _events(view: ReportView) -> Iterator[tuple[Text, Text]]:
    if not view.handover.accepted.get(STAGE_SLOT.id):
        return
    for line in view.commitment.lines_of(STAGE_SLOT.id):
        day, venue, seats = (line.attributes.get(name) for name in ("event_on", "venue", "seats"))
        if parse_day(day) and venue and seats:
            yield (
                Text(f"Pentas {day}", f"Show on {day}"),
                Text(f"{venue}, {seats} penonton", f"{venue}, audience: {seats}"),
            )


EVENTS = ReportSection(id="events", title=Text("Pementasan", "Shows"), content=_events)

STUDIOS = ImportMapping(
    id="studio_register",
    title=Text("Daftar sanggar", "Register of studios"),
    source="Ekspor daftar sanggar dari kantor dinas",
    table=ImportTable.TARGETS,
    columns={"nomor": "code", "sanggar": "name", "kode_kelurahan": "area_code"},
    constants={"kind": "studio", "contact_office": "Pengurus sanggar"},
    convert={"code": lambda number: number.strip().replace("/", "-")},
)
