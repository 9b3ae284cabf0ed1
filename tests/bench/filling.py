"""A PostgreSQL database full of made-up commitments: two years of a city's work, in minutes.

Everything is flagged synthetic, and consistent: balances, hash chains, sums and coverage are those that the acts would have
left, so that acts can go on from any commitment. The same ordinal draws the same commitment at every run.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from typing import Any

from sqlalchemy import Index, Table, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool
from tests.bench.places import CITY_SHARES, made_targets

from ksbb.domain.parties import DONOR_CLASS, AggregatorStatus, CollaboratorClass, LicenceKind
from ksbb.domain.rights import Actor, Grant, Role
from ksbb.domain.targets import TargetKind
from ksbb.program import AidType, Program
from ksbb.storage import tables
from ksbb.storage.unit import new_id
from ksbb.testing.driven import tiny_png

YEARS = 2
COLLABORATORS, AGGREGATORS, EXECUTORS = 400, 30, 40
PROGRAMS = ("pangan", "pendidikan", "umkm", "permukiman", "persampahan", "ketenagakerjaan")
"""In the order of their shares, which `cases.sql` draws."""
_CLASSES = (
    *[CollaboratorClass.SOCIAL_ORGANISATION] * 10,
    *[CollaboratorClass.ENTERPRISE] * 6,
    *[CollaboratorClass.INDIVIDUAL] * 2,
    CollaboratorClass.COMMUNITY,
    CollaboratorClass.GOVERNMENT_AGENCY,
)
_WEIGHT_OF_RW = 4
"""How many times likelier an RW is than another target of the food program: 85 % of its aid goes there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """One account of each kind, to ask and to act as. `assessor` is one of a city, `witness` one of a sub-district."""

    secretariat: Actor
    auditor: Actor
    admin: Actor
    assessor: Actor
    collaborator: Actor
    aggregator: Actor
    executor: Actor
    witness: Actor
    recipient: Actor


async def fill(url: str, programs: Sequence[Program], *, commitments: int, until: datetime | None = None) -> People:
    """Fill the database at `url`, which has schema and areas and nothing else, with so many commitments of the six programs.

    `until` is when the newest was made, now where nothing is said. The statistics of days that are over are folded.
    Needs a superuser: references aren't checked row by row. Raises ValueError where a program is missing.
    """
    known = {program.id: program for program in programs}
    missing = [name for name in PROGRAMS if name not in known]
    if missing:
        raise ValueError(f"programs {missing} are needed, given {sorted(known)}")
    end = until or datetime.now(UTC)
    first = end - timedelta(days=365 * YEARS)
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        dropped = [index for name in _MASS for index in tables.metadata.tables[name].indexes]
        async with engine.begin() as connection:
            for index in dropped:
                await connection.run_sync(index.drop)
        async with engine.begin() as connection:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            people = await _prepare(connection, [known[name] for name in PROGRAMS], commitments, first)
            await connection.execute(text("ANALYZE fill_aid, fill_choice, fill_people"))
            await _say(connection, commitments=str(commitments), first=first.isoformat(), until=end.isoformat())
            for name, value in {"work_mem": "256MB", "synchronous_commit": "off", "jit": "off"}.items():
                await connection.execute(text(f"SET LOCAL {name} = '{value}'"))
            for statement in _statements():
                await connection.exec_driver_sql(statement)
        await _index(engine, dropped)
    finally:
        await engine.dispose()
    return people


_MASS = (
    "commitments",
    "commitment_lines",
    "assessments",
    "allocations",
    "receipts",
    "dispatches",
    "dispatch_lines",
    "handovers",
    "evidence",
    "events",
    "outbox",
    "idempotency",
    "follow_ups",
    "statistics_daily",
    "statistics_folded",
)
"""The tables whose indexes are made after their rows."""


def _statements() -> Iterator[str]:
    written = (Path(__file__).parent / "cases.sql").read_text("utf-8")
    for part in written.split(";\n"):
        if part.strip():
            yield part


async def _say(connection: AsyncConnection, **settings: str) -> None:
    for name, value in settings.items():
        await connection.execute(
            text("SELECT set_config(:name, :value, true)"), {"name": f"fill.{name}", "value": value}
        )


async def _index(engine: AsyncEngine, indexes: Sequence[Index]) -> None:
    """Two at a time: a machine that runs this has two cores."""
    waiting = list(indexes)

    async def work() -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SET maintenance_work_mem = '512MB'"))
            await connection.commit()
            while waiting:
                index = waiting.pop()
                await connection.run_sync(index.create)
                await connection.commit()

    await asyncio.gather(work(), work())
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("VACUUM (ANALYZE)"))


async def _prepare(
    connection: AsyncConnection, programs: Sequence[Program], commitments: int, first: datetime
) -> People:
    for statement in (
        "CREATE UNLOGGED TABLE fill_aid (a int, p int, i int, program_id text, aid_type text, unit text, version int,"
        " attributes jsonb, unit_value bigint)",
        "CREATE UNLOGGED TABLE fill_choice (p int, i int, t int, target_id text, area_code text, kind text)",
        "CREATE UNLOGGED TABLE fill_people (role text, i int, account_id text, party_id text, donor_class text, area_code text)",
    ):
        await connection.execute(text(statement))
    await _aid(connection, programs, first.date())
    content = tiny_png()
    await _put(
        connection,
        tables.files,
        [{"sha256": sha256(content).hexdigest(), "media_type": "image/png", "size": len(content), "content": content}],
    )
    areas = tables.areas
    found = await connection.execute(select(areas.c.code).where(areas.c.level == "subdistrict").order_by(areas.c.code))
    subdistricts = list(found.scalars())
    targets = made_targets(subdistricts, max(600, min(20_000, commitments // 50)), first)
    await _put(connection, tables.targets, targets)
    await _choices(connection, programs, targets)
    return await _people(connection, subdistricts, targets, first)


async def _put(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    await connection.execute(insert(table), list(rows))


async def _aid(connection: AsyncConnection, programs: Sequence[Program], day: date) -> None:
    kinds: list[tuple[int, int, Program, AidType]] = [
        (p, i, program, aid_type) for p, program in enumerate(programs) for i, aid_type in enumerate(program.aid_types)
    ]
    await _put(
        connection,
        tables.aid_schemas,
        [
            {
                "program_id": program.id,
                "aid_type": aid.id,
                "version": aid.schema_version,
                "name_id": aid.name.id,
                "name_en": aid.name.en,
                "unit_id": aid.unit.name.id,
                "unit_en": aid.unit.name.en,
                "schema": dict(aid.schema),
            }
            for _, _, program, aid in kinds
        ],
    )
    await connection.execute(
        text(
            "INSERT INTO fill_aid VALUES (:a, :p, :i, :program, :aid_type, :unit, :version, CAST(:attributes AS jsonb), :value)"
        ),
        [
            {
                "a": a,
                "p": p,
                "i": i,
                "program": program.id,
                "aid_type": aid.id,
                "unit": aid.unit.id,
                "version": aid.schema_version,
                "attributes": json.dumps(aid.examples[0]),
                "value": aid.value_on(day, aid.examples[0]),
            }
            for a, (p, i, program, aid) in enumerate(kinds)
        ],
    )


async def _choices(
    connection: AsyncConnection, programs: Sequence[Program], targets: Sequence[Mapping[str, Any]]
) -> None:
    rows = []
    for p, program in enumerate(programs):
        fitting = [(t, one) for t, one in enumerate(targets) if one["kind"] in program.target_kinds]
        weighed = [
            found
            for found in fitting
            for _ in range(_WEIGHT_OF_RW if program.id == "pangan" and found[1]["kind"] == TargetKind.RW else 1)
        ]
        rows += [
            {"p": p, "i": i, "t": t, "target": one["id"], "area": one["area_code"], "kind": str(one["kind"])}
            for i, (t, one) in enumerate(weighed)
        ]
    await connection.execute(text("INSERT INTO fill_choice VALUES (:p, :i, :t, :target, :area, :kind)"), rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    actor: Actor
    donor_class: str | None = None


async def _people(
    connection: AsyncConnection, subdistricts: Sequence[str], targets: Sequence[Mapping[str, Any]], at: datetime
) -> People:
    parties, licences = _parties(at)
    await _put(connection, tables.parties, parties)
    await _put(connection, tables.licences, licences)
    donors, holders, carriers = (
        [one for one in parties if one["name"].startswith(name)] for name in ("Kolaborator", "Agregator", "Pelaksana")
    )
    people: dict[Role, list[_Person]] = {
        Role.COLLABORATOR: [
            _Person(
                actor=_actor(Role.COLLABORATOR, party_id=one["id"]), donor_class=DONOR_CLASS[one["collaborator_class"]]
            )
            for one in donors
        ],
        Role.AGGREGATOR: [_Person(actor=_actor(Role.AGGREGATOR, party_id=one["id"])) for one in holders],
        Role.EXECUTOR: [_Person(actor=_actor(Role.EXECUTOR, party_id=one["id"])) for one in carriers],
        Role.ASSESSOR: [
            _Person(actor=_actor(Role.ASSESSOR, program_id=program, area_code=area))
            for area in ("31", *CITY_SHARES)
            for program in PROGRAMS
        ],
        Role.WITNESS: [_Person(actor=_actor(Role.WITNESS, area_code=code)) for code in subdistricts],
        Role.RECIPIENT: [_Person(actor=_actor(Role.RECIPIENT, target_id=one["id"])) for one in targets[:100]],
        **{role: [_Person(actor=_actor(role))] for role in (Role.SECRETARIAT, Role.AUDITOR, Role.ADMIN)},
    }
    everyone = [person.actor for group in people.values() for person in group]
    await _put(
        connection,
        tables.accounts,
        [
            {
                "id": actor.account_id,
                "email": f"{actor.account_id}@example.org",
                "name": actor.name,
                # No password has this hash: nobody signs in to a made-up account
                "password_hash": "!",
                "party_id": actor.party_id,
                "target_id": actor.target_id,
                "active": True,
                "created_at": at,
                "version": 1,
            }
            for actor in everyone
        ],
    )
    await _put(
        connection,
        tables.grants,
        [
            {
                "account_id": actor.account_id,
                "position": 0,
                "role": actor.grants[0].role,
                "program_id": actor.grants[0].program_id,
                "area_code": actor.grants[0].area_code,
            }
            for actor in everyone
        ],
    )
    await connection.execute(
        text("INSERT INTO fill_people VALUES (:role, :i, :account, :party, :donor_class, :area)"),
        [
            {
                "role": str(role),
                "i": i,
                "account": person.actor.account_id,
                "party": person.actor.party_id,
                "donor_class": person.donor_class,
                "area": person.actor.grants[0].area_code,
            }
            for role, group in people.items()
            for i, person in enumerate(group)
        ],
    )
    # Neither the largest nor the smallest of each: the middle of the collaborators, an assessor of Central Jakarta's food
    of_city = next(one for one in people[Role.ASSESSOR] if one.actor.grants[0] == _FOOD_IN_THE_CENTRE)
    return People(
        secretariat=people[Role.SECRETARIAT][0].actor,
        auditor=people[Role.AUDITOR][0].actor,
        admin=people[Role.ADMIN][0].actor,
        assessor=of_city.actor,
        collaborator=people[Role.COLLABORATOR][COLLABORATORS // 2].actor,
        aggregator=people[Role.AGGREGATOR][0].actor,
        executor=people[Role.EXECUTOR][0].actor,
        witness=next(
            one.actor for one in people[Role.WITNESS] if one.actor.grants[0].area_code == targets[0]["area_code"]
        ),
        recipient=people[Role.RECIPIENT][0].actor,
    )


_FOOD_IN_THE_CENTRE = Grant(role=Role.ASSESSOR, program_id="pangan", area_code="31.71")


def _actor(
    role: Role,
    *,
    party_id: str | None = None,
    target_id: str | None = None,
    program_id: str | None = None,
    area_code: str | None = None,
) -> Actor:
    grant = Grant(role=role, program_id=program_id, area_code=area_code)
    return Actor(account_id=new_id(), name=f"{role} contoh", party_id=party_id, target_id=target_id, grants=(grant,))


def _parties(at: datetime) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    classes = cycle(_CLASSES)
    names = (
        *[f"Kolaborator contoh {number:03d}" for number in range(COLLABORATORS)],
        *[f"Agregator contoh {number:03d}" for number in range(AGGREGATORS)],
        *[f"Pelaksana contoh {number:03d}" for number in range(EXECUTORS)],
    )
    parties: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "name": name,
            "address": "Jakarta",
            "contact_office": "",
            "collaborator_class": None if name.startswith("Agregator") else next(classes),
            "aggregator_status": AggregatorStatus.ACTIVE if name.startswith("Agregator") else None,
            "legal_form": "Yayasan",
            "status_reason": "",
            "synthetic": True,
            "created_at": at,
            "version": 1,
        }
        for name in names
    ]
    licences = [
        {
            "id": new_id(),
            "aggregator_id": party["id"],
            "kind": LicenceKind.FUNDRAISING_PERMIT,
            "number": f"PUB-{party['name'][-3:]}",
            "issuer": "Kementerian Sosial",
            "area_code": "31",
            "valid_from": at.date(),
            "valid_to": (at + timedelta(days=365 * (YEARS + 2))).date(),
            "synthetic": True,
            "created_at": at,
        }
        for party in parties
        if party["aggregator_status"]
    ]
    return parties, licences
