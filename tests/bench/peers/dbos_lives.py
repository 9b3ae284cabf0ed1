# /// script
# requires-python = ">=3.11"
# dependencies = ["dbos==3.4.0", "psycopg[binary]==3.3.9"]
# ///
# The libraries stand in the script's own environment, out of the type checker's sight.
# mypy: disable-error-code="import-not-found, import-untyped, misc, untyped-decorator"
"""DBOS: a durable workflow for each case, a step for each transition, which changes the case and writes its history."""

import itertools
import sys
import uuid
from collections.abc import Iterator
from queue import SimpleQueue

import sqlalchemy as sa
from dbos import DBOS
from tests.bench.child import ACTOR, DATA, STATES, WORKERS, Hands, own_stdout, serve
from tests.bench.peers.address import plain

answers = own_stdout()
address = plain(sys.argv[1]).replace("postgresql://", "postgresql+psycopg://", 1)
engine = sa.create_engine(address, pool_size=WORKERS, max_overflow=0)
metadata = sa.MetaData()
cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
)
history = sa.Table(
    "history",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("case_id", sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("actor", sa.String(36), nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now()),
    sa.Column("data", sa.JSON, nullable=False),
    sa.UniqueConstraint("case_id", "sequence"),
)
DBOS(
    config={"name": "bench", "system_database_url": plain(sys.argv[1]), "log_level": "ERROR", "run_admin_server": False}
)
done: dict[str, SimpleQueue[int]] = {}


@DBOS.step()
def move(case_id: str, sequence: int, state: str) -> None:
    """One transition in a transaction of its own."""
    with engine.begin() as connection:
        if sequence == 1:
            connection.execute(cases.insert().values(id=case_id, state=state, version=1, data=DATA))
        else:
            connection.execute(sa.select(cases.c.version).where(cases.c.id == case_id).with_for_update())
            connection.execute(cases.update().where(cases.c.id == case_id).values(state=state, version=sequence))
        row = {"id": str(uuid.uuid4()), "case_id": case_id, "sequence": sequence, "state": state, "actor": ACTOR}
        connection.execute(history.insert().values(**row, data=DATA))


@DBOS.workflow()
def case(case_id: str) -> None:
    """A whole life."""
    for sequence, state in enumerate(STATES, start=1):
        move(case_id, sequence, state)
        done[case_id].put(sequence)


def life() -> Iterator[None]:
    """One workflow after another, counted step by step."""
    for _ in itertools.count():
        case_id = str(uuid.uuid4())
        done[case_id] = SimpleQueue()
        handle = DBOS.start_workflow(case, case_id)
        for _ in STATES[1:]:
            done[case_id].get()
            yield
        handle.get_result()
        del done[case_id]
        yield


metadata.create_all(engine)
DBOS.launch()
serve(Hands(life).run, answers)
DBOS.destroy()
