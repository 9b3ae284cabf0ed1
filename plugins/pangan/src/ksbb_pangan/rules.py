"""The assessment rules of the food program."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from dateutil.relativedelta import relativedelta

from ksbb.program import CommitmentView, Finding, LineView, Rule, Severity, Text, parse_day
from ksbb_pangan import aid
from ksbb_pangan.foods import FOOD_NAMES
from ksbb_pangan.settings import PanganSettings
from ksbb_pangan.standard import shortfalls

_FOOD_AID = (aid.STAPLE_FOOD.id, aid.READY_MEAL.id, aid.EID_PACKAGE.id)
_PACKAGED_AID = (aid.STAPLE_FOOD.id, aid.EID_PACKAGE.id)
_BPOM = re.compile(r"(?:BPOM ?RI ?)?(?:MD|ML) ?[0-9]{12,17}")
_PIRT = re.compile(r"P-?IRT ?(?:NO\.? ?)?[0-9]{13}-?[0-9]{2}")
_WIB = timezone(timedelta(hours=7), "WIB")


def _rupiah(value: int) -> Text:
    grouped = f"{int(value):,}"
    return Text(f"Rp{grouped.replace(',', '.')}", f"Rp{grouped}")


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
        return None if moment.tzinfo is None else moment.astimezone(_WIB)
    except (ValueError, OverflowError):
        return None


def _halal(commitment: CommitmentView, _settings: PanganSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(*_FOOD_AID):
        if line.attributes.get("halal") is not True:
            yield Finding(
                code="not_halal",
                severity=Severity.BLOCK,
                message=Text(
                    "pangan dinyatakan tidak halal; hanya pangan halal yang disalurkan",
                    "the food is declared not halal; only halal food is distributed",
                ),
                pointer=line.at("halal"),
            )


def _packaging(commitment: CommitmentView, _settings: PanganSettings) -> Iterator[Finding]:
    for line in commitment.lines:
        if line.attributes.get("packaging_neutral") is not True:
            yield Finding(
                code="packaging_not_neutral",
                severity=Severity.BLOCK,
                message=Text(
                    "kemasan dinyatakan tidak netral; harus bebas dari muatan politik, SARA, dan keterangan palsu",
                    "the packaging is declared not neutral; it must be free of political, racial and false content",
                ),
                pointer=line.at("packaging_neutral"),
            )


def _registration(commitment: CommitmentView, settings: PanganSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(*_PACKAGED_AID):
        for index, item in enumerate(line.attributes.get("contents", ())):
            finding = _registration_of(item, line.at(f"contents/{index}/registration_number"), settings)
            if finding is not None:
                yield finding


def _registration_of(item: dict[str, Any], pointer: str, settings: PanganSettings) -> Finding | None:
    food = FOOD_NAMES[item["food"]]
    number = item.get("registration_number")
    if number is None:
        if item["food"] in settings.foods_without_registration:
            return None
        return Finding(
            code="registration_number_missing",
            severity=Severity.BLOCK,
            message=Text(
                f"{food.id} adalah pangan kemasan dan perlu nomor BPOM MD/ML atau P-IRT; belum diisi",
                f"{food.en} is packaged food and needs a BPOM MD/ML or P-IRT number; none is given",
            ),
            pointer=pointer,
        )
    written = " ".join(number.upper().split())
    if _BPOM.fullmatch(written) or _PIRT.fullmatch(written):
        return None
    return Finding(
        code="registration_number_malformed",
        severity=Severity.BLOCK,
        message=Text(
            f"nomor izin edar {food.id} tertulis {number!r}; yang sah: MD atau ML dan 12 sampai 17 angka, "
            "atau P-IRT dan 15 angka seperti P-IRT 1234567890123-27",
            f"the registration number of {food.en} reads {number!r}; valid are: MD or ML and 12 to 17 digits, "
            "or P-IRT and 15 digits such as P-IRT 1234567890123-27",
        ),
        pointer=pointer,
    )


def _expiry(commitment: CommitmentView, settings: PanganSettings) -> Iterator[Finding]:
    handover = commitment.planned_handover_on
    needed = _months_after(handover, settings.min_expiry_months)
    for line in commitment.lines_of(*_PACKAGED_AID):
        given = line.attributes.get("expires_on")
        expires_on = parse_day(given)
        if expires_on is None:
            yield Finding(
                code="expiry_unreadable",
                severity=Severity.BLOCK,
                message=Text(
                    f"tanggal kedaluwarsa {given!r} tidak terbaca; tulis TTTT-BB-HH",
                    f"the expiry day {given!r} can't be read; write YYYY-MM-DD",
                ),
                pointer=line.at("expires_on"),
            )
        elif expires_on < needed:
            yield Finding(
                code="expires_too_early",
                severity=Severity.BLOCK,
                message=Text(
                    f"kedaluwarsa {expires_on}; paling awal {needed}, "
                    f"{settings.min_expiry_months} bulan setelah rencana serah terima {handover}",
                    f"expires on {expires_on}; the earliest is {needed}, "
                    f"{settings.min_expiry_months} months after the planned handover on {handover}",
                ),
                pointer=line.at("expires_on"),
            )


@lru_cache(maxsize=1024)
def _months_after(day: date, months: int) -> date:
    try:
        return day + relativedelta(months=months)
    except ValueError:
        return date.max


def _meal(commitment: CommitmentView, settings: PanganSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(aid.READY_MEAL.id):
        cooked_at, eat_by = _moment(line.attributes.get("cooked_at")), _moment(line.attributes.get("eat_by"))
        if cooked_at is not None and eat_by is not None:
            yield from _meal_times(line, cooked_at, eat_by, commitment.planned_handover_on, settings.meal_hours)
            continue
        for name, moment in (("cooked_at", cooked_at), ("eat_by", eat_by)):
            if moment is None:
                yield Finding(
                    code="meal_time_unreadable",
                    severity=Severity.BLOCK,
                    message=Text(
                        f"waktu {line.attributes.get(name)!r} tidak terbaca; contoh: 2026-08-01T09:30:00+07:00",
                        f"the time {line.attributes.get(name)!r} can't be read; an example: 2026-08-01T09:30:00+07:00",
                    ),
                    pointer=line.at(name),
                )


def _meal_times(line: LineView, cooked_at: datetime, eat_by: datetime, handover: date, hours: int) -> Iterator[Finding]:
    from_to = f"{cooked_at:%Y-%m-%d %H:%M} – {eat_by:%Y-%m-%d %H:%M} WIB"
    if eat_by <= cooked_at:
        yield Finding(
            code="meal_times_reversed",
            severity=Severity.BLOCK,
            message=Text(
                f"batas makan harus setelah waktu selesai dimasak; tertulis {from_to}",
                f"the meal must be eaten after it is cooked; given {from_to}",
            ),
            pointer=line.at("eat_by"),
        )
        return
    if eat_by - cooked_at > timedelta(hours=hours):
        latest = cooked_at + timedelta(hours=hours)
        yield Finding(
            code="meal_eaten_too_late",
            severity=Severity.BLOCK,
            message=Text(
                f"makanan harus dimakan dalam {hours} jam setelah dimasak, paling lambat {latest:%Y-%m-%d %H:%M} WIB; "
                f"tertulis {from_to}",
                f"a meal must be eaten within {hours} hours of cooking, by {latest:%Y-%m-%d %H:%M} WIB; "
                f"given {from_to}",
            ),
            pointer=line.at("eat_by"),
        )
    if not cooked_at.date() <= handover <= eat_by.date():
        yield Finding(
            code="meal_not_on_handover_day",
            severity=Severity.BLOCK,
            message=Text(
                f"makanan harus dimasak untuk hari serah terima {handover}; tertulis {from_to}",
                f"the meal must be cooked for the day of the handover, {handover}; given {from_to}",
            ),
            pointer=line.at("cooked_at"),
        )


def _allergens(commitment: CommitmentView, _settings: PanganSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(aid.READY_MEAL.id):
        if "allergens" not in line.attributes:
            yield Finding(
                code="allergens_not_declared",
                severity=Severity.WARN,
                message=Text(
                    "alergen belum dinyatakan; isi daftar alergen, atau daftar kosong bila tidak ada",
                    "allergens are not declared; list them, or give an empty list when there are none",
                ),
                pointer=line.at("allergens"),
            )


def _eid(commitment: CommitmentView, settings: PanganSettings) -> Iterator[Finding]:
    handover = commitment.planned_handover_on
    lines = commitment.lines_of(*aid.EID_AID)
    if not lines or any(window.start <= handover <= window.end for window in settings.eid_windows):
        return
    year = handover.year
    windows = [window for window in settings.eid_windows if year in {window.year, window.start.year, window.end.year}]
    known = ", ".join(f"{window.start} – {window.end}" for window in windows)
    for line in lines:
        name = next(aid_type.name for aid_type in aid.AID_TYPES if aid_type.id == line.aid_type)
        if windows:
            yield Finding(
                code="outside_eid_window",
                severity=Severity.BLOCK,
                message=Text(
                    f"{name.id} hanya diserahkan pada masa Lebaran {known}; rencana serah terima {handover}",
                    f"{name.en}: handed over in the Eid window {known} only; the planned handover is on {handover}",
                ),
                pointer="/planned_handover_on",
            )
        else:
            yield Finding(
                code="eid_window_unknown",
                severity=Severity.WARN,
                message=Text(
                    f"{name.id}: masa Lebaran tahun {year} belum diatur; periksa tanggal serah terima {handover} "
                    "dan minta operator mengisi eid_windows",
                    f"{name.en}: no Eid window is set for {year}; weigh the handover on {handover} "
                    "and ask the operator to fill in eid_windows",
                ),
                pointer="/planned_handover_on",
            )


def _standard(commitment: CommitmentView, settings: PanganSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(aid.STAPLE_FOOD.id):
        people = int(line.attributes.get("people_per_package", settings.household_size))
        if people < settings.household_size:
            yield Finding(
                code="package_for_fewer_people",
                severity=Severity.WARN,
                message=Text(
                    f"paket untuk {people} jiwa; satu keluarga dihitung {settings.household_size} jiwa",
                    f"the package is meant for {people} people; a household counts {settings.household_size}",
                ),
                pointer=line.at("people_per_package"),
            )
        short = shortfalls(line.attributes.get("contents", ()), settings.weekly_package)
        if short and line.attributes.get("unit_value", 0) < settings.staple_value:
            worth = _rupiah(settings.staple_value)
            yield Finding(
                code="package_below_standard",
                severity=Severity.WARN,
                message=Text(
                    f"isi kurang dari paket standar: {'; '.join(text.id for text in short)}. "
                    f"Paket lain boleh bila nilainya setara, paling sedikit {worth.id}",
                    f"the contents fall short of the standard package: {'; '.join(text.en for text in short)}. "
                    f"Another package is welcome when it is worth as much, at least {worth.en}",
                ),
                pointer=line.at("contents"),
            )


def _reference_value(line: LineView, settings: PanganSettings) -> int:
    if line.aid_type == aid.HOLIDAY_ALLOWANCE.id:
        family = line.attributes.get("per") == "family"
        return settings.allowance_family_value if family else settings.allowance_person_value
    by_aid_type = {
        aid.STAPLE_FOOD.id: settings.staple_value,
        aid.READY_MEAL.id: settings.ready_meal_value,
        aid.EID_PACKAGE.id: settings.eid_package_value,
    }
    return by_aid_type.get(line.aid_type, 0)


def _value(commitment: CommitmentView, settings: PanganSettings) -> Iterator[Finding]:
    for line in commitment.lines:
        given, reference = line.attributes.get("unit_value"), _reference_value(line, settings)
        if given is not None and given < reference:
            yield Finding(
                code="value_below_reference",
                severity=Severity.WARN,
                message=Text(
                    f"nilai per satuan {_rupiah(given).id}; nilai acuan {_rupiah(reference).id}",
                    f"one unit is worth {_rupiah(given).en}; the reference value is {_rupiah(reference).en}",
                ),
                pointer=line.at("unit_value"),
            )


_TERMS = "Pemberitaan dan ketentuan KSBB pada masanya"
_DESIGN = "Pilihan rancangan platform, dapat diatur"

RULES = (
    Rule(
        id="halal",
        title=Text("Pangan halal", "Food is halal"),
        source=f"{_TERMS}; UU 33/2014 tentang Jaminan Produk Halal",
        codes=("not_halal",),
        check=_halal,
    ),
    Rule(
        id="neutral_packaging",
        title=Text("Kemasan netral", "Packaging is neutral"),
        source=_TERMS,
        codes=("packaging_not_neutral",),
        check=_packaging,
    ),
    Rule(
        id="registration_number",
        title=Text("Pangan kemasan berizin edar", "Packaged food is registered"),
        source=f"{_TERMS}; UU 18/2012 tentang Pangan pasal 91",
        codes=("registration_number_missing", "registration_number_malformed"),
        check=_registration,
    ),
    Rule(
        id="expiry",
        title=Text("Masa simpan cukup", "Packaged food keeps long enough"),
        source=_TERMS,
        codes=("expires_too_early", "expiry_unreadable"),
        check=_expiry,
    ),
    Rule(
        id="meal_times",
        title=Text("Makanan dimakan selagi aman", "Meals are eaten while they are safe"),
        source=_DESIGN,
        codes=("meal_time_unreadable", "meal_times_reversed", "meal_eaten_too_late", "meal_not_on_handover_day"),
        check=_meal,
    ),
    Rule(
        id="allergens",
        title=Text("Alergen dinyatakan", "Allergens are declared"),
        source=_DESIGN,
        codes=("allergens_not_declared",),
        check=_allergens,
    ),
    Rule(
        id="eid_window",
        title=Text("Bantuan Lebaran pada masanya", "Eid aid comes at Eid"),
        source=_TERMS,
        codes=("outside_eid_window", "eid_window_unknown"),
        check=_eid,
    ),
    Rule(
        id="standard_package",
        title=Text("Paket standar satu keluarga", "The standard package of a household"),
        source=_TERMS,
        codes=("package_for_fewer_people", "package_below_standard"),
        check=_standard,
    ),
    Rule(
        id="reference_value",
        title=Text("Nilai acuan", "Reference value"),
        source=_TERMS,
        codes=("value_below_reference",),
        check=_value,
    ),
)
