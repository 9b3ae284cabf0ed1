"""What a proposal is computed from: the needs of one aid type, and what commitments have left of it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from ksbb.allocation.problem import Demand, Offer, Problem
from ksbb.domain.areas import AreaLevel, within
from ksbb.domain.commitments import Commitment, CommitmentLine, CommitmentStatus
from ksbb.domain.parties import AggregatorStatus, Licence
from ksbb.domain.proposals import DropStatus, ProposalStatus, Remark
from ksbb.domain.quantities import Degree
from ksbb.domain.restrictions import Restriction, restriction_of, service_areas
from ksbb.domain.text import Text
from ksbb.program import AidType, parse_day
from ksbb.storage import tables
from ksbb.storage.rows import as_record, fetch_all
from ksbb.usecases.desk import Desk

_ENTITLED = "+ziswaf"
"""Ends the kind of a target that may receive zakat funds, so that the plan tells both apart."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a proposal tells of a commitment's line: `unit_value` in whole rupiah."""

    commitment_id: str
    number: str
    unit_value: int | None


@dataclass(frozen=True, slots=True)
class Coming:
    """What an approved proposal is about to promise of a line to a target."""

    commitment_id: str
    line_id: str
    target_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """A problem, what its aid is counted in, the lines of its offers by id, what targets are called by id, and what was left out."""

    problem: Problem
    unit: Text
    lines: Mapping[str, Line]
    names: Mapping[str, str]
    remarks: tuple[Remark, ...]


async def gather(desk: Desk, program_id: str, aid_type: AidType) -> Gathered:
    """The problem of an aid type as it stands today: what is promised or delivered counts as given and stays, also what is approved
    and about to be allocated.
    """
    coming = await _coming(desk, program_id, aid_type.id)
    demands, names, faults = await _demands(desk, program_id, aid_type.id, coming)
    offers, lines, held_back = await _offers(desk, program_id, aid_type, coming)
    problem = Problem(
        aid_type=aid_type.id,
        today=desk.today,
        demands=tuple(demands),
        offers=tuple(offers),
        off_area=desk.rules.off_area,
        seed=desk.rules.seed,
        refine=desk.rules.refine,
    )
    return Gathered(problem=problem, unit=aid_type.unit.name, lines=lines, names=names, remarks=(*faults, *held_back))


async def _coming(desk: Desk, program_id: str, aid_type: str) -> list[Coming]:
    drop, proposal = tables.proposal_drops, tables.proposals
    query = (
        select(drop.c.commitment_id, drop.c.line_id, drop.c.target_id, drop.c.quantity)
        .join(proposal, proposal.c.id == drop.c.proposal_id)
        .where(
            proposal.c.program_id == program_id,
            proposal.c.aid_type == aid_type,
            proposal.c.status == ProposalStatus.APPROVED,
            drop.c.status == DropStatus.PROPOSED,
            drop.c.quantity > 0,
        )
    )
    return await fetch_all(desk.unit.connection, query, Coming)


async def _demands(
    desk: Desk, program_id: str, aid_type: str, coming: Sequence[Coming]
) -> tuple[list[Demand], dict[str, str], list[Remark]]:
    need, target = tables.needs, tables.targets
    query = (
        select(target.c.id, target.c.code, target.c.name, target.c.area_code, target.c.kind, target.c.ziswaf_entitled)
        .add_columns(need.c.quantity, need.c.promised, need.c.accepted, need.c.tier)
        .join(target, target.c.id == need.c.target_id)
        .where(need.c.program_id == program_id, need.c.aid_type == aid_type, need.c.quantity > 0)
    )
    expected: Counter[str] = Counter()
    for one in coming:
        expected[one.target_id] += one.quantity
    demands, names, remarks = [], {}, []
    tiers = desk.rules.tiers
    for row in await desk.unit.connection.execute(query):
        names[row.id] = f"{row.name} ({row.code})"
        if row.tier not in tiers:
            remarks.append(_without_weight(row.id, names[row.id], row.tier, ", ".join(tiers)))
        given = row.promised + row.accepted + expected[row.id]
        demands.append(
            Demand(
                target_id=row.id,
                area_code=row.area_code,
                kind=row.kind + _ENTITLED if row.ziswaf_entitled else row.kind,
                need=row.quantity,
                given=min(given, row.quantity),
                weight=tiers.get(row.tier, 1),
                lot=max(desk.rules.lot_least, row.quantity * desk.rules.lot_percent // 100),
            )
        )
    return demands, names, remarks


def _without_weight(target_id: str, name: str, tier: str, known: str) -> Remark:
    return Remark(
        target_id=target_id,
        fault=True,
        message=Text(
            f"kebutuhan {name} tidak mempunyai bobot: tingkat kerentanan {tier!r} tidak ada di allocation.tiers ({known})",
            f"the need of {name} has no weight: its tier {tier!r} isn't in allocation.tiers ({known})",
        ),
    )


async def _offers(
    desk: Desk, program_id: str, aid_type: AidType, coming: Sequence[Coming]
) -> tuple[list[Offer], dict[str, Line], list[Remark]]:
    line, commitment, party = tables.commitment_lines, tables.commitments, tables.parties
    query = (
        select(*line.columns, *(column.label(f"c_{column.name}") for column in commitment.columns))
        .add_columns(party.c.aggregator_status, party.c.name.label("aggregator"))
        .join(commitment, commitment.c.id == line.c.commitment_id)
        .outerjoin(party, party.c.id == commitment.c.aggregator_id)
        .where(
            commitment.c.program_id == program_id,
            commitment.c.status == CommitmentStatus.APPROVED,
            line.c.aid_type == aid_type.id,
            line.c.committed > line.c.cancelled + line.c.written_off + line.c.allocated,
        )
        .order_by(commitment.c.id, line.c.position)
    )
    rows = (await desk.unit.connection.execute(query)).mappings().all()
    licences = await _licences(desk)
    served = await _served(desk, program_id, aid_type.id, coming)
    provinces = await _provinces(desk)
    kinds = desk.programs.require(program_id).program.target_kinds
    offers, lines, remarks = [], {}, []
    offered: set[str] = set()
    for row in rows:
        found = as_record(row, CommitmentLine)
        given = as_record(
            {name.removeprefix("c_"): value for name, value in row.items() if name.startswith("c_")}, Commitment
        )
        left = found.balance.unallocated - sum(one.quantity for one in coming if one.line_id == found.id)
        if left <= 0:
            continue
        lines[found.id] = Line(given.id, given.number, found.unit_value)
        held = licences[given.aggregator_id] if row["aggregator_status"] == AggregatorStatus.ACTIVE else []
        restriction = restriction_of(
            given,
            kinds=kinds,
            expires_on=_expiry(aid_type, found.attributes),
            service_areas=service_areas(held, fund_source=given.fund_source, on=desk.today)
            if given.aggregator_id
            else None,
        )
        if restriction.areas == ():
            remarks.append(_held_back(given.number, found.id, left, row["aggregator"]))
            continue
        if given.id in offered:
            remarks.append(_after_another(given.number, found.id, left))
            continue
        offered.add(given.id)
        areas = provinces if restriction.areas is None else restriction.areas
        offers.append(
            Offer(
                line_id=found.id,
                quantity=left,
                areas=areas,
                prefers=_preference(restriction.preferred_area, areas),
                kinds=_kinds(restriction),
                favours=_favours(restriction),
                lot=found.lot,
                expires_on=restriction.expires_on,
                served=frozenset(served.get(given.id, ())),
            )
        )
    return offers, lines, remarks


def _preference(wished: str, areas: tuple[str, ...]) -> str | None:
    """The area that aid would rather go to, where that says more than where it may go, and it may go there."""
    return wished if wished not in areas and any(within(wished, area) for area in areas) else None


def _kinds(restriction: Restriction) -> frozenset[str]:
    entitled = {kind + _ENTITLED for kind in restriction.kinds}
    return frozenset(entitled if restriction.zakat else entitled | set(map(str, restriction.kinds)))


def _favours(restriction: Restriction) -> frozenset[str]:
    kind = restriction.preferred_kind
    return frozenset() if kind is None else frozenset({str(kind), kind + _ENTITLED})


def _expiry(aid_type: AidType, attributes: Mapping[str, Any]) -> date | None:
    return parse_day(attributes.get(aid_type.expiry_attribute)) if aid_type.expiry_attribute else None


def _held_back(number: str, line_id: str, left: int, aggregator: str) -> Remark:
    return Remark(
        line_id=line_id,
        quantity=left,
        message=Text(
            f"komitmen {number} tidak dapat dibagikan: agregator {aggregator} tidak aktif, atau tidak mempunyai izin yang berlaku "
            "hari ini di wilayah yang diminta kolaborator",
            f"commitment {number} can't be placed: aggregator {aggregator} isn't active, or holds no licence in force today for the "
            "area that the collaborator asks for",
        ),
    )


def _after_another(number: str, line_id: str, left: int) -> Remark:
    return Remark(
        line_id=line_id,
        quantity=left,
        message=Text(
            f"baris lain komitmen {number} dengan jenis bantuan yang sama dibagikan dahulu, agar tidak ada sasaran yang mendapat dua "
            "kiriman; baris ini menyusul dalam rencana berikutnya",
            f"another line of commitment {number} with the same aid type is shared out first, so that no target gets two drops; this "
            "line follows in the next plan",
        ),
    )


async def _licences(desk: Desk) -> dict[str | None, list[Licence]]:
    """The licences in force, by aggregator."""
    table = tables.licences
    found: defaultdict[str | None, list[Licence]] = defaultdict(list)
    query = select(table).where(table.c.valid_from <= desk.today, table.c.valid_to >= desk.today)
    for licence in await fetch_all(desk.unit.connection, query, Licence):
        found[licence.aggregator_id].append(licence)
    return found


async def _served(desk: Desk, program_id: str, aid_type: str, coming: Sequence[Coming]) -> dict[str, set[str]]:
    """The targets that each commitment was promised to, also where the promise was released: whoever refused isn't asked again."""
    allocation, line, commitment = tables.allocations, tables.commitment_lines, tables.commitments
    query = (
        select(allocation.c.commitment_id, allocation.c.target_id)
        .join(line, line.c.id == allocation.c.line_id)
        .join(commitment, commitment.c.id == allocation.c.commitment_id)
        .where(
            commitment.c.program_id == program_id,
            commitment.c.status == CommitmentStatus.APPROVED,
            commitment.c.allocated != Degree.COMPLETE,
            line.c.aid_type == aid_type,
        )
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for commitment_id, target_id in await desk.unit.connection.execute(query):
        found[commitment_id].add(target_id)
    for one in coming:
        found[one.commitment_id].add(one.target_id)
    return found


async def _provinces(desk: Desk) -> tuple[str, ...]:
    table = tables.areas
    query = select(table.c.code).where(table.c.level == AreaLevel.PROVINCE).order_by(table.c.code)
    return tuple((await desk.unit.connection.execute(query)).scalars())
