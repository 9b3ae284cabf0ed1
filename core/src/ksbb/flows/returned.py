"""What happened while a program was away, given to its flows when it runs again."""

from sqlalchemy import literal_column, select

from ksbb.domain.rights import SYSTEM
from ksbb.program import Stage
from ksbb.storage import tables
from ksbb.storage.unit import new_id
from ksbb.usecases.chain import EVERY_FLOW
from ksbb.usecases.desk import ActiveProgram
from ksbb.usecases.platform import Platform

AT_ONCE = 500
"""Rows that are shared out in one transaction."""
_outbox = tables.outbox


async def share_out(platform: Platform, active: ActiveProgram) -> None:
    """Put a row for each flow of the stage in the place of each row that waited for the program as a whole."""
    program = active.program
    waited = select(_outbox).where(
        # Written out, not bound: planned for all statuses, it would look through all that was ever done
        _outbox.c.status == literal_column("'pending'"),
        _outbox.c.program_id == program.id,
        _outbox.c.consumer == EVERY_FLOW,
    )
    some = AT_ONCE
    while some == AT_ONCE:
        async with platform.desk(SYSTEM) as desk:
            query = waited.order_by(_outbox.c.available_at, _outbox.c.id).limit(AT_ONCE)
            rows = (await desk.unit.connection.execute(query.with_for_update(skip_locked=True))).mappings().all()
            some = len(rows)
            for row in rows:
                shared = {name: row[name] for name in _SHARED} | {"status": "pending", "reason": ""}
                for flow in program.flows_at(Stage(row["stage"])):
                    made = {"id": new_id(), "consumer": flow.name, "attempts": 0, "available_at": desk.now}
                    desk.unit.insert_row(_outbox, shared | made)
                desk.unit.change(_outbox, {"id": row["id"]}, status="done", done_at=desk.now)


_SHARED = ("program_id", "stage", "subject_id", "event_id", "created_at", "trace")
