"""What people ask a full platform, role by role: the requests that are measured at a million commitments."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.bench.filling import People

from ksbb.domain.rights import Actor
from ksbb.storage import tables

MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One kind of request: the person who asks (None is anonymous), and the paths with their queries, asked in turns."""

    name: str
    who: Actor | None
    paths: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Records to ask for: `middle` is the cursor of a page in the middle of all commitments."""

    commitments: Sequence[str]
    dispatches: Sequence[str]
    handovers: Sequence[str]
    verify_codes: Sequence[str]
    numbers: Sequence[str]
    collaborators: Sequence[str]
    aggregators: Sequence[str]
    targets: Sequence[str]
    middle: str
    days: Sequence[str]


async def look_up(connection: AsyncConnection, people: People) -> Known:
    """Some records of a filled database; dispatches are those of the executor."""

    async def some(column: object, *conditions: object, limit: int = 20) -> list[str]:
        table = column.table  # type: ignore[attr-defined]  # a column of a table
        query = select(column).where(*conditions).order_by(table.c.id.desc()).limit(limit)  # type: ignore[call-overload]
        return list((await connection.execute(query)).scalars())

    sent, reports, commitments = tables.dispatches, tables.reports, tables.commitments
    handovers = tables.handovers
    whole = await some(handovers.c.commitment_id, handovers.c.status == "confirmed")
    first = (await connection.execute(select(commitments).order_by(commitments.c.id).limit(1))).mappings().one()
    last = (await connection.execute(select(commitments).order_by(commitments.c.id.desc()).limit(1))).mappings().one()
    between = first["created_at"] + (last["created_at"] - first["created_at"]) / 2
    query = select(commitments).where(commitments.c.created_at >= between).order_by(commitments.c.created_at).limit(1)
    middle = (await connection.execute(query)).mappings().one()
    return Known(
        commitments=whole,
        dispatches=await some(sent.c.id, sent.c.executor_id == people.executor.party_id),
        handovers=await some(handovers.c.id, handovers.c.status == "confirmed"),
        verify_codes=await some(reports.c.verify_code),
        numbers=await some(commitments.c.number),
        collaborators=await some(tables.parties.c.id, tables.parties.c.name.startswith("Kolaborator")),
        aggregators=await some(tables.parties.c.id, tables.parties.c.aggregator_status.is_not(None)),
        targets=await some(tables.targets.c.id),
        middle=_cursor("-created", middle["created_at"].isoformat(), middle["id"]),
        days=[(between.date().replace(day=1 + 2 * turn)).isoformat() for turn in range(MONTHS)],
    )


def _cursor(*parts: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def questions(people: People, known: Known) -> Iterator[Question]:
    """All of them."""
    yield from _lists(people, known)
    yield from _registers(people, known)
    yield from _records(people, known)
    yield from _figures(people, known)


def _lists(people: People, known: Known) -> Iterator[Question]:
    day = known.days[0]
    filters = {
        "newest first": "",
        "a page in the middle": f"cursor={known.middle}",
        "oldest first": "sort=created",
        "by number": "sort=number",
        "by number, last first": "sort=-number",
        "by planned day": "sort=planned_handover_on",
        "by planned day, last first": "sort=-planned_handover_on",
        "program": "program_id=pangan",
        "rare program": "program_id=ketenagakerjaan",
        "unknown program": "program_id=seni_budaya",
        "program and status": "program_id=pangan&status=submitted",
        "drafts": "status=draft",
        "submitted": "status=submitted",
        "submitted, oldest first": "status=submitted&sort=created",
        "submitted or sent back": "status=submitted&status=revision_requested",
        "submitted or sent back, oldest first": "status=submitted&status=revision_requested&sort=created",
        "closed": "status=closed",
        "closed, by planned day": "status=closed&sort=-planned_handover_on",
        "not yet assessed": "assessment=pending",
        "blocked": "assessment=blocked",
        "collaborator": f"collaborator_id={known.collaborators[0]}",
        "aggregator": f"aggregator_id={known.aggregators[0]}",
        "aggregator, by planned day": f"aggregator_id={known.aggregators[0]}&sort=planned_handover_on",
        "province": "area_code=31",
        "city": "area_code=31.71",
        "small city": "area_code=31.01",
        "sub-district": "area_code=31.71.06.1002",
        "kind of target": "target_kind=orphanage",
        "kind that the program has not": "program_id=pangan&target_kind=school",
        "number": f"number={known.numbers[0]}",
        "start of number": "number=UMKM-2025-00",
        "not allocated": "allocated=none",
        "partly allocated": "allocated=partial",
        "allocated": "allocated=complete",
        "partly received": "received=partial",
        "received, not handed over": "received=complete&handed_over=none",
        "partly handed over": "handed_over=partial",
        "handed over": "handed_over=complete",
        "approved, not handed over, oldest first": "status=approved&handed_over=none&sort=created",
        "approved, all received": "status=approved&received=complete",
        "one day": f"created_from={day}&created_to={day}",
        "one day, by number": f"created_from={day}&created_to={day}&sort=number",
        "until a day": f"created_to={day}",
        "until a day, program": f"created_to={day}&program_id=umkm",
        "made up": "synthetic=true",
        "not made up": "synthetic=false",
    }
    everyone = {
        "secretariat": people.secretariat,
        "assessor of a city": people.assessor,
        "collaborator": people.collaborator,
        "aggregator": people.aggregator,
    }
    for role, who in everyone.items():
        for name, query in filters.items():
            yield Question(name=f"{role}: {name}", who=who, paths=[f"/commitments?{query}"])
    for role, who in {
        "auditor": people.auditor,
        "executor": people.executor,
        "witness": people.witness,
        "recipient": people.recipient,
    }.items():
        for name in ("newest first", "a page in the middle", "oldest first", "by planned day", "closed", "program"):
            yield Question(name=f"{role}: {name}", who=who, paths=[f"/commitments?{filters[name]}"])


def _registers(people: People, known: Known) -> Iterator[Question]:
    for name, query in {
        "all": "",
        "by name": "sort=name",
        "newest first": "sort=-created_at",
        "kind": "kind=school",
        "area": "area_code=31.71",
        "kind in an area": "kind=rw&area_code=31.71.06.1002",
        "code": "code=CONTOH-000001",
    }.items():
        yield Question(name=f"targets: {name}", who=None, paths=[f"/targets?{query}"])
    for name, query in {
        "all": "",
        "by quantity": "sort=-quantity",
        "widest open first": "sort=-open",
        "by day": "sort=as_of",
        "unmet": "unmet=true",
        "program and aid type": "program_id=pangan&aid_type=staple_food",
        "program, widest open first": "program_id=pangan&aid_type=staple_food&unmet=true&sort=-open",
        "area": "area_code=31.71",
        "area, widest open first": "area_code=31.71&sort=-open",
        "target": f"target_id={known.targets[0]}",
    }.items():
        # Only officials order by figures, and what they see needs no neighbours to be looked up
        for who in (people.auditor,) if "sort=-" in query else (None, people.auditor):
            asker = "public" if who is None else "auditor"
            yield Question(name=f"needs, {asker}: {name}", who=who, paths=[f"/needs?{query}"])
    for name, who, path in (
        ("collaborators", people.secretariat, "/collaborators"),
        ("aggregators", None, "/aggregators"),
        ("executors", people.aggregator, "/executors"),
        ("accounts", people.admin, "/accounts"),
        ("parked work", people.admin, "/engine/parked"),
        ("parked work of a program", people.admin, "/engine/parked?program_id=pangan"),
        ("follow-ups", people.secretariat, "/follow-ups"),
        ("follow-ups: last due first", people.secretariat, "/follow-ups?sort=-due_on"),
        ("follow-ups: newest first", people.secretariat, "/follow-ups?sort=-created_at"),
        ("follow-ups: open", people.secretariat, "/follow-ups?status=open"),
        ("follow-ups: overdue, program", people.secretariat, "/follow-ups?status=overdue&program_id=pangan"),
        ("follow-ups: due by now", people.secretariat, f"/follow-ups?due_to={known.days[0]}"),
        ("follow-ups: of a commitment", people.secretariat, f"/follow-ups?commitment_id={known.commitments[0]}"),
        ("follow-ups: of an executor", people.executor, "/follow-ups"),
        ("follow-ups: open, of an executor", people.executor, "/follow-ups?status=open"),
        ("follow-ups: of an assessor", people.assessor, "/follow-ups"),
    ):
        yield Question(name=name, who=who, paths=[path])


def _records(people: People, known: Known) -> Iterator[Question]:
    auditor = people.auditor
    one = known.commitments
    yield Question(name="commitment", who=auditor, paths=[f"/commitments/{found}" for found in one])
    yield Question(name="its history", who=auditor, paths=[f"/commitments/{found}/history" for found in one])
    yield Question(name="its assessments", who=auditor, paths=[f"/commitments/{found}/assessments" for found in one])
    yield Question(name="dispatch", who=auditor, paths=[f"/dispatches/{found}" for found in known.dispatches])
    yield Question(
        name="possible witnesses",
        who=people.executor,
        paths=[f"/dispatches/{found}/witnesses" for found in known.dispatches],
    )
    yield Question(name="handover", who=auditor, paths=[f"/handovers/{found}" for found in known.handovers])
    yield Question(
        name="its evidence", who=auditor, paths=[f"/handovers/{found}/evidence" for found in known.handovers]
    )
    yield Question(name="verify a report", who=None, paths=[f"/verify/{found}" for found in known.verify_codes])
    yield Question(name="verify a travel document", who=None, paths=[f"/verify/{found}" for found in known.dispatches])
    yield Question(name="verify an unknown code", who=None, paths=["/verify/no-such-code"])


def _figures(people: People, known: Known) -> Iterator[Question]:
    dimensions = ("program", "measure", "city", "donor_class", "target_kind", "aid_type")
    every = "&".join(f"group_by={name}" for name in dimensions)
    for name, query in {
        "default": "",
        "a program": "program_id=umkm",
        "a measure": "measure=accepted",
        "by month": "group_by=month",
        "by month and measure": "group_by=month&group_by=measure",
        "by month, program and measure": "group_by=month&group_by=program&group_by=measure",
        **{f"by {name}": f"group_by={name}" for name in dimensions[2:]},
        "by city and measure": "group_by=city&group_by=measure",
        "by city and donor class": "group_by=city&group_by=donor_class",
        "by all dimensions, a program": f"{every}&program_id=umkm",
        "by all dimensions, a measure": f"{every}&measure=commitment",
    }.items():
        yield Question(name=f"statistics: {name}", who=None, paths=[f"/statistics?{query}"])
    yield Question(name="statistics: as of a day", who=None, paths=[f"/statistics?as_of={day}" for day in known.days])
    yield Question(
        name="statistics: as of a day, by city",
        who=people.auditor,
        paths=[f"/statistics?as_of={day}&group_by=city&group_by=measure" for day in known.days],
    )
    yield Question(
        name="statistics: as of a day, by city and donor class",
        who=None,
        paths=[f"/statistics?as_of={day}&group_by=city&group_by=donor_class" for day in known.days],
    )
    first, last = known.days[0], known.days[-1]
    yield Question(name="statistics: three weeks", who=None, paths=[f"/statistics?from={first}&to={last}"])
    yield Question(
        name="statistics: since a day, by month", who=None, paths=[f"/statistics?from={last}&group_by=month"]
    )
    for level in ("province", "city", "district", "subdistrict"):
        yield Question(name=f"coverage: {level}", who=None, paths=[f"/coverage?level={level}"])
    yield Question(
        name="coverage: sub-districts of a city",
        who=None,
        paths=["/coverage?level=subdistrict&parent=31.71&program_id=pangan"],
    )
    yield Question(name="coverage: one district", who=None, paths=["/coverage?level=district&parent=31.71.06"])
    yield Question(name="coverage: targets of a district", who=None, paths=["/coverage?level=target&parent=31.71.06"])
    yield Question(
        name="coverage: targets of a city by aid type",
        who=None,
        paths=["/coverage?level=target&parent=31.71&program_id=pangan&aid_type=staple_food"],
    )
