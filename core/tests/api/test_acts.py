"""Writes run once per key, on a known version, and are answered again as they were."""

import asyncio
from typing import Any

from sqlalchemy import delete, func, select

from ksbb.domain.rights import Role
from ksbb.storage import tables
from ksbb.testing import World

NEW = {"name": "Yayasan Baru", "collaborator_class": "social_organisation"}


async def count(world: World, table: Any) -> int:
    """The number of rows of a table."""
    async with world.platform.database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def test_a_repeated_request_gets_the_first_answer_and_does_nothing(api: Any, world: World) -> None:
    before = await count(world, tables.parties)
    first = await api.send(world.secretariat, "POST", "/collaborators", key="the-same-key", json=NEW)
    second = await api.send(world.secretariat, "POST", "/collaborators", key="the-same-key", json=NEW)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"] == '"1"'
    assert first.headers["location"] == second.headers["location"] == f"/api/v1/collaborators/{first.json()['id']}"
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert await count(world, tables.parties) == before + 1


async def test_the_key_of_another_request_is_refused(api: Any, world: World) -> None:
    await api.send(world.secretariat, "POST", "/collaborators", key="the-same-key", json=NEW)
    other = {**NEW, "name": "Yayasan Lain"}
    answer = await api.send(world.secretariat, "POST", "/collaborators", key="the-same-key", json=other)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "code": "idempotency_key_used",
            "pointer": "/header/Idempotency-Key",
            "message": "this Idempotency-Key was used for another request; choose a new key",
            "expected": None,
            "given": "the-same-key",
        }
    ]


async def test_keys_belong_to_an_account(api: Any, world: World) -> None:
    other = await world.account(Role.SECRETARIAT)
    await api.send(world.secretariat, "POST", "/collaborators", key="the-same-key", json=NEW)
    answer = await api.send(other, "POST", "/collaborators", key="the-same-key", json={**NEW, "name": "Lain"})
    assert (answer.status_code, answer.json()["name"]) == (201, "Lain")


async def test_a_refused_act_leaves_its_key_free(api: Any, world: World) -> None:
    taken = {**NEW, "name": world.collaborator_party.name}
    refused = await api.send(world.secretariat, "POST", "/collaborators", key="the-same-key", json=taken)
    done = await api.send(world.secretariat, "POST", "/collaborators", key="the-same-key", json=NEW)
    assert (refused.status_code, done.status_code) == (409, 201)


async def test_the_same_request_many_times_at_once_is_done_once(api: Any, world: World) -> None:
    before = await count(world, tables.parties)
    answers = await asyncio.gather(
        *(api.send(world.secretariat, "POST", "/collaborators", key="the-same-key", json=NEW) for _ in range(4))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    done = {answer.content for answer in answers if answer.status_code == 201}
    assert len(done) == 1
    assert await count(world, tables.parties) == before + 1
    again = await api.send(world.secretariat, "POST", "/collaborators", key="the-same-key", json=NEW)
    assert (again.content, again.headers["idempotency-replayed"]) == (done.pop(), "true")


async def test_a_request_whose_first_is_still_running_is_refused(api: Any, world: World) -> None:
    api.app.state.ksbb.in_flight.add((world.secretariat.account_id, "the-same-key"))
    refused = await api.send(world.secretariat, "POST", "/collaborators", key="the-same-key", json=NEW)
    assert (refused.status_code, refused.json()["errors"]) == (
        409,
        [
            {
                "code": "in_flight",
                "pointer": "/header/Idempotency-Key",
                "message": "a request with this Idempotency-Key is still running; wait, then retry",
                "expected": None,
                "given": "the-same-key",
            }
        ],
    )


async def test_whoever_repeats_an_act_that_another_process_does_waits_for_its_answer(api: Any, world: World) -> None:
    line = {"aid_type": "staple_food", "quantity": 10, "attributes": dict(world.lines("pangan")[0].attributes)}
    draft = {"program_id": "pangan", "lines": [line], "planned_handover_on": "2026-12-24"}
    request = {"key": "the-same-key", "json": draft}
    first = await api.send(world.collaborator, "POST", "/commitments", **request)
    assert first.status_code == 201
    async with world.platform.database.read() as connection:
        kept = (await connection.execute(select(tables.idempotency))).mappings().one()
    # As another process in the middle of the first request: the row is written and not committed
    async with world.platform.desk(world.secretariat) as desk:
        await desk.unit.connection.execute(delete(tables.idempotency))
    async with world.platform.desk(world.secretariat) as desk:
        desk.unit.insert_row(tables.idempotency, dict(kept))
        await desk.unit.settle()
        repeated = asyncio.create_task(api.send(world.collaborator, "POST", "/commitments", **request))
        await asyncio.wait([repeated], timeout=0.3)
        assert not repeated.done()
    second = await repeated
    assert (second.status_code, second.json(), second.headers["idempotency-replayed"]) == (201, first.json(), "true")
    assert await count(world, tables.commitments) == 1


async def test_a_key_has_a_form(api: Any, world: World) -> None:
    answer = await api.send(world.secretariat, "POST", "/collaborators", key="short", json=NEW)
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "parameter Idempotency-Key: must have at least 8 characters",
    )


async def test_an_anonymous_act_is_refused_before_anything(api: Any) -> None:
    answer = await api.send(None, "POST", "/collaborators", json=NEW)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["code"] == "not_signed_in"


async def test_the_record_keeps_no_password(api: Any, world: World) -> None:
    body = {"email": "baru@example.org", "name": "Baru", "password": "rahasia-sekali-ini", "grants": []}
    made = await api.send(world.admin, "POST", "/accounts", key="the-same-key", json=body)
    assert made.status_code == 201
    async with world.platform.database.read() as connection:
        kept = (await connection.execute(select(tables.idempotency))).mappings().one()
    assert kept["status"] == 201
    assert kept["headers"] == {"ETag": '"1"', "Location": f"/api/v1/accounts/{made.json()['id']}"}
    assert kept["body"] == made.text
    assert "rahasia" not in str(dict(kept))
    assert len(kept["request_sha256"]) == 64


async def test_one_record_is_not_sent_again_to_who_holds_it(api: Any, world: World) -> None:
    path = f"/aggregators/{world.aggregator_party.id}"
    first = await api.get(None, path)
    version = first.json()["version"]
    assert first.headers["etag"] == f'"{version}"'
    again = await api.send(None, "GET", path, headers={"If-None-Match": f'"{version}"'})
    other = await api.send(None, "GET", path, headers={"If-None-Match": '"0"'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", f'"{version}"')
    assert (other.status_code, other.json()) == (200, first.json())
