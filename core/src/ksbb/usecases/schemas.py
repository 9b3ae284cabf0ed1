"""The schemas of aid types, kept by version: what validated a line stays as it was, whatever its program does later."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, select

from ksbb.domain.errors import Problem, Unavailable
from ksbb.domain.text import Text
from ksbb.program import AidType, Program
from ksbb.storage import tables
from ksbb.storage.prepared import Prepared
from ksbb.usecases.desk import Desk, running

_KEPT = Prepared(
    select(tables.aid_schemas.c.unit_id, tables.aid_schemas.c.unit_en, tables.aid_schemas.c.schema).where(
        tables.aid_schemas.c.program_id == bindparam("program_id"),
        tables.aid_schemas.c.aid_type == bindparam("aid_type"),
        tables.aid_schemas.c.version == bindparam("version"),
    )
)
_NAMES = Prepared(
    select(
        tables.program_names.c.name_id,
        tables.program_names.c.name_en,
        tables.program_names.c.agency_id,
        tables.program_names.c.agency_en,
    ).where(tables.program_names.c.program_id == bindparam("program_id"))
)


async def keep(desk: Desk, program: Program, aid_types: Iterable[tuple[AidType, str]]) -> None:
    """Keep the schemas that lines are validated by, each aid type with the pointer of its first line, and the program's names.

    Raises Unavailable where another schema is kept under the same version: the program's author forgot to raise it.
    """
    await _keep_names(desk, program)
    problems = []
    for aid_type, pointer in aid_types:
        found = await _keep_one(desk, program, aid_type)
        if found is not None:
            problems.append(_changed(program, aid_type, pointer, found))
    if problems:
        raise Unavailable(*problems)


async def names_of(desk: Desk, program_id: str) -> tuple[Text, Text]:
    """What a program and its lead agency are called; of a program that is away, what they were called when it was last here."""
    active = running(desk.programs, program_id)
    if active is not None:
        return active.program.name, active.program.lead_agency
    rows = await _NAMES.rows(desk.unit.link, program_id=program_id)
    if not rows:
        name = program_id.replace("_", " ").title()
        return Text(name, name), Text("KSBB", "KSBB")
    name_id, name_en, agency_id, agency_en = rows[0]
    return Text(name_id, name_en), Text(agency_id, agency_en)


def difference(aid_type: AidType, unit: Text, schema: Mapping[str, Any]) -> str | None:
    """Where an aid type differs from the `unit` and `schema` that are kept under its version, as a JSON Pointer; None where it
    doesn't.
    """
    if aid_type.unit.name != unit:
        return "/unit"
    return _difference(plain_schema(aid_type), schema, "")


def plain_schema(aid_type: AidType) -> dict[str, Any]:
    """The schema of an aid type as JSON values."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(aid_type.schema)))
    return plain


async def _keep_one(desk: Desk, program: Program, aid_type: AidType) -> str | None:
    """Keep an aid type's schema unless it is kept; where it differs from the one that is. Asked once in a process's life."""
    compared = ("schema compared", program.id, aid_type)
    if compared in desk.unit.stored_for_good:
        return None
    key = {"program_id": program.id, "aid_type": aid_type.id, "version": aid_type.schema_version}
    inserted_here = ("schema", f"{program.id}/{aid_type.id}/{aid_type.schema_version}")
    rows = await _KEPT.rows(desk.unit.link, **key)
    if not rows:
        names = {
            "name_id": aid_type.name.id,
            "name_en": aid_type.name.en,
            "unit_id": aid_type.unit.name.id,
            "unit_en": aid_type.unit.name.en,
        }
        desk.unit.insert_once(tables.aid_schemas, {**key, **names, "schema": plain_schema(aid_type)})
        desk.unit.known[inserted_here] = True
        return None
    unit_id, unit_en, schema = rows[0]
    found = difference(aid_type, Text(unit_id, unit_en), schema)
    if found is None and inserted_here not in desk.unit.known:
        desk.unit.stored_for_good.add(compared)
    return found


async def _keep_names(desk: Desk, program: Program) -> None:
    compared = ("names compared", program.id, program.name, program.lead_agency)
    if compared in desk.unit.stored_for_good:
        return
    names = {
        "name_id": program.name.id,
        "name_en": program.name.en,
        "agency_id": program.lead_agency.id,
        "agency_en": program.lead_agency.en,
    }
    inserted_here = ("names", program.id)
    rows = await _NAMES.rows(desk.unit.link, program_id=program.id)
    if not rows:
        desk.unit.insert_row(tables.program_names, {"program_id": program.id, **names}, unless_known=True)
        desk.unit.known[inserted_here] = True
    elif tuple(rows[0]) != tuple(names.values()):
        desk.unit.change(tables.program_names, {"program_id": program.id}, **names)
    elif inserted_here not in desk.unit.known:
        desk.unit.stored_for_good.add(compared)


def _changed(program: Program, aid_type: AidType, pointer: str, where: str) -> Problem:
    version = aid_type.schema_version
    at = where or "/"
    return Problem(
        code="schema_changed",
        message=Text(
            f"jenis bantuan {aid_type.id} dari program {program.id} berubah di {at}, tetapi versi skemanya tetap {version}; "
            f"pembuat program perlu menaikkan schema_version menjadi {version + 1}, sampai itu pasang versi program sebelumnya",
            f"aid type {aid_type.id} of program {program.id} has changed at {at}, but its schema's version is still {version}; "
            f"the program's author must raise schema_version to {version + 1}, install the earlier version of the program until then",
        ),
        pointer=pointer,
        expected=f"the schema kept as version {version}",
        given=f"another one, from {at} on",
    )


def _difference(given: object, kept: object, pointer: str) -> str | None:
    if isinstance(given, Mapping) and isinstance(kept, Mapping):
        for name in sorted({*given, *kept}):
            inner = f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
            if (name in given) is not (name in kept):
                return inner
            found = _difference(given[name], kept[name], inner)
            if found is not None:
                return found
        return None
    return None if given == kept else pointer
