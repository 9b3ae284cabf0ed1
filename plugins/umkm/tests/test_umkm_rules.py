"""The enterprise program's rules, each on both sides of its threshold."""

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from ksbb.program import CommitmentView, Finding, LineView, Severity, Text
from ksbb.testing import commitment_view
from ksbb.testing.payloads import checked_findings, commitments_of
from ksbb_umkm import PROGRAM
from ksbb_umkm.aid import CAPITAL, FACILITIES, TRAINING
from ksbb_umkm.rules import RULES
from ksbb_umkm.settings import UmkmSettings

NIBS = ["1234567890123", "1234567890124"]
SEATS: dict[str, Any] = {"topic": "Pemasaran digital", "hours": 4}
CART: dict[str, Any] = {"facility": "cart", "condition": "new", "usable": True, "nibs": NIBS}
GRANT: dict[str, Any] = {"form": "grant", "nibs": NIBS}
LOAN: dict[str, Any] = {
    "form": "loan",
    "principal": 5_000_000,
    "tenor_months": 36,
    "rate_percent_per_year": 6,
    "provider": "Bank Contoh",
    "ojk_licence": "KEP-12/D.05/2021",
    "nibs": NIBS,
}


def commitment(aid_type: str, attributes: dict[str, Any], quantity: int) -> CommitmentView:
    line = LineView(position=0, aid_type=aid_type, quantity=quantity, attributes=attributes)
    return commitment_view(PROGRAM, line, submitted_on=date(2026, 7, 1), planned_handover_on=date(2026, 8, 1))


def findings(view: CommitmentView, **settings: Any) -> list[Finding]:
    set_to = UmkmSettings(**settings)
    return [finding for rule in RULES for finding in rule.check(view, set_to)]


def seats(**changed: Any) -> CommitmentView:
    return commitment(TRAINING.id, {**SEATS, **changed}, 2)


def carts(**changed: Any) -> CommitmentView:
    return commitment(FACILITIES.id, {**CART, **changed}, 2)


def grant(**changed: Any) -> CommitmentView:
    return commitment(CAPITAL.id, {**GRANT, **changed}, 10_000_000)


def loan(*without: str, **changed: Any) -> CommitmentView:
    attributes = {name: value for name, value in LOAN.items() if name not in without}
    return commitment(CAPITAL.id, {**attributes, **changed}, 10_000_000)


def found(severity: Severity, code: str, attribute: str, indonesian: str, english: str) -> Finding:
    pointer = f"/lines/0/attributes/{attribute}"
    return Finding(code=code, severity=severity, message=Text(indonesian, english), pointer=pointer)


@pytest.mark.parametrize("view", [seats(), carts(), grant(), loan()], ids=["training", "facilities", "grant", "loan"])
def test_good_aid_passes(view: CommitmentView) -> None:
    assert findings(view) == []


NOT_NAMED = (
    "nibs",
    "belum ada usaha yang disebut; isi NIB (13 angka) atau ID Jakpreneur",
    "no enterprise is named; give an NIB (13 digits) or a Jakpreneur id",
)


def test_capital_names_its_enterprises() -> None:
    assert findings(commitment(CAPITAL.id, {"form": "grant"}, 100)) == [
        found(Severity.BLOCK, "enterprise_missing", *NOT_NAMED)
    ]
    assert findings(commitment(CAPITAL.id, {"form": "grant", "jakpreneur_ids": ["JP-000123"]}, 100)) == []


def test_facilities_may_name_their_enterprises_later() -> None:
    nameless = {name: value for name, value in CART.items() if name != "nibs"}

    assert findings(commitment(FACILITIES.id, nameless, 2)) == [
        found(Severity.WARN, "enterprise_not_named", *NOT_NAMED)
    ]


@pytest.mark.parametrize(
    ("view", "attribute"),
    [
        (carts(jakpreneur_ids=["JP-000123"]), "nibs"),
        (seats(jakpreneur_ids=["JP-1", "JP-2", "JP-3"]), "jakpreneur_ids"),
    ],
)
def test_more_enterprises_than_units_are_weighed(view: CommitmentView, attribute: str) -> None:
    assert findings(view) == [
        found(
            Severity.WARN,
            "more_enterprises_than_quantity",
            attribute,
            "3 usaha disebut untuk jumlah 2; sebagian tidak akan terlayani",
            "3 enterprises are named for a quantity of 2; some will not be served",
        )
    ]


def test_short_training_is_weighed() -> None:
    assert findings(seats(hours=3.5)) == [
        found(
            Severity.WARN,
            "training_too_short",
            "hours",
            "pelatihan 3.5 jam per peserta; paling sedikit 4 jam",
            "3.5 hours of training per participant; at least 4",
        )
    ]
    assert findings(seats(hours=3.5), min_training_hours=3.5) == []


def test_facilities_must_be_usable() -> None:
    assert findings(carts(usable=False)) == [
        found(
            Severity.BLOCK,
            "not_usable",
            "usable",
            "sarana dinyatakan tidak layak pakai; hanya sarana yang berfungsi dan aman yang disalurkan",
            "the facilities are declared not usable; only ones that work and are safe are distributed",
        )
    ]


def test_other_facilities_are_described() -> None:
    assert findings(carts(facility="other", description="Papan nama")) == []
    assert findings(carts(facility="other")) == [
        found(
            Severity.WARN,
            "facility_not_described",
            "description",
            "sarana lain tanpa uraian; tulis apa bendanya dan untuk apa",
            "another facility without a description; say what it is and what it is for",
        )
    ]


@pytest.mark.parametrize(
    ("name", "indonesian", "english"),
    [
        ("principal", "pokok pinjaman per usaha", "the principal per enterprise"),
        ("tenor_months", "tenor dalam bulan", "the term in months"),
        ("rate_percent_per_year", "bunga atau margin per tahun", "the rate per year"),
        ("provider", "nama penyedia", "the provider's name"),
    ],
)
def test_a_loan_names_its_terms(name: str, indonesian: str, english: str) -> None:
    assert findings(loan(name)) == [
        found(
            Severity.BLOCK,
            "loan_term_missing",
            name,
            f"pinjaman perlu {indonesian}; belum diisi",
            f"a loan needs {english}; none is given",
        )
    ]


def test_a_loan_needs_a_licensed_provider() -> None:
    assert findings(loan("ojk_licence")) == [
        found(
            Severity.BLOCK,
            "loan_provider_unlicensed",
            "ojk_licence",
            "pinjaman perlu nomor izin OJK penyedia; belum diisi",
            "a loan needs the provider's OJK licence number; none is given",
        )
    ]


@pytest.mark.parametrize("number", ["KEP-12/D.05/2021", "kep-123/nb.11/2019", "S-1/NB.111/2018", "KEP 4/KDK.01/1999"])
def test_licence_numbers_as_they_are_written(number: str) -> None:
    assert findings(loan(ojk_licence=number)) == []


@pytest.mark.parametrize("number", ["-", "in process", "KEP-12", "12/D.05/2021"])
def test_a_doubtful_licence_number_is_weighed(number: str) -> None:
    assert findings(loan(ojk_licence=number)) == [
        found(
            Severity.WARN,
            "ojk_licence_doubtful",
            "ojk_licence",
            f"nomor izin OJK tertulis {number!r}; lazimnya KEP-12/D.05/2021: cocokkan dengan daftar OJK",
            f"the OJK licence reads {number!r}; the usual form is KEP-12/D.05/2021: compare with OJK's list",
        )
    ]


def test_a_dear_loan_is_weighed() -> None:
    assert findings(loan(rate_percent_per_year=6.1)) == [
        found(
            Severity.WARN,
            "loan_rate_high",
            "rate_percent_per_year",
            "bunga atau margin 6.1 % per tahun; wajarnya paling tinggi 6 %",
            "the rate is 6.1 % per year; reasonable is at most 6 %",
        )
    ]
    assert findings(loan(rate_percent_per_year=6.1), max_loan_rate_percent=6.1) == []
    assert findings(loan(rate_percent_per_year=0)) == []


def test_a_long_loan_is_weighed() -> None:
    assert findings(loan(tenor_months=37)) == [
        found(
            Severity.WARN,
            "loan_tenor_long",
            "tenor_months",
            "tenor 37 bulan; wajarnya paling lama 36 bulan",
            "the term is 37 months; reasonable is at most 36",
        )
    ]
    assert findings(loan(tenor_months=37), max_loan_tenor_months=37) == []


def test_a_grant_with_loan_terms_is_weighed() -> None:
    assert findings(grant(tenor_months=12, provider="Bank Contoh")) == [
        found(
            Severity.WARN,
            "grant_with_loan_terms",
            "tenor_months",
            "hibah tidak dikembalikan, tetapi memuat tenor dalam bulan, nama penyedia; pastikan ini bukan pinjaman",
            "a grant is not paid back, but this one gives the term in months, the provider's name; "
            "make sure that it is no loan",
        )
    ]


def test_principal_times_enterprises_is_the_quantity() -> None:
    assert findings(grant(principal=5_000_000)) == []
    assert findings(grant(principal=2_500_000)) == [
        found(
            Severity.WARN,
            "principal_mismatch",
            "principal",
            "2 usaha × Rp2.500.000 = Rp5.000.000, tetapi jumlah modal Rp10.000.000",
            "2 enterprises × Rp2,500,000 = Rp5,000,000, but the quantity is Rp10,000,000",
        )
    ]


@given(view=commitments_of(PROGRAM, most_units=10**12))
def test_rules_are_total(view: CommitmentView) -> None:
    for finding in checked_findings(PROGRAM, UmkmSettings(), view):
        assert re.match("/lines/[0-9]+/attributes/.", finding.pointer)
