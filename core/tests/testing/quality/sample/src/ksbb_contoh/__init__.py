"""A program for the tests of the rules of quality: it keeps them all, and uses everything that a program can bring."""

from datetime import date

from ksbb.program import (
    ImportMapping,
    ImportTable,
    Measure,
    Program,
    ProgramFlow,
    ReferenceData,
    ReportSection,
    ReportView,
    Route,
    RouteRequest,
    Stage,
    SuccessMetric,
    TargetKind,
    Text,
    choice,
    hookimpl,
    read_guide,
)
from ksbb_contoh.aid import KIT
from ksbb_contoh.rules import RULES
from ksbb_contoh.settings import ContohSettings
from ksbb_contoh.visits import VISIT

REGISTER = ReferenceData(
    id="colours",
    title=Text("Warna", "Colours"),
    source="Data contoh",
    as_of=date(2026, 1, 1),
    package=__name__,
    file="colours.csv",
    columns={"id": Text("Kode", "Code"), "name": Text("Nama", "Name")},
)


def colour(request: RouteRequest) -> dict[str, str]:
    """The name of a colour."""
    asked = request.parameters["id"]
    return {"name": next(row["name"] for row in REGISTER.rows if row["id"] == asked)}


def colours(view: ReportView) -> list[tuple[Text, Text]]:
    """The colours of the lines."""
    return [
        (Text("Warna", "Colour"), Text(line.attributes["colour"], line.attributes["colour"]))
        for line in view.commitment.lines
    ]


def code(cell: str) -> str:
    """The code of an area as we write it."""
    if not cell.strip():
        raise ValueError("the code is empty")
    return cell.strip()


PROGRAM = Program(
    id="contoh",
    name=Text("Contoh", "Sample"),
    lead_agency=Text("Dinas Contoh", "Sample Agency"),
    requires_api=">=1.1,<2",
    guide=read_guide(__name__),
    aid_types=(KIT,),
    target_kinds=frozenset({TargetKind.RW}),
    rules=RULES,
    flows=(
        ProgramFlow(
            name="contoh-assess",
            entrypoint="ksbb_contoh.flows:assess",
            title=Text("Penilaian", "Assessment"),
            stage=Stage.SUBMITTED,
        ),
        ProgramFlow(
            name="contoh-visit",
            entrypoint="ksbb_contoh.flows:visit",
            title=Text("Kunjungan", "Visit"),
            stage=Stage.HANDED_OVER,
        ),
        ProgramFlow(
            name="contoh-watch",
            entrypoint="ksbb_contoh.flows:watch",
            title=Text("Pantauan", "Watch"),
            schedule="0 5 * * *",
        ),
    ),
    settings=ContohSettings,
    success_metrics=(
        SuccessMetric(
            id="used",
            name=Text("Masih dipakai", "Still in use"),
            unit=Text("paket", "kits"),
            measure=Measure.FOLLOW_UP_SUM,
            follow_up_kind=VISIT,
            result_field="used",
        ),
    ),
    reference_data=(REGISTER,),
    routes=(
        Route(
            path="colour",
            title=Text("Nama warna", "Name of a colour"),
            description=Text("Nama warna menurut kodenya.", "What a colour is called, by its code."),
            answer=colour,
            parameters={
                "id": choice(
                    {row["id"]: Text(row["name"], row["name"]) for row in REGISTER.rows},
                    Text("Kode", "Code"),
                    Text("Kode warna.", "The code of the colour."),
                )
            },
            required=("id",),
        ),
    ),
    report_sections=(ReportSection(id="colours", title=Text("Warna", "Colours"), content=colours),),
    import_mappings=(
        ImportMapping(
            id="places",
            title=Text("Daftar tempat", "List of places"),
            source="Sistem contoh",
            table=ImportTable.TARGETS,
            columns={"KODE": "code", "NAMA": "name"},
            constants={"area_code": "31.71.06.1002", "kind": "rw"},
            convert={"code": code},
        ),
    ),
)


@hookimpl
def ksbb_program() -> Program:
    """The sample."""
    return PROGRAM
