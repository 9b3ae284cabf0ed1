"""Accounts: their grants, signing in, and tokens that end."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ksbb.domain.errors import Conflict, Forbidden, InvalidInput, KsbbError, NotFound, StaleVersion, Unauthenticated
from ksbb.domain.rights import Actor, Grant, Permission, Role
from ksbb.storage import tables
from ksbb.storage.prepared import link_of
from ksbb.testing import PASSWORD, World
from ksbb.usecases import accounts, sessions
from ksbb.usecases.accounts import Account

EMAIL = "siti@example.org"


async def made(world: World, **given: Any) -> Account:
    fields: dict[str, Any] = {
        "email": " Siti@Example.org ",
        "name": "Siti Contoh",
        "password": PASSWORD,
        "grants": [Grant(role=Role.ASSESSOR, program_id="pangan"), Grant(role=Role.WITNESS, area_code="31.71")],
    }
    return await world.act(world.admin, accounts.create, **{**fields, **given})


async def signed_in(world: World, email: str = EMAIL, password: str = PASSWORD) -> Actor:
    async with world.platform.database.read() as connection:
        return await accounts.authenticate(connection, email, password)


async def test_a_new_account_signs_in_with_its_grants(world: World) -> None:
    account = await made(world, party_id=world.executor_party.id)
    assert (account.email, account.active, account.version) == (EMAIL, True, 1)
    actor = await signed_in(world, " SITI@example.org")
    assert actor == Actor(
        account_id=account.id, name="Siti Contoh", party_id=world.executor_party.id, grants=account.grants
    )
    assert await world.act(world.admin, accounts.load, account.id) == account
    async with world.platform.database.read() as connection:
        stored = (await connection.execute(select(tables.accounts.c.password_hash))).scalars().all()
        payloads = (await connection.execute(select(tables.events.c.payload))).scalars().all()
    assert all(one.startswith("$argon2id$") for one in stored)
    assert PASSWORD not in str(payloads)


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "salah-salah-salah"), ("other@example.org", PASSWORD), ("", "")]
)
async def test_a_wrong_e_mail_and_a_wrong_password_sound_the_same(world: World, email: str, password: str) -> None:
    await made(world)
    with pytest.raises(Unauthenticated) as caught:
        await signed_in(world, email, password)
    assert [(one.code, one.message.en) for one in caught.value.problems] == [
        ("credentials", "the e-mail or the password isn't right")
    ]


@pytest.mark.parametrize(
    ("given", "kind", "code", "pointer"),
    [
        ({"password": "sebelas-11x"}, InvalidInput, "password_short", "/password"),
        ({"email": "SITI@example.org"}, Conflict, "email_used", "/email"),
        ({"grants": [Grant(role=Role.AUDITOR), Grant(role=Role.SYSTEM)]}, InvalidInput, "role", "/grants/1/role"),
        ({"grants": [Grant(role=Role.WITNESS, area_code="31.99")]}, NotFound, "not_found", "/grants/0/area_code"),
        ({"party_id": "unknown"}, NotFound, "not_found", "/party_id"),
        ({"target_id": "unknown"}, NotFound, "not_found", "/target_id"),
    ],
)
async def test_what_an_account_cannot_be(
    world: World, given: dict[str, Any], kind: type[KsbbError], code: str, pointer: str
) -> None:
    await made(world)
    before = await world.act(world.admin, accounts.find)
    with pytest.raises(kind) as caught:
        await made(world, **{"email": "other@example.org", **given})
    assert [(one.code, one.pointer) for one in caught.value.problems] == [(code, pointer)]
    assert await world.act(world.admin, accounts.find) == before


async def test_only_an_admin_manages_accounts(world: World) -> None:
    account = await made(world)
    for actor in (world.secretariat, world.assessor, world.auditor):
        for act in (
            world.act(actor, accounts.create, email="x@example.org", name="X", password=PASSWORD, grants=[]),
            world.act(actor, accounts.change, account.id, grants=[], active=True, expected_version=1),
            world.act(actor, accounts.create_api_token, account.id, name="x", days=1, scopes=[]),
            world.act(actor, accounts.list_tokens, account.id),
            world.act(actor, accounts.find),
        ):
            with pytest.raises(Forbidden):
                await act


async def test_switched_off_at_once(world: World) -> None:
    account = await made(world)
    opened = await world.act(world.admin, sessions.open_session, EMAIL, PASSWORD)
    token, secret = await world.act(
        world.admin, accounts.create_api_token, account.id, name="sinkron", days=30, scopes=[Permission.ASSESS]
    )
    grants = [Grant(role=Role.AUDITOR)]
    off = await world.act(
        world.admin, accounts.change, account.id, grants=grants, active=False, expected_version=account.version
    )
    assert (off.active, off.grants, off.version) == (False, tuple(grants), 2)
    with pytest.raises(Unauthenticated):
        await signed_in(world)
    assert await world.act(world.admin, sessions.renew, opened.secret) is None
    async with world.platform.database.read() as connection:
        assert await accounts.load_actor(link_of(connection), account.id) is None
        with pytest.raises(Unauthenticated):
            await accounts.find_token(link_of(connection), secret, "api", world.clock.now())
    assert [one.revoked_at for one in await world.act(world.admin, accounts.list_tokens, account.id)] == [
        world.clock.now()
    ]
    assert token.revoked_at is None
    with pytest.raises(StaleVersion):
        await world.act(world.admin, accounts.change, account.id, grants=[], active=True, expected_version=1)


async def test_a_token_until_its_end(world: World) -> None:
    account = await made(world)
    token, secret = await world.act(
        world.admin, accounts.create_api_token, account.id, name="sinkron", days=2, scopes=[Permission.READ_PARTIES]
    )
    last = world.clock.now() + timedelta(days=2)
    async with world.platform.database.read() as connection:
        assert await accounts.find_token(link_of(connection), secret, "api", last - timedelta(microseconds=1)) == token
        for given, kind, at in (
            (secret, "api", last),
            (secret, "refresh", world.clock.now()),
            ("x", "api", world.clock.now()),
        ):
            with pytest.raises(Unauthenticated) as caught:
                await accounts.find_token(link_of(connection), given, kind, at)
            assert caught.value.problems[0].message.en == "the token is unknown, expired or revoked; sign in again"
        stored = (await connection.execute(select(tables.tokens))).mappings().all()
    assert secret not in str(stored)


async def test_a_token_is_revoked_by_its_owner_or_an_admin(world: World) -> None:
    account = await made(world)
    for revoker in (Actor(account_id=account.id, name="Siti"), world.admin):
        token, secret = await world.act(
            world.admin, accounts.create_api_token, account.id, name="sinkron", days=2, scopes=[]
        )
        with pytest.raises(NotFound):
            await world.act(world.auditor, accounts.revoke_token, account.id, token.id)
        with pytest.raises(NotFound):
            await world.act(world.admin, accounts.revoke_token, world.admin.account_id, token.id)
        await world.act(revoker, accounts.revoke_token, account.id, token.id)
        async with world.platform.database.read() as connection:
            with pytest.raises(Unauthenticated):
                await accounts.find_token(link_of(connection), secret, "api", world.clock.now())


async def test_a_refresh_token_is_good_for_one_use(world: World) -> None:
    await made(world)
    first = await world.act(world.admin, sessions.open_session, EMAIL, PASSWORD)
    second = await world.act(world.admin, sessions.renew, first.secret)
    assert second is not None
    assert second.account_id == first.account_id
    assert second.secret != first.secret
    other = await world.act(world.admin, sessions.open_session, EMAIL, PASSWORD)
    assert await world.act(world.admin, sessions.renew, first.secret) is None
    for ended in (second, other):
        assert await world.act(world.admin, sessions.renew, ended.secret) is None


async def test_a_session_ends(world: World) -> None:
    await made(world)
    opened = await world.act(world.admin, sessions.open_session, EMAIL, PASSWORD)
    await world.act(world.admin, sessions.close_session, "unknown")
    await world.act(world.admin, sessions.close_session, opened.secret)
    assert await world.act(world.admin, sessions.renew, opened.secret) is None
    opened = await world.act(world.admin, sessions.open_session, EMAIL, PASSWORD)
    world.clock.forward(timedelta(days=accounts.REFRESH_DAYS))
    assert await world.act(world.admin, sessions.renew, opened.secret) is None
