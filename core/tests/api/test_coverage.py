"""Coverage: need, pledged, allocated, delivered and gap, for the public and for those who watch."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ksbb.domain.rights import Actor, Permission, Role
from ksbb.statistics.coverage import CoverageLevel, coverage
from ksbb.testing import Driven, Step, World
from ksbb.usecases import allocate, assess, close, commit, needs
from ksbb.usecases.receive import LineQuantity

PANGAN = {"program_id": "pangan", "aid_type": "staple_food"}
NAMES = {
    "31": "Daerah Khusus Ibukota Jakarta",
    "31.71": "Kota Administrasi Jakarta Pusat",
    "31.71.06": "Menteng",
    "31.71.06.1002": "Pegangsaan",
}


async def pledged(world: World, area_code: str, quantity: int = 10, step: Step = Step.SUBMITTED) -> Driven:
    """A commitment of staple food that wishes for an area, at a step."""
    target = (await world.serve("pangan"))[0]
    given = commit.CommitmentInput(
        program_id="pangan",
        lines=world.lines("pangan", quantity=quantity),
        planned_handover_on=date(2026, 8, 17),
        aggregator_id=world.aggregator_party.id,
        area_code=area_code,
    )
    drafted = await world.act(world.collaborator, commit.draft, given)
    return await world.advance(Driven(step=Step.DRAFTED, commitment=drafted, target=target), step)


async def needs_of(world: World, *quantities: int) -> None:
    """The needs of staple food of the two targets."""
    for target, quantity in zip(await world.serve("pangan"), quantities, strict=True):
        given = needs.NeedInput(
            target_id=target.id, quantity=quantity, source="Pendataan", as_of=date(2026, 8, 3), **PANGAN
        )
        await world.act(world.assessor, needs.set_need, given, expected_version=1)


def figures(need: int, pledged: int, allocated: int, delivered: int, gap: int) -> dict[str, Any]:
    return {"need": need, "pledged": pledged, "allocated": allocated, "delivered": delivered, "gap": gap}


def row(area_code: str, name: str, targets: int, shown: dict[str, Any] | None) -> dict[str, Any]:
    """A whole row about an area; suppressed without figures."""
    none = dict.fromkeys(("need", "pledged", "allocated", "delivered", "gap"))
    return {
        "area_code": area_code,
        "area_name": name,
        "target": None,
        **PANGAN,
        "targets": targets,
        **(shown or none),
        "suppressed": shown is None,
    }


async def test_from_pledge_to_delivery(api: Any, world: World) -> None:
    """One commitment for the sub-district, one for the city, one for all: each counts where it is wished for, and no further down."""
    await world.drive(Step.CONFIRMED)
    await world.allocate(await world.drive(Step.APPROVED), quantity=5)
    for area_code, quantity in (("31.71.06.1002", 20), ("31.71", 30), ("31", 40), ("31.72", 50)):
        await pledged(world, area_code, quantity)
    await pledged(world, "31.71.06.1002", 99, Step.DRAFTED)

    def wider(area_code: str, quantity: int) -> dict[str, Any]:
        return {
            "area_code": area_code,
            "area_name": NAMES[area_code],
            **PANGAN,
            "pledged": quantity,
            "suppressed": False,
        }

    async def asked(level: str, parent: str) -> Any:
        return (await api.get(None, "/coverage", level=level, parent=parent, **PANGAN)).json()

    # 45: what is left of the second commitment, too, wishes for the whole province
    whole, city = wider("31", 45), wider("31.71", 30)
    for level, code, count, gap, above in (
        ("subdistrict", "31.71.06.1002", 20, 165, [whole, city]),
        ("district", "31.71.06", 20, 165, [whole, city]),
        ("city", "31.71", 50, 135, [whole]),
    ):
        assert await asked(level, "31.71") == {
            "level": level,
            "contains_synthetic": True,
            "rows": [row(code, NAMES[code], 2, figures(200, count, 5, 10, gap))],
            "pledged_wider": above,
        }
    assert (await asked("province", "31"))["rows"] == [row("31", NAMES["31"], 2, figures(200, 145, 5, 10, 40))]
    other = await asked("city", "31.72")
    assert (other["contains_synthetic"], other["pledged_wider"]) == (False, [whole])
    assert [one | {"area_name": ""} for one in other["rows"]] == [row("31.72", "", 0, figures(0, 50, 0, 0, 0))]


async def test_a_gap_is_never_below_zero_and_the_widest_comes_first(api: Any, world: World) -> None:
    await pledged(world, "31.71", 500)
    await needs_of(world, 100, 30)
    found = (await api.get(None, "/coverage", level="city", program_id="pangan")).json()["rows"]
    assert [(one["aid_type"], one["need"], one["gap"]) for one in found] == [
        ("eid_package", 200, 200),
        ("holiday_allowance", 200, 200),
        ("ready_meal", 200, 200),
        ("staple_food", 130, 0),
    ]


async def test_what_is_pledged_follows_every_act(api: Any, world: World) -> None:
    """Handed in, sent back, revised for another area, allocated, released, refused, cancelled, withdrawn, rejected."""

    async def stands() -> dict[str, int]:
        found: dict[str, int] = {}
        for code in ("31.71", "31.72"):
            rows = (await api.get(world.auditor, "/coverage", parent=code, **PANGAN)).json()["rows"]
            found |= {one["area_code"]: one["pledged"] for one in rows if one["pledged"]}
        return found

    driven = await pledged(world, "31.72", 20, Step.DRAFTED)
    assert await stands() == {}
    driven = await world.submit(driven)
    assert await stands() == {"31.72": 20}

    async def act(actor: Actor, usecase: Any, *args: Any, **given: Any) -> Any:
        nonlocal driven
        done = await world.act(
            actor, usecase, driven.commitment.id, *args, expected_version=driven.commitment.version, **given
        )
        driven = await world.reload(driven)
        return done

    await act(world.assessor, assess.request_revision, reason="lengkapi")
    assert await stands() == {"31.72": 20}, "it was handed in, and is still meant"
    revised = commit.CommitmentInput(
        program_id="pangan",
        lines=world.lines("pangan", quantity=12),
        planned_handover_on=date(2026, 8, 17),
        aggregator_id=world.aggregator_party.id,
        area_code="31.71",
    )
    await act(world.collaborator, commit.revise, revised)
    assert await stands() == {"31.71": 12}
    driven = await world.approve(await world.assess(await world.submit(driven)))
    assert await stands() == {"31.71": 12}
    driven = await world.allocate(driven, quantity=7)
    assert await stands() == {"31.71": 5}
    offer = driven.allocations[0].id
    await act(world.assessor, allocate.release, offer, quantity=2, reason="salah hitung")
    assert await stands() == {"31.71": 7}
    await act(world.recipient, allocate.refuse, offer, quantity=4, reason="gudang penuh")
    assert await stands() == {"31.71": 11}
    line = driven.commitment.lines[0].id
    await act(world.collaborator, close.cancel, lines=[LineQuantity(line_id=line, quantity=3)], reason="stok kurang")
    assert await stands() == {"31.71": 8}
    driven = await pledged(world, "31.72", 20)
    await act(world.collaborator, commit.withdraw, reason="batal")
    driven = await pledged(world, "31.72", 20)
    await act(world.assessor, assess.reject, reason="tidak layak")
    assert await stands() == {"31.71": 8}


async def test_targets_one_by_one(api: Any, world: World) -> None:
    await world.allocate(await pledged(world, "31.71.06.1002", 40, Step.APPROVED), quantity=30)
    first, second = world.targets["pangan"]

    def of(target: Any, shown: dict[str, Any]) -> dict[str, Any]:
        about = {"id": target.id, "code": target.code, "name": target.name}
        return row("31.71.06.1002", NAMES["31.71.06.1002"], 1, shown) | {"target": about}

    expected = {
        "level": "target",
        "contains_synthetic": True,
        "rows": [of(second, figures(100, 0, 0, 0, 100)), of(first, figures(100, 0, 30, 0, 70))],
        "pledged_wider": [
            {
                "area_code": "31.71.06.1002",
                "area_name": NAMES["31.71.06.1002"],
                **PANGAN,
                "pledged": 10,
                "suppressed": False,
            }
        ],
    }
    for query in (PANGAN, {**PANGAN, "parent": "31.71"}, {**PANGAN, "parent": "31.71.06.1002"}):
        assert (await api.get(None, "/coverage", level="target", **query)).json() == expected
    in_district = (await api.get(None, "/coverage", level="target", parent="31.71.06")).json()["rows"]
    assert [one for one in in_district if one["aid_type"] == "staple_food"] == expected["rows"]
    assert len(in_district) == 8
    assert (await api.get(None, "/coverage", level="target", parent="31.71.07")).json()["rows"] == []


@pytest.mark.parametrize(
    ("query", "code", "message", "expected"),
    [
        (
            {"level": "target"},
            "too_wide",
            "name a program and an aid type, or a district or sub-district as the parent area",
            ["district", "subdistrict"],
        ),
        (
            {"level": "target", "parent": "31.71", "program_id": "pangan"},
            "too_wide",
            "name a program and an aid type, or a district or sub-district as the parent area",
            ["district", "subdistrict"],
        ),
        (
            {"level": "city", "parent": "31.71.06"},
            "parent_below_level",
            "the parent area 31.71.06 is smaller than the level city",
            ["province", "city"],
        ),
    ],
)
async def test_questions_that_are_too_wide_or_make_no_sense(
    api: Any, query: dict[str, str], code: str, message: str, expected: list[str]
) -> None:
    answer = await api.get(None, "/coverage", **query)
    (problem,) = answer.json()["errors"]
    assert (answer.status_code, problem["code"], problem["pointer"], problem["message"], problem["expected"]) == (
        422,
        code,
        "/query/parent",
        message,
        expected,
    )


async def test_the_public_sees_no_small_figures(api: Any, world: World) -> None:
    """A target in need of 3, so the other of its sub-district isn't shown either; the sub-district is large enough to be shown."""
    await needs_of(world, 3, 100)
    first, second = world.targets["pangan"]

    async def seen(actor: Actor | None, **query: Any) -> list[tuple[Any, ...]]:
        found = (await api.get(actor, "/coverage", **PANGAN, **query)).json()["rows"]
        assert all((one["need"] is None) is one["suppressed"] for one in found)
        return [
            ((one["target"] or {}).get("code"), one["targets"], one["need"], one["gap"], one["suppressed"])
            for one in found
        ]

    hidden = [(first.code, 1, None, None, True), (second.code, 1, None, None, True)]
    shown = [(second.code, 1, 100, 100, False), (first.code, 1, 3, 3, False)]
    elsewhere = await world.account(Role.ASSESSOR, program_id="umkm")
    other_city = await world.account(Role.ASSESSOR, program_id="pangan", area_code="31.72")
    here = await world.account(Role.ASSESSOR, program_id="pangan", area_code="31.71")
    for actor in (None, world.collaborator, world.aggregator, world.recipient, world.admin, elsewhere, other_city):
        assert await seen(actor, level="target") == hidden
        assert await seen(actor, level="subdistrict") == [(None, 2, 103, 103, False)]
    for actor in (world.assessor, world.secretariat, world.auditor, here):
        assert await seen(actor, level="target") == shown
    async with world.platform.reading_desk(replace(world.auditor, scopes=frozenset(Permission))) as desk:
        by_system = await coverage(desk, CoverageLevel.TARGET, **PANGAN)
    assert [one.need for one in by_system.rows] == [None, None], "a system publishes what it reads"


async def test_a_small_pledge_is_suppressed_whatever_its_level(api: Any, world: World) -> None:
    await pledged(world, "31.71", 4)
    found = (await api.get(None, "/coverage", level="city", **PANGAN)).json()["rows"]
    assert found == [row("31.71", NAMES["31.71"], 2, None)]
    wider = (await api.get(None, "/coverage", level="district", **PANGAN)).json()["pledged_wider"]
    assert [(one["area_code"], one["pledged"], one["suppressed"]) for one in wider] == [("31.71", None, True)]
    wider = (await api.get(world.auditor, "/coverage", level="district", **PANGAN)).json()["pledged_wider"]
    assert [(one["area_code"], one["pledged"], one["suppressed"]) for one in wider] == [("31.71", 4, False)]


async def test_asking_for_one_area_tells_no_more_than_asking_for_all(api: Any, world: World) -> None:
    """Its neighbours decide, too: the next smallest would be seen by asking for it alone."""
    await pledged(world, "31.72", 3)
    await pledged(world, "31.73", 60)
    await pledged(world, "31.74", 70)
    together = (await api.get(None, "/coverage", level="city", **PANGAN)).json()["rows"]
    assert [(one["area_code"], one["suppressed"]) for one in together] == [
        ("31.71", False),
        ("31.74", False),
        ("31.72", True),
        ("31.73", True),
    ]
    for one in together:
        alone = (await api.get(None, "/coverage", level="city", parent=one["area_code"], **PANGAN)).json()["rows"]
        assert alone == [one]
