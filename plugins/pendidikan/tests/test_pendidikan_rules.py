"""The education program's rules, each on both sides of its threshold."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given

from ksbb.program import CommitmentView, Finding, LineView, Severity, Text
from ksbb.testing import commitment_view
from ksbb.testing.payloads import checked_findings, commitments_of
from ksbb_pendidikan import PROGRAM
from ksbb_pendidikan.aid import SIM_CARD, STUDENT_DEVICE, TEACHER_COMPUTER
from ksbb_pendidikan.rules import RULES
from ksbb_pendidikan.settings import PendidikanSettings

A, B, C = "490154203237518", "356938035643809", "352099001761481"
DEVICE: dict[str, Any] = {
    "device_kind": "tablet",
    "condition": "new",
    "usable": True,
    "android_version": 10,
    "ram_gb": 3,
    "storage_gb": 32,
    "imei": [A, B],
}
COMPUTER: dict[str, Any] = {
    "condition": "new",
    "usable": True,
    "ram_gb": 4,
    "lent": True,
    "owned_by_school": True,
    "serial": ["LPT-0001", "LPT-0002"],
}
SIM: dict[str, Any] = {"quota_gb": 10, "valid_days": 30}


def commitment(*lines: tuple[str, dict[str, Any]]) -> CommitmentView:
    views = (
        LineView(position=position, aid_type=aid_type, quantity=2, attributes=attributes)
        for position, (aid_type, attributes) in enumerate(lines)
    )
    return commitment_view(PROGRAM, *views, submitted_on=date(2026, 7, 1), planned_handover_on=date(2026, 8, 1))


def findings(view: CommitmentView, **settings: Any) -> list[Finding]:
    set_to = PendidikanSettings(**settings)
    return [finding for rule in RULES for finding in rule.check(view, set_to)]


def device(**changed: Any) -> CommitmentView:
    return commitment((STUDENT_DEVICE.id, {**DEVICE, **changed}))


def computer(**changed: Any) -> CommitmentView:
    return commitment((TEACHER_COMPUTER.id, {**COMPUTER, **changed}))


def sim(**changed: Any) -> CommitmentView:
    return commitment((SIM_CARD.id, {**SIM, **changed}))


def block(code: str, attribute: str, indonesian: str, english: str) -> Finding:
    pointer = f"/lines/0/attributes/{attribute}"
    return Finding(code=code, severity=Severity.BLOCK, message=Text(indonesian, english), pointer=pointer)


def warn(code: str, attribute: str, indonesian: str, english: str) -> Finding:
    pointer = f"/lines/0/attributes/{attribute}"
    return Finding(code=code, severity=Severity.WARN, message=Text(indonesian, english), pointer=pointer)


def test_aid_at_the_thresholds_passes() -> None:
    assert findings(commitment((STUDENT_DEVICE.id, DEVICE), (TEACHER_COMPUTER.id, COMPUTER), (SIM_CARD.id, SIM))) == []


@pytest.mark.parametrize("view", [device(usable=False), computer(usable=False)])
def test_devices_must_be_usable(view: CommitmentView) -> None:
    assert findings(view) == [
        block(
            "not_usable",
            "usable",
            "perangkat dinyatakan tidak layak pakai; hanya perangkat yang layak pakai yang disalurkan",
            "the devices are declared not usable; only usable devices are distributed",
        )
    ]


@pytest.mark.parametrize(
    "view", [device(condition="used"), device(condition="used", data_wiped=False), computer(condition="used")]
)
def test_used_devices_must_be_wiped(view: CommitmentView) -> None:
    assert findings(view) == [
        block(
            "data_not_wiped",
            "data_wiped",
            "perangkat bekas harus bersih dari data pemilik lama; hapus datanya lalu isi data_wiped",
            "used devices must be free of the former owner's data; wipe them, then set data_wiped",
        )
    ]


def test_wiped_devices_and_new_ones_pass() -> None:
    assert findings(device(condition="used", data_wiped=True)) == []
    assert findings(device(condition="new", data_wiped=False)) == []


@pytest.mark.parametrize(
    ("view", "expected", "setting"),
    [
        (
            device(android_version=9),
            block("android_too_old", "android_version", "Android 9; paling sedikit 10", "Android 9; at least 10"),
            {"min_android_version": 9},
        ),
        (
            device(ram_gb=2.5),
            block("ram_too_small", "ram_gb", "RAM (GB) 2.5; paling sedikit 3", "RAM (GB) 2.5; at least 3"),
            {"min_device_ram_gb": 2.5},
        ),
        (
            device(storage_gb=16),
            block(
                "storage_too_small",
                "storage_gb",
                "penyimpanan (GB) 16; paling sedikit 32",
                "storage (GB) 16; at least 32",
            ),
            {"min_device_storage_gb": 16},
        ),
        (
            computer(ram_gb=3),
            block("ram_too_small", "ram_gb", "RAM (GB) 3; paling sedikit 4", "RAM (GB) 3; at least 4"),
            {"min_computer_ram_gb": 3},
        ),
        (
            sim(quota_gb=9.5),
            warn("quota_too_small", "quota_gb", "kuota (GB) 9.5; paling sedikit 10", "quota (GB) 9.5; at least 10"),
            {"min_sim_quota_gb": 9.5},
        ),
        (
            sim(valid_days=29),
            warn(
                "validity_too_short",
                "valid_days",
                "masa berlaku (hari) 29; paling sedikit 30",
                "validity (days) 29; at least 30",
            ),
            {"min_sim_valid_days": 29},
        ),
    ],
)
def test_below_the_standard(view: CommitmentView, expected: Finding, setting: dict[str, Any]) -> None:
    assert findings(view) == [expected]
    assert findings(view, **setting) == []


@pytest.mark.parametrize("imei", ["490154203237517", "000000000000000"])
def test_a_wrong_imei_blocks_and_is_shown_masked(imei: str) -> None:
    shown = "*" * 11 + imei[-4:]

    assert findings(device(imei=[B, imei])) == [
        block(
            "imei_invalid",
            "imei/1",
            f"IMEI {shown} tidak sah: harus 15 angka dengan angka pemeriksa yang benar; "
            "tekan *#06# pada gawai untuk membacanya",
            f"the IMEI {shown} is not valid: it must be 15 digits with a right check digit; "
            "dial *#06# on the device to read it",
        )
    ]


def test_an_imei_in_two_lines_of_a_commitment_blocks() -> None:
    view = commitment((STUDENT_DEVICE.id, DEVICE), (STUDENT_DEVICE.id, {**DEVICE, "imei": [C, A]}))

    assert findings(view) == [
        Finding(
            code="imei_repeated",
            severity=Severity.BLOCK,
            message=Text(
                "IMEI ***********7518 sudah ditulis di atas; setiap gawai punya IMEI sendiri",
                "the IMEI ***********7518 is given above already; each device has its own",
            ),
            pointer="/lines/1/attributes/imei/1",
        )
    ]


def test_more_imeis_than_devices_block() -> None:
    assert findings(device(imei=[A, B, C])) == [
        block(
            "imei_more_than_quantity",
            "imei",
            "3 IMEI untuk 2 gawai; tulis satu per gawai",
            "3 IMEIs for 2 devices; give one for each device",
        )
    ]


@pytest.mark.parametrize(("given_imeis", "count"), [([], 0), ([A], 1)])
def test_missing_imeis_are_for_the_assessor(given_imeis: list[str], count: int) -> None:
    expected = warn(
        "imei_missing",
        "imei",
        f"{count} IMEI untuk 2 gawai; minta direvisi agar lengkap sebelum disetujui (tablet tanpa SIM: nomor seri)",
        f"{count} IMEIs for 2 devices; ask for a revision to complete them before you approve (tablets without SIM: serial numbers)",
    )

    assert findings(device(imei=given_imeis)) == [expected]


def test_no_imei_at_all_is_missing_too() -> None:
    without = {name: value for name, value in DEVICE.items() if name != "imei"}

    assert [finding.code for finding in findings(commitment((STUDENT_DEVICE.id, without)))] == ["imei_missing"]


@pytest.mark.parametrize("view", [device(serial=["S-01", "S-02", "S-03"]), computer(serial=["S-01", "S-02", "S-03"])])
def test_more_serial_numbers_than_devices_block(view: CommitmentView) -> None:
    assert findings(view) == [
        block(
            "serial_more_than_quantity",
            "serial",
            "3 nomor seri untuk 2 perangkat; tulis satu per perangkat",
            "3 serial numbers for 2 devices; give one for each device",
        )
    ]


def test_laptops_without_serial_number_are_for_the_assessor() -> None:
    assert findings(computer(serial=["LPT-0001"])) == [
        warn(
            "serial_missing",
            "serial",
            "1 nomor seri untuk 2 laptop; minta direvisi agar lengkap sebelum disetujui, sekolah mencatatnya sebagai inventaris",
            "1 serial numbers for 2 laptops; ask for a revision to complete them before you approve, "
            "the school keeps them in its inventory",
        )
    ]


def test_laptops_are_lent_and_belong_to_the_school() -> None:
    assert findings(computer(lent=False, owned_by_school=False)) == [
        block(
            "not_lent",
            "lent",
            "laptop guru harus dipinjamkan kepada guru; dinyatakan tidak dipinjamkan",
            "a teacher computer must be lent to the teacher; it is declared not lent",
        ),
        block(
            "not_school_property",
            "owned_by_school",
            "laptop guru harus menjadi milik sekolah; dinyatakan bukan milik sekolah",
            "a teacher computer must belong to the school; it is declared not to",
        ),
    ]


def test_sim_cards_can_be_activated_on_the_day_of_the_handover() -> None:
    assert findings(sim(activate_before="2026-08-01")) == []
    assert findings(sim(activate_before="2026-07-31")) == [
        block(
            "sim_expired_at_handover",
            "activate_before",
            "batas aktivasi kartu 2026-07-31; paling awal hari rencana serah terima, 2026-08-01",
            "the card must be activated by 2026-07-31; the earliest is the planned handover, 2026-08-01",
        )
    ]


def test_an_activation_day_that_cannot_be_read_blocks() -> None:
    assert [finding.code for finding in findings(sim(activate_before="soon"))] == ["sim_expired_at_handover"]


@given(view=commitments_of(PROGRAM, most_units=5))
def test_rules_are_total(view: CommitmentView) -> None:
    imeis = [imei for line in view.lines for imei in line.attributes.get("imei", ())]
    for finding in checked_findings(PROGRAM, PendidikanSettings(), view):
        assert finding.pointer.startswith("/lines/")
        assert not any(imei in finding.message.en for imei in imeis)
