"""The web servers that are measured, each one worker under uvicorn with the same settings.

Run as `python -m tests.bench.servers (jsonschema|jsonschema_rs|ksbb) URL PORT`.
"""

import json
import logging
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from jsonschema import Draft202012Validator
from litestar import Litestar, Request, Response, post
from pydantic import SecretStr
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.bench.child import ACTOR, WORKERS
from tests.bench.crowd import PROGRAM
from tests.bench.floors import cases, engine_of, history, make_tables, new_id

from ksbb.api.app import create_app
from ksbb.cli.running import log_to_stderr
from ksbb.program import AidType
from ksbb.programs import ProgramHost, load_programs
from ksbb.settings import Settings
from ksbb.storage.database import Database
from ksbb.usecases.platform import Platform, SystemClock

COMMITMENTS = "/api/v1/commitments"
_ADD = insert(cases)
_NOTE = insert(history)

Problems = Callable[[Any], list[str]]
"""All that is wrong with a body, in words; empty for a valid one."""


def settings(folder: Path) -> Settings:
    """Settings of a server that only measures: tokens that outlast the run."""
    return Settings(
        data_dir=folder, secret=SecretStr("a secret for measuring, of enough characters"), access_minutes=24 * 60
    )


def schema_of(aid_type: AidType) -> dict[str, Any]:
    """The JSON Schema of an intake body with lines of one aid type."""
    text = {"type": "string", "maxLength": 200}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "required": ["program_id", "lines", "planned_handover_on"],
        "properties": {
            "program_id": {"const": PROGRAM},
            "lines": {
                "type": "array",
                "minItems": 1,
                "maxItems": 200,
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["aid_type", "quantity", "attributes"],
                    "properties": {
                        "aid_type": {"const": aid_type.id},
                        "quantity": {"type": "integer", "minimum": 1, "maximum": 10**12},
                        "attributes": json.loads(json.dumps(aid_type.schema)),
                    },
                },
            },
            "planned_handover_on": {"type": "string", "format": "date"},
            "aggregator_id": text,
            "target_kind": text,
            "note": text,
        },
    }


def intake_body(host: ProgramHost, aggregator_id: str) -> dict[str, Any]:
    """A body to send: one line of the program's first aid type."""
    aid_type = host.require(PROGRAM).program.aid_types[0]
    return {
        "program_id": PROGRAM,
        "lines": [{"aid_type": aid_type.id, "quantity": 10, "attributes": dict(aid_type.examples[0])}],
        "planned_handover_on": str((datetime.now(UTC) + timedelta(days=14)).date()),
        "aggregator_id": aggregator_id,
        "target_kind": "rw",
        "note": "antar sebelum pukul sepuluh",
    }


def floor(engine: AsyncEngine, problems: Problems) -> Litestar:
    """The bare endpoint: validate the body, insert a row and a history row, answer with the new id."""

    @post(COMMITMENTS)
    async def intake(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        body = await request.json()
        wrong = problems(body)
        if wrong:
            return Response({"problems": wrong}, status_code=422)
        now = datetime.now(UTC)
        case_id = new_id()
        async with engine.begin() as connection:
            row = {"id": case_id, "state": "drafted", "version": 1, "data": body, "changed_at": now}
            await connection.execute(_ADD, row)
            noted = {"sequence": 1, "state": "drafted", "actor": ACTOR, "at": now, "data": body}
            await connection.execute(_NOTE, {"id": new_id(), "case_id": case_id, **noted})
        return Response({"id": case_id, "version": 1}, status_code=201)

    begin = partial(make_tables, engine)
    return Litestar([intake], on_startup=[begin], openapi_config=None, logging_config=None, debug=False)


def by_jsonschema(schema: dict[str, Any]) -> Problems:
    """The reference validator."""
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return lambda body: [error.message for error in validator.iter_errors(body)]


def by_jsonschema_rs(schema: dict[str, Any]) -> Problems:
    """The compiled validator."""
    import jsonschema_rs  # noqa: PLC0415 - only for orientation

    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    return lambda body: [error.message for error in validator.iter_errors(body)]


def main(kind: str, url: str, port: int) -> None:
    """Serve until told to end."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = settings(Path(folder))
        host = load_programs(chosen)
        if kind == "ksbb":
            log_to_stderr(logging.INFO)  # as `ksbb serve` does
            platform = Platform(Database(url, pool_size=WORKERS), host, SystemClock())
            app = create_app(platform, chosen, host)
        else:
            schema = schema_of(host.require(PROGRAM).program.aid_types[0])
            make = {"jsonschema": by_jsonschema, "jsonschema_rs": by_jsonschema_rs}[kind]
            app = floor(engine_of(url), make(schema))
        # Connections rest while the others are measured
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False, timeout_keep_alive=600)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
