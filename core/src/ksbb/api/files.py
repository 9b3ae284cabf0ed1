"""Files as answers."""

from typing import Annotated, Literal
from urllib.parse import quote

from litestar import Response
from litestar.params import QueryParameter

DocumentLanguage = Annotated[
    Literal["id", "en"], QueryParameter(description="`id`: the version to sign; `en`: a reading version.")
]


def attachment(content: bytes, media_type: str, file_name: str) -> Response[bytes]:
    """A file to download."""
    name = quote(file_name.replace("/", "-"), safe="")
    return Response(
        content, media_type=media_type, headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    )
