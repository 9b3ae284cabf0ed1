"""Draft, submit, revise and withdraw a commitment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, select

from ksbb.domain.areas import is_area_code
from ksbb.domain.commitments import (
    EDITABLE,
    AssessmentState,
    Commitment,
    CommitmentLine,
    CommitmentStatus,
)
from ksbb.domain.errors import InvalidInput, Problem, not_found
from ksbb.domain.parties import FundSource
from ksbb.domain.rights import Permission, require
from ksbb.domain.targets import TargetKind
from ksbb.domain.text import Text
from ksbb.program import AidType, Program, Stage
from ksbb.program.validation import attribute_problems
from ksbb.storage import tables
from ksbb.storage.prepared import Prepared
from ksbb.storage.unit import new_id
from ksbb.usecases.chain import (
    append,
    load_aggregator,
    load_commitment,
    load_donor_and_aggregator,
    plain,
    require_own,
)
from ksbb.usecases.desk import Desk

_MAX_LINES = 200
_MAX_QUANTITY = 10**12
_AREA = Prepared(select(tables.areas.c.code).where(tables.areas.c.code == bindparam("code")))
_ACT = Text("mengubah komitmen ini", "change this commitment")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInput:
    """A line as the collaborator gives it; `quantity` in whole units of the aid type."""

    aid_type: str
    quantity: int
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentInput:
    """A commitment as the collaborator gives it. `area_code` and `target_kind` are preferences, not walls."""

    program_id: str
    lines: Sequence[LineInput]
    planned_handover_on: date
    fund_source: FundSource = FundSource.OWN
    aggregator_id: str | None = None
    area_code: str = "31"
    target_kind: TargetKind | None = None
    note: str = ""


async def draft(
    desk: Desk, given: CommitmentInput, *, collaborator_id: str | None = None, synthetic: bool = False
) -> Commitment:
    """A new draft. `collaborator_id` defaults to the actor's own organisation and may be no other one.

    Raises InvalidInput with every problem of every line, Unavailable when the program is not active.
    """
    role = require(desk.actor, Permission.COMMIT, given.program_id)
    owner = collaborator_id or desk.actor.party_id or ""
    require_own(desk, owner or None, Text("membuat komitmen atas namanya", "commit in its name"))
    program = await _check(desk, given)
    collaborator, _ = await load_donor_and_aggregator(desk, owner, given.aggregator_id)
    year = desk.today.year
    sequence = await desk.unit.next_number(f"commitment:{program.id}:{year}")
    commitment_id = new_id()
    commitment = Commitment(
        id=commitment_id,
        number=f"{program.id.upper()}-{year}-{sequence:06d}",
        program_id=program.id,
        collaborator_id=collaborator.id,
        aggregator_id=given.aggregator_id,
        status=CommitmentStatus.DRAFT,
        assessment=AssessmentState.PENDING,
        fund_source=given.fund_source,
        area_code=given.area_code,
        target_kind=given.target_kind,
        planned_handover_on=given.planned_handover_on,
        note=given.note,
        synthetic=synthetic or collaborator.synthetic,
        created_by=desk.actor.account_id,
        created_at=desk.now,
        submitted_at=None,
        approved_at=None,
        closed_at=None,
        version=0,
        lines=_lines(desk, commitment_id, program, given),
    )
    desk.unit.insert(tables.commitments, commitment)
    _put_lines(desk, program, commitment.lines)
    commitment, _ = await append(desk, commitment, "drafted", role=role, payload=plain(commitment))
    return commitment


async def revise(desk: Desk, commitment_id: str, given: CommitmentInput, *, expected_version: int) -> Commitment:
    """Replace the contents of a draft, or of a commitment that was sent back for revision. The program stays.

    Raises as `draft` does, and Conflict in any other status.
    """
    commitment = await load_commitment(desk, commitment_id, expected_version=expected_version)
    role = require(desk.actor, Permission.COMMIT, commitment.program_id)
    require_own(desk, commitment.collaborator_id, _ACT)
    commitment.require_status(EDITABLE, "revise")
    if given.program_id != commitment.program_id:
        raise InvalidInput(
            Problem(
                code="program_fixed",
                message=Text(
                    "program komitmen tidak dapat diganti; buat draf baru",
                    "a commitment's program can't change; make a new draft",
                ),
                pointer="/program_id",
                expected=commitment.program_id,
                given=given.program_id,
            )
        )
    program = await _check(desk, given)
    if given.aggregator_id is not None:
        await load_aggregator(desk, given.aggregator_id, "/aggregator_id")
    lines = _lines(desk, commitment_id, program, given)
    connection = desk.unit.connection
    await _forget_identifiers(desk, commitment)
    await connection.execute(
        delete(tables.commitment_lines).where(tables.commitment_lines.c.commitment_id == commitment_id)
    )
    _put_lines(desk, program, lines)
    changes: dict[str, Any] = {
        "aggregator_id": given.aggregator_id,
        "fund_source": given.fund_source,
        "area_code": given.area_code,
        "target_kind": given.target_kind,
        "planned_handover_on": given.planned_handover_on,
        "note": given.note,
        "assessment": AssessmentState.PENDING,
    }
    revised = replace(commitment, lines=lines, **changes)
    revised, _ = await append(desk, revised, "revised", role=role, payload=plain(revised), **changes)
    return revised


async def submit(desk: Desk, commitment_id: str, *, expected_version: int) -> Commitment:
    """Hand a draft in: reference values are fixed at today's, and the program's assessment is set going.

    The attributes are validated again by the program's present schema. Raises Conflict in a wrong status.
    """
    commitment = await load_commitment(desk, commitment_id, expected_version=expected_version)
    role = require(desk.actor, Permission.COMMIT, commitment.program_id)
    require_own(desk, commitment.collaborator_id, _ACT)
    status = commitment.after("submit")
    program = desk.programs.require(commitment.program_id).program
    lines: list[CommitmentLine] = []
    problems: list[Problem] = []
    for line in commitment.lines:
        aid_type, found = _aid_type(program, line.aid_type, line.position)
        problems += found
        if aid_type:
            problems += attribute_problems(aid_type, line.attributes, f"/lines/{line.position}/attributes")
            value = aid_type.value_on(desk.today, line.attributes)
            lines.append(replace(line, unit_value=value, schema_version=aid_type.schema_version))
    if problems:
        raise InvalidInput(*problems)
    _keep_schemas(desk, program, lines)
    for line in lines:
        values = {"unit_value": line.unit_value, "schema_version": line.schema_version}
        desk.unit.change(tables.commitment_lines, {"id": line.id}, **values)
    _keep_identifiers(desk, program, lines)
    commitment, _ = await append(
        desk,
        replace(commitment, lines=tuple(lines)),
        "submitted",
        role=role,
        payload={
            "lines": [
                {"id": line.id, "unit_value": line.unit_value, "schema_version": line.schema_version} for line in lines
            ]
        },
        stage=Stage.SUBMITTED,
        status=status,
        submitted_at=desk.now,
        assessment=AssessmentState.PENDING,
    )
    return commitment


async def withdraw(desk: Desk, commitment_id: str, *, reason: str, expected_version: int) -> Commitment:
    """Take a commitment back before it is approved. After that, `close.cancel` cancels what is outstanding."""
    commitment = await load_commitment(desk, commitment_id, expected_version=expected_version)
    role = require(desk.actor, Permission.COMMIT, commitment.program_id)
    require_own(desk, commitment.collaborator_id, _ACT)
    status = commitment.after("withdraw")
    commitment, _ = await append(desk, commitment, "withdrawn", role=role, payload={}, reason=reason, status=status)
    return commitment


async def _check(desk: Desk, given: CommitmentInput) -> Program:
    program = desk.programs.require(given.program_id).program
    problems: list[Problem] = []
    if not 1 <= len(given.lines) <= _MAX_LINES:
        problems.append(
            Problem(
                code="lines",
                message=Text(
                    f"komitmen memiliki 1 sampai {_MAX_LINES} baris", f"a commitment has 1 to {_MAX_LINES} lines"
                ),
                pointer="/lines",
                expected={"minItems": 1, "maxItems": _MAX_LINES},
                given=len(given.lines),
            )
        )
    for position, line in enumerate(given.lines):
        aid_type, found = _aid_type(program, line.aid_type, position)
        problems += found
        if not 1 <= line.quantity <= _MAX_QUANTITY:
            problems.append(
                Problem(
                    code="quantity",
                    message=Text(
                        f"jumlah antara 1 dan {_MAX_QUANTITY}, diberikan {line.quantity}",
                        f"a quantity is between 1 and {_MAX_QUANTITY}, given {line.quantity}",
                    ),
                    pointer=f"/lines/{position}/quantity",
                    expected={"minimum": 1, "maximum": _MAX_QUANTITY},
                    given=line.quantity,
                )
            )
        if aid_type:
            problems += attribute_problems(aid_type, line.attributes, f"/lines/{position}/attributes")
    if given.target_kind is not None and given.target_kind not in program.target_kinds:
        kinds = sorted(program.target_kinds)
        problems.append(
            Problem(
                code="target_kind",
                message=Text(
                    f"program {program.id} melayani {', '.join(kinds)}, bukan {given.target_kind}",
                    f"program {program.id} serves {', '.join(kinds)}, not {given.target_kind}",
                ),
                pointer="/target_kind",
                expected=kinds,
                given=str(given.target_kind),
            )
        )
    if not is_area_code(given.area_code) or not await _area_exists(desk, given.area_code):
        problems.append(
            Problem(
                code="area_unknown",
                message=Text(
                    f"kode wilayah {given.area_code} tidak dikenal", f"area code {given.area_code} is not known"
                ),
                pointer="/area_code",
                expected="31.71.06",
                given=given.area_code,
            )
        )
    if problems:
        raise InvalidInput(*problems)
    return program


def _aid_type(program: Program, aid_type_id: str, position: int) -> tuple[AidType | None, list[Problem]]:
    aid_type = program.aid_type(aid_type_id)
    if aid_type is not None:
        return aid_type, []
    known = [known.id for known in program.aid_types]
    problem = Problem(
        code="aid_type_unknown",
        message=Text(
            f"program {program.id} tidak mengenal jenis bantuan {aid_type_id}; yang dikenal: {', '.join(known)}",
            f"program {program.id} has no aid type {aid_type_id}; it has: {', '.join(known)}",
        ),
        pointer=f"/lines/{position}/aid_type",
        expected=known,
        given=aid_type_id,
    )
    return None, [problem]


async def _area_exists(desk: Desk, code: str) -> bool:
    known = ("areas", code)
    if known in desk.unit.stored_for_good:
        return True
    if not await _AREA.rows(desk.unit.link, code=code):
        return False
    desk.unit.stored_for_good.add(known)
    return True


def _lines(desk: Desk, commitment_id: str, program: Program, given: CommitmentInput) -> tuple[CommitmentLine, ...]:
    lines = []
    for position, line in enumerate(given.lines):
        aid_type = program.aid_type(line.aid_type)
        if aid_type is None:
            raise not_found(Text("jenis bantuan", "aid type"), line.aid_type, f"/lines/{position}/aid_type")
        lines.append(
            CommitmentLine(
                id=new_id(),
                commitment_id=commitment_id,
                position=position,
                aid_type=aid_type.id,
                unit=aid_type.unit.id,
                attributes=line.attributes,
                schema_version=aid_type.schema_version,
                unit_value=aid_type.value_on(desk.today, line.attributes),
                committed=line.quantity,
            )
        )
    return tuple(lines)


def _put_lines(desk: Desk, program: Program, lines: Sequence[CommitmentLine]) -> None:
    _keep_schemas(desk, program, lines)
    for line in lines:
        desk.unit.insert(tables.commitment_lines, line)


def _keep_schemas(desk: Desk, program: Program, lines: Sequence[CommitmentLine]) -> None:
    for aid_type in program.aid_types:
        if any(line.aid_type == aid_type.id for line in lines):
            row = {
                "program_id": program.id,
                "aid_type": aid_type.id,
                "version": aid_type.schema_version,
                "name_id": aid_type.name.id,
                "name_en": aid_type.name.en,
                "unit_id": aid_type.unit.name.id,
                "unit_en": aid_type.unit.name.en,
                "schema": dict(aid_type.schema),
            }
            desk.unit.insert_once(tables.aid_schemas, row)


def _keep_identifiers(desk: Desk, program: Program, lines: Sequence[CommitmentLine]) -> None:
    for line in lines:
        aid_type = program.aid_type(line.aid_type)
        for identifier in aid_type.identifiers if aid_type else ():
            values = line.attributes.get(identifier.attribute, [])
            for value in [values] if isinstance(values, str) else values:
                row = {"line_id": line.id, "kind": identifier.kind, "value": str(value)}
                desk.unit.insert_row(tables.line_identifiers, row, unless_known=True)


async def _forget_identifiers(desk: Desk, commitment: Commitment) -> None:
    table = tables.line_identifiers
    await desk.unit.connection.execute(delete(table).where(table.c.line_id.in_([line.id for line in commitment.lines])))
