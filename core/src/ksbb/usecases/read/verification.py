"""The public answer to "is this document genuine?", without personal data."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select

from ksbb.domain.parties import CollaboratorClass
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.usecases.desk import Desk, jakarta_day
from ksbb.usecases.hand_over import load_dispatch, load_handover
from ksbb.usecases.read.chain import aid_names, lines_of
from ksbb.usecases.read.reports import gather_report

_VOID = "void"
_INDIVIDUAL = Text("perorangan", "an individual")


class Verdict(StrEnum):
    """`genuine`: issued by the platform and in force; `void`: issued and voided since; `unknown`: never issued."""

    GENUINE = "genuine"
    VOID = "void"
    UNKNOWN = "unknown"


class DocumentKind(StrEnum):
    """The documents that carry a code."""

    HANDOVER_REPORT = "handover_report"
    TRAVEL_DOCUMENT = "travel_document"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedItem:
    """One kind of aid, in whole units. `quantity` went out; the others are known for a handover report only."""

    name: Text
    unit: Text
    quantity: int
    accepted: int | None = None
    rejected: int | None = None
    lost: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedDocument:
    """What the platform's record says of a document, for comparison with the paper.

    `content_sha256` is printed on the report, `file_sha256` is that of the PDF; both are None until it is made, for its
    program may add to it till then. A collaborator who is an individual isn't named.
    """

    kind: DocumentKind
    number: str
    on: date
    area_code: str
    area_name: str
    target_name: str
    commitment_number: str
    collaborator: Text
    aggregator: str
    executor: str
    items: tuple[VerifiedItem, ...]
    synthetic: bool
    content_sha256: str | None = None
    file_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The answer; `document` is None for an unknown code."""

    verdict: Verdict
    document: VerifiedDocument | None = None


async def verify(desk: Desk, code: str, public_url: str) -> Verification:
    """What the platform knows of the document with this code, as in the QR code of a report or travel document."""
    reports = tables.reports
    found = (await desk.unit.connection.execute(select(reports).where(reports.c.verify_code == code))).first()
    if found is not None:
        verdict = Verdict.VOID if found.status == _VOID else Verdict.GENUINE
        return Verification(verdict=verdict, document=await _report(desk, found, public_url))
    dispatches = tables.dispatches
    if (await desk.unit.connection.execute(select(dispatches.c.id).where(dispatches.c.id == code))).first() is not None:
        return Verification(verdict=Verdict.GENUINE, document=await _travel_document(desk, code))
    return Verification(verdict=Verdict.UNKNOWN)


async def _report(desk: Desk, row: Row[tuple[object, ...]], public_url: str) -> VerifiedDocument:
    handover = await load_handover(desk, row.handover_id)
    sent = await load_dispatch(desk, handover.dispatch_id)
    of_line = {line.id: line.line_id for line in sent.lines}
    lines = (await lines_of(desk, [sent.commitment_id]))[sent.commitment_id]
    names = await aid_names(desk, lines)
    gathered = await gather_report(desk, handover.id, public_url, images=False)
    facts = await _facts(desk, sent.id)
    return VerifiedDocument(
        kind=DocumentKind.HANDOVER_REPORT,
        number=row.number,
        on=jakarta_day(handover.handed_over_at),
        items=tuple(
            VerifiedItem(
                name=names[of_line[given.dispatch_line_id]][0],
                unit=names[of_line[given.dispatch_line_id]][1],
                quantity=given.delivered,
                accepted=given.accepted,
                rejected=given.rejected,
                lost=given.lost,
            )
            for given in handover.lines
        ),
        content_sha256=None if row.file_sha256 is None else gathered.content_sha256,
        file_sha256=row.file_sha256,
        **facts,
    )


async def _travel_document(desk: Desk, dispatch_id: str) -> VerifiedDocument:
    sent = await load_dispatch(desk, dispatch_id)
    lines = (await lines_of(desk, [sent.commitment_id]))[sent.commitment_id]
    names = await aid_names(desk, lines)
    return VerifiedDocument(
        kind=DocumentKind.TRAVEL_DOCUMENT,
        number=sent.number,
        on=jakarta_day(sent.at),
        items=tuple(
            VerifiedItem(name=names[line.line_id][0], unit=names[line.line_id][1], quantity=line.quantity)
            for line in sent.lines
        ),
        **await _facts(desk, dispatch_id),
    )


async def _facts(desk: Desk, dispatch_id: str) -> dict[str, Any]:
    sent, commitments, targets = tables.dispatches, tables.commitments, tables.targets
    collaborators, aggregators, executors = (
        tables.parties.alias(name) for name in ("collaborators", "aggregators", "executors")
    )
    query = (
        select(
            commitments.c.number,
            commitments.c.synthetic,
            targets.c.area_code,
            targets.c.name.label("target_name"),
            targets.c.synthetic.label("target_synthetic"),
            tables.areas.c.name.label("area_name"),
            collaborators.c.name.label("collaborator"),
            collaborators.c.collaborator_class,
            aggregators.c.name.label("aggregator"),
            executors.c.name.label("executor"),
        )
        .join(commitments, commitments.c.id == sent.c.commitment_id)
        .join(targets, targets.c.id == sent.c.target_id)
        .join(tables.areas, tables.areas.c.code == targets.c.area_code)
        .join(collaborators, collaborators.c.id == commitments.c.collaborator_id)
        .join(aggregators, aggregators.c.id == sent.c.aggregator_id)
        .join(executors, executors.c.id == sent.c.executor_id)
        .where(sent.c.id == dispatch_id)
    )
    row = (await desk.unit.connection.execute(query)).one()
    private = row.collaborator_class == CollaboratorClass.INDIVIDUAL
    return {
        "area_code": row.area_code,
        "area_name": row.area_name,
        "target_name": row.target_name,
        "commitment_number": row.number,
        "collaborator": _INDIVIDUAL if private else Text(row.collaborator, row.collaborator),
        "aggregator": row.aggregator,
        "executor": row.executor,
        "synthetic": row.synthetic or row.target_synthetic,
    }
