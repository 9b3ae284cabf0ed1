"""Query parameters and the answer of every list."""

from typing import Annotated

from litestar.params import QueryParameter

from ksbb.usecases.read.paging import DEFAULT_LIMIT, MAX_LIMIT, Asked, Page

Limit = Annotated[
    int, QueryParameter(ge=1, le=MAX_LIMIT, description=f"How many items at most; {DEFAULT_LIMIT} when left out.")
]
Cursor = Annotated[
    str | None,
    QueryParameter(max_length=1000, description="`next` of the page before, with the same filters and order."),
]
Sort = Annotated[str | None, QueryParameter(max_length=40, description="Sort key; `-` before it for descending.")]


def asked(limit: int, cursor: str | None, sort: str | None) -> Asked:
    """The page that the parameters ask for."""
    return Asked(limit=limit, cursor=cursor, sort=sort)


__all__ = ["DEFAULT_LIMIT", "Asked", "Cursor", "Limit", "Page", "Sort", "asked"]
