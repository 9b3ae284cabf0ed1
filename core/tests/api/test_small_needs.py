"""Small needs: who sees them, and that lists, orders, filters and pages tell the others nothing."""

import base64
import json
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest

from ksbb.domain.rights import Actor, Permission, Role
from ksbb.domain.targets import Target, TargetKind
from ksbb.storage import tables
from ksbb.testing import World
from ksbb.testing.world import SUBDISTRICT
from ksbb.usecases import needs, targets
from ksbb.usecases.read.needs import find_needs, show_need
from ksbb.usecases.read.paging import Asked

STAPLE = {"program_id": "pangan", "aid_type": "staple_food"}
ELSEWHERE = "31.71.06.1001"
NO_FIGURES = dict.fromkeys(("quantity", "promised", "accepted", "open", "carried"))


async def place(world: World, *quantities: int) -> list[Target]:
    """The two targets and as many more of their sub-district, in need of so much staple food."""
    found = list(await world.serve("pangan"))
    found += [await registered(world, SUBDISTRICT, number) for number in range(len(found), len(quantities))]
    for target, quantity in zip(found, quantities, strict=True):
        await need(world, target, quantity)
    return found


async def registered(world: World, area_code: str, number: int) -> Target:
    code = f"{area_code}-RW{number + 50:03}"
    given: dict[str, Any] = {"code": code, "kind": TargetKind.RW, "name": f"RW {number}", "area_code": area_code}
    return await world.act(world.assessor, targets.register, **given)


async def need(world: World, target: Target, quantity: int, **more: Any) -> None:
    """Set a need of staple food, whatever its version is."""
    async with world.platform.reading_desk(world.auditor) as desk:
        page = await find_needs(desk, Asked(), target_id=target.id, program_id="pangan", aid_type="staple_food")
    version = page.items[0].version if page.items else None
    given = needs.NeedInput(
        target_id=target.id, quantity=quantity, source="Pendataan", as_of=date(2026, 8, 3), **STAPLE, **more
    )
    await world.act(world.assessor, needs.set_need, given, expected_version=version)


async def served(world: World, target: Target, **figures: int) -> None:
    """What acts would leave behind."""
    table = tables.needs
    async with world.platform.database.write() as connection:
        mine = (table.c.target_id == target.id) & (table.c.aid_type == "staple_food")
        await connection.execute(table.update().where(mine).values(**figures))


async def items(api: Any, actor: Actor | None, **query: Any) -> list[dict[str, Any]]:
    answer = await api.get(actor, "/needs", **{**STAPLE, **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def whole(world: World, target: Target, **figures: Any) -> dict[str, Any]:
    """The whole need, with these figures."""
    table = tables.needs
    mine = (table.c.target_id == target.id) & (table.c.aid_type == "staple_food")
    async with world.platform.database.read() as connection:
        stored = (await connection.execute(table.select().where(mine))).mappings().one()
    return {
        "id": stored["id"],
        "target_id": target.id,
        "target_code": target.code,
        "target_name": target.name,
        "target_kind": "rw",
        "area_code": target.area_code,
        **STAPLE,
        "promised": 0,
        "accepted": 0,
        "source": "Pendataan",
        "as_of": "2026-08-03",
        "tier": "normal",
        "period": "",
        "carried": 0,
        "suppressed": False,
        "synthetic": target.synthetic,
        "version": 2,
        **figures,
    }


async def test_who_sees_small_needs(api: Any, world: World) -> None:
    """3 and 100: the sub-district's 103 are public, so 100 would tell 3."""
    first, second = await place(world, 3, 100)
    small = await whole(world, first, quantity=3, open=3)
    large = await whole(world, second, quantity=100, open=100)
    no_small, no_large = ({**one, **NO_FIGURES, "suppressed": True} for one in (small, large))
    elsewhere = await world.account(Role.ASSESSOR, program_id="umkm")
    other_city = await world.account(Role.ASSESSOR, program_id="pangan", area_code="31.72")
    here = await world.account(Role.ASSESSOR, program_id="pangan", area_code="31.71")
    of_second = await world.account(Role.RECIPIENT, target_id=second.id)
    public = (None, world.collaborator, world.aggregator, world.executor, world.witness, world.admin)
    for actor, seen in (
        *((actor, [no_small, no_large]) for actor in (*public, elsewhere, other_city)),
        (world.recipient, [small, no_large]),
        (of_second, [no_small, large]),
        *((actor, [small, large]) for actor in (world.assessor, world.secretariat, world.auditor, here)),
    ):
        assert (await api.get(actor, "/needs", **STAPLE)).json() == {"items": seen, "next": None}
        for target, one in zip((first, second), seen, strict=True):
            answer = await api.get(actor, f"/needs/{target.id}/pangan/staple_food")
            assert (answer.json(), answer.headers["etag"]) == (one, '"2"')
    assert [
        one["need"] for one in (await api.get(None, "/coverage", level="subdistrict", **STAPLE)).json()["rows"]
    ] == [103]
    async with world.platform.reading_desk(replace(world.auditor, scopes=frozenset(Permission))) as desk:
        assert (await show_need(desk, first.id, **STAPLE)).suppressed, "a system publishes what it reads"


async def test_a_recipient_is_told_the_own_need_that_it_sets(api: Any, world: World) -> None:
    first, _ = await place(world, 50, 100)
    body = {"quantity": 4, "source": "Ketua RW", "as_of": "2026-08-05"}
    path = f"/needs/{first.id}/pangan/staple_food"
    set_ = await api.send(world.recipient, "PUT", path, version=2, json=body)
    shown = await whole(
        world, first, quantity=4, open=4, source=f"{first.code}: Ketua RW", as_of="2026-08-05", version=3
    )
    assert (set_.status_code, set_.json()) == (200, shown)
    assert (await api.get(None, path)).json() == {**shown, **NO_FIGURES, "suppressed": True}


@pytest.mark.parametrize(
    ("figures", "hidden"),
    [
        ({"promised": 0}, set()),
        ({"promised": 3}, {0, 1}),
        ({"accepted": 4}, {0, 1}),
        ({"promised": 20, "accepted": 28}, {0, 1}),
        ({"promised": 50}, set()),
        ({"promised": 5, "accepted": 5}, set()),
        ({"carried": 2}, {0}),
    ],
)
async def test_any_small_figure_counts(api: Any, world: World, figures: dict[str, int], hidden: set[int]) -> None:
    """Of 50 there is enough served that all neighbours' figures cover a small one; the next larger one goes with it."""
    found = await place(world, 50, 80, 200)
    await served(world, found[1], promised=30, accepted=30)
    await served(world, found[2], promised=60, accepted=60)
    await served(world, found[0], **figures)
    shown = await items(api, None)
    assert {place for place, one in enumerate(shown) if one["suppressed"]} == hidden
    assert all((one["quantity"] is None) is one["suppressed"] for one in shown)


async def test_what_is_hidden_covers_every_figure(api: Any, world: World) -> None:
    """The next smallest has none promised: the 3 that are would still be the rest of what is promised in the sub-district."""
    found = await place(world, 50, 60, 200)
    await served(world, found[0], promised=3)
    await served(world, found[2], promised=70)
    assert [one["quantity"] for one in await items(api, None)] == [None, 60, None]


@pytest.mark.parametrize("sort", ["quantity", "-quantity", "open", "-open"])
async def test_who_does_not_see_all_cannot_order_by_figures(api: Any, world: World, sort: str) -> None:
    first, second = await place(world, 3, 100)
    here = await world.account(Role.ASSESSOR, program_id="pangan", area_code="31.71")
    refused = (
        (None, STAPLE),
        (world.collaborator, STAPLE),
        (world.recipient, STAPLE),
        (world.recipient, {"target_id": second.id}),
        (here, STAPLE),
        (here, {"area_code": "31.71"}),
        (here, {"program_id": "pangan", "area_code": "31"}),
        (here, {"program_id": "umkm", "area_code": "31.71"}),
    )
    for actor, query in refused:
        answer = await api.get(actor, "/needs", sort=sort, **query)
        assert (answer.status_code, answer.json()["errors"]) == (
            422,
            [
                {
                    "code": "sort",
                    "pointer": "/query/sort",
                    "message": "orders by figures are for officials: name the program_id and area_code that you work for; else: "
                    "target_code, as_of, -target_code, -as_of. The widest gap first: /coverage?level=target",
                    "expected": ["target_code", "as_of", "-target_code", "-as_of"],
                    "given": sort,
                }
            ],
        )
    order = [100, 3] if sort.startswith("-") else [3, 100]
    for actor, query in ((world.auditor, {}), (here, {"area_code": "31.71.06"}), (here, {"area_code": "31.71"})):
        assert [one["quantity"] for one in await items(api, actor, sort=sort, **query)] == order
    assert [one["quantity"] for one in await items(api, world.recipient, sort=sort, target_id=first.id)] == [3]


async def test_unmet_keeps_what_is_suppressed(api: Any, world: World) -> None:
    """Met in full: one that is small, one that covers it, and a large one, which alone is left out."""
    found = await place(world, 3, 50, 90, 200)
    for target, quantity in zip(found[:3], (3, 50, 90), strict=True):
        await served(world, target, accepted=quantity)
    assert [one["quantity"] for one in await items(api, None, unmet=True)] == [None, None, 200]
    assert [one["quantity"] for one in await items(api, world.auditor, unmet=True)] == [200]
    assert [one["quantity"] for one in await items(api, world.recipient, unmet=True)] == [None, 200]
    await served(world, found[0], quantity=70, accepted=0)
    assert [one["quantity"] for one in await items(api, None, unmet=True)] == [70, 200]


async def test_pages_hold_each_once_and_their_cursors_no_figures(api: Any, world: World) -> None:
    found = await place(world, 3, 50, 90, 200, 7)
    await served(world, found[2], accepted=90)
    # The smallest that covers 3 is 7
    for query, expected in (({}, [None, 50, 90, 200, None]), ({"unmet": True}, [None, 50, 200, None])):
        for sort in ("target_code", "as_of"):
            seen, cursors, cursor = [], [], None
            while True:
                more: dict[str, str] = {"cursor": cursor} if cursor else {}
                answer = (await api.get(None, "/needs", limit=1, sort=sort, **STAPLE, **query, **more)).json()
                seen += answer["items"]
                cursor = answer["next"]
                if cursor is None:
                    break
                cursors.append(json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))))
            if sort == "as_of":
                seen.sort(key=lambda one: str(one["target_code"]))
            assert [one["quantity"] for one in seen] == expected
            assert {cursor[0] for cursor in cursors} == {sort}
            assert {cursor[1] for cursor in cursors} <= {*(target.code for target in found), "2026-08-03"}


async def test_other_periods_of_a_suppressed_need(api: Any, world: World) -> None:
    """What was needed before tells what is needed now; a small plan is suppressed by itself."""
    first, second = await place(world, 50, 80)
    await need(world, first, 60, period="2026-08")
    await need(world, first, 2, period="2026-09")
    await need(world, first, 30, period="2026-10")
    path = f"/needs/{first.id}/pangan/staple_food/periods"

    def shown(period: str, quantity: int | None) -> dict[str, Any]:
        return {
            "period": period,
            "state": "planned",
            "quantity": quantity,
            "accepted": None if quantity is None else 0,
            "suppressed": quantity is None,
            "tier": "normal",
            "source": "Pendataan",
            "as_of": "2026-08-03",
        }

    assert (await api.get(None, path)).json() == [shown("2026-10", 30), shown("2026-09", None)]
    for actor in (world.recipient, world.assessor, world.auditor):
        assert (await api.get(actor, path)).json() == [shown("2026-10", 30), shown("2026-09", 2)]
    await need(world, second, 3)
    assert (await api.get(None, path)).json() == [shown("2026-10", None), shown("2026-09", None)]
    assert (await api.get(world.recipient, path)).json() == [shown("2026-10", 30), shown("2026-09", 2)]


async def test_needs_and_coverage_suppress_the_same(api: Any, world: World) -> None:
    """Else the one would tell what the other hides. Whatever the page, each need is shown or not."""
    found = await place(world, *[10] * 5)
    found += [await registered(world, ELSEWHERE, number) for number in range(4)]
    for target in found[5:]:
        await need(world, target, 10)
    random = Random(5)  # noqa: S311 - figures, no secrets
    some = set()
    for _ in range(12):
        for target in found:
            promised, accepted, remaining = (random.choice([0, 0, 0, 2, 6, 7, 40]) for _ in range(3))
            await served(world, target, quantity=promised + accepted + remaining, promised=promised, accepted=accepted)
        rows = (await api.get(None, "/coverage", level="target", **STAPLE)).json()["rows"]
        covered = {row["target"]["code"]: row["need"] for row in rows}
        listed = {one["target_code"]: one["quantity"] for one in await items(api, None)}
        assert listed == covered
        some.add(frozenset(code for code, quantity in listed.items() if quantity is None))
        for target in found:
            (alone,) = await items(api, None, target_id=target.id, limit=1)
            assert alone["quantity"] == covered[target.code]
    assert len(some) > 3
