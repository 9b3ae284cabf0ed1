"""The schemas that were kept: what old records were validated by, readable without their program."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from ksbb.domain.commitments import CommitmentStatus
from ksbb.domain.errors import not_found
from ksbb.domain.text import Text
from ksbb.program import Program
from ksbb.storage import tables
from ksbb.usecases.desk import Desk
from ksbb.usecases.schemas import difference

_table = tables.aid_schemas
_ENDED = (CommitmentStatus.REJECTED, CommitmentStatus.WITHDRAWN, CommitmentStatus.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSchema:
    """A version of an aid type's schema that validated lines, with what type and unit were called then."""

    program_id: str
    aid_type: str
    version: int
    name: Text
    unit: Text
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """An aid type whose program differs from what is kept. `where` is the JSON Pointer at which the schema was changed without
    a new version; empty where the kept `version` is newer than the program's.
    """

    program_id: str
    aid_type: str
    version: int
    present: int
    where: str


async def kept_schemas(
    desk: Desk, *, program_id: str | None = None, aid_type: str | None = None
) -> Sequence[KeptSchema]:
    """All versions that were kept, by program, aid type and version."""
    query = select(_table).order_by(*_table.primary_key)
    for column, value in ((_table.c.program_id, program_id), (_table.c.aid_type, aid_type)):
        if value is not None:
            query = query.where(column == value)
    return [
        KeptSchema(
            program_id=row["program_id"],
            aid_type=row["aid_type"],
            version=row["version"],
            name=Text(row["name_id"], row["name_en"]),
            unit=Text(row["unit_id"], row["unit_en"]),
            schema=row["schema"],
        )
        for row in (await desk.unit.connection.execute(query)).mappings()
    ]


async def kept_schema(desk: Desk, program_id: str, aid_type: str, version: int) -> KeptSchema:
    """One version. Raises NotFound for one that validated nothing."""
    for found in await kept_schemas(desk, program_id=program_id, aid_type=aid_type):
        if found.version == version:
            return found
    raise not_found(Text("skema", "schema"), f"{program_id} {aid_type} {version}")


async def remembered_programs(desk: Desk) -> dict[str, tuple[Text, Text]]:
    """What each program that took commitments calls itself and its lead agency, by id, whether it is here now or not."""
    table = tables.program_names
    rows = await desk.unit.connection.execute(select(table).order_by(table.c.program_id))
    return {row.program_id: (Text(row.name_id, row.name_en), Text(row.agency_id, row.agency_en)) for row in rows}


async def open_commitments(desk: Desk, program_ids: Collection[str]) -> Counter[str]:
    """How many commitments of each of these programs haven't come to an end."""
    table = tables.commitments
    query = (
        select(table.c.program_id, func.count())
        .where(table.c.program_id.in_(program_ids), table.c.status.not_in(_ENDED))
        .group_by(table.c.program_id)
    )
    return Counter({program_id: int(count) for program_id, count in await desk.unit.connection.execute(query)})


async def misfits(desk: Desk, programs: Iterable[Program]) -> Sequence[Misfit]:
    """Aid types of running programs that were changed without a new version, or that are older than what is kept."""
    aid_types = {(program.id, aid_type.id): aid_type for program in programs for aid_type in program.aid_types}
    found = []
    for kept in await kept_schemas(desk):
        present = aid_types.get((kept.program_id, kept.aid_type))
        if present is None or kept.version < present.schema_version:
            continue
        where = difference(present, kept.unit, kept.schema) if kept.version == present.schema_version else ""
        if where is not None:
            found.append(
                Misfit(
                    program_id=kept.program_id,
                    aid_type=kept.aid_type,
                    version=kept.version,
                    present=present.schema_version,
                    where=where,
                )
            )
    return found
