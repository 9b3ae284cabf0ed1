"""Cancel what is outstanding, and close what is settled."""

from collections.abc import Sequence

from ksbb.domain.commitments import Commitment
from ksbb.domain.errors import Conflict, Problem, invalid
from ksbb.domain.rights import Permission, Role, require
from ksbb.domain.text import Text
from ksbb.program import Stage
from ksbb.usecases.allocate import APPROVED
from ksbb.usecases.assess import require_reason
from ksbb.usecases.chain import (
    append,
    load_commitment,
    plain,
    refuse_doubles,
    require_own,
    statistic,
    store_balances,
    worth,
)
from ksbb.usecases.desk import Desk
from ksbb.usecases.receive import LineQuantity


async def cancel(
    desk: Desk, commitment_id: str, *, lines: Sequence[LineQuantity], reason: str, expected_version: int
) -> Commitment:
    """Cancel quantities that haven't come and aren't promised; by the collaborator, or by an assessor.

    Raises InvalidInput for more than that, with the limit.
    """
    commitment, role = await _open(desk, commitment_id, Permission.CANCEL, expected_version, "cancel")
    require_reason(reason)
    if not lines:
        raise invalid(
            "lines", Text("sebutkan paling sedikit satu baris", "name at least one line"), "/lines", {"minItems": 1}, 0
        )
    refuse_doubles([line.line_id for line in lines], "/lines")
    balances = {}
    for position, given in enumerate(lines):
        line = commitment.line(given.line_id, f"/lines/{position}/line_id")
        balances[line.id] = line.balance.cancel(given.quantity, f"/lines/{position}/quantity")
        key = statistic(desk, commitment, "cancelled", aid_type=line.aid_type)
        desk.unit.count(key, count=1, quantity=given.quantity, value=worth(line, given.quantity))
    commitment = store_balances(desk, commitment, balances)
    commitment, _ = await append(
        desk, commitment, "cancelled", role=role, payload={"lines": plain(list(lines))}, reason=reason
    )
    return commitment


async def close(desk: Desk, commitment_id: str, *, expected_version: int, note: str = "") -> Commitment:
    """Close a commitment of which nothing is outstanding, in custody or in transit. A closed record is never edited.

    Raises Conflict that names every line that isn't settled, and how.
    """
    commitment, role = await _open(desk, commitment_id, Permission.CLOSE, expected_version, "close")
    problems = [
        Problem(
            code="not_settled",
            message=Text(
                f"baris {line.position + 1} ({line.aid_type}): {line.balance.outstanding} masih ditunggu, "
                f"{line.balance.in_custody} di gudang, {line.balance.in_transit} dalam perjalanan",
                f"line {line.position + 1} ({line.aid_type}): {line.balance.outstanding} outstanding, "
                f"{line.balance.in_custody} in custody, {line.balance.in_transit} in transit",
            ),
            pointer=f"/lines/{line.position}",
            expected={"outstanding": 0, "in_custody": 0, "in_transit": 0},
            given={
                "outstanding": line.balance.outstanding,
                "in_custody": line.balance.in_custody,
                "in_transit": line.balance.in_transit,
            },
        )
        for line in commitment.lines
        if not line.balance.settled
    ]
    if problems:
        raise Conflict(*problems)
    status = commitment.after("close")
    commitment, _ = await append(
        desk,
        commitment,
        "closed",
        role=role,
        payload={},
        reason=note,
        stage=Stage.CLOSED,
        status=status,
        closed_at=desk.now,
    )
    return commitment


def require_may_end(desk: Desk, commitment: Commitment, permission: Permission) -> Role:
    """The role by which the actor may cancel or close: the collaborator its own, an assessor where it assesses.

    Raises Forbidden for everybody else.
    """
    role = require(desk.actor, permission, commitment.program_id)
    if role is Role.ASSESSOR:
        return require(desk.actor, permission, commitment.program_id, commitment.area_code)
    require_own(
        desk,
        commitment.collaborator_id,
        Text("membatalkan atau menutup komitmen ini", "cancel or close this commitment"),
    )
    return role


async def _open(
    desk: Desk, commitment_id: str, permission: Permission, expected_version: int, act: str
) -> tuple[Commitment, Role]:
    commitment = await load_commitment(desk, commitment_id, expected_version=expected_version)
    role = require_may_end(desk, commitment, permission)
    commitment.require_status(APPROVED, act)
    return commitment, role
