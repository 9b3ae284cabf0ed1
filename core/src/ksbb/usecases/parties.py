"""Register collaborators; aggregators from application to verification; licences."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select, update

from ksbb.domain.errors import conflict, invalid, stale
from ksbb.domain.parties import (
    Aggregator,
    AggregatorStatus,
    Collaborator,
    CollaboratorClass,
    Licence,
    LicenceKind,
    Party,
)
from ksbb.domain.rights import Permission, Role, require
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all, put
from ksbb.storage.unit import new_id
from ksbb.usecases.assess import require_reason
from ksbb.usecases.chain import load_aggregator, load_collaborator, plain, require_own
from ksbb.usecases.desk import Desk


async def register_collaborator(
    desk: Desk,
    *,
    name: str,
    collaborator_class: CollaboratorClass,
    address: str = "",
    contact_office: str = "",
    synthetic: bool = False,
) -> Collaborator:
    """A new collaborator. Raises Conflict for a name in use."""
    role = require(desk.actor, Permission.MANAGE_PARTIES)
    await _require_free_name(desk, name)
    made = Collaborator(
        id=new_id(),
        name=name.strip(),
        address=address,
        contact_office=contact_office,
        collaborator_class=collaborator_class,
        synthetic=synthetic,
        created_at=desk.now,
        version=1,
    )
    await put(desk.unit.connection, tables.parties, made)
    await _record(desk, made.id, "collaborator_registered", role, after=0, payload=plain(made))
    return made


async def register_executor(
    desk: Desk, *, name: str, address: str = "", contact_office: str = "", synthetic: bool = False
) -> Party:
    """A new party that neither gives nor collects but carries aid: Satpol PP, volunteers. Raises Conflict for a name in use."""
    role = require(desk.actor, Permission.MANAGE_PARTIES)
    await _require_free_name(desk, name)
    made = Party(
        id=new_id(),
        name=name.strip(),
        address=address,
        contact_office=contact_office,
        synthetic=synthetic,
        created_at=desk.now,
    )
    await put(desk.unit.connection, tables.parties, made)
    await _record(desk, made.id, "executor_registered", role, after=0, payload=plain(made))
    return made


async def apply_as_aggregator(
    desk: Desk, *, name: str, legal_form: str, address: str = "", contact_office: str = "", synthetic: bool = False
) -> Aggregator:
    """An application to become an aggregator; it waits for the secretariat's verification."""
    role = _require_either(desk, Permission.APPLY_AS_AGGREGATOR, Permission.MANAGE_PARTIES)
    await _require_free_name(desk, name)
    made = Aggregator(
        id=new_id(),
        name=name.strip(),
        address=address,
        contact_office=contact_office,
        legal_form=legal_form,
        status=AggregatorStatus.APPLIED,
        status_reason="",
        synthetic=synthetic,
        created_at=desk.now,
        version=1,
    )
    columns = {key: getattr(made, key) for key in made.__slots__ if key != "status"}
    await desk.unit.connection.execute(tables.parties.insert().values(**columns, aggregator_status=made.status))
    await _record(desk, made.id, "aggregator_applied", role, after=0, payload=plain(made))
    return made


async def change_aggregator_status(
    desk: Desk, aggregator_id: str, *, to: AggregatorStatus, reason: str, expected_version: int
) -> Aggregator:
    """Verify (to active), suspend, revoke, reinstate or refuse an aggregator; all but verification need a reason.

    Raises Conflict where the way doesn't exist, or where none of its licences is in force at verification.
    """
    role = require(desk.actor, Permission.VERIFY_AGGREGATORS)
    found = await load_aggregator(desk, aggregator_id)
    if found.version != expected_version:
        raise stale(expected_version, found.version)
    found.require_move(to)
    if to is not AggregatorStatus.ACTIVE or found.status is AggregatorStatus.SUSPENDED:
        require_reason(reason)
    if to is AggregatorStatus.ACTIVE:
        held = await licences_of(desk, aggregator_id)
        if not any(licence.valid_from <= desk.today <= licence.valid_to for licence in held):
            raise conflict(
                "licence_missing",
                Text(
                    f"agregator {found.name} belum memiliki izin yang berlaku pada {desk.today}; daftarkan izinnya dahulu",
                    f"aggregator {found.name} has no licence in force on {desk.today}; register its licence first",
                ),
                "/status",
                given=[licence.number for licence in held],
            )
    return await _change(
        desk,
        found,
        role,
        f"aggregator_{to}",
        {"aggregator_status": to, "status_reason": reason},
        reason,
        status=to,
        status_reason=reason,
    )


async def add_licence(
    desk: Desk,
    aggregator_id: str,
    *,
    kind: LicenceKind,
    number: str,
    issuer: str,
    area_code: str,
    valid_from: date,
    valid_to: date,
    synthetic: bool = False,
) -> Licence:
    """Register a licence of an aggregator; by the secretariat, or by the aggregator itself while it applies.

    Raises InvalidInput for a validity that ends before it starts, Conflict for a number registered already.
    """
    role = _require_either(desk, Permission.VERIFY_AGGREGATORS, Permission.APPLY_AS_AGGREGATOR)
    aggregator = await load_aggregator(desk, aggregator_id)
    if role is Role.AGGREGATOR:
        require_own(desk, aggregator_id, Text("mendaftarkan izinnya", "register its licence"))
        if aggregator.status is not AggregatorStatus.APPLIED:
            raise conflict(
                "wrong_status",
                Text(
                    "izin agregator yang sudah diverifikasi didaftarkan oleh sekretariat",
                    "the licences of a verified aggregator are registered by the secretariat",
                ),
                expected=str(AggregatorStatus.APPLIED),
                given=str(aggregator.status),
            )
    if valid_to < valid_from:
        raise invalid(
            "validity",
            Text("masa berlaku berakhir sebelum dimulai", "the validity ends before it starts"),
            "/valid_to",
            {"minimum": valid_from.isoformat()},
            valid_to.isoformat(),
        )
    connection = desk.unit.connection
    area = tables.areas
    if (await connection.execute(select(area.c.code).where(area.c.code == area_code))).first() is None:
        raise invalid(
            "area_unknown",
            Text(f"kode wilayah {area_code} tidak dikenal", f"area code {area_code} is not known"),
            "/area_code",
            given=area_code,
        )
    table = tables.licences
    if (await connection.execute(select(table.c.id).where(table.c.kind == kind, table.c.number == number))).first():
        raise conflict(
            "licence_known",
            Text(f"izin {number} sudah terdaftar", f"licence {number} is registered already"),
            "/number",
            given=number,
        )
    made = Licence(
        id=new_id(),
        aggregator_id=aggregator_id,
        kind=kind,
        number=number,
        issuer=issuer,
        area_code=area_code,
        valid_from=valid_from,
        valid_to=valid_to,
        created_at=desk.now,
        synthetic=synthetic,
    )
    await put(connection, table, made)
    await _change(desk, aggregator, role, "licence_registered", {}, "", payload=plain(made))
    return made


async def licences_of(desk: Desk, aggregator_id: str) -> list[Licence]:
    """All licences of an aggregator, the last to expire first."""
    table = tables.licences
    query = select(table).where(table.c.aggregator_id == aggregator_id).order_by(table.c.valid_to.desc(), table.c.id)
    return await fetch_all(desk.unit.connection, query, Licence)


async def change_collaborator(
    desk: Desk, collaborator_id: str, *, address: str, contact_office: str, expected_version: int
) -> Collaborator:
    """Change a collaborator's address and contact of office; by the secretariat, an admin, or the collaborator itself."""
    role = desk.actor.role_for(Permission.MANAGE_PARTIES)
    if role is None:
        role = require(desk.actor, Permission.COMMIT)
        require_own(desk, collaborator_id, Text("mengubah data ini", "change this record"))
    found = await load_collaborator(desk, collaborator_id)
    if found.version != expected_version:
        raise stale(expected_version, found.version)
    changes: dict[str, Any] = {"address": address, "contact_office": contact_office}
    await _store(desk, found.id, found.version, role, "collaborator_changed", changes, changes, "")
    return replace(found, **changes, version=found.version + 1)


def _require_either(desk: Desk, first: Permission, second: Permission) -> Role:
    return desk.actor.role_for(first) or require(desk.actor, second)


async def _require_free_name(desk: Desk, name: str) -> None:
    table = tables.parties
    if not name.strip():
        raise invalid("required", Text("wajib diisi", "is required"), "/name", {"minLength": 1}, name)
    if (await desk.unit.connection.execute(select(table.c.id).where(table.c.name == name.strip()))).first():
        raise conflict(
            "name_used",
            Text(f"pihak bernama {name} sudah terdaftar", f"a party named {name} is registered already"),
            "/name",
            given=name,
        )


async def _change(
    desk: Desk,
    found: Aggregator,
    role: Role,
    kind: str,
    columns: dict[str, Any],
    reason: str,
    *,
    payload: dict[str, Any] | None = None,
    **changes: Any,
) -> Aggregator:
    await _store(desk, found.id, found.version, role, kind, columns, payload or changes, reason)
    return replace(found, version=found.version + 1, **changes)


async def _store(
    desk: Desk,
    party_id: str,
    version: int,
    role: Role,
    kind: str,
    columns: dict[str, Any],
    payload: dict[str, Any],
    reason: str,
) -> None:
    table = tables.parties
    await _record(desk, party_id, kind, role, after=version, payload=payload, reason=reason)
    await desk.unit.connection.execute(
        update(table).where(table.c.id == party_id).values(version=version + 1, **columns)
    )


async def _record(
    desk: Desk, party_id: str, kind: str, role: Role, *, after: int, payload: dict[str, Any], reason: str = ""
) -> None:
    await desk.unit.append(
        f"party:{party_id}",
        kind,
        after=after,
        at=desk.now,
        account_id=desk.actor.account_id,
        role=role,
        payload=payload,
        reason=reason,
    )
