"""Statistics."""

from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from ksbb.storage.unit import StatisticKey
from ksbb.testing import World


@pytest_asyncio.fixture
async def figures(world: World) -> None:
    """Made-up sums: 7 acts in South Jakarta, 3 in Central Jakarta."""
    async with world.platform.desk(world.admin) as desk:
        for city, day, number in (
            ("31.74", date(2026, 5, 1), 4),
            ("31.74", date(2026, 6, 30), 3),
            ("31.71", date(2026, 6, 1), 3),
        ):
            key = StatisticKey(
                program_id="pangan",
                day=day,
                measure="accepted",
                city=city,
                donor_class="enterprises",
                target_kind="rw",
                aid_type="staple_food",
                synthetic=city == "31.71",
            )
            desk.unit.count(key, count=number, quantity=number * 10, value=number * 2_000_000)
        for number in range(2):
            desk.unit.took_part(
                "pangan", "collaborator", (world.collaborator_party, world.executor_party)[number].id, date(2026, 6, 1)
            )
        desk.unit.reach("pangan", "staple_food", world.targets["pangan"][0].id, date(2026, 6, 2))


def figure(**given: Any) -> dict[str, Any]:
    """A whole figure; what isn't given is null."""
    names = (
        "program",
        "measure",
        "city",
        "donor_class",
        "target_kind",
        "aid_type",
        "month",
        "count",
        "quantity",
        "value",
    )
    return {**dict.fromkeys(names), "suppressed": False, "contains_synthetic": False, **given}


@pytest.mark.usefixtures("figures")
async def test_the_public_sees_no_small_counts(api: Any) -> None:
    answer = await api.get(None, "/statistics", group_by=["program", "city"])
    assert answer.json() == {
        "as_of": "2026-08-03",
        "since": None,
        "group_by": ["program", "city"],
        "contains_synthetic": True,
        "figures": [
            figure(program="pangan", city="31.71", suppressed=True, contains_synthetic=True),
            figure(program="pangan", city="31.74", count=7, quantity=70, value=14_000_000),
        ],
        "participants": [
            {"program": "pangan", "role": "collaborator", "aid_type": None, "count": None, "suppressed": True}
        ],
        "reached": [{"program": "pangan", "role": None, "aid_type": "staple_food", "count": None, "suppressed": True}],
    }


@pytest.mark.usefixtures("figures")
async def test_those_who_watch_see_all(api: Any, world: World) -> None:
    for actor in (world.auditor, world.assessor, world.secretariat):
        found = (await api.get(actor, "/statistics", group_by=["city"])).json()
        assert [(one["city"], one["count"], one["suppressed"]) for one in found["figures"]] == [
            ("31.71", 3, False),
            ("31.74", 7, False),
        ]
        assert [head["count"] for head in (*found["participants"], *found["reached"])] == [2, 1]
    for actor in (world.collaborator, world.aggregator, world.admin):
        found = (await api.get(actor, "/statistics", group_by=["city"])).json()
        assert [one["suppressed"] for one in found["figures"]] == [True, False]


@pytest.mark.usefixtures("figures")
async def test_statistics_of_a_period(api: Any, world: World) -> None:
    async def months(**query: Any) -> list[tuple[str, int]]:
        answer = await api.get(world.auditor, "/statistics", group_by="month", **query)
        return [(one["month"], one["count"]) for one in answer.json()["figures"]]

    assert await months() == [("2026-05", 4), ("2026-06", 6)]
    assert await months(**{"from": "2026-06-01", "to": "2026-06-29"}) == [("2026-06", 3)]
    assert await months(as_of="2026-05-31") == [("2026-05", 4)]
    assert await months(program_id="umkm") == []
    assert await months(measure="accepted", to="2026-05-01") == [("2026-05", 4)]
    early = await api.get(world.auditor, "/statistics", as_of="2026-06-01")
    assert early.json()["as_of"] == "2026-06-01"
    assert [head["count"] for head in early.json()["participants"]] == [2]
    assert early.json()["reached"] == []


async def test_a_period_that_makes_no_sense(api: Any) -> None:
    for query, pointer in (
        ({"from": "2026-06-02", "to": "2026-06-01"}, "/query/to"),
        ({"as_of": "2026-06-02", "to": "2026-06-01"}, "/query/as_of"),
    ):
        answer = await api.get(None, "/statistics", **query)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    unknown = await api.get(None, "/statistics", group_by="colour")
    assert (unknown.status_code, unknown.json()["errors"][0]["message"]) == (
        400,
        "parameter group_by: the value 'colour' isn't known",
    )


@pytest.mark.usefixtures("figures")
async def test_statistics_without_groups_of_their_own(api: Any) -> None:
    answer = await api.get(None, "/statistics")
    assert [(one["program"], one["measure"], one["count"]) for one in answer.json()["figures"]] == [
        ("pangan", "accepted", 10)
    ]
