"""Who asks: access tokens of people and API tokens of systems; sign in, renew, sign out."""

from datetime import timedelta
from typing import Annotated, Any

import jwt
import msgspec
from litestar import Response, Router, get, post
from litestar.connection import ASGIConnection
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.params import JSONBody

from ksbb.api.context import ANONYMOUS, ApiRequest, Context, context, signed_in
from ksbb.domain.errors import Problem, Unauthenticated
from ksbb.domain.rights import PERMISSIONS, Actor, Permission, Role
from ksbb.domain.text import Text
from ksbb.storage.prepared import link_of
from ksbb.usecases import accounts, sessions

ALGORITHM = "HS256"
LOGIN_ATTEMPTS_PER_MINUTE = 20
"""Per client address, against guessing of passwords."""

Email = Annotated[str, msgspec.Meta(min_length=3, max_length=200, description="E-mail of the account.")]
Password = Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="Password of the account.")]
Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="The refresh token of the last answer.")]


class LoginIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Who signs in."""

    email: Email
    password: Password


class RefreshIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The refresh token; each is good for one use."""

    refresh_token: Secret


class SessionOut(msgspec.Struct, kw_only=True):
    """Proof of who asks: `access_token` goes into `Authorization: Bearer …`, `expires_in` is its life in seconds."""

    access_token: str
    token_type: str
    expires_in: int
    refresh_token: str


class GrantOut(msgspec.Struct, kw_only=True):
    """A role, and where it holds; null means everywhere."""

    role: Role
    program_id: str | None
    area_code: str | None


class MeOut(msgspec.Struct, kw_only=True):
    """The account that asks, its roles, and what they permit."""

    account_id: str
    name: str
    party_id: str | None
    target_id: str | None
    grants: list[GrantOut]
    permissions: list[Permission]


class Authentication(AbstractAuthenticationMiddleware):
    """Puts the actor on every request: by its access token or API token, else the anonymous one.

    The actor is read from the database at each request, so that a right taken away is away at once.
    """

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        """The actor of a request. Raises Unauthenticated for a token that isn't valid."""
        header = connection.headers.get("authorization")
        if header is None:
            return AuthenticationResult(user=ANONYMOUS, auth=None)
        scheme, _, secret = header.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise _refused()
        found = context(connection.app)
        return AuthenticationResult(user=await _actor(found, secret.strip()), auth=None)


async def _actor(found: Context, secret: str) -> Actor:
    now = found.platform.clock.now()
    async with found.platform.database.read() as connection:
        link = link_of(connection)
        if secret.startswith("ksbb_"):
            token = await accounts.find_token(link, secret, "api", now)
            actor = await accounts.load_actor(link, token.account_id)
            scopes = None if token.scopes is None else frozenset(map(Permission, token.scopes))
        else:
            actor = await accounts.load_actor(link, _account_id(found, secret))
            scopes = None
    if actor is None:
        raise _refused()
    return Actor(
        account_id=actor.account_id,
        name=actor.name,
        party_id=actor.party_id,
        target_id=actor.target_id,
        grants=actor.grants,
        scopes=scopes,
    )


def _account_id(found: Context, token: str) -> str:
    try:
        # The platform's clock judges the expiry, so that it can be set in tests.
        claims = jwt.decode(
            token,
            found.secret,
            algorithms=[ALGORITHM],
            options={"require": ["sub", "exp"], "verify_exp": False, "verify_iat": False},
        )
    except jwt.PyJWTError as error:
        raise _refused() from error
    if not isinstance(claims["exp"], int) or claims["exp"] <= found.platform.clock.now().timestamp():
        raise _refused()
    return str(claims["sub"])


def access_token(found: Context, account_id: str) -> str:
    """A signed access token that names the account and its own expiry, nothing else."""
    until = found.platform.clock.now() + timedelta(minutes=found.settings.access_minutes)
    return jwt.encode({"sub": account_id, "exp": int(until.timestamp())}, found.secret, ALGORITHM)


def _session(found: Context, opened: sessions.Opened) -> SessionOut:
    return SessionOut(
        access_token=access_token(found, opened.account_id),
        token_type="Bearer",  # noqa: S106 - the scheme, not a secret
        expires_in=found.settings.access_minutes * 60,
        refresh_token=opened.secret,
    )


@post("/login", operation_id="login", summary="Sign in", status_code=200)
async def login(request: ApiRequest, data: JSONBody[LoginIn]) -> SessionOut:
    """Sign in with e-mail and password. More than 20 attempts a minute from one address are refused (429)."""
    found = context(request.app)
    async with found.platform.desk(ANONYMOUS) as desk:
        opened = await sessions.open_session(desk, data.email, data.password)
    return _session(found, opened)


@post("/refresh", operation_id="refresh", summary="Renew the session", status_code=200)
async def refresh(request: ApiRequest, data: JSONBody[RefreshIn]) -> SessionOut:
    """A new access token for a refresh token, which is replaced. Using a replaced one ends all sessions of the account."""
    found = context(request.app)
    async with found.platform.desk(ANONYMOUS) as desk:
        opened = await sessions.renew(desk, data.refresh_token)
    if opened is None:
        raise _refused()
    return _session(found, opened)


@post("/logout", operation_id="logout", summary="Sign out", status_code=204)
async def logout(request: ApiRequest, data: JSONBody[RefreshIn]) -> None:
    """End the session of a refresh token. The access token stays valid until it expires."""
    async with context(request.app).platform.desk(ANONYMOUS) as desk:
        await sessions.close_session(desk, data.refresh_token)


@get("/me", operation_id="me", summary="Who am I")
async def me(request: ApiRequest) -> Response[MeOut]:
    """The signed-in account, its roles and permissions."""
    actor = signed_in(request)
    held = {permission for grant in actor.grants for permission in PERMISSIONS[grant.role]}
    if actor.scopes is not None:
        held &= actor.scopes
    return Response(
        MeOut(
            account_id=actor.account_id,
            name=actor.name,
            party_id=actor.party_id,
            target_id=actor.target_id,
            grants=[GrantOut(role=g.role, program_id=g.program_id, area_code=g.area_code) for g in actor.grants],
            permissions=sorted(held),
        )
    )


def _refused() -> Unauthenticated:
    return Unauthenticated(
        Problem(
            code="token_invalid",
            message=Text(
                "token tidak dikenal, kedaluwarsa, atau dicabut; masuk kembali",
                "the token is unknown, expired or revoked; sign in again",
            ),
        )
    )


def router() -> Router:
    """The sign-in endpoints; attempts to sign in are limited per client address."""
    limit = RateLimitConfig(rate_limit=("minute", LOGIN_ATTEMPTS_PER_MINUTE))
    limited = Router("/", route_handlers=[login], middleware=[limit.middleware])
    return Router("/auth", route_handlers=[limited, refresh, logout, me], tags=["auth"])
