"""The schemas that lines were validated by, version by version; those of programs that are gone too. Public."""

from typing import Annotated, Any

import msgspec
from litestar import Router, get
from litestar.params import FromPath

from ksbb.api.chain_values import ProgramId, TextOut
from ksbb.api.context import ApiRequest, reading
from ksbb.api.fields import CodeFilter
from ksbb.usecases.read.aid_schemas import kept_schema, kept_schemas


class AidSchemaOut(msgspec.Struct, kw_only=True):
    """A version of an aid type that lines were validated by, as type and unit were called then."""

    program_id: ProgramId
    aid_type: Annotated[str, msgspec.Meta(examples=["staple_food"])]
    version: Annotated[int, msgspec.Meta(description="The `schema_version` of lines.")]
    name: TextOut
    unit: TextOut


class AidSchemaDetailOut(AidSchemaOut, kw_only=True):
    """The same with the JSON Schema (2020-12) of the attributes. It never changes."""

    schema: dict[str, Any]


@get("/", operation_id="list_aid_schemas", summary="Schemas of aid types")
async def listing(
    request: ApiRequest, program_id: CodeFilter = None, aid_type: CodeFilter = None
) -> list[AidSchemaOut]:
    """Every version that lines were validated by. What programs ask for now stands at `/programs/{program_id}`."""
    async with reading(request) as desk:
        found = await kept_schemas(desk, program_id=program_id, aid_type=aid_type)
    return msgspec.convert(found, list[AidSchemaOut], from_attributes=True)


@get("/{program_id:str}/{aid_type:str}/{version:int}", operation_id="get_aid_schema", summary="A schema")
async def show(
    request: ApiRequest, program_id: FromPath[str], aid_type: FromPath[str], version: FromPath[int]
) -> AidSchemaDetailOut:
    """The schema that lines of this version were validated by, whatever became of their program."""
    async with reading(request) as desk:
        found = await kept_schema(desk, program_id, aid_type, version)
    return msgspec.convert(found, AidSchemaDetailOut, from_attributes=True)


def router() -> Router:
    """The kept schemas."""
    return Router("/aid-schemas", route_handlers=[listing, show], tags=["programs"])
