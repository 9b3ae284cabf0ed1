"""Lists of commitments: filters, order, and pages by key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select

from ksbb.domain.commitments import AssessmentState, CommitmentLine, CommitmentStatus
from ksbb.domain.parties import FundSource
from ksbb.domain.quantities import Degree, Fulfilment
from ksbb.domain.rights import Permission, require
from ksbb.domain.targets import TargetKind
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import as_record, fetch_all
from ksbb.usecases.desk import JAKARTA, Desk
from ksbb.usecases.read.areas import lies_in
from ksbb.usecases.read.paging import Asked, Page, fetch_rows
from ksbb.usecases.read.visibility import visible_commitments

# Days beyond these mean "all": they would overflow when they are turned into instants
_FIRST, _LAST = date(2000, 1, 1), date(2200, 1, 1)
# Behind every character of a number
_LAST_CHARACTER = "\x7f"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentQuery:
    """Which commitments. None asks for all; days are those of Asia/Jakarta, both ends included.

    `area_code` takes the area and all that lies in it. `allocated`, `received` and `handed_over` are derived degrees.
    """

    program_id: str | None = None
    statuses: Sequence[CommitmentStatus] = ()
    assessment: AssessmentState | None = None
    collaborator_id: str | None = None
    aggregator_id: str | None = None
    area_code: str | None = None
    target_kind: TargetKind | None = None
    number: str | None = None
    allocated: Degree | None = None
    received: Degree | None = None
    handed_over: Degree | None = None
    created_from: date | None = None
    created_to: date | None = None
    synthetic: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyName:
    """An organisation by id and name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSummary:
    """One line in a list: what, how much was committed, and how much of it was accepted; whole units."""

    aid_type: str
    name: Text
    unit: Text
    committed: int
    cancelled: int
    accepted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentSummary:
    """One commitment in a list."""

    id: str
    number: str
    program_id: str
    collaborator: PartyName
    aggregator: PartyName | None
    status: CommitmentStatus
    assessment: AssessmentState
    fund_source: FundSource
    area_code: str
    area_name: str
    target_kind: TargetKind | None
    planned_handover_on: date
    synthetic: bool
    created_at: datetime
    version: int
    fulfilment: Fulfilment
    lines: tuple[LineSummary, ...]


async def list_commitments(desk: Desk, wanted: CommitmentQuery, asked: Asked) -> Page[CommitmentSummary]:
    """The commitments that the actor sees, one page, the newest first; sort keys: created, number, planned_handover_on.

    Raises Forbidden for those who read no commitments at all.
    """
    require(desk.actor, Permission.READ_COMMITMENTS)
    table = tables.commitments
    collaborators, aggregators = tables.parties.alias("collaborators"), tables.parties.alias("aggregators")
    query = (
        select(
            table,
            collaborators.c.name.label("collaborator_name"),
            aggregators.c.name.label("aggregator_name"),
            tables.areas.c.name.label("area_name"),
        )
        .join(collaborators, collaborators.c.id == table.c.collaborator_id)
        .join(aggregators, aggregators.c.id == table.c.aggregator_id, isouter=True)
        .join(tables.areas, tables.areas.c.code == table.c.area_code)
        .where(visible_commitments(desk.actor), *_conditions(wanted))
    )
    keys = {"created": table.c.created_at, "number": table.c.number, "planned_handover_on": table.c.planned_handover_on}
    # Of numbers that start alike the last is the newest, and the index of numbers holds them together
    newest_first = replace(asked, sort=asked.sort or ("-created" if wanted.number is None else "-number"))
    rows, following = await fetch_rows(desk.unit.connection, query, newest_first, keys=keys, identity=table.c.id)
    lines = await lines_of(desk, [row["id"] for row in rows])
    names = await aid_names(desk, [line for found in lines.values() for line in found])
    return Page([_summary(row, lines[row["id"]], names) for row in rows], following)


async def lines_of(desk: Desk, commitment_ids: Sequence[str]) -> dict[str, tuple[CommitmentLine, ...]]:
    """The lines of commitments in their order, by commitment id."""
    table = tables.commitment_lines
    query = (
        select(table).where(table.c.commitment_id.in_(commitment_ids)).order_by(table.c.commitment_id, table.c.position)
    )
    found: dict[str, tuple[CommitmentLine, ...]] = {}
    for line in await fetch_all(desk.unit.connection, query, CommitmentLine):
        found[line.commitment_id] = (*found.get(line.commitment_id, ()), line)
    return found


async def aid_names(desk: Desk, lines: Sequence[CommitmentLine]) -> dict[str, tuple[Text, Text]]:
    """Line id → names of its aid type and unit, as they were kept with its schema: readable without its program."""
    schemas, table, commitments = tables.aid_schemas, tables.commitment_lines, tables.commitments
    query = (
        select(table.c.id, schemas.c.name_id, schemas.c.name_en, schemas.c.unit_id, schemas.c.unit_en)
        .join(commitments, commitments.c.id == table.c.commitment_id)
        .join(
            schemas,
            and_(
                schemas.c.program_id == commitments.c.program_id,
                schemas.c.aid_type == table.c.aid_type,
                schemas.c.version == table.c.schema_version,
            ),
        )
        .where(table.c.id.in_([line.id for line in lines]))
    )
    return {
        row.id: (Text(row.name_id, row.name_en), Text(row.unit_id, row.unit_en))
        for row in await desk.unit.connection.execute(query)
    }


def _summary(
    row: Mapping[str, Any], lines: Sequence[CommitmentLine], names: dict[str, tuple[Text, Text]]
) -> CommitmentSummary:
    aggregator = None
    if row["aggregator_id"] is not None:
        aggregator = PartyName(id=row["aggregator_id"], name=row["aggregator_name"])
    return as_record(
        {
            **row,
            "collaborator": PartyName(id=row["collaborator_id"], name=row["collaborator_name"]),
            "aggregator": aggregator,
            "fulfilment": Fulfilment.combined(tuple(line.balance.fulfilment() for line in lines)),
            "lines": tuple(
                LineSummary(
                    aid_type=line.aid_type,
                    name=names[line.id][0],
                    unit=names[line.id][1],
                    committed=line.committed,
                    cancelled=line.cancelled,
                    accepted=line.accepted,
                )
                for line in lines
            ),
        },
        CommitmentSummary,
    )


def _conditions(wanted: CommitmentQuery) -> list[ColumnElement[bool]]:
    table = tables.commitments
    equal = {
        table.c.program_id: wanted.program_id,
        table.c.assessment: wanted.assessment,
        table.c.collaborator_id: wanted.collaborator_id,
        table.c.aggregator_id: wanted.aggregator_id,
        table.c.target_kind: wanted.target_kind,
        table.c.synthetic: wanted.synthetic,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.statuses:
        conditions.append(table.c.status.in_(wanted.statuses))
    if wanted.area_code is not None:
        conditions.append(lies_in(table.c.area_code, wanted.area_code))
    if wanted.number is not None:
        start = wanted.number.upper()
        conditions.append(and_(table.c.number >= start, table.c.number < start + _LAST_CHARACTER))
    if wanted.created_from is not None:
        conditions.append(table.c.created_at >= _midnight(wanted.created_from))
    if wanted.created_to is not None:
        conditions.append(table.c.created_at < _midnight(min(wanted.created_to, _LAST) + timedelta(days=1)))
    lines = tables.commitment_lines
    for degree, done in (
        (wanted.allocated, lines.c.allocated),
        (wanted.received, lines.c.received),
        (wanted.handed_over, lines.c.accepted),
    ):
        if degree is not None:
            conditions.append(_has_degree(degree, done))
    return conditions


def _has_degree(degree: Degree, done: ColumnElement[int]) -> ColumnElement[bool]:
    # The rule of `Fulfilment.combined`, set-wise
    lines = tables.commitment_lines
    due = lines.c.committed - lines.c.cancelled
    own = lines.c.commitment_id == tables.commitments.c.id
    all_complete = not_(exists().where(own, done < due).correlate(tables.commitments))
    all_none = not_(exists().where(own, or_(done > 0, done >= due)).correlate(tables.commitments))
    match degree:
        case Degree.COMPLETE:
            return all_complete
        case Degree.NONE:
            return all_none
        case Degree.PARTIAL:
            return and_(not_(all_complete), not_(all_none))


def _midnight(day: date) -> datetime:
    return datetime.combine(min(max(day, _FIRST), _LAST), time(), JAKARTA)
