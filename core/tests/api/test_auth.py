"""Who asks: passwords, access tokens, refresh tokens, API tokens."""

from datetime import timedelta
from typing import Any

import jwt
import pytest

from ksbb.api.auth import LOGIN_ATTEMPTS_PER_MINUTE
from ksbb.domain.rights import Actor
from ksbb.storage import tables
from ksbb.testing import PASSWORD, World


def email_of(actor: Actor) -> str:
    """The e-mail of an account of the world."""
    return f"{actor.grants[0].role}-{actor.account_id}@example.org"


async def sign_in(api: Any, actor: Actor) -> dict[str, Any]:
    """Sign in with the password."""
    answer = await api.raw("POST", "/api/v1/auth/login", json={"email": email_of(actor), "password": PASSWORD})
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


async def me(api: Any, token: str) -> Any:
    """Who the token says that asks."""
    return await api.raw(
        "GET", "/api/v1/auth/me", headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    )


async def test_sign_in_and_who_am_i(api: Any, world: World) -> None:
    session = await sign_in(api, world.collaborator)
    assert {key: session[key] for key in ("token_type", "expires_in")} == {"token_type": "Bearer", "expires_in": 900}
    claims = jwt.decode(session["access_token"], options={"verify_signature": False})
    assert claims == {
        "sub": world.collaborator.account_id,
        "exp": int((world.clock.now() + timedelta(minutes=15)).timestamp()),
    }
    answer = await me(api, session["access_token"])
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "account_id": world.collaborator.account_id,
        "name": "collaborator contoh",
        "party_id": world.collaborator_party.id,
        "target_id": None,
        "grants": [{"role": "collaborator", "program_id": None, "area_code": None}],
        "permissions": ["cancel", "close", "commit", "complete_follow_up", "read_commitments"],
    }


async def test_a_wrong_password_and_an_unknown_email_look_alike(api: Any, world: World) -> None:
    wrong = {"email": email_of(world.admin), "password": "not-the-password"}
    unknown = {"email": "nobody@example.org", "password": PASSWORD}
    answers = [await api.raw("POST", "/api/v1/auth/login", json=body) for body in (wrong, unknown)]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["detail"] == "surel atau kata sandi tidak cocok"


async def test_an_access_token_ends_by_the_clock(api: Any, world: World) -> None:
    session = await sign_in(api, world.admin)
    world.clock.forward(timedelta(minutes=14, seconds=59))
    assert (await me(api, session["access_token"])).status_code == 200
    world.clock.forward(timedelta(seconds=1))
    late = await me(api, session["access_token"])
    assert (late.status_code, late.json()["detail"]) == (
        401,
        "the token is unknown, expired or revoked; sign in again",
    )


@pytest.mark.parametrize("kind", ["other secret", "no signature", "no expiry", "rubbish", "basic"])
async def test_a_token_that_is_not_ours(api: Any, world: World, kind: str) -> None:
    claims = {"sub": world.admin.account_id, "exp": 4_000_000_000}
    secret = "a-secret-for-tests-that-is-long-enough"
    header = {
        "other secret": f"Bearer {jwt.encode(claims, 'another-secret-that-is-long-enough-too', 'HS256')}",
        "no signature": f"Bearer {jwt.encode(claims, '', 'none')}",
        "no expiry": f"Bearer {jwt.encode({'sub': world.admin.account_id}, secret, 'HS256')}",
        "rubbish": "Bearer ksbb",
        "basic": "Basic YWRtaW46YWRtaW4=",
    }[kind]
    answer = await api.raw("GET", "/api/v1/auth/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="ksbb"'
    # Also where anybody may read: a wrong proof is never taken for none.
    assert (await api.raw("GET", "/api/v1/programs", headers={"Authorization": header})).status_code == 401


async def test_a_refresh_token_is_good_for_one_use(api: Any, world: World) -> None:
    first = await sign_in(api, world.admin)
    renewed = await api.raw("POST", "/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert renewed.status_code == 200
    second = renewed.json()
    assert second["refresh_token"] != first["refresh_token"]
    assert (await me(api, second["access_token"])).status_code == 200
    again = await api.raw("POST", "/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert again.status_code == 401
    # It was in two hands: the session that came of it has ended too.
    ended = await api.raw("POST", "/api/v1/auth/refresh", json={"refresh_token": second["refresh_token"]})
    assert ended.status_code == 401


async def test_a_refresh_token_ends_by_the_clock_and_by_signing_out(api: Any, world: World) -> None:
    left = await sign_in(api, world.admin)
    kept = await sign_in(api, world.admin)
    out = await api.raw("POST", "/api/v1/auth/logout", json={"refresh_token": left["refresh_token"]})
    assert (out.status_code, out.content) == (204, b"")
    world.clock.forward(timedelta(days=15))
    for session in (left, kept):
        answer = await api.raw("POST", "/api/v1/auth/refresh", json={"refresh_token": session["refresh_token"]})
        assert answer.status_code == 401


async def test_no_token_is_kept(api: Any, world: World) -> None:
    session = await sign_in(api, world.admin)
    async with world.platform.database.read() as connection:
        rows = [dict(row) for row in (await connection.execute(tables.tokens.select())).mappings()]
    assert session["refresh_token"] not in str(rows)
    assert len(rows) == 1


async def new_account(api: Any, world: World) -> tuple[str, str]:
    """A new auditor: its path, and its access token."""
    body = {
        "email": "pemeriksa@example.org",
        "name": "Pemeriksa",
        "password": PASSWORD,
        "grants": [{"role": "auditor"}],
    }
    made = await api.send(world.admin, "POST", "/accounts", json=body)
    session = await api.raw("POST", "/api/v1/auth/login", json={"email": "Pemeriksa@example.org", "password": PASSWORD})
    return f"/accounts/{made.json()['id']}", session.json()["access_token"]


async def test_a_switched_off_account_is_off_at_once(api: Any, world: World) -> None:
    path, token = await new_account(api, world)
    assert (await me(api, token)).status_code == 200
    off = await api.send(world.admin, "PUT", path, version=1, json={"grants": [], "active": False})
    assert (off.status_code, off.headers["etag"]) == (200, '"2"')
    assert (await me(api, token)).status_code == 401
    body = {"email": "pemeriksa@example.org", "password": PASSWORD}
    assert (await api.raw("POST", "/api/v1/auth/login", json=body)).status_code == 401


async def test_a_right_taken_away_is_away_at_once(api: Any, world: World) -> None:
    path, token = await new_account(api, world)
    headers = {"Authorization": f"Bearer {token}"}
    assert (await api.raw("GET", "/api/v1/collaborators", headers=headers)).status_code == 200
    await api.send(world.admin, "PUT", path, version=1, json={"grants": [], "active": True})
    assert (await api.raw("GET", "/api/v1/collaborators", headers=headers)).status_code == 403


async def test_too_many_attempts_to_sign_in(api: Any) -> None:
    body = {"email": "", "password": "x"}
    answers = [await api.raw("POST", "/api/v1/auth/login", json=body) for _ in range(LOGIN_ATTEMPTS_PER_MINUTE + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {422}
    late = answers[-1]
    assert late.status_code == 429
    assert late.headers["retry-after"].isdigit()
    assert late.json() == {
        "type": "urn:ksbb:problem:too_many_requests",
        "title": "Terlalu banyak permintaan",
        "status": 429,
        "detail": "terlalu banyak percobaan; tunggu sebentar lalu ulangi",
        "instance": "/api/v1/auth/login",
        "errors": [],
    }


async def test_an_api_token_is_narrowed_to_its_scopes(api: Any, world: World) -> None:
    path = f"/accounts/{world.secretariat.account_id}/tokens"
    body = {"name": "Sistem contoh", "days": 30, "scopes": ["manage_targets"]}
    made = await api.send(world.admin, "POST", path, key="token-key-1", json=body)
    repeated = await api.send(world.admin, "POST", path, key="token-key-1", json=body)
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert secret.startswith("ksbb_")
    assert repeated.json() == {"token": made.json()["token"], "secret": None}
    headers = {"Authorization": f"Bearer {secret}"}
    who = await api.raw("GET", "/api/v1/auth/me", headers=headers)
    assert who.json()["permissions"] == ["manage_targets"]
    assert (await api.raw("GET", "/api/v1/collaborators", headers=headers)).status_code == 403
    listed = await api.get(world.admin, path)
    assert listed.json() == [made.json()["token"]]
    world.clock.forward(timedelta(days=30))
    assert (await api.raw("GET", "/api/v1/auth/me", headers=headers)).status_code == 401


async def test_an_api_token_is_revoked_by_its_account_or_an_admin_only(api: Any, world: World) -> None:
    path = f"/accounts/{world.secretariat.account_id}/tokens"
    body = {"name": "Sistem contoh", "days": 30, "scopes": ["manage_targets"]}
    refused = await api.send(world.secretariat, "POST", path, json=body)
    assert refused.status_code == 403
    made = (await api.send(world.admin, "POST", path, json=body)).json()
    one = f"{path}/{made['token']['id']}"
    assert (await api.send(world.assessor, "DELETE", one)).status_code == 404
    elsewhere = f"/accounts/{world.admin.account_id}/tokens/{made['token']['id']}"
    assert (await api.send(world.admin, "DELETE", elsewhere)).status_code == 404
    gone = await api.send(world.secretariat, "DELETE", one)
    assert (gone.status_code, gone.content) == (204, b"")
    headers = {"Authorization": f"Bearer {made['secret']}"}
    assert (await api.raw("GET", "/api/v1/auth/me", headers=headers)).status_code == 401


async def test_a_refresh_token_is_no_api_token(api: Any, world: World) -> None:
    session = await sign_in(api, world.admin)
    assert (await me(api, session["refresh_token"])).status_code == 401
