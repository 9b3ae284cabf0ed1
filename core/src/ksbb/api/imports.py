"""Uploads of CSV tables."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import BodyKwarg, QueryParameter

from ksbb.api.acts import Answer, perform
from ksbb.api.context import ApiRequest, context, signed_in
from ksbb.domain.rights import Permission, require
from ksbb.program import ImportTable
from ksbb.programs.mapped import read_by
from ksbb.usecases.csv_import import Imported, Table
from ksbb.usecases.desk import Desk

_RIGHTS = {ImportTable.TARGETS: Permission.MANAGE_TARGETS, ImportTable.NEEDS: Permission.MANAGE_NEEDS}


class CsvIn(msgspec.Struct, kw_only=True):
    """A CSV file in UTF-8 with a heading, as the part `file` of a multipart form."""

    file: UploadFile


CsvBody = Annotated[CsvIn, BodyKwarg(media_type=RequestEncodingType.MULTI_PART)]
Mapping = Annotated[
    str | None,
    QueryParameter(
        max_length=81,
        description="For a table of another system: how to read it, as `<program>.<mapping>`, from `brings.import_mappings` "
        "of the program.",
    ),
]


async def import_csv(
    request: ApiRequest, key: str, data: CsvIn, act: Callable[[Desk, bytes], Awaitable[Imported]]
) -> Response[Imported]:
    """Run an import of an uploaded table: all rows or none."""
    content = await data.file.read()
    return await _import(request, key, content, lambda desk: act(desk, content))


async def import_mapped(
    request: ApiRequest,
    key: str,
    data: CsvIn,
    table: ImportTable,
    mapping: str | None,
    act: Callable[[Desk, bytes | Table], Awaitable[Imported]],
) -> Response[Imported]:
    """Run an import of an uploaded table of ours, or with a `mapping` of another system's.

    Raises InvalidInput that names the known mappings for an unknown one, and each wrong cell by the row and column of the
    table as it was uploaded; ProgramFailed where the mapping's program fails.
    """
    content = await data.file.read()
    read: bytes | Table = content
    if mapping is not None:
        require(signed_in(request), _RIGHTS[table])
        read = await read_by(context(request.app).host, mapping, table, content)
    return await _import(request, key, content, lambda desk: act(desk, read))


async def _import(
    request: ApiRequest, key: str, content: bytes, act: Callable[[Desk], Awaitable[Imported]]
) -> Response[Imported]:
    async def run(desk: Desk) -> Answer[Imported]:
        return Answer(body=await act(desk))

    return await perform(request, key, run, content=content)
