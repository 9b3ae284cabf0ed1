"""What the API answers while a program is away, and of schemas that were kept."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, cast

import httpx
import pytest_asyncio

from ksbb.api.app import create_app
from ksbb.domain.text import Text
from ksbb.programs import ProgramHost, ProgramState, ProgramStatus
from ksbb.settings import Settings
from ksbb.testing import Step, World
from ksbb.usecases.platform import Platform

REASON = Text("alasan contoh", "an example's reason")
REMEDY = Text("obat contoh", "an example's remedy")
DISABLED = ProgramStatus(id="pangan", state=ProgramState.DISABLED, reason=REASON, remedy=REMEDY)


@pytest_asyncio.fixture
async def away(world: World, settings: Settings, api: Any) -> AsyncIterator[Any]:
    """The application over the same world, while the food program is disabled and no other installed."""
    host = ProgramHost([DISABLED], (), {})
    app = create_app(Platform(world.platform.database, host, world.clock), settings, host)
    transport = httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=api.client.base_url) as client:
        yield replace(api, app=app, client=client)


def unavailable(path: str) -> dict[str, Any]:
    """The whole answer of an act that needs the program."""
    message = "program pangan is disabled; an example's reason (an example's remedy)"
    return {
        "type": "urn:ksbb:problem:unavailable",
        "title": "Unavailable",
        "status": 503,
        "detail": message,
        "instance": f"/api/v1{path}",
        "errors": [
            {
                "code": "program_disabled",
                "pointer": "/program_id",
                "message": message,
                "expected": "active",
                "given": "disabled",
            }
        ],
    }


async def test_acts_that_need_the_program_answer_503(world: World, away: Any) -> None:
    drafted, assessed = [await world.drive(step) for step in (Step.DRAFTED, Step.ASSESSED)]
    for actor, driven, act, body in (
        (world.collaborator, drafted, "submit", None),
        (world.assessor, assessed, "approve", {}),
    ):
        path = f"/commitments/{driven.commitment.id}/{act}"
        answer = await away.send(actor, "POST", path, version=driven.commitment.version, json=body)
        assert (answer.status_code, answer.json()) == (503, unavailable(path))
    path = f"/commitments/{drafted.commitment.id}/withdraw"
    answer = await away.send(world.collaborator, "POST", path, version=drafted.commitment.version, json={})
    assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")


async def test_a_case_reads_the_same_but_for_what_may_be_done(world: World, api: Any, away: Any) -> None:
    driven = await world.drive(Step.CONFIRMED)
    assert driven.report is not None
    assert driven.handover is not None
    one = f"/commitments/{driven.commitment.id}"
    shown, without = [(await at.get(world.assessor, one)).json() for at in (api, away)]
    (line,) = shown["lines"]
    assert (line["schema_version"], line["newest_schema_version"]) == (1, 1)
    assert without == shown | {"lines": [line | {"newest_schema_version": None}]}
    assert shown["next_acts"] == [{"act": "close", "subject_id": None}]
    for path in (
        "/commitments",
        f"{one}/history",
        f"{one}/assessments",
        f"/handovers/{driven.handover.id}",
        f"/verify/{driven.report.verify_code}",
        "/statistics",
        "/coverage",
        "/needs",
        "/aid-schemas",
    ):
        here, there = [await at.get(world.assessor, path) for at in (api, away)]
        assert (there.status_code, there.json()) == (200, here.json()), path


async def test_the_list_of_programs_names_those_that_are_away(world: World, away: Any) -> None:
    assert (await away.get(None, "/programs")).json() == [
        {
            "id": "pangan",
            "state": "disabled",
            "name": None,
            "lead_agency": None,
            "distribution": None,
            "version": None,
            "reason": {"id": REASON.id, "en": REASON.en},
            "remedy": {"id": REMEDY.id, "en": REMEDY.en},
        }
    ]
    await world.drive(Step.DRAFTED)
    await world.drive(Step.DRAFTED, program_id="umkm")
    food, enterprises = [world.platform.programs.require(name).program for name in ("pangan", "umkm")]
    pangan, umkm = (await away.get(None, "/programs")).json()
    assert (pangan["name"], pangan["lead_agency"]) == (_plain(food.name), _plain(food.lead_agency))
    assert umkm == {
        "id": "umkm",
        "state": "missing",
        "name": _plain(enterprises.name),
        "lead_agency": _plain(enterprises.lead_agency),
        "distribution": None,
        "version": None,
        "reason": {
            "id": "tidak terpasang lagi; catatannya di sini tetap dapat dibaca",
            "en": "not installed any more; its records here stay readable",
        },
        "remedy": {
            "id": "pasang paketnya dan tambahkan umkm ke programs.enabled, lalu mulai ulang, agar komitmennya dapat dilanjutkan",
            "en": "install its package and add umkm to programs.enabled, then restart, so that its commitments can go on",
        },
    }


async def test_addresses_of_a_program_that_is_gone_say_so(world: World, away: Any) -> None:
    await world.drive(Step.DRAFTED, program_id="umkm")
    for path in ("", "/guide", "/figures", "/reference", "/reference/x", "/of-its-own?a=b"):
        answer = await away.get(None, f"/programs/umkm{path}")
        assert answer.status_code == 503, path
        assert answer.json()["detail"] == (
            "program umkm isn't installed any more (install its package and add umkm to programs.enabled, then restart)"
        )
        assert (await away.get(None, f"/programs/nobody{path}")).status_code == 404, path


def _plain(text: Text) -> dict[str, str]:
    return {"id": text.id, "en": text.en}


async def test_the_schemas_that_validated(world: World, away: Any) -> None:
    assert (await away.get(None, "/aid-schemas")).json() == []
    driven = await world.drive(Step.DRAFTED)
    (line,) = driven.commitment.lines
    aid_type = world.platform.programs.require("pangan").program.aid_type(line.aid_type)
    assert aid_type is not None
    kept = {
        "program_id": "pangan",
        "aid_type": "staple_food",
        "version": 1,
        "name": _plain(aid_type.name),
        "unit": _plain(aid_type.unit.name),
    }
    for query in ({}, {"program_id": "pangan"}, {"aid_type": "staple_food"}):
        assert (await away.get(None, "/aid-schemas", **query)).json() == [kept]
    assert (await away.get(None, "/aid-schemas", program_id="umkm")).json() == []
    one = await away.get(None, "/aid-schemas/pangan/staple_food/1")
    assert (one.status_code, one.json()) == (200, kept | {"schema": dict(aid_type.schema)})
    none = await away.get(None, "/aid-schemas/pangan/staple_food/2")
    assert (none.status_code, none.json()["detail"]) == (404, "schema pangan staple_food 2 was not found")


async def test_the_version_that_a_line_is_written_by(world: World, api: Any) -> None:
    driven = await world.drive(Step.DRAFTED)
    (line,) = driven.commitment.lines
    body = {
        "program_id": "pangan",
        "planned_handover_on": "2026-12-20",
        "lines": [{"aid_type": line.aid_type, "quantity": 4, "attributes": line.attributes, "schema_version": 2}],
    }
    path = f"/commitments/{driven.commitment.id}"
    refused = await api.send(world.collaborator, "PUT", path, version=driven.commitment.version, json=body)
    assert (refused.status_code, refused.json()["errors"]) == (
        422,
        [
            {
                "code": "schema_version",
                "pointer": "/lines/0/schema_version",
                "message": "the schema of staple_food has the versions 1 to 1, given 2",
                "expected": {"minimum": 1, "maximum": 1},
                "given": 2,
            }
        ],
    )
    body["lines"] = [{"aid_type": line.aid_type, "quantity": 4, "attributes": line.attributes, "schema_version": 1}]
    done = await api.send(world.collaborator, "PUT", path, version=driven.commitment.version, json=body)
    assert done.status_code == 200


async def test_figures_of_work_that_waits_for_its_program(world: World, away: Any) -> None:
    await world.drive(Step.SUBMITTED)
    text = (await away.client.get("/metrics")).text
    of_outbox = [text_line for text_line in text.splitlines() if text_line.startswith("ksbb_outbox")]
    assert of_outbox == ['ksbb_outbox_items{consumer="pangan-assess",program="pangan",status="away"} 1.0']
