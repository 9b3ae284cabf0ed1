"""The food program's flows, run as plain functions on a workbench that keeps what they do."""

from datetime import date
from typing import Any

from ksbb.program import Custody, FollowUpPlan, Role, Text
from ksbb.testing import RecordingBench, commitment_view, line_like
from ksbb_pangan import PROGRAM
from ksbb_pangan.aid import HOLIDAY_ALLOWANCE
from ksbb_pangan.settings import PanganSettings


def held(commitment: str, aid_type: str, expires_on: date | None = None) -> Custody:
    return Custody(
        commitment_id=f"id-{commitment}",
        commitment_number=f"PANGAN-2026-{commitment}",
        aggregator_name="Agregator Contoh",
        aid_type=aid_type,
        quantity=10,
        expires_on=expires_on,
    )


async def watch(today: date, goods: list[Custody], **settings: Any) -> RecordingBench:
    bench = RecordingBench(PROGRAM, PanganSettings(**settings), today, goods)
    await bench.run("pangan-expiry-watch")
    return bench


def expire(number: str, names_id: str, names_en: str, day: str) -> tuple[str, FollowUpPlan]:
    title = Text(
        f"PANGAN-2026-{number}, {names_id} — kedaluwarsa {day}: salurkan sebelumnya",
        f"PANGAN-2026-{number}, {names_en} — expire on {day}: hand them over before",
    )
    plan = FollowUpPlan(kind="goods_expire", due_on=date.fromisoformat(day), owner=Role.AGGREGATOR, title=title)
    return f"id-{number}", plan


async def test_goods_that_expire_within_thirty_days_are_followed_up() -> None:
    goods = [
        held("000002", "staple_food", date(2026, 7, 31)),
        held("000001", "staple_food", date(2026, 8, 1)),
        held("000003", "staple_food"),
        held("000004", "staple_food", date(2026, 6, 30)),
    ]

    bench = await watch(date(2026, 7, 1), goods)

    assert bench.opened == [
        expire("000002", "Paket sembako", "Staple food package", "2026-07-31"),
        expire("000004", "Paket sembako", "Staple food package", "2026-06-30"),
    ]


async def test_the_span_is_a_setting_and_one_commitment_gets_one_follow_up_a_day() -> None:
    day = date(2026, 7, 3)
    goods = [held("000001", "staple_food", day), held("000001", "eid_package", day)]

    assert (await watch(date(2026, 7, 1), goods, expiry_watch_days=1)).opened == []
    assert (await watch(date(2026, 7, 1), goods, expiry_watch_days=2)).opened == [
        expire("000001", "Paket Lebaran, Paket sembako", "Eid package, Staple food package", "2026-07-03")
    ]


async def test_a_second_run_opens_nothing_more() -> None:
    bench = await watch(date(2026, 7, 1), [held("000001", "staple_food", date(2026, 7, 3))])
    before = list(bench.opened)

    bench.today = date(2026, 7, 2)
    await bench.run("pangan-expiry-watch")

    assert len(before) == 1
    assert bench.opened == before


async def test_eid_aid_left_in_the_last_week_of_the_window() -> None:
    goods = [held("000001", "holiday_allowance"), held("000002", "ready_meal"), held("000003", "staple_food")]
    expected = [
        (
            "id-000001",
            FollowUpPlan(
                kind="eid_window_closes",
                due_on=date(2026, 3, 28),
                owner=Role.AGGREGATOR,
                title=Text(
                    "PANGAN-2026-000001, Tunjangan hari raya (THR) — masa Lebaran berakhir 2026-03-28: "
                    "salurkan sebelumnya",
                    "PANGAN-2026-000001, Holiday allowance — the Eid window closes on 2026-03-28: "
                    "hand them over before",
                ),
            ),
        )
    ]

    assert (await watch(date(2026, 3, 20), goods)).opened == []
    assert (await watch(date(2026, 3, 21), goods)).opened == expected
    assert (await watch(date(2026, 3, 28), goods)).opened == expected
    assert (await watch(date(2026, 3, 29), goods)).opened == []
    assert (await watch(date(2026, 3, 20), goods, eid_watch_days=8)).opened == expected


async def test_the_assessment_keeps_what_the_rules_find() -> None:
    bench = RecordingBench(PROGRAM, PanganSettings())
    line = line_like(HOLIDAY_ALLOWANCE, 5, packaging_neutral=False)
    case = bench.add(commitment_view(PROGRAM, line, planned_handover_on=date(2026, 3, 10)))

    await bench.run("pangan-assess")

    assert [[finding.code for finding in found] for found in case.assessments] == [["packaging_not_neutral"]]
    assert case.plans == []


def test_the_program_names_its_flows() -> None:
    assert [(flow.name, flow.entrypoint, flow.stage, flow.schedule) for flow in PROGRAM.flows] == [
        ("pangan-assess", "ksbb_pangan.flows:assess", "submitted", None),
        ("pangan-expiry-watch", "ksbb_pangan.flows:expiry_watch", None, "0 5 * * *"),
    ]
