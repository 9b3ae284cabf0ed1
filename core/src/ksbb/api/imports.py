"""Uploads of CSV tables."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import BodyKwarg

from ksbb.api.acts import Answer, perform
from ksbb.api.context import ApiRequest
from ksbb.usecases.csv_import import Imported
from ksbb.usecases.desk import Desk


class CsvIn(msgspec.Struct, kw_only=True):
    """A CSV file in UTF-8 with a heading, as the part `file` of a multipart form."""

    file: UploadFile


CsvBody = Annotated[CsvIn, BodyKwarg(media_type=RequestEncodingType.MULTI_PART)]


async def import_csv(
    request: ApiRequest, key: str, data: CsvIn, act: Callable[[Desk, bytes], Awaitable[Imported]]
) -> Response[Imported]:
    """Run an import of an uploaded table: all rows or none."""
    content = await data.file.read()

    async def run(desk: Desk) -> Answer[Imported]:
        return Answer(body=await act(desk, content))

    return await perform(request, key, run, content=content)
