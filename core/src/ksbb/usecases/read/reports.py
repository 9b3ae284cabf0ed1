"""What the printed documents say, gathered from the record: the handover report (BAST) and the travel document."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from ksbb.domain.errors import conflict, not_found
from ksbb.domain.handover_report import HandoverReport, ReportEvidence, ReportLine, ReportParty
from ksbb.domain.handovers import HandoverStatus, Report
from ksbb.domain.text import Text
from ksbb.domain.travel_document import TravelDocument, TravelLine
from ksbb.storage import tables
from ksbb.storage.rows import fetch_one
from ksbb.usecases.desk import Desk
from ksbb.usecases.evidence import content_of, evidence_of
from ksbb.usecases.hand_over import load_dispatch, load_handover
from ksbb.usecases.read.photos import without_metadata
from ksbb.usecases.read.visibility import HANDOVER
from ksbb.usecases.schemas import names_of

BLANK = "." * 32
"""Stands where a name is written by hand: the platform keeps no names of lurahs."""

_LISTED = 12
"""A list in a specification is written out up to this length, a longer one is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What both documents take from the commitment and the target."""

    commitment_id: str
    number: str
    program_id: str
    government: str
    subdistrict: str
    district: str
    aggregator: Mapping[str, Any]
    executor: Mapping[str, Any]
    target: Mapping[str, Any]
    synthetic: bool

    @property
    def target_address(self) -> str:
        return f"Kelurahan {self.subdistrict}, Kecamatan {self.district}"


async def load_report(desk: Desk, handover_id: str) -> Report:
    """The record of a handover's report. Raises Conflict unless the witness confirmed the handover."""
    table = tables.reports
    found = await fetch_one(desk.unit.connection, select(table).where(table.c.handover_id == handover_id), Report)
    if found is None:
        status = (await load_handover(desk, handover_id)).status
        raise conflict(
            "not_confirmed",
            Text(
                f"serah terima ini berstatus {status}; berita acara ada setelah saksi mengonfirmasi",
                f"this handover is {status}; its report exists once the witness has confirmed it",
            ),
            "/status",
            str(HandoverStatus.CONFIRMED),
            str(status),
        )
    return found


async def gather_report(desk: Desk, handover_id: str, public_url: str, *, images: bool = True) -> HandoverReport:
    """Everything that a handover's report says, in Indonesian. No rights are checked: the caller did, or is a machine.

    `public_url` is where people reach the pages. `images` takes the photos along, without their metadata; a photo that
    isn't sound is listed only. What the program adds is as it was when the PDF was made, and nothing until then. Raises
    NotFound, and Conflict for a handover without a report.
    """
    handover = await load_handover(desk, handover_id)
    report = await load_report(desk, handover_id)
    sent = await load_dispatch(desk, handover.dispatch_id)
    frame = await _frame(desk, sent.commitment_id, sent.aggregator_id, sent.executor_id, sent.target_id)
    texts = await _line_texts(desk, frame.commitment_id)
    by_id = {line.id: line for line in sent.lines}
    lines = []
    for given in sorted(handover.lines, key=lambda line: texts[by_id[line.dispatch_line_id].line_id].position):
        text = texts[by_id[given.dispatch_line_id].line_id]
        lines.append(
            ReportLine(
                description=text.name,
                specification=text.specification,
                delivered=given.delivered,
                accepted=given.accepted,
                rejected=given.rejected,
                lost=given.lost,
                unit=text.unit,
                unit_value=text.unit_value,
                condition=given.condition,
                remark=given.reason,
            )
        )
    evidence = []
    for item in await evidence_of(desk, handover_id):
        image = None
        if images:
            _, content = await content_of(desk, item.file_sha256)
            image = without_metadata(content, item.media_type)
        evidence.append(
            ReportEvidence(
                file_name=item.file_name,
                sha256=item.file_sha256,
                media_type=item.media_type,
                place=handover.place,
                image=image,
            )
        )
    executor = frame.executor["name"]
    carried = "" if executor == frame.aggregator["name"] else f" ({executor})"
    subdistrict = f"Kelurahan {frame.subdistrict}"
    witness = await _person(desk, handover.witness_account_id)
    return HandoverReport(
        number=report.number,
        program_name=report.program_name,
        agency=report.agency,
        government=frame.government,
        handed_over_at=handover.handed_over_at,
        place=handover.place,
        commitment_number=frame.number,
        travel_document_number=sent.number,
        first_party=ReportParty(
            name=(await _person(desk, handover.recorded_by))[0],
            office=f"Pelaksana serah terima{carried}",
            organisation=frame.aggregator["name"],
            address=frame.aggregator["address"],
        ),
        second_party=ReportParty(
            name=handover.recipient_name,
            office=handover.recipient_office,
            organisation=frame.target["name"],
            address=frame.target_address,
        ),
        witnesses=(ReportParty(name=witness[0], office="Saksi kelurahan", organisation=witness[1] or subdistrict),),
        acknowledged_by=ReportParty(
            name=BLANK, office=f"Lurah {frame.subdistrict}", organisation=f"Kecamatan {frame.district}"
        ),
        lines=tuple(lines),
        synthetic=frame.synthetic,
        verify_url=f"{public_url}/verify/{report.verify_code}",
        sections=report.sections or (),
        evidence=tuple(evidence),
        integrity_pact=True,
    )


def without_images(report: HandoverReport) -> HandoverReport:
    """The same report with its photos listed, not printed: for photos that can't be printed. Its digest is the same."""
    return replace(report, evidence=tuple(replace(item, image=None) for item in report.evidence))


async def gather_travel_document(desk: Desk, dispatch_id: str, public_url: str) -> TravelDocument:
    """Everything that a dispatch's travel document says; rights, `public_url` and errors as in `gather_report`."""
    sent = await load_dispatch(desk, dispatch_id)
    frame = await _frame(desk, sent.commitment_id, sent.aggregator_id, sent.executor_id, sent.target_id)
    texts = await _line_texts(desk, frame.commitment_id)
    aggregator, executor, target = frame.aggregator, frame.executor, frame.target
    program_name, agency = await names_of(desk, frame.program_id)
    return TravelDocument(
        number=sent.number,
        program_name=program_name.id,
        agency=agency.id,
        government=frame.government,
        dispatched_at=sent.at,
        origin=aggregator["address"] or aggregator["name"],
        destination=f"{target['name']} ({target['code']}), {frame.target_address}",
        commitment_number=frame.number,
        sender=ReportParty(
            name=BLANK, office="Petugas gudang", organisation=aggregator["name"], address=aggregator["address"]
        ),
        carrier=ReportParty(name=BLANK, office="Pelaksana", organisation=executor["name"], address=executor["address"]),
        recipient=ReportParty(
            name=BLANK,
            office=target["contact_office"] or "Penerima",
            organisation=target["name"],
            address=frame.target_address,
        ),
        vehicle=sent.vehicle,
        lines=tuple(
            TravelLine(description=text.name, specification=text.specification, quantity=line.quantity, unit=text.unit)
            for line in sent.lines
            for text in (texts[line.line_id],)
        ),
        synthetic=frame.synthetic,
        verify_url=f"{public_url}/verify/{sent.id}",
    )


async def _frame(desk: Desk, commitment_id: str, aggregator_id: str, executor_id: str, target_id: str) -> _Frame:
    commitment = await _row(desk, tables.commitments, tables.commitments.c.id == commitment_id)
    target = await _row(desk, tables.targets, tables.targets.c.id == target_id)
    code = target["area_code"].split(".")
    areas = tables.areas
    wider = [".".join(code[:length]) for length in range(1, len(code) + 1)]
    found = await desk.unit.connection.execute(select(areas.c.code, areas.c.name).where(areas.c.code.in_(wider)))
    names = {row.code: row.name for row in found}
    return _Frame(
        commitment_id=commitment_id,
        number=commitment["number"],
        program_id=commitment["program_id"],
        government=f"Pemerintah Provinsi {names[wider[0]]}",
        subdistrict=names[wider[-1]],
        district=names[wider[-2]],
        aggregator=await _row(desk, tables.parties, tables.parties.c.id == aggregator_id),
        executor=await _row(desk, tables.parties, tables.parties.c.id == executor_id),
        target=target,
        synthetic=commitment["synthetic"] or target["synthetic"],
    )


async def _row(desk: Desk, table: Any, condition: ColumnElement[bool]) -> Mapping[str, Any]:
    return dict((await desk.unit.connection.execute(select(table).where(condition))).mappings().one())


async def _person(desk: Desk, account_id: str) -> tuple[str, str]:
    accounts, parties = tables.accounts, tables.parties
    query = (
        select(accounts.c.name, parties.c.name)
        .join(parties, parties.c.id == accounts.c.party_id, isouter=True)
        .where(accounts.c.id == account_id)
    )
    found = (await desk.unit.connection.execute(query)).first()
    if found is None:
        raise not_found(HANDOVER, account_id)
    return str(found[0]), str(found[1] or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class _LineText:
    position: int
    name: str
    unit: str
    unit_value: int | None
    specification: str


async def _line_texts(desk: Desk, commitment_id: str) -> dict[str, _LineText]:
    lines, schemas, commitments = tables.commitment_lines, tables.aid_schemas, tables.commitments
    query = (
        select(lines, schemas.c.name_id, schemas.c.unit_id, schemas.c.schema)
        .join(commitments, commitments.c.id == lines.c.commitment_id)
        .join(
            schemas,
            and_(
                schemas.c.program_id == commitments.c.program_id,
                schemas.c.aid_type == lines.c.aid_type,
                schemas.c.version == lines.c.schema_version,
            ),
        )
        .where(lines.c.commitment_id == commitment_id)
    )
    return {
        row["id"]: _LineText(
            position=row["position"],
            name=row["name_id"],
            unit=row["unit_id"],
            unit_value=row["unit_value"],
            specification=_specification(row["attributes"], row["schema"]),
        )
        for row in (await desk.unit.connection.execute(query)).mappings()
    }


def _specification(attributes: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """The attributes of a line in one sentence, with the Indonesian titles of their schema."""
    properties = schema.get("properties", {})
    said = []
    for name in _in_order(attributes, schema):
        kind = properties.get(name, {})
        if kind.get("x-in-documents", True):
            said.append(f"{kind.get('title', name)}: {_said(attributes[name], kind)}")
    return "; ".join(said)


def _said(value: object, schema: Mapping[str, Any]) -> str:
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, Mapping):
        properties = schema.get("properties", {})
        kinds = [(name, properties.get(name, {})) for name in _in_order(value, schema)]
        return " ".join(_said(value[name], kind) for name, kind in kinds if kind.get("x-in-documents", True))
    if isinstance(value, list):
        items = schema.get("items", {})
        return ", ".join(_said(item, items) for item in value) if len(value) <= _LISTED else f"{len(value)} butir"
    label = schema.get("x-labels", {}).get(value, {}) if isinstance(value, str) else {}
    return str(label.get("id", value))


def _in_order(value: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    # PostgreSQL doesn't keep the order of an object's keys; the list of the required ones stays as it was written
    required = [name for name in schema.get("required", []) if name in value]
    return [*required, *sorted(value.keys() - set(required))]
