"""The food program's rules, each on both sides of its threshold."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksbb.program import CommitmentView, Finding, LineView, Severity, Text
from ksbb.testing import commitment_view
from ksbb_pangan import PROGRAM
from ksbb_pangan.aid import AID_TYPES, EID_PACKAGE, HOLIDAY_ALLOWANCE, READY_MEAL, STAPLE_FOOD
from ksbb_pangan.foods import Food
from ksbb_pangan.rules import RULES
from ksbb_pangan.settings import PanganSettings

HANDOVER = date(2026, 3, 10)
MD = "MD 123456789001"
STAPLE: dict[str, Any] = {**STAPLE_FOOD.examples[0], "expires_on": "2026-09-10"}
MEAL: dict[str, Any] = {
    "cooked_at": "2026-03-10T09:00:00+07:00",
    "eat_by": "2026-03-10T13:00:00+07:00",
    "halal": True,
    "packaging_neutral": True,
    "allergens": [],
}


def commitment(*lines: tuple[str, dict[str, Any]], handover: date = HANDOVER) -> CommitmentView:
    views = (
        LineView(position=position, aid_type=aid_type, quantity=100, attributes=attributes)
        for position, (aid_type, attributes) in enumerate(lines)
    )
    return commitment_view(PROGRAM, *views, submitted_on=date(2026, 3, 1), planned_handover_on=handover)


def findings(view: CommitmentView, **settings: Any) -> list[Finding]:
    set_to = PanganSettings(**settings)
    return [finding for rule in RULES for finding in rule.check(view, set_to)]


def staple(**changed: Any) -> CommitmentView:
    return commitment((STAPLE_FOOD.id, {**STAPLE, **changed}))


def meal(**changed: Any) -> CommitmentView:
    return commitment((READY_MEAL.id, {**MEAL, **changed}))


def block(code: str, pointer: str, indonesian: str, english: str) -> Finding:
    return Finding(code=code, severity=Severity.BLOCK, message=Text(indonesian, english), pointer=f"/{pointer}")


def warn(code: str, pointer: str, indonesian: str, english: str) -> Finding:
    return Finding(code=code, severity=Severity.WARN, message=Text(indonesian, english), pointer=f"/{pointer}")


def test_good_aid_of_all_kinds_passes() -> None:
    eid = {**EID_PACKAGE.examples[0], "expires_on": "2026-09-10"}
    allowance = dict(HOLIDAY_ALLOWANCE.examples[1])

    assert findings(staple()) == []
    assert findings(meal()) == []
    assert findings(commitment((EID_PACKAGE.id, eid), (HOLIDAY_ALLOWANCE.id, allowance))) == []


def test_every_finding_stands_at_its_line() -> None:
    view = commitment((STAPLE_FOOD.id, STAPLE), (READY_MEAL.id, {**MEAL, "halal": False}))

    assert findings(view) == [
        block(
            "not_halal",
            "lines/1/attributes/halal",
            "pangan dinyatakan tidak halal; hanya pangan halal yang disalurkan",
            "the food is declared not halal; only halal food is distributed",
        )
    ]


@pytest.mark.parametrize("aid_type", AID_TYPES, ids=lambda aid_type: aid_type.id)
def test_packaging_must_be_neutral_for_all_aid(aid_type: Any) -> None:
    attributes = {**aid_type.examples[0], "packaging_neutral": False}

    assert block(
        "packaging_not_neutral",
        "lines/0/attributes/packaging_neutral",
        "kemasan dinyatakan tidak netral; harus bebas dari muatan politik, SARA, dan keterangan palsu",
        "the packaging is declared not neutral; it must be free of political, racial and false content",
    ) in findings(commitment((aid_type.id, attributes)))


@pytest.mark.parametrize(
    "number",
    [
        "MD 123456789012",
        "ML123456789012",
        "bpom ri md 123456789012345",
        "MD 12345678901234567",
        "P-IRT 1234567890123-27",
        "PIRT 123456789012327",
        "P-IRT No. 1234567890123-27",
        "  MD   123456789012 ",
    ],
)
def test_registration_numbers_in_the_ways_people_write_them(number: str) -> None:
    oil = {"food": "cooking_oil", "amount": 2, "unit": "l", "registration_number": number}

    assert findings(staple(contents=[oil], unit_value=200_000)) == []


@pytest.mark.parametrize(
    "number", ["123456789012", "MD 12345678901", "MD 123456789012345678", "P-IRT 123-27", "MD ١٢٣٤٥٦٧٨٩٠١٢", "-"]
)
def test_a_malformed_registration_number_blocks(number: str) -> None:
    oil = {"food": "cooking_oil", "amount": 2, "unit": "l", "registration_number": number}

    assert findings(staple(contents=[oil], unit_value=200_000)) == [
        block(
            "registration_number_malformed",
            "lines/0/attributes/contents/0/registration_number",
            f"nomor izin edar minyak goreng tertulis {number!r}; yang sah: MD atau ML dan 12 sampai 17 angka, "
            "atau P-IRT dan 15 angka seperti P-IRT 1234567890123-27",
            f"the registration number of cooking oil reads {number!r}; valid are: MD or ML and 12 to 17 digits, "
            "or P-IRT and 15 digits such as P-IRT 1234567890123-27",
        )
    ]


def test_packaged_food_needs_a_registration_number_and_fresh_food_none() -> None:
    contents = [{"food": "rice", "amount": 10, "unit": "kg"}, {"food": "sugar", "amount": 1, "unit": "kg"}]
    view = staple(contents=contents, unit_value=200_000)

    assert findings(view) == [
        block(
            "registration_number_missing",
            "lines/0/attributes/contents/1/registration_number",
            "gula adalah pangan kemasan dan perlu nomor BPOM MD/ML atau P-IRT; belum diisi",
            "sugar is packaged food and needs a BPOM MD/ML or P-IRT number; none is given",
        )
    ]
    assert findings(view, foods_without_registration=[Food.RICE, Food.SUGAR]) == []


def test_food_keeps_six_months_after_the_handover() -> None:
    assert findings(staple(expires_on="2026-09-10")) == []
    assert findings(staple(expires_on="2026-09-09")) == [
        block(
            "expires_too_early",
            "lines/0/attributes/expires_on",
            "kedaluwarsa 2026-09-09; paling awal 2026-09-10, 6 bulan setelah rencana serah terima 2026-03-10",
            "expires on 2026-09-09; the earliest is 2026-09-10, 6 months after the planned handover on 2026-03-10",
        )
    ]
    assert findings(staple(expires_on="2026-04-10"), min_expiry_months=1) == []


def test_six_months_after_the_end_of_august_is_the_end_of_february() -> None:
    view = commitment((STAPLE_FOOD.id, {**STAPLE, "expires_on": "2027-02-28"}), handover=date(2026, 8, 31))

    assert findings(view) == []


def test_a_handover_at_the_end_of_the_calendar_is_judged_too() -> None:
    view = commitment((STAPLE_FOOD.id, STAPLE), handover=date.max)

    assert [finding.code for finding in findings(view)] == ["expires_too_early"]


def test_an_expiry_day_that_cannot_be_read_blocks() -> None:
    assert findings(staple(expires_on="June 2027")) == [
        block(
            "expiry_unreadable",
            "lines/0/attributes/expires_on",
            "tanggal kedaluwarsa 'June 2027' tidak terbaca; tulis TTTT-BB-HH",
            "the expiry day 'June 2027' can't be read; write YYYY-MM-DD",
        )
    ]


def test_a_meal_is_eaten_within_four_hours() -> None:
    late = meal(eat_by="2026-03-10T13:00:01+07:00")

    assert findings(meal()) == []
    assert findings(late) == [
        block(
            "meal_eaten_too_late",
            "lines/0/attributes/eat_by",
            "makanan harus dimakan dalam 4 jam setelah dimasak, paling lambat 2026-03-10 13:00 WIB; "
            "tertulis 2026-03-10 09:00 – 2026-03-10 13:00 WIB",
            "a meal must be eaten within 4 hours of cooking, by 2026-03-10 13:00 WIB; "
            "given 2026-03-10 09:00 – 2026-03-10 13:00 WIB",
        )
    ]
    assert findings(late, meal_hours=5) == []


def test_a_meal_is_eaten_after_it_is_cooked() -> None:
    assert findings(meal(eat_by="2026-03-10T02:00:00Z")) == [
        block(
            "meal_times_reversed",
            "lines/0/attributes/eat_by",
            "batas makan harus setelah waktu selesai dimasak; tertulis 2026-03-10 09:00 – 2026-03-10 09:00 WIB",
            "the meal must be eaten after it is cooked; given 2026-03-10 09:00 – 2026-03-10 09:00 WIB",
        )
    ]


def test_a_meal_is_cooked_for_the_day_of_the_handover_in_jakarta() -> None:
    # 18:00 UTC is 01:00 of the next day in Jakarta.
    assert findings(meal(cooked_at="2026-03-09T18:00:00Z", eat_by="2026-03-09T21:00:00Z")) == []
    assert findings(meal(cooked_at="2026-03-10T18:00:00Z", eat_by="2026-03-10T21:00:00Z")) == [
        block(
            "meal_not_on_handover_day",
            "lines/0/attributes/cooked_at",
            "makanan harus dimasak untuk hari serah terima 2026-03-10; "
            "tertulis 2026-03-11 01:00 – 2026-03-11 04:00 WIB",
            "the meal must be cooked for the day of the handover, 2026-03-10; "
            "given 2026-03-11 01:00 – 2026-03-11 04:00 WIB",
        )
    ]


@pytest.mark.parametrize("given_time", ["this morning", "2026-03-10T09:00:00", "0001-01-01T00:00:00+14:00"])
def test_a_meal_time_that_cannot_be_read_blocks(given_time: str) -> None:
    assert findings(meal(cooked_at=given_time)) == [
        block(
            "meal_time_unreadable",
            "lines/0/attributes/cooked_at",
            f"waktu {given_time!r} tidak terbaca; contoh: 2026-08-01T09:30:00+07:00",
            f"the time {given_time!r} can't be read; an example: 2026-08-01T09:30:00+07:00",
        )
    ]


def test_allergens_are_declared_even_when_there_are_none() -> None:
    undeclared = {name: value for name, value in MEAL.items() if name != "allergens"}

    assert findings(commitment((READY_MEAL.id, undeclared))) == [
        warn(
            "allergens_not_declared",
            "lines/0/attributes/allergens",
            "alergen belum dinyatakan; isi daftar alergen, atau daftar kosong bila tidak ada",
            "allergens are not declared; list them, or give an empty list when there are none",
        )
    ]


@pytest.mark.parametrize("day", [date(2026, 2, 9), date(2026, 3, 28)])
def test_eid_aid_is_welcome_on_the_first_and_last_day_of_the_window(day: date) -> None:
    assert findings(commitment((HOLIDAY_ALLOWANCE.id, dict(HOLIDAY_ALLOWANCE.examples[0])), handover=day)) == []


@pytest.mark.parametrize("day", [date(2026, 2, 8), date(2026, 3, 29)])
def test_eid_aid_outside_of_the_window_blocks(day: date) -> None:
    view = commitment((HOLIDAY_ALLOWANCE.id, dict(HOLIDAY_ALLOWANCE.examples[0])), handover=day)

    assert findings(view) == [
        block(
            "outside_eid_window",
            "planned_handover_on",
            "Tunjangan hari raya (THR) hanya diserahkan pada masa Lebaran 2026-02-09 – 2026-03-28; "
            f"rencana serah terima {day}",
            "Holiday allowance: handed over in the Eid window 2026-02-09 – 2026-03-28 only; "
            f"the planned handover is on {day}",
        )
    ]
    window = {"year": 2026, "start": day, "end": day}
    assert findings(view, eid_windows=[window]) == []


def test_a_year_without_window_is_for_the_assessor_to_weigh() -> None:
    attributes = {**EID_PACKAGE.examples[0], "expires_on": "2031-12-31"}

    assert findings(commitment((EID_PACKAGE.id, attributes), handover=date(2030, 2, 1))) == [
        warn(
            "eid_window_unknown",
            "planned_handover_on",
            "Paket Lebaran: masa Lebaran tahun 2030 belum diatur; periksa tanggal serah terima 2030-02-01 "
            "dan minta operator mengisi eid_windows",
            "Eid package: no Eid window is set for 2030; weigh the handover on 2030-02-01 "
            "and ask the operator to fill in eid_windows",
        )
    ]


def test_staple_food_is_not_bound_to_eid() -> None:
    view = commitment((STAPLE_FOOD.id, {**STAPLE, "expires_on": "2027-12-31"}), handover=date(2026, 12, 1))

    assert findings(view) == []


def test_a_package_lasts_a_household_of_four() -> None:
    assert findings(staple(people_per_package=4)) == []
    assert findings(staple(people_per_package=3)) == [
        warn(
            "package_for_fewer_people",
            "lines/0/attributes/people_per_package",
            "paket untuk 3 jiwa; satu keluarga dihitung 4 jiwa",
            "the package is meant for 3 people; a household counts 4",
        )
    ]
    assert findings(staple(people_per_package=3), household_size=3) == []


def test_contents_below_the_standard_are_listed() -> None:
    contents = [
        {"food": "rice", "amount": 3, "unit": "kg"},
        {"food": "rice", "amount": 1500, "unit": "g"},
        {"food": "cooking_oil", "amount": 2000, "unit": "ml", "registration_number": MD},
        {"food": "flour", "amount": 1, "unit": "kg", "registration_number": MD},
        {"food": "sugar", "amount": 1, "unit": "kg", "registration_number": MD},
        {"food": "condensed_milk", "amount": 1, "unit": "pcs", "registration_number": MD},
        {"food": "tea", "amount": 50, "unit": "g", "registration_number": MD},
        {"food": "instant_noodles", "amount": 400, "unit": "g", "registration_number": MD},
    ]
    cheap = {**STAPLE, "contents": contents}
    del cheap["unit_value"]

    assert findings(commitment((STAPLE_FOOD.id, cheap))) == [
        warn(
            "package_below_standard",
            "lines/0/attributes/contents",
            "isi kurang dari paket standar: beras 4500 dari 5000 g; sarden tidak ada. "
            "Paket lain boleh bila nilainya setara, paling sedikit Rp200.000",
            "the contents fall short of the standard package: rice 4500 of 5000 g; no sardines. "
            "Another package is welcome when it is worth as much, at least Rp200,000",
        )
    ]
    assert findings(commitment((STAPLE_FOOD.id, {**cheap, "unit_value": 200_000}))) == []
    lighter = [{"food": "rice", "amount": 4.5, "unit": "kg"}]
    assert findings(commitment((STAPLE_FOOD.id, cheap)), weekly_package=lighter) == []


@pytest.mark.parametrize(
    ("aid_type", "attributes", "reference", "setting"),
    [
        (STAPLE_FOOD.id, STAPLE, 200_000, "staple_value"),
        (READY_MEAL.id, MEAL, 45_000, "ready_meal_value"),
        (EID_PACKAGE.id, {**EID_PACKAGE.examples[0], "expires_on": "2026-09-10"}, 85_000, "eid_package_value"),
        (HOLIDAY_ALLOWANCE.id, {"per": "person", "packaging_neutral": True}, 50_000, "allowance_person_value"),
        (HOLIDAY_ALLOWANCE.id, {"per": "family", "packaging_neutral": True}, 200_000, "allowance_family_value"),
    ],
)
def test_a_value_below_the_reference_is_weighed(
    aid_type: str, attributes: dict[str, Any], reference: int, setting: str
) -> None:
    at, below = (commitment((aid_type, {**attributes, "unit_value": value})) for value in (reference, reference - 1))
    given, wanted = f"{reference - 1:,}", f"{reference:,}"

    assert findings(at) == []
    assert findings(below) == [
        warn(
            "value_below_reference",
            "lines/0/attributes/unit_value",
            f"nilai per satuan Rp{given.replace(',', '.')}; nilai acuan Rp{wanted.replace(',', '.')}",
            f"one unit is worth Rp{given}; the reference value is Rp{wanted}",
        )
    ]
    assert findings(below, **{setting: reference - 1}) == []


@given(handover=st.dates(date(2020, 1, 1), date(2090, 1, 1)), early=st.integers(1, 400))
def test_food_that_expires_before_the_limit_never_passes(handover: date, early: int) -> None:
    expires_on = (handover + timedelta(days=180 - early)).isoformat()
    view = commitment((STAPLE_FOOD.id, {**STAPLE, "expires_on": expires_on}), handover=handover)

    assert "expires_too_early" in {finding.code for finding in findings(view)}
