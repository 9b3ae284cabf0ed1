"""A draft's attributes, carried from the version of the schema that they were written by to the one its program has now."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any

from ksbb.domain.errors import InvalidInput, Problem, Unavailable
from ksbb.domain.text import Text
from ksbb.program import AidType, Program
from ksbb.program.validation import attribute_problems
from ksbb.usecases.desk import Desk

_FIELDS = ("aid_type", "schema_version", "quantity", "lot", "attributes")
Upgrade = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A line as it was written: `version` is that of the schema it was written by, None for the present one."""

    position: int
    aid_type: str
    attributes: Mapping[str, Any]
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A line that satisfies the present schema; `upgraded_from` is the older version that it was written by, if it was."""

    position: int
    aid_type: AidType
    attributes: dict[str, Any]
    upgraded_from: int | None

    @property
    def pointer(self) -> str:
        """Where its aid type stands in the commitment."""
        return f"/lines/{self.position}/aid_type"


async def fit(
    desk: Desk, program: Program, lines: Sequence[Written], more: Sequence[Problem] = ()
) -> tuple[Fitted, ...]:
    """The lines by their aid types' present schemas; those written by an older version are carried over by its upgrades.

    Where a version has no upgrade, the attributes go on as they are. `more` problems are told together with those of the lines.
    Raises InvalidInput with all that is wrong, by field; Unavailable for a line written by a version that the program doesn't have.
    """
    fitted: list[Fitted] = []
    problems = list(more)
    ahead: list[Problem] = []
    for line in lines:
        aid_type = program.aid_type(line.aid_type)
        if aid_type is None:
            problems.append(_unknown(program, line))
        elif line.version is not None and line.version > aid_type.schema_version:
            ahead.append(_ahead(program, aid_type, line, line.version))
        else:
            version = aid_type.schema_version if line.version is None else line.version
            attributes, found = await _carried(desk, program, aid_type, line, version)
            problems += found
            older = version if version < aid_type.schema_version else None
            fitted.append(Fitted(position=line.position, aid_type=aid_type, attributes=attributes, upgraded_from=older))
    if problems:
        raise InvalidInput(*sorted(problems, key=_place))
    if ahead:
        raise Unavailable(*ahead)
    return tuple(fitted)


def upgraded(lines: Sequence[Fitted]) -> dict[str, Any]:
    """What an event's payload says of the lines that were carried over: from which version to which; empty where none was."""
    said = [
        {
            "position": line.position,
            "aid_type": line.aid_type.id,
            "from_version": line.upgraded_from,
            "to_version": line.aid_type.schema_version,
        }
        for line in lines
        if line.upgraded_from is not None
    ]
    return {"upgraded": said} if said else {}


def _place(problem: Problem) -> tuple[int, int]:
    """Where a problem is told: those of the lines line by line, those of the commitment after them."""
    parts = problem.pointer.split("/")
    if parts[1:2] != ["lines"] or len(parts) < len(("", "lines", "0", "aid_type")):
        return sys.maxsize, 0
    return int(parts[2]), _FIELDS.index(parts[3])


async def _carried(
    desk: Desk, program: Program, aid_type: AidType, line: Written, version: int
) -> tuple[dict[str, Any], Sequence[Problem]]:
    """The attributes by the present schema, and what is wrong with them by it."""
    attributes = dict(line.attributes)
    at = f"/lines/{line.position}/attributes"
    for step in range(version, aid_type.schema_version):
        upgrade: Upgrade | None = aid_type.upgrades.get(step)
        if upgrade is None:
            continue
        what = f"upgrade of {aid_type.id} {step} to {step + 1}"
        try:
            attributes = await desk.programs.call(program.id, what, partial(_ask, upgrade, attributes))
        except Exception as error:  # noqa: BLE001 - a program's function is foreign code: its failure is told, the draft stays
            failed = _not_upgraded(aid_type, line, version, step, error)
            return attributes, [failed, *attribute_problems(aid_type, line.attributes, at)]
    problems = attribute_problems(aid_type, attributes, at)
    if problems and version < aid_type.schema_version:
        return attributes, [_newer(aid_type, line, version), *problems]
    return attributes, problems


def _ask(upgrade: Upgrade, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """What an upgrade makes of a copy of the attributes. Raises what it raises, and TypeError or ValueError for no JSON object."""
    answer = upgrade(deepcopy(dict(attributes)))
    if not isinstance(answer, Mapping):
        raise TypeError(f"it answered {type(answer).__name__}, expected attributes")
    plain: dict[str, Any] = json.loads(json.dumps(dict(answer), allow_nan=False))
    return plain


def _unknown(program: Program, line: Written) -> Problem:
    known = [known.id for known in program.aid_types]
    listed = ", ".join(known)
    gone = Text(
        f"program {program.id} tidak mengenal jenis bantuan {line.aid_type}; yang dikenal: {listed}",
        f"program {program.id} has no aid type {line.aid_type}; it has: {listed}",
    )
    if line.version is not None:
        gone = Text(
            f"program {program.id} tidak lagi menerima jenis bantuan {line.aid_type}; ganti baris ini dengan salah satu dari "
            f"{listed}, atau hapus",
            f"program {program.id} doesn't take the aid type {line.aid_type} any more; change this line to one of {listed}, "
            "or remove it",
        )
    return Problem(
        code="aid_type_unknown" if line.version is None else "aid_type_gone",
        message=gone,
        pointer=f"/lines/{line.position}/aid_type",
        expected=known,
        given=line.aid_type,
    )


def _ahead(program: Program, aid_type: AidType, line: Written, version: int) -> Problem:
    return Problem(
        code="schema_ahead",
        message=Text(
            f"baris ini ditulis menurut skema {aid_type.id} versi {version}, sedangkan program {program.id} yang terpasang "
            f"hanya mengenal sampai versi {aid_type.schema_version} (pasang lagi versi program yang lebih baru, atau isi ulang "
            "baris ini)",
            f"this line was written by version {version} of the schema of {aid_type.id}, but the program {program.id} that is "
            f"installed knows versions up to {aid_type.schema_version} (install the newer version of the program again, or "
            "fill this line in anew)",
        ),
        pointer=f"/lines/{line.position}/schema_version",
        expected={"maximum": aid_type.schema_version},
        given=version,
    )


def _newer(aid_type: AidType, line: Written, version: int) -> Problem:
    present = aid_type.schema_version
    return Problem(
        code="schema_newer",
        message=Text(
            f"baris ini ditulis menurut skema {aid_type.id} versi {version}, sekarang berlaku versi {present}; "
            "lengkapi isian yang disebut berikut ini",
            f"this line was written by version {version} of the schema of {aid_type.id}, version {present} is in force now; "
            "fill in what is named below",
        ),
        pointer=f"/lines/{line.position}/schema_version",
        expected=present,
        given=version,
    )


def _not_upgraded(aid_type: AidType, line: Written, version: int, step: int, error: Exception) -> Problem:
    present = aid_type.schema_version
    reason = getattr(error, "reason", None)
    why = reason if isinstance(reason, Text) else Text(*[f"{type(error).__name__}: {error}"] * 2)
    return Problem(
        code="upgrade_failed",
        message=Text(
            f"baris ini ditulis menurut skema {aid_type.id} versi {version}, sekarang berlaku versi {present}; "
            f"alih versi {step} ke {step + 1} oleh program tidak berhasil ({why.id}); isi ulang atribut baris ini menurut "
            f"versi {present}, draf tetap tersimpan",
            f"this line was written by version {version} of the schema of {aid_type.id}, version {present} is in force now; "
            f"the program's upgrade from {step} to {step + 1} didn't succeed ({why.en}); fill in this line's attributes anew "
            f"by version {present}, the draft is kept as it was",
        ),
        pointer=f"/lines/{line.position}/attributes",
        expected=present,
        given=version,
    )
