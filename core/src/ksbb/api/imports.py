"""Uploads of tables: CSV or XLSX."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import BodyKwarg, QueryParameter

from ksbb.api.acts import Answer, perform
from ksbb.api.context import ApiRequest, context, reading, signed_in
from ksbb.domain.rights import Permission, require
from ksbb.program import ImportTable
from ksbb.programs.mapped import read_by
from ksbb.usecases.csv_import import DryRun, Imported, Table, as_table
from ksbb.usecases.desk import Desk

_RIGHTS = {ImportTable.TARGETS: Permission.MANAGE_TARGETS, ImportTable.NEEDS: Permission.MANAGE_NEEDS}


class CsvIn(msgspec.Struct, kw_only=True):
    """A CSV file in UTF-8 or an XLSX file, with a heading, as the part `file` of a multipart form."""

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
DryRunFlag = Annotated[
    bool,
    QueryParameter(
        name="dry_run",
        description="Store nothing, and tell row by row what would be new and changed. The `Idempotency-Key` isn't used up.",
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
    act: Callable[[Desk, Table], Awaitable[Imported]],
    *,
    dry_run: bool,
) -> Response[Imported | DryRun]:
    """Run an import of an uploaded table of ours, or with a `mapping` of another system's. `act` stores nothing in a dry run.

    Raises InvalidInput that names the known mappings for an unknown one, and each wrong cell by the row and column of the
    table as it was uploaded; ProgramFailed where the mapping's program fails.
    """
    content = await data.file.read()
    require(signed_in(request), _RIGHTS[table])
    # Read before the transaction: whoever writes meanwhile doesn't wait for a large workbook
    if mapping is not None:
        read = await read_by(context(request.app).host, mapping, table, content)
    else:
        read = await asyncio.to_thread(as_table, content, table)
    if dry_run:
        async with reading(request) as desk:
            return Response(content=await act(desk, read))
    return await _import(request, key, content, lambda desk: act(desk, read))


async def _import(
    request: ApiRequest, key: str, content: bytes, act: Callable[[Desk], Awaitable[Imported]]
) -> Response[Imported]:
    async def run(desk: Desk) -> Answer[Imported]:
        return Answer(body=await act(desk))

    return await perform(request, key, run, content=content)
