"""Lists of commitments: filters, order, and pages by key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Table, and_, exists, literal_column, select

from ksbb.domain.commitments import AssessmentState, CommitmentLine, CommitmentStatus
from ksbb.domain.parties import FundSource
from ksbb.domain.quantities import Degree, Fulfilment
from ksbb.domain.rights import Actor, Permission, require
from ksbb.domain.targets import TargetKind
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import as_record, fetch_all
from ksbb.usecases.desk import JAKARTA, Desk
from ksbb.usecases.read.areas import lies_in
from ksbb.usecases.read.paging import Asked, Page, fetch_rows
from ksbb.usecases.read.visibility import listed_commitments, reading_grants

# Days beyond these mean "all": they would overflow when they are turned into instants
_FIRST, _LAST = date(2000, 1, 1), date(2200, 1, 1)
# Behind every character of a number
_LAST_CHARACTER = "\x7f"
_NEVER_HANDED_IN = frozenset({CommitmentStatus.DRAFT, CommitmentStatus.WITHDRAWN})
"""The statuses that a commitment may have without ever having been submitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentQuery:
    """Which commitments. None asks for all; days are those of Asia/Jakarta, both ends included.

    `area_code` takes the area and all that lies in it. `allocated`, `received` and `handed_over` are the degrees of fulfilment.
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
    area_only: bool
    target_kind: TargetKind | None
    target_kind_only: bool
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
    parties, areas = tables.parties, tables.areas
    query = (
        # Names are looked up for the rows of the page, not joined to all among which it is looked for
        select(
            table,
            _name(parties, parties.c.id == table.c.collaborator_id).label("collaborator_name"),
            _name(parties, parties.c.id == table.c.aggregator_id).label("aggregator_name"),
            _name(areas, areas.c.code == table.c.area_code).label("area_name"),
        ).where(await listed_commitments(desk, wanted.area_code), *_conditions(wanted))
    )
    keys = {"created": table.c.created_at, "number": table.c.number, "planned_handover_on": table.c.planned_handover_on}
    # Of numbers that start alike the last is the newest, and the index of numbers holds them together
    newest_first = replace(asked, sort=asked.sort or ("-created" if wanted.number is None else "-number"))
    if newest_first.sort in ("number", "-number"):
        query = query.where(*_numbers_of(desk.actor, wanted))
    rows, following = await fetch_rows(desk.unit.connection, query, newest_first, keys=keys, identity=table.c.id)
    lines = await _lines_in_short(desk, [row["id"] for row in rows])
    return Page([_summary(row, lines[row["id"]]) for row in rows], following)


def _name(table: Table, condition: ColumnElement[bool]) -> ScalarSelect[str]:
    return select(table.c.name).where(condition).correlate(tables.commitments).scalar_subquery()


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


async def _lines_in_short(desk: Desk, commitment_ids: Sequence[str]) -> dict[str, list[LineSummary]]:
    """The lines of commitments in their order, by commitment id, with the names that were kept with their schemas."""
    schema, line, commitment = tables.aid_schemas, tables.commitment_lines, tables.commitments
    names = (schema.c.name_id, schema.c.name_en, schema.c.unit_id, schema.c.unit_en)
    kept = and_(
        schema.c.program_id == commitment.c.program_id,
        schema.c.aid_type == line.c.aid_type,
        schema.c.version == line.c.schema_version,
    )
    query = (
        select(line.c.commitment_id, line.c.aid_type, line.c.committed, line.c.cancelled, line.c.accepted, *names)
        .join(commitment, commitment.c.id == line.c.commitment_id)
        .join(schema, kept)
        .where(line.c.commitment_id.in_(commitment_ids))
        .order_by(line.c.commitment_id, line.c.position)
    )
    found: dict[str, list[LineSummary]] = {commitment_id: [] for commitment_id in commitment_ids}
    for owner, aid_type, committed, cancelled, accepted, *(
        name_id,
        name_en,
        unit_id,
        unit_en,
    ) in await desk.unit.connection.execute(query):
        found[owner].append(
            LineSummary(
                aid_type=aid_type,
                name=Text(name_id, name_en),
                unit=Text(unit_id, unit_en),
                committed=committed,
                cancelled=cancelled,
                accepted=accepted,
            )
        )
    return found


def _summary(row: Mapping[str, Any], lines: Sequence[LineSummary]) -> CommitmentSummary:
    aggregator = None
    if row["aggregator_id"] is not None:
        aggregator = PartyName(id=row["aggregator_id"], name=row["aggregator_name"])
    return as_record(
        {
            **row,
            "collaborator": PartyName(id=row["collaborator_id"], name=row["collaborator_name"]),
            "aggregator": aggregator,
            "fulfilment": Fulfilment(
                allocated=Degree(row["allocated"]),
                received=Degree(row["received"]),
                handed_over=Degree(row["handed_over"]),
            ),
            "lines": tuple(lines),
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
    for column, degree in (
        (table.c.allocated, wanted.allocated),
        (table.c.received, wanted.received),
        (table.c.handed_over, wanted.handed_over),
    ):
        if degree is not None:
            # Written out, not bound: partial indexes are for statements in which their condition stands
            conditions.append(column == literal_column(f"'{degree.value}'"))
    if wanted.statuses:
        conditions.append(table.c.status.in_(wanted.statuses))
        if not _NEVER_HANDED_IN.intersection(wanted.statuses):
            conditions.append(
                table.c.submitted_at.is_not(None)
            )  # It goes without saying, but the index is for these alone
    if wanted.program_id is not None and wanted.target_kind is not None:
        # A program has its kinds: where it never had this one, it isn't looked for in all that has the kind or the program
        other = table.alias("other")
        conditions.append(
            exists().where(other.c.program_id == wanted.program_id, other.c.target_kind == wanted.target_kind)
        )
    if wanted.area_code is not None:
        conditions.append(lies_in(table.c.area_code, wanted.area_code))
    if wanted.number is not None:
        conditions += _starts(wanted.number.upper())
    if wanted.created_from is not None:
        conditions.append(table.c.created_at >= _midnight(wanted.created_from))
    if wanted.created_to is not None:
        conditions.append(table.c.created_at < _midnight(min(wanted.created_to, _LAST) + timedelta(days=1)))
    return conditions


def _numbers_of(actor: Actor, wanted: CommitmentQuery) -> list[ColumnElement[bool]]:
    """The numbers of the one program of which commitments are listed: in their order, they aren't looked for among others'."""
    programs = {wanted.program_id} if wanted.program_id else {grant.program_id for grant in reading_grants(actor)}
    program = programs.pop() if len(programs) == 1 else None
    return [] if program is None else _starts(f"{program.upper()}-")


def _starts(number: str) -> list[ColumnElement[bool]]:
    column = tables.commitments.c.number
    return [column >= number, column < number + _LAST_CHARACTER]


def _midnight(day: date) -> datetime:
    return datetime.combine(min(max(day, _FIRST), _LAST), time(), JAKARTA)
