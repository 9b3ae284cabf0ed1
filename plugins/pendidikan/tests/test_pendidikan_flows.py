"""The education program's flows, run as plain functions on a workbench that keeps what they do."""

from datetime import date

from ksbb.program import Clash, CommitmentView, Finding, FollowUpPlan, LineView, Role, Severity, Text
from ksbb.testing import RecordingBench, commitment_view
from ksbb_pendidikan import PROGRAM
from ksbb_pendidikan.aid import STUDENT_DEVICE
from ksbb_pendidikan.settings import PendidikanSettings

A, B = "490154203237518", "356938035643809"


def clash(imei: str, *commitments: str) -> Clash:
    return Clash(kind="imei", value="*" * 11 + imei[-4:], commitments=commitments)


def devices(*imeis: str) -> CommitmentView:
    attributes = {**STUDENT_DEVICE.examples[1], "imei": list(imeis)}
    line = LineView(position=0, aid_type=STUDENT_DEVICE.id, quantity=len(imeis), attributes=attributes)
    return commitment_view(PROGRAM, line)


async def assessed(view: CommitmentView, *clashing: Clash) -> list[Finding]:
    bench = RecordingBench(PROGRAM, PendidikanSettings())
    case = bench.add(view, clashing=clashing)
    await bench.run("pendidikan-assess")
    assert case.plans == []
    (findings,) = case.assessments
    return findings


def not_unique(shown: str, pointer: str) -> Finding:
    return Finding(
        code="imei_not_unique",
        severity=Severity.BLOCK,
        message=Text(
            f"IMEI {shown} juga tercatat pada komitmen lain; periksa gawainya, lalu perbaiki atau hapus",
            f"the IMEI {shown} is in another commitment, too; check the device, then correct or remove it",
        ),
        pointer=pointer,
    )


async def test_a_commitment_with_imeis_of_its_own_passes() -> None:
    assert await assessed(devices(A, B)) == []


async def test_an_imei_of_another_commitment_blocks() -> None:
    assert await assessed(devices(A, B), clash(B, "id-1", "id-2")) == [
        not_unique("***********3809", "/lines/0/attributes/imei/1")
    ]


async def test_the_finding_names_no_place_when_two_imeis_end_alike() -> None:
    # Both are Luhn-valid and end in 7518.
    findings = await assessed(devices(A, "490154200007518"), clash(A, "id-1", "id-2"))

    found = [finding for finding in findings if finding.code == "imei_not_unique"]

    assert found == [not_unique("***********7518", "")]


async def test_rule_findings_come_first() -> None:
    findings = await assessed(devices(A, "490154203237517"), clash(A, "id-1", "id-2"))

    assert [finding.code for finding in findings] == ["imei_invalid", "imei_not_unique"]


def plan(due_on: date, indonesian: str, english: str) -> FollowUpPlan:
    return FollowUpPlan(kind="imei_clash", due_on=due_on, owner=Role.ASSESSOR, title=Text(indonesian, english))


def bench(*clashing: Clash, days: int = 14) -> RecordingBench:
    settings = PendidikanSettings(imei_clash_days=days)
    return RecordingBench(PROGRAM, settings, today=date(2026, 7, 6), clashing=clashing)


async def sweep(on: RecordingBench) -> list[tuple[str, FollowUpPlan]]:
    await on.run("pendidikan-imei-sweep")
    return on.opened


async def test_the_sweep_tells_the_assessor_about_each_commitment() -> None:
    opened = await sweep(bench(clash(A, "id-2", "id-1"), clash(B, "id-2", "id-3", "id-3")))
    a, b = "***********7518", "***********3809"

    assert opened == [
        (
            "id-1",
            plan(date(2026, 7, 31), f"IMEI juga ada pada komitmen lain: {a}", f"IMEI also in another commitment: {a}"),
        ),
        (
            "id-2",
            plan(
                date(2026, 7, 31),
                f"IMEI juga ada pada komitmen lain: {b}, {a}",
                f"IMEI also in another commitment: {b}, {a}",
            ),
        ),
        (
            "id-3",
            plan(date(2026, 7, 31), f"IMEI juga ada pada komitmen lain: {b}", f"IMEI also in another commitment: {b}"),
        ),
    ]


async def test_many_clashes_are_summed_up() -> None:
    many = [Clash(kind="imei", value=f"***********000{n}", commitments=("id-1", "id-2")) for n in range(5)]

    opened = await sweep(bench(*many))

    shown = "***********0000, ***********0001, ***********0002"
    assert opened[0][1].title == Text(
        f"IMEI juga ada pada komitmen lain: {shown} dan 2 lainnya",
        f"IMEI also in another commitment: {shown} and 2 more",
    )


async def test_a_clash_that_stands_is_not_opened_each_week() -> None:
    weekly = bench(clash(A, "id-1"))

    for day in (6, 13, 20, 27):
        weekly.today = date(2026, 7, day)
        await sweep(weekly)

    assert [follow_up.due_on for _, follow_up in weekly.opened] == [date(2026, 7, 31), date(2026, 8, 31)]


async def test_the_assessor_has_at_least_the_days_of_the_setting() -> None:
    opened = await sweep(bench(clash(A, "id-1"), days=30))

    assert opened[0][1].due_on == date(2026, 8, 31)


def test_the_program_names_its_flows() -> None:
    assert [(flow.name, flow.entrypoint, flow.stage, flow.schedule) for flow in PROGRAM.flows] == [
        ("pendidikan-assess", "ksbb_pendidikan.flows:assess", "submitted", None),
        ("pendidikan-imei-sweep", "ksbb_pendidikan.flows:imei_sweep", None, "0 4 * * 1"),
    ]
