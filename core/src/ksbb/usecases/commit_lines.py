"""The lines of a draft: as they are given, checked, stored, and fixed when the draft is handed in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete

from ksbb.domain.commitments import CommitmentLine
from ksbb.domain.errors import InvalidInput, Problem
from ksbb.domain.text import Text
from ksbb.program import AidType, Program
from ksbb.storage import tables
from ksbb.storage.unit import new_id
from ksbb.usecases.carry import Fitted, Written
from ksbb.usecases.desk import Desk
from ksbb.usecases.schemas import keep

_MAX_QUANTITY = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInput:
    """A line as the collaborator gives it; `quantity` in whole units of the aid type, `lot` the smallest drop that makes sense.

    `schema_version` is the version of the schema that the attributes are written by: None for the present one, or for the
    draft's own where they stand in it just so.
    """

    aid_type: str
    quantity: int
    attributes: dict[str, Any]
    schema_version: int | None = None
    lot: int | None = None


def line_problems(program: Program, position: int, line: LineInput) -> list[Problem]:
    """What is wrong with a given line beside its attributes."""
    problems: list[Problem] = []
    aid_type = program.aid_type(line.aid_type)
    if aid_type and line.schema_version is not None and not 1 <= line.schema_version <= aid_type.schema_version:
        most = aid_type.schema_version
        problems.append(
            Problem(
                code="schema_version",
                message=Text(
                    f"skema {aid_type.id} mempunyai versi 1 sampai {most}, diberikan {line.schema_version}",
                    f"the schema of {aid_type.id} has the versions 1 to {most}, given {line.schema_version}",
                ),
                pointer=f"/lines/{position}/schema_version",
                expected={"minimum": 1, "maximum": most},
                given=line.schema_version,
            )
        )
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
    elif line.lot is not None and not 1 <= line.lot <= line.quantity:
        problems.append(
            Problem(
                code="lot",
                message=Text(
                    f"bagian terkecil antara 1 dan jumlah baris ini ({line.quantity}), diberikan {line.lot}",
                    f"the smallest drop is between 1 and the quantity of its line ({line.quantity}), given {line.lot}",
                ),
                pointer=f"/lines/{position}/lot",
                expected={"minimum": 1, "maximum": line.quantity},
                given=line.lot,
            )
        )
    return problems


def as_given(given: Sequence[LineInput], stored: Sequence[CommitmentLine]) -> list[Written]:
    """Given lines with the version that each was written by; `stored` are the draft's lines so far."""
    before = {line.position: line for line in stored}
    return [
        Written(
            position=position,
            aid_type=line.aid_type,
            attributes=line.attributes,
            version=_version_of(line, before.get(position)),
        )
        for position, line in enumerate(given)
    ]


def as_stored(lines: Sequence[CommitmentLine]) -> list[Written]:
    """The lines of a draft with the version that each was written by."""
    return [
        Written(position=line.position, aid_type=line.aid_type, attributes=line.attributes, version=line.schema_version)
        for line in lines
    ]


def new_lines(
    desk: Desk, commitment_id: str, fitted: Sequence[Fitted], given: Sequence[LineInput]
) -> tuple[CommitmentLine, ...]:
    """The lines of a draft, valued at today's reference values."""
    return tuple(
        CommitmentLine(
            id=new_id(),
            commitment_id=commitment_id,
            position=fit.position,
            aid_type=fit.aid_type.id,
            unit=fit.aid_type.unit.id,
            attributes=fit.attributes,
            schema_version=fit.aid_type.schema_version,
            unit_value=fit.aid_type.value_on(desk.today, fit.attributes),
            committed=line.quantity,
            lot=line.lot,
        )
        for fit, line in zip(fitted, given, strict=True)
    )


async def put_lines(desk: Desk, program: Program, fitted: Sequence[Fitted], lines: Sequence[CommitmentLine]) -> None:
    """Store the lines of a draft, and keep the schemas that validated them. Raises Unavailable as `schemas.keep` does."""
    await keep(desk, program, _first_of_each(fitted))
    for line in lines:
        desk.unit.insert(tables.commitment_lines, line)


async def remove_lines(desk: Desk, lines: Sequence[CommitmentLine]) -> None:
    """Remove the lines of a draft that is revised."""
    table = tables.commitment_lines
    await _forget_identifiers(desk, lines)
    await desk.unit.connection.execute(delete(table).where(table.c.id.in_([line.id for line in lines])))


async def fix_lines(
    desk: Desk, program: Program, lines: Sequence[CommitmentLine], fitted: Sequence[Fitted]
) -> tuple[tuple[CommitmentLine, ...], list[dict[str, Any]]]:
    """Fix the lines of a draft that is handed in: today's reference values, the present schema version, and the attributes of
    those that were carried over. Gives the lines, and what the event says of them.

    Raises InvalidInput for a line whose aid type is counted in another unit now, Unavailable as `schemas.keep` does.
    """
    _refuse_other_units(lines, fitted)
    await keep(desk, program, _first_of_each(fitted))
    if any(fit.upgraded_from for fit in fitted):
        await _forget_identifiers(desk, lines)
    fixed, said = [], []
    for line, fit in zip(lines, fitted, strict=True):
        values: dict[str, Any] = {
            "unit_value": fit.aid_type.value_on(desk.today, fit.attributes),
            "schema_version": fit.aid_type.schema_version,
        }
        if fit.upgraded_from:
            values["attributes"] = fit.attributes
        desk.unit.change(tables.commitment_lines, {"id": line.id}, **values)
        _keep_identifiers(desk, line, fit)
        fixed.append(replace(line, **values))
        said.append({"id": line.id, **values})
    return tuple(fixed), said


def _version_of(given: LineInput, stored: CommitmentLine | None) -> int | None:
    if given.schema_version is not None:
        # One that there can't be is told by `line_problems`
        return given.schema_version if given.schema_version >= 1 else None
    unchanged = stored and stored.aid_type == given.aid_type and stored.attributes == given.attributes
    return stored.schema_version if stored and unchanged else None


def _first_of_each(fitted: Sequence[Fitted]) -> Iterable[tuple[AidType, str]]:
    """Each aid type with the pointer of its first line."""
    first: dict[str, tuple[AidType, str]] = {}
    for line in fitted:
        first.setdefault(line.aid_type.id, (line.aid_type, line.pointer))
    return first.values()


def _refuse_other_units(lines: Sequence[CommitmentLine], fitted: Sequence[Fitted]) -> None:
    problems = [
        Problem(
            code="unit_changed",
            message=Text(
                f"{fit.aid_type.id} sekarang dihitung dalam {fit.aid_type.unit.name.id} ({fit.aid_type.unit.id}), baris ini "
                f"ditulis dalam {line.unit}; isi ulang jumlahnya",
                f"{fit.aid_type.id} is counted in {fit.aid_type.unit.name.en} ({fit.aid_type.unit.id}) now, this line was written "
                f"in {line.unit}; give its quantity anew",
            ),
            pointer=f"/lines/{line.position}/quantity",
            expected=fit.aid_type.unit.id,
            given=line.unit,
        )
        for line, fit in zip(lines, fitted, strict=True)
        if line.unit != fit.aid_type.unit.id
    ]
    if problems:
        raise InvalidInput(*problems)


def _keep_identifiers(desk: Desk, line: CommitmentLine, fit: Fitted) -> None:
    for identifier in fit.aid_type.identifiers:
        values = fit.attributes.get(identifier.attribute, [])
        for value in [values] if isinstance(values, str) else values:
            row = {"line_id": line.id, "kind": identifier.kind, "value": str(value)}
            desk.unit.insert_row(tables.line_identifiers, row, unless_known=True)


async def _forget_identifiers(desk: Desk, lines: Sequence[CommitmentLine]) -> None:
    table = tables.line_identifiers
    await desk.unit.connection.execute(delete(table).where(table.c.line_id.in_([line.id for line in lines])))
