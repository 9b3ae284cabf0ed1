# /// script
# requires-python = ">=3.11"
# dependencies = ["spiffworkflow==3.2.0", "psycopg[binary]==3.3.9"]
# ///
# The libraries stand in the script's own environment, out of the type checker's sight.
# mypy: disable-error-code="import-not-found, import-untyped, misc, untyped-decorator"
"""SpiffWorkflow: a BPMN process of twelve manual tasks, serialised into its row after each, with a history row beside it."""

import sys
import uuid
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise

import psycopg
from lxml import etree
from psycopg.types.json import Jsonb
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState
from tests.bench.child import ACTOR, DATA, STATES, Hands, own_stdout, serve
from tests.bench.peers.address import plain

answers = own_stdout()
TABLES = """
CREATE TABLE cases (id text PRIMARY KEY, state text NOT NULL, version int NOT NULL, workflow jsonb NOT NULL);
CREATE TABLE history (id text PRIMARY KEY, case_id text NOT NULL REFERENCES cases, sequence int NOT NULL,
  state text NOT NULL, actor text NOT NULL, at timestamptz NOT NULL DEFAULT now(), data jsonb NOT NULL,
  UNIQUE (case_id, sequence));
"""


def bpmn() -> bytes:
    """The process: from the start through all tasks to the end."""
    nodes = ["start", *STATES, "end"]
    tasks = "".join(f'<manualTask id="{state}" name="{state}"/>' for state in STATES)
    flows = "".join(
        f'<sequenceFlow id="f{number}" sourceRef="{one}" targetRef="{other}"/>'
        for number, (one, other) in enumerate(pairwise(nodes))
    )
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="bench">'
        f'<process id="life" isExecutable="true"><startEvent id="start"/>{tasks}<endEvent id="end"/>{flows}</process>'
        "</definitions>"
    ).encode()


parser = BpmnParser()
parser.add_bpmn_xml(etree.parse(BytesIO(bpmn())))
spec = parser.get_spec("life")
serializer = BpmnWorkflowSerializer()


def life() -> Iterator[None]:
    """One process, a transaction for each of its tasks."""
    case_id = str(uuid.uuid4())
    with psycopg.connect(plain(sys.argv[1])) as connection:
        while True:
            for sequence, state in enumerate(STATES, start=1):
                with connection.transaction():
                    if sequence == 1:
                        workflow = BpmnWorkflow(spec)
                        workflow.do_engine_steps()
                    else:
                        query = "SELECT workflow FROM cases WHERE id = %s FOR UPDATE"
                        workflow = serializer.from_dict(connection.execute(query, [case_id]).fetchone()[0])
                    task = workflow.get_tasks(state=TaskState.READY, manual=True)[0]
                    task.run()
                    workflow.do_engine_steps()
                    kept = Jsonb(serializer.to_dict(workflow))
                    if sequence == 1:
                        connection.execute("INSERT INTO cases VALUES (%s, %s, 1, %s)", [case_id, state, kept])
                    else:
                        connection.execute(
                            "UPDATE cases SET state = %s, version = %s, workflow = %s WHERE id = %s",
                            [state, sequence, kept, case_id],
                        )
                    connection.execute(
                        "INSERT INTO history (id, case_id, sequence, state, actor, data) VALUES (%s, %s, %s, %s, %s, %s)",
                        [str(uuid.uuid4()), case_id, sequence, state, ACTOR, Jsonb(DATA)],
                    )
                yield
            case_id = str(uuid.uuid4())


with psycopg.connect(plain(sys.argv[1]), autocommit=True) as connection:
    connection.execute(TABLES)
serve(Hands(life).run, answers)
