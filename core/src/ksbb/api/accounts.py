"""Accounts, their roles and their API tokens. For admins."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, Router, delete, get, post, put
from litestar.params import FromPath, JSONBody

from ksbb.api.acts import CHANGED, CREATED, ETAG, REPLAYED, Answer, IdempotencyKey, IfMatch, perform, single, version_of
from ksbb.api.context import ApiRequest, reading, signed_in
from ksbb.api.fields import AreaCode, Code, Id, Name
from ksbb.api.openapi import SECURITY
from ksbb.api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, Sort, asked
from ksbb.domain.rights import Grant, Permission, Role
from ksbb.usecases import accounts
from ksbb.usecases.accounts import Account, Token
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.accounts import find_accounts

_MAX_GRANTS = 100


class GrantIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A role, and where it holds; null means everywhere."""

    role: Role
    program_id: Code | None = None
    area_code: AreaCode | None = None


Grants = Annotated[list[GrantIn], msgspec.Meta(max_length=_MAX_GRANTS)]


class AccountIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A new account. `party_id` is the organisation, `target_id` the target that it speaks for."""

    email: Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^@\s]+@[^@\s]+$", examples=["siti@example.org"])]
    name: Name
    password: Annotated[str, msgspec.Meta(max_length=200, description="At least 12 characters.")]
    grants: Grants
    party_id: Id | None = None
    target_id: Id | None = None


class AccountChangeIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The roles of an account, and whether it may sign in. Switching it off revokes its tokens."""

    grants: Grants
    active: bool


class TokenIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A new token for a system: valid for `days`, for nothing but `scopes`."""

    name: Name
    days: Annotated[int, msgspec.Meta(ge=1, le=730)]
    scopes: Annotated[list[Permission], msgspec.Meta(min_length=1, max_length=50)]


class TokenOut(msgspec.Struct, kw_only=True):
    """An API token; its secret was told once and isn't known any more."""

    id: str
    name: str
    scopes: list[str] | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class NewTokenOut(msgspec.Struct, kw_only=True):
    """A new API token. `secret` is told this once, null when the request is repeated."""

    token: TokenOut
    secret: str | None


@get("/", operation_id="list_accounts", summary="Accounts", security=SECURITY)
async def list_accounts(
    request: ApiRequest, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None, sort: Sort = None
) -> Page[Account]:
    """All accounts with their roles, by `email` (default) or `created_at`."""
    async with reading(request) as desk:
        return await find_accounts(desk, asked(limit, cursor, sort))


@get("/{account_id:str}", operation_id="get_account", summary="One account", security=SECURITY, response_headers=[ETAG])
async def get_account(request: ApiRequest, account_id: FromPath[str]) -> Response[Account]:
    """One account with its roles, and its version in `ETag`."""
    async with reading(request) as desk:
        found = await accounts.load(desk, account_id)
    return single(request, found, found.version)


@post("/", operation_id="create_account", summary="Create an account", security=SECURITY, response_headers=CREATED)
async def create_account(
    request: ApiRequest, data: JSONBody[AccountIn], idempotency_key: IdempotencyKey
) -> Response[Account]:
    """Create an account with its roles."""

    async def act(desk: Desk) -> Answer[Account]:
        made = await accounts.create(
            desk,
            email=data.email,
            name=data.name,
            password=data.password,
            grants=_grants(data.grants),
            party_id=data.party_id,
            target_id=data.target_id,
        )
        return Answer(body=made, status=201, version=made.version, location=f"/accounts/{made.id}")

    return await perform(request, idempotency_key, act)


@put(
    "/{account_id:str}",
    operation_id="change_account",
    summary="Change an account",
    security=SECURITY,
    response_headers=CHANGED,
)
async def change_account(
    request: ApiRequest, account_id: FromPath[str], data: JSONBody[AccountChangeIn], if_match: IfMatch
) -> Response[Account]:
    """Replace an account's roles; switch it on or off."""

    async def act(desk: Desk) -> Answer[Account]:
        made = await accounts.change(
            desk, account_id, grants=_grants(data.grants), active=data.active, expected_version=version_of(if_match)
        )
        return Answer(body=made, version=made.version)

    return await perform(request, None, act)


@get("/{account_id:str}/tokens", operation_id="list_tokens", summary="API tokens of an account", security=SECURITY)
async def list_tokens(request: ApiRequest, account_id: FromPath[str]) -> list[TokenOut]:
    """The API tokens of an account, the newest first. For admins, and for one's own account."""
    signed_in(request)
    async with reading(request) as desk:
        return [_shown(token) for token in await accounts.list_tokens(desk, account_id)]


@post(
    "/{account_id:str}/tokens",
    operation_id="create_token",
    summary="Create an API token",
    security=SECURITY,
    response_headers=[REPLAYED],
)
async def create_token(
    request: ApiRequest, account_id: FromPath[str], data: JSONBody[TokenIn], idempotency_key: IdempotencyKey
) -> Response[NewTokenOut]:
    """Create a token for a system that acts as this account, narrowed to permissions. Its secret is told once."""

    async def act(desk: Desk) -> Answer[NewTokenOut]:
        token, secret = await accounts.create_api_token(
            desk, account_id, name=data.name, days=data.days, scopes=data.scopes
        )
        shown = _shown(token)
        return Answer(
            body=NewTokenOut(token=shown, secret=secret), status=201, kept=NewTokenOut(token=shown, secret=None)
        )

    return await perform(request, idempotency_key, act)


@delete(
    "/{account_id:str}/tokens/{token_id:str}",
    operation_id="revoke_token",
    summary="Revoke an API token",
    security=SECURITY,
    status_code=204,
)
async def revoke_token(request: ApiRequest, account_id: FromPath[str], token_id: FromPath[str]) -> Response[None]:
    """Revoke a token at once. For admins, and for one's own account."""

    async def act(desk: Desk) -> Answer[None]:
        await accounts.revoke_token(desk, account_id, token_id)
        return Answer(body=None, status=204)

    return await perform(request, None, act)


def _grants(given: list[GrantIn]) -> list[Grant]:
    return [Grant(role=grant.role, program_id=grant.program_id, area_code=grant.area_code) for grant in given]


def _shown(token: Token) -> TokenOut:
    return TokenOut(
        id=token.id,
        name=token.name,
        scopes=token.scopes,
        created_at=token.created_at,
        expires_at=token.expires_at,
        revoked_at=token.revoked_at,
    )


def router() -> Router:
    """The accounts and their tokens."""
    return Router(
        "/accounts",
        route_handlers=[
            list_accounts,
            get_account,
            create_account,
            change_account,
            list_tokens,
            create_token,
            revoke_token,
        ],
        tags=["accounts"],
    )
