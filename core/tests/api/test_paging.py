"""Lists in pages: each record once, in order, whatever comes in between."""

import base64
from typing import Any

import pytest

from ksbb.testing import World


async def pages(api: Any, path: str, **query: Any) -> list[list[str]]:
    """The codes of all pages of a list."""
    found: list[list[str]] = []
    cursor: str | None = None
    while True:
        answer = await api.get(None, path, **query, **({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200
        found.append([item["code"] for item in answer.json()["items"]])
        cursor = answer.json()["next"]
        if cursor is None:
            return found


@pytest.mark.parametrize("sort", ["code", "-code", "name", "-name"])
async def test_pages_hold_every_area_once_and_in_order(api: Any, sort: str) -> None:
    found = await pages(api, "/areas", level="district", limit=10, sort=sort)
    codes = [code for page in found for code in page]
    assert [len(page) for page in found] == [10, 10, 10, 10, 4]
    assert len(set(codes)) == 44
    if sort.endswith("code"):
        assert codes == sorted(codes, reverse=sort.startswith("-"))


async def test_pages_by_time(api: Any, world: World) -> None:
    """All targets were made at the same instant: the id settles the order."""
    both = [target.code for target in world.targets["pangan"]]
    for sort, order in (("created_at", both), ("-created_at", both[::-1])):
        assert await pages(api, "/targets", limit=1, sort=sort) == [[code] for code in order]


async def test_a_full_last_page_has_no_next(api: Any) -> None:
    answer = await api.get(None, "/areas", level="city", limit=6)
    assert (len(answer.json()["items"]), answer.json()["next"]) == (6, None)


async def test_an_unknown_order(api: Any) -> None:
    answer = await api.get(None, "/areas", sort="size")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "code": "sort",
            "pointer": "/query/sort",
            "message": "known orders: code, name, -code, -name",
            "expected": ["code", "name", "-code", "-name"],
            "given": "size",
        }
    ]


@pytest.mark.parametrize(
    "cursor",
    [
        "rubbish",
        "%%%",
        base64.urlsafe_b64encode(b"[1]").decode(),
        base64.urlsafe_b64encode(b'["name","a","b"]').decode(),
        base64.urlsafe_b64encode(b'["code",7,"b"]').decode(),
        base64.urlsafe_b64encode(b'["code","a\\u0000","b"]').decode(),
    ],
)
async def test_a_broken_cursor(api: Any, cursor: str) -> None:
    answer = await api.get(None, "/areas", cursor=cursor)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "cursor")
