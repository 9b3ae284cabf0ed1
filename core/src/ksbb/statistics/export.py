"""Open data: whole tables without personal data, with the flag of what is made up (Satu Data, Perpres 39/2019)."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, func, select

from ksbb.statistics.coverage import stored_sums
from ksbb.storage import tables
from ksbb.usecases.desk import Desk

_area, _target, _need, _schema = tables.areas, tables.targets, tables.needs, tables.aid_schemas
_commitment, _line, _handover, _report = tables.commitments, tables.commitment_lines, tables.handovers, tables.reports


def _of(*columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns)


def _daily() -> Select[Any]:
    """The daily sums, each in one row."""
    table = tables.statistics_daily
    key = [column for column in table.primary_key if column.name != "slot"]
    sums = [func.sum(table.c[name]).cast(BigInteger).label(name) for name in ("count", "quantity", "value")]
    return select(*key, *sums).group_by(*key).order_by(*key)


DATASETS: dict[str, Select[Any]] = {
    "aid_types": _of(
        _schema.c.program_id,
        _schema.c.aid_type,
        _schema.c.version.label("schema_version"),
        _schema.c.name_id,
        _schema.c.name_en,
        _schema.c.unit_id,
        _schema.c.unit_en,
    ).order_by(*tables.aid_schemas.primary_key),
    "areas": _of(_area.c.code, _area.c.level, _area.c.name, _area.c.parent_code, _area.c.bps_code).order_by(
        _area.c.code
    ),
    "targets": _of(
        _target.c.code, _target.c.kind, _target.c.name, _target.c.area_code, _target.c.households, _target.c.synthetic
    ).order_by(_target.c.code),
    "needs": _of(
        _target.c.code.label("target_code"),
        _need.c.program_id,
        _need.c.aid_type,
        _need.c.quantity,
        _need.c.promised,
        _need.c.accepted,
        _need.c.source,
        _need.c.as_of,
        _need.c.tier,
        _need.c.period,
        _target.c.synthetic,
    )
    .join(_target, _target.c.id == _need.c.target_id)
    .order_by(_target.c.code, _need.c.program_id, _need.c.aid_type),
    "commitments": _of(
        _commitment.c.number,
        _commitment.c.program_id,
        _commitment.c.status,
        _commitment.c.fund_source,
        _commitment.c.area_code,
        _commitment.c.area_only,
        _commitment.c.target_kind,
        _commitment.c.target_kind_only,
        _commitment.c.submitted_at,
        _commitment.c.approved_at,
        _commitment.c.closed_at,
        _line.c.position,
        _line.c.aid_type,
        _line.c.schema_version,
        _line.c.unit,
        _line.c.unit_value,
        _line.c.lot,
        _line.c.committed,
        _line.c.cancelled,
        _line.c.received,
        _line.c.written_off,
        _line.c.allocated,
        _line.c.dispatched,
        _line.c.accepted,
        _line.c.rejected,
        _line.c.lost,
        _commitment.c.synthetic,
    )
    .join(_line, _line.c.commitment_id == _commitment.c.id)
    .order_by(_commitment.c.number, _line.c.position),
    "handovers": _of(
        _report.c.number.label("report_number"),
        _commitment.c.number.label("commitment_number"),
        _target.c.code.label("target_code"),
        _handover.c.status,
        _handover.c.handed_over_at,
        _commitment.c.synthetic,
    )
    .join(_commitment, _commitment.c.id == _handover.c.commitment_id)
    .join(_target, _target.c.id == _handover.c.target_id)
    .outerjoin(_report, _report.c.handover_id == _handover.c.id)
    .order_by(_handover.c.id),
    "statistics": _daily(),
    "coverage": stored_sums(),
}
"""Name → query. Names of people, addresses and contacts are in none of them."""


async def rows_of(desk: Desk, dataset: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Columns and rows of a dataset. Raises KeyError for an unknown one."""
    result = await desk.unit.connection.execute(DATASETS[dataset])
    return list(result.keys()), [dict(row) for row in result.mappings()]
