"""The assessment rules of the settlement program: pure, and total over all attributes that the schemas allow."""

from collections.abc import Iterator

from ksbb.program import CommitmentView, Finding, LineView, Rule, Severity, Text, parse_day
from ksbb_permukiman.aid import BUILT, MATERIAL, WORKS
from ksbb_permukiman.names import SLUM_INDICATORS
from ksbb_permukiman.settings import PermukimanSettings

_PLAN_SOURCE = "Pergub DKI Jakarta 90/2018 (peningkatan kualitas permukiman); praktik CAP tahun N, CIP tahun N+1"
_LAND_BLOCKED = {
    "disputed": Text("disengketakan", "disputed"),
    "unknown": Text("belum diketahui", "not known yet"),
}


def _slum_indicators(commitment: CommitmentView, settings: PermukimanSettings) -> Iterator[Finding]:
    wanted = settings.min_indicators
    for line in commitment.lines_of(*BUILT, MATERIAL.id):
        shown = [name for name in SLUM_INDICATORS if name in line.attributes.get("slum_indicators", ())]
        if len(shown) < wanted:
            given = f"{len(shown)} ({', '.join(shown)})" if shown else "0"
            yield Finding(
                code="slum_indicators_too_few",
                severity=Severity.BLOCK,
                message=Text(
                    f"RW sasaran harus memenuhi paling sedikit {wanted} dari {len(SLUM_INDICATORS)} indikator kumuh, "
                    f"diberikan {given}",
                    f"the target RW must show at least {wanted} of the {len(SLUM_INDICATORS)} slum indicators, given "
                    f"{given}",
                ),
                pointer=line.at("slum_indicators"),
            )


def _implementation_year(commitment: CommitmentView, settings: PermukimanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(*BUILT, MATERIAL.id):
        planned_in = line.attributes.get("action_plan_year")
        if planned_in is None:
            continue
        plan = int(planned_in)
        due = plan + settings.years_from_plan_to_implementation
        start = parse_day(line.attributes.get("planned_start_on"))
        end = parse_day(line.attributes.get("planned_end_on"))
        first = start or commitment.planned_handover_on
        first_at = line.at("planned_start_on") if start else "/planned_handover_on"
        last, last_at = (end, line.at("planned_end_on")) if end and end > first else (first, first_at)
        if first.year < due:
            yield Finding(
                code="implementation_too_early",
                severity=Severity.BLOCK,
                message=Text(
                    f"rencana aksi masyarakat tahun {plan} dilaksanakan tahun {due}, tetapi pelaksanaan direncanakan "
                    f"mulai {first}",
                    f"the community action plan of {plan} is implemented in {due}, but implementation is planned "
                    f"from {first} on",
                ),
                pointer=first_at,
            )
        if last.year > due:
            yield Finding(
                code="implementation_late",
                severity=Severity.WARN,
                message=Text(
                    f"rencana aksi masyarakat tahun {plan} dilaksanakan tahun {due}, tetapi pelaksanaan direncanakan "
                    f"sampai {last}; pastikan rencananya masih berlaku",
                    f"the community action plan of {plan} is implemented in {due}, but implementation is planned "
                    f"until {last}; make sure that the plan still holds",
                ),
                pointer=last_at,
            )


def _planned_days(commitment: CommitmentView, _: PermukimanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(*BUILT):
        start = parse_day(line.attributes.get("planned_start_on"))
        end = parse_day(line.attributes.get("planned_end_on"))
        if start and end and end < start:
            yield Finding(
                code="works_end_before_start",
                severity=Severity.BLOCK,
                message=Text(
                    f"pekerjaan tidak dapat selesai {end}, sebelum mulai {start}",
                    f"works can't end on {end}, before they start on {start}",
                ),
                pointer=line.at("planned_end_on"),
            )
        if start and start < commitment.submitted_on:
            yield Finding(
                code="works_start_past",
                severity=Severity.WARN,
                message=Text(
                    f"pekerjaan direncanakan mulai {start}, sebelum komitmen diajukan {commitment.submitted_on}; "
                    "foto 0 % harus diambil sebelum pekerjaan mulai",
                    f"works are planned from {start} on, before the commitment was submitted on "
                    f"{commitment.submitted_on}; the 0 % photos must be taken before works begin",
                ),
                pointer=line.at("planned_start_on"),
            )
        if end and end > commitment.planned_handover_on:
            yield Finding(
                code="handover_before_works_end",
                severity=Severity.WARN,
                message=Text(
                    f"serah terima direncanakan {commitment.planned_handover_on}, sebelum pekerjaan selesai {end}",
                    f"the handover is planned for {commitment.planned_handover_on}, before the works end on {end}",
                ),
                pointer=line.at("planned_end_on"),
            )


def _land_status(commitment: CommitmentView, _: PermukimanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(*BUILT):
        status = line.attributes.get("land_status")
        reason = _LAND_BLOCKED.get(str(status))
        if reason:
            yield Finding(
                code="land_not_clear",
                severity=Severity.BLOCK,
                message=Text(
                    f"status lahan {reason.id} ({status}); harus owned, government_permitted, owner_permitted, atau "
                    "untitled",
                    f"the land status is {reason.en} ({status}); must be owned, government_permitted, "
                    "owner_permitted or untitled",
                ),
                pointer=line.at("land_status"),
            )
        elif status == "untitled":
            yield Finding(
                code="land_untitled",
                severity=Severity.WARN,
                message=Text(
                    "lahan tanpa alas hak (untitled); pastikan kelurahan membenarkan bahwa lahan tidak disengketakan "
                    "dan di luar "
                    "rencana penertiban",
                    "the land has no title (untitled); make sure the kelurahan confirms that it is undisputed and "
                    "not up for clearing",
                ),
                pointer=line.at("land_status"),
            )


def _budget(commitment: CommitmentView, _: PermukimanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(*BUILT):
        if line.attributes.get("budget_rupiah") is None:
            yield Finding(
                code="budget_missing",
                severity=Severity.BLOCK,
                message=Text(
                    "RAB belum ada; isi jumlah akhir rencana anggaran biaya dalam rupiah",
                    "the budget (RAB) is missing; give the total of the bill of quantities in rupiah",
                ),
                pointer=line.at("budget_rupiah"),
            )


def _building_permit(commitment: CommitmentView, _: PermukimanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(*BUILT):
        number = str(line.attributes.get("building_permit_number", "")).strip()
        if _is_structural(line) and not number:
            yield Finding(
                code="building_permit_missing",
                severity=Severity.BLOCK,
                message=Text(
                    "pekerjaan struktur memerlukan Persetujuan Bangunan Gedung; isi nomor PBG",
                    "structural works need a building permit; give the PBG number",
                ),
                pointer=line.at("building_permit_number"),
            )


def _is_structural(line: LineView) -> bool:
    # A repair of the structure is structural, whatever the flag says.
    return line.attributes.get("structural") is True or "structure" in line.attributes.get("parts", ())


def _consent(commitment: CommitmentView, _: PermukimanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(*BUILT):
        consent = line.attributes.get("consent") or {}
        if not str(consent.get("document_number", "")).strip():
            yield Finding(
                code="consent_missing",
                severity=Severity.BLOCK,
                message=Text(
                    "persetujuan pemilik dan warga terdampak belum ada; isi nomor dan tanggal dokumennya",
                    "the consent of owners and affected residents is missing; give number and date of its document",
                ),
                pointer=line.at("consent"),
            )
            continue
        signed = parse_day(consent.get("signed_on"))
        if signed and signed > commitment.submitted_on:
            yield Finding(
                code="consent_not_yet_signed",
                severity=Severity.BLOCK,
                message=Text(
                    f"persetujuan harus sudah ditandatangani saat komitmen diajukan {commitment.submitted_on}, "
                    f"diberikan {signed}",
                    f"consent must be signed when the commitment is submitted on {commitment.submitted_on}, given "
                    f"{signed}",
                ),
                pointer=line.at("consent/signed_on"),
            )


def _dimensions(commitment: CommitmentView, _: PermukimanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(WORKS.id):
        if line.attributes.get("dimension") != "linear":
            continue
        sides = {name: line.attributes.get(name) for name in ("length_m", "width_cm")}
        for name, value in sides.items():
            if value is None:
                yield Finding(
                    code="dimensions_missing",
                    severity=Severity.BLOCK,
                    message=Text(
                        f"pekerjaan memanjang (linear) memerlukan panjang dan lebar; isi {name}",
                        f"linear works need length and width; give {name}",
                    ),
                    pointer=line.at(name),
                )
        if sides["length_m"] is None or sides["width_cm"] is None:
            continue
        length, width = int(sides["length_m"]), int(sides["width_cm"])
        surface = max(1, (length * width + 50) // 100)
        if line.quantity != surface:
            yield Finding(
                code="quantity_not_dimensions",
                severity=Severity.BLOCK,
                message=Text(
                    f"{length} m × {width} cm adalah {surface} m² (dibulatkan), jumlah diberikan {line.quantity} m²",
                    f"{length} m × {width} cm is {surface} m² (rounded), the quantity given is {line.quantity} m²",
                ),
                pointer=f"/lines/{line.position}/quantity",
            )


RULES = (
    Rule(
        id="slum_indicators",
        title=Text("RW kumuh menurut 11 indikator", "Slum RW by 11 indicators"),
        source="BPS Provinsi DKI Jakarta, Pendataan RW Kumuh 2017; Pergub DKI Jakarta 90/2018",
        codes=("slum_indicators_too_few",),
        check=_slum_indicators,
    ),
    Rule(
        id="implementation_year",
        title=Text(
            "Pelaksanaan setahun setelah rencana aksi masyarakat",
            "Implementation a year after the community action plan",
        ),
        source=_PLAN_SOURCE,
        codes=("implementation_too_early", "implementation_late"),
        check=_implementation_year,
    ),
    Rule(
        id="planned_days",
        title=Text("Hari mulai dan selesai pekerjaan", "Start and end of the works"),
        source="Rancangan KSBB: foto 0/50/100 % mengikuti hari mulai dan selesai",
        codes=("works_end_before_start", "works_start_past", "handover_before_works_end"),
        check=_planned_days,
    ),
    Rule(
        id="land_status",
        title=Text("Status lahan jelas", "Clear land status"),
        source=_PLAN_SOURCE,
        codes=("land_not_clear", "land_untitled"),
        check=_land_status,
    ),
    Rule(
        id="budget",
        title=Text("Ada RAB", "A budget (RAB) is there"),
        source=_PLAN_SOURCE,
        codes=("budget_missing",),
        check=_budget,
    ),
    Rule(
        id="building_permit",
        title=Text("PBG untuk pekerjaan struktur", "Building permit for structural works"),
        source="PP 16/2021 (Persetujuan Bangunan Gedung)",
        codes=("building_permit_missing",),
        check=_building_permit,
    ),
    Rule(
        id="consent",
        title=Text("Persetujuan warga", "Residents' consent"),
        source=_PLAN_SOURCE,
        codes=("consent_missing", "consent_not_yet_signed"),
        check=_consent,
    ),
    Rule(
        id="dimensions",
        title=Text("Jumlah sesuai panjang dan lebar", "Quantity fits length and width"),
        source="Rancangan KSBB: satu satuan (m²) untuk semua pekerjaan lingkungan",
        codes=("dimensions_missing", "quantity_not_dimensions"),
        check=_dimensions,
    ),
)
