"""Draft, submit, revise and withdraw a commitment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from ksbb.domain.areas import is_area_code
from ksbb.domain.commitments import (
    EDITABLE,
    AssessmentState,
    Commitment,
    CommitmentLine,
    CommitmentStatus,
)
from ksbb.domain.errors import InvalidInput, Problem
from ksbb.domain.parties import FundSource
from ksbb.domain.rights import Permission, require
from ksbb.domain.targets import TargetKind
from ksbb.domain.text import Text
from ksbb.program import Program, Stage
from ksbb.storage import tables
from ksbb.storage.prepared import Prepared
from ksbb.storage.unit import new_id
from ksbb.usecases.carry import Fitted, fit, upgraded
from ksbb.usecases.chain import (
    append,
    load_aggregator,
    load_commitment,
    load_donor_and_aggregator,
    plain,
    pledge,
    require_own,
)
from ksbb.usecases.commit_lines import (
    LineInput,
    as_given,
    as_stored,
    fix_lines,
    line_problems,
    new_lines,
    put_lines,
    remove_lines,
)
from ksbb.usecases.desk import Desk, require_running

__all__ = ["CommitmentInput", "LineInput", "draft", "revise", "submit", "withdraw"]

_MAX_LINES = 200
_AREA = Prepared(select(tables.areas.c.code).where(tables.areas.c.code == bindparam("code")))
_ACT = Text("mengubah komitmen ini", "change this commitment")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentInput:
    """A commitment as the collaborator gives it.

    `area_code` and `target_kind` are wishes; with `area_only` and `target_kind_only` they are walls.
    """

    program_id: str
    lines: Sequence[LineInput]
    planned_handover_on: date
    fund_source: FundSource = FundSource.OWN
    aggregator_id: str | None = None
    area_code: str = "31"
    area_only: bool = False
    target_kind: TargetKind | None = None
    target_kind_only: bool = False
    note: str = ""


async def draft(
    desk: Desk, given: CommitmentInput, *, collaborator_id: str | None = None, synthetic: bool = False
) -> Commitment:
    """A new draft. `collaborator_id` defaults to the actor's own organisation and may be no other one.

    Raises InvalidInput with every problem of every line, Unavailable when the program is not active, or when its author changed
    a schema without raising its version.
    """
    role = require(desk.actor, Permission.COMMIT, given.program_id)
    owner = collaborator_id or desk.actor.party_id or ""
    require_own(desk, owner or None, Text("membuat komitmen atas namanya", "commit in its name"))
    program = desk.programs.require(given.program_id).program
    fitted = await _check(desk, program, given)
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
        area_only=given.area_only,
        target_kind=given.target_kind,
        target_kind_only=given.target_kind_only,
        planned_handover_on=given.planned_handover_on,
        note=given.note,
        synthetic=synthetic or collaborator.synthetic,
        created_by=desk.actor.account_id,
        created_at=desk.now,
        submitted_at=None,
        approved_at=None,
        closed_at=None,
        version=0,
        lines=new_lines(desk, commitment_id, fitted, given.lines),
    )
    desk.unit.insert(tables.commitments, commitment)
    await put_lines(desk, program, fitted, commitment.lines)
    payload = plain(commitment) | upgraded(fitted)
    commitment, _ = await append(desk, commitment, "drafted", role=role, payload=payload)
    return commitment


async def revise(desk: Desk, commitment_id: str, given: CommitmentInput, *, expected_version: int) -> Commitment:
    """Replace the contents of a draft, or of a commitment that was sent back for revision. The program stays.

    Lines that were written by an older version of their schema are carried over to the present one. Raises as `draft` does, and
    Conflict in any other status.
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
    program = require_running(desk.programs, commitment.program_id).program
    fitted = await _check(desk, program, given, commitment.lines)
    if given.aggregator_id is not None:
        await load_aggregator(desk, given.aggregator_id, "/aggregator_id")
    await remove_lines(desk, commitment.lines)
    lines = new_lines(desk, commitment_id, fitted, given.lines)
    await put_lines(desk, program, fitted, lines)
    changes: dict[str, Any] = {
        "aggregator_id": given.aggregator_id,
        "fund_source": given.fund_source,
        "area_code": given.area_code,
        "area_only": given.area_only,
        "target_kind": given.target_kind,
        "target_kind_only": given.target_kind_only,
        "planned_handover_on": given.planned_handover_on,
        "note": given.note,
        "assessment": AssessmentState.PENDING,
    }
    revised = replace(commitment, lines=lines, **changes)
    pledge(desk, commitment, revised)
    payload = plain(revised) | upgraded(fitted)
    revised, _ = await append(desk, revised, "revised", role=role, payload=payload, **changes)
    return revised


async def submit(desk: Desk, commitment_id: str, *, expected_version: int) -> Commitment:
    """Hand a draft in: reference values are fixed at today's, and the program's assessment is set going.

    The attributes are validated again by the program's present schemas; those written by an older version are carried over to it.
    From here on, version and schema stay as they are. Raises InvalidInput with what is to be filled in, Conflict in a wrong
    status, Unavailable as `draft` does and for a line by a newer version than the program's.
    """
    commitment = await load_commitment(desk, commitment_id, expected_version=expected_version)
    role = require(desk.actor, Permission.COMMIT, commitment.program_id)
    require_own(desk, commitment.collaborator_id, _ACT)
    status = commitment.after("submit")
    program = require_running(desk.programs, commitment.program_id).program
    fitted = await fit(desk, program, as_stored(commitment.lines))
    lines, said = await fix_lines(desk, program, commitment.lines, fitted)
    commitment, _ = await append(
        desk,
        replace(commitment, lines=lines),
        "submitted",
        role=role,
        payload={"lines": said} | upgraded(fitted),
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


async def _check(
    desk: Desk, program: Program, given: CommitmentInput, stored: Sequence[CommitmentLine] = ()
) -> tuple[Fitted, ...]:
    """The given lines by the present schemas. `stored` are the draft's lines so far. Raises InvalidInput with all that is wrong."""
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
        problems += line_problems(program, position, line)
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
    if given.target_kind_only and given.target_kind is None:
        problems.append(
            Problem(
                code="target_kind_missing",
                message=Text(
                    "sebutkan jenis sasaran yang satu-satunya boleh menerima, atau hilangkan target_kind_only",
                    "name the only kind of target that may have it, or leave target_kind_only out",
                ),
                pointer="/target_kind",
                expected=sorted(program.target_kinds),
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
    return await fit(desk, program, as_given(given.lines, stored), problems)


async def _area_exists(desk: Desk, code: str) -> bool:
    known = ("areas", code)
    if known in desk.unit.stored_for_good:
        return True
    if not await _AREA.rows(desk.unit.link, code=code):
        return False
    desk.unit.stored_for_good.add(known)
    return True
