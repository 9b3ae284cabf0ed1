"""Receive aid into an aggregator's custody, and write off what spoils there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ksbb.domain.commitments import Commitment
from ksbb.domain.errors import invalid
from ksbb.domain.rights import Permission, require
from ksbb.domain.text import Text
from ksbb.program import Stage
from ksbb.storage import tables
from ksbb.storage.unit import new_id
from ksbb.usecases.allocate import APPROVED
from ksbb.usecases.assess import require_reason
from ksbb.usecases.chain import (
    append,
    load_commitment,
    plain,
    refuse_doubles,
    require_licensed,
    require_own,
    statistic,
    store_balances,
    worth,
)
from ksbb.usecases.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class LineQuantity:
    """A quantity of one line, in whole units."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Goods that came into custody (`kind` receipt) or were written off there (`kind` write_off)."""

    id: str
    commitment_id: str
    aggregator_id: str
    kind: str
    at: datetime
    note: str
    lines: tuple[LineQuantity, ...] = ()


async def receive(
    desk: Desk, commitment_id: str, *, lines: Sequence[LineQuantity], expected_version: int, note: str = ""
) -> tuple[Commitment, Receipt]:
    """The aggregator takes goods into custody; partial and several receipts are normal.

    Raises InvalidInput for more than is outstanding, Conflict without a licence in force today.
    """
    commitment = await _open(desk, commitment_id, expected_version, lines, "receive")
    role = require(desk.actor, Permission.RECEIVE, commitment.program_id)
    aggregator_id = await _licensed_own(desk, commitment)
    desk.unit.took_part(commitment.program_id, "aggregator", aggregator_id, desk.today)
    commitment, receipt = _book(desk, commitment, aggregator_id, lines, kind="receipt", note=note, measure="received")
    commitment, _ = await append(
        desk,
        commitment,
        "received",
        role=role,
        payload=plain(receipt),
        reason=note,
        stage=Stage.RECEIVED,
        subject_id=receipt.id,
    )
    return commitment, receipt


async def write_off(
    desk: Desk, commitment_id: str, *, lines: Sequence[LineQuantity], reason: str, expected_version: int
) -> tuple[Commitment, Receipt]:
    """The aggregator writes off goods in custody that spoilt or are missing, with the reason.

    Raises InvalidInput for more than is in custody and not promised.
    """
    commitment = await _open(desk, commitment_id, expected_version, lines, "write_off")
    role = require(desk.actor, Permission.RECEIVE, commitment.program_id)
    require_own(desk, commitment.aggregator_id, Text("menghapus barang di gudangnya", "write off goods in its custody"))
    require_reason(reason)
    aggregator_id = commitment.aggregator_id or ""
    commitment, receipt = _book(
        desk, commitment, aggregator_id, lines, kind="write_off", note=reason, measure="written_off"
    )
    commitment, _ = await append(desk, commitment, "written_off", role=role, payload=plain(receipt), reason=reason)
    return commitment, receipt


async def _open(desk: Desk, commitment_id: str, version: int, lines: Sequence[LineQuantity], act: str) -> Commitment:
    commitment = await load_commitment(desk, commitment_id, expected_version=version)
    commitment.require_status(APPROVED, act)
    if not lines:
        raise invalid(
            "lines", Text("sebutkan paling sedikit satu baris", "name at least one line"), "/lines", {"minItems": 1}, 0
        )
    refuse_doubles([line.line_id for line in lines], "/lines")
    return commitment


async def _licensed_own(desk: Desk, commitment: Commitment) -> str:
    require_own(desk, commitment.aggregator_id, Text("menerima bantuan ini", "receive this aid"))
    aggregator = await require_licensed(desk, commitment, commitment.aggregator_id or "", commitment.area_code)
    return aggregator.id


def _book(
    desk: Desk,
    commitment: Commitment,
    aggregator_id: str,
    lines: Sequence[LineQuantity],
    *,
    kind: str,
    note: str,
    measure: str,
) -> tuple[Commitment, Receipt]:
    receipt = Receipt(
        id=new_id(),
        commitment_id=commitment.id,
        aggregator_id=aggregator_id,
        kind=kind,
        at=desk.now,
        note=note,
        lines=tuple(lines),
    )
    balances = {}
    for position, given in enumerate(lines):
        line = commitment.line(given.line_id, f"/lines/{position}/line_id")
        pointer = f"/lines/{position}/quantity"
        move = line.balance.receive if kind == "receipt" else line.balance.write_off
        balances[line.id] = move(given.quantity, pointer)
        key = statistic(desk, commitment, measure, aid_type=line.aid_type)
        desk.unit.count(key, count=1, quantity=given.quantity, value=worth(line, given.quantity))
    desk.unit.insert(tables.receipts, receipt)
    for given in lines:
        row = {"receipt_id": receipt.id, "line_id": given.line_id, "quantity": given.quantity}
        desk.unit.insert_row(tables.receipt_lines, row)
    return store_balances(desk, commitment, balances), receipt
