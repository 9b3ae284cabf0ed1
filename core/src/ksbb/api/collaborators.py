"""Collaborators: who gives."""

from typing import Annotated

import msgspec
from litestar import Response, Router, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter

from ksbb.api.acts import CHANGED, CREATED, ETAG, Answer, IdempotencyKey, IfMatch, perform, single, version_of
from ksbb.api.context import ApiRequest, reading
from ksbb.api.fields import Name, Note, Office
from ksbb.api.openapi import SECURITY
from ksbb.api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, Sort, asked
from ksbb.domain.parties import Collaborator, CollaboratorClass
from ksbb.usecases import parties
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.parties import find_collaborators, show_collaborator


class CollaboratorIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A new collaborator, in one of the seven classes that KSBB publishes."""

    name: Name
    collaborator_class: CollaboratorClass
    address: Note = ""
    contact_office: Office = ""
    synthetic: bool = False


class CollaboratorChangeIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What may change of a collaborator; name and class stay."""

    address: Note
    contact_office: Office


@get("/", operation_id="list_collaborators", summary="Collaborators", security=SECURITY)
async def list_collaborators(
    request: ApiRequest,
    collaborator_class: Annotated[CollaboratorClass | None, QueryParameter(description="Only this class.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    sort: Sort = None,
) -> Page[Collaborator]:
    """All collaborators for assessors, secretariat, admins and auditors; one's own else. By `name` (default) or
    `created_at`.
    """
    async with reading(request) as desk:
        return await find_collaborators(desk, asked(limit, cursor, sort), collaborator_class=collaborator_class)


@get(
    "/{collaborator_id:str}",
    operation_id="get_collaborator",
    summary="One collaborator",
    security=SECURITY,
    response_headers=[ETAG],
)
async def get_collaborator(request: ApiRequest, collaborator_id: FromPath[str]) -> Response[Collaborator]:
    """One collaborator, with its version in `ETag`."""
    async with reading(request) as desk:
        found = await show_collaborator(desk, collaborator_id)
    return single(request, found, found.version)


@post(
    "/",
    operation_id="register_collaborator",
    summary="Register a collaborator",
    security=SECURITY,
    response_headers=CREATED,
)
async def register_collaborator(
    request: ApiRequest, data: JSONBody[CollaboratorIn], idempotency_key: IdempotencyKey
) -> Response[Collaborator]:
    """Register a collaborator. For the secretariat and admins."""

    async def act(desk: Desk) -> Answer[Collaborator]:
        made = await parties.register_collaborator(desk, **msgspec.structs.asdict(data))
        return Answer(body=made, status=201, version=made.version, location=f"/collaborators/{made.id}")

    return await perform(request, idempotency_key, act)


@put(
    "/{collaborator_id:str}",
    operation_id="change_collaborator",
    summary="Change a collaborator",
    security=SECURITY,
    response_headers=CHANGED,
)
async def change_collaborator(
    request: ApiRequest, collaborator_id: FromPath[str], data: JSONBody[CollaboratorChangeIn], if_match: IfMatch
) -> Response[Collaborator]:
    """Replace address and contact of office. For the secretariat, admins, and the collaborator itself."""

    async def act(desk: Desk) -> Answer[Collaborator]:
        made = await parties.change_collaborator(
            desk,
            collaborator_id,
            address=data.address,
            contact_office=data.contact_office,
            expected_version=version_of(if_match),
        )
        return Answer(body=made, version=made.version)

    return await perform(request, None, act)


def router() -> Router:
    """The collaborators."""
    return Router(
        "/collaborators",
        route_handlers=[list_collaborators, get_collaborator, register_collaborator, change_collaborator],
        tags=["collaborators"],
    )
