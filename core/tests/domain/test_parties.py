"""Parties: classes, the ways of an aggregator, and licences at the edges of their validity."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksbb.domain.errors import Conflict, Problem
from ksbb.domain.parties import (
    DONOR_CLASS,
    Aggregator,
    AggregatorStatus,
    CollaboratorClass,
    FundSource,
    Licence,
    LicenceKind,
    require_entitled,
)
from ksbb.domain.text import Text

NOW = datetime(2026, 8, 3, 2, tzinfo=UTC)
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
AREA = "31.71.06.1002"
DAYS = st.dates(min_value=date(2025, 1, 1), max_value=date(2027, 12, 31))


def an_aggregator(status: AggregatorStatus = AggregatorStatus.ACTIVE) -> Aggregator:
    return Aggregator(
        id="a1",
        name="Lembaga Contoh",
        address="",
        contact_office="",
        legal_form="Yayasan",
        status=status,
        status_reason="",
        synthetic=True,
        created_at=NOW,
        version=1,
    )


def a_licence(
    kind: LicenceKind = LicenceKind.FUNDRAISING_PERMIT,
    area_code: str = "31",
    valid_from: date = FIRST,
    valid_to: date = LAST,
) -> Licence:
    return Licence(
        id="l1",
        aggregator_id="a1",
        kind=kind,
        number=f"{kind}-1",
        issuer="Kementerian Sosial",
        area_code=area_code,
        valid_from=valid_from,
        valid_to=valid_to,
        created_at=NOW,
    )


def test_seven_classes_fold_into_five() -> None:
    assert {str(given): str(folded) for given, folded in DONOR_CLASS.items()} == {
        "government_agency": "government",
        "enterprise": "enterprises",
        "social_organisation": "social_organisations",
        "association": "social_organisations",
        "community": "communities",
        "citizen_group": "communities",
        "individual": "individuals",
    }
    assert set(DONOR_CLASS) == set(CollaboratorClass)


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (FIRST - timedelta(days=1), False),
        (FIRST, True),
        (LAST, True),
        (LAST + timedelta(days=1), False),
    ],
)
def test_both_days_of_a_licence_are_included(day: date, *, holds: bool) -> None:
    assert a_licence().covers(day, AREA) is holds


def test_a_licence_of_one_day() -> None:
    licence = a_licence(valid_from=FIRST, valid_to=FIRST)
    days = [FIRST - timedelta(days=1), FIRST, FIRST + timedelta(days=1)]
    assert [licence.covers(day, AREA) for day in days] == [False, True, False]


@pytest.mark.parametrize(
    ("licensed", "asked", "holds"),
    [
        ("31", AREA, True),
        ("31.71", AREA, True),
        (AREA, AREA, True),
        ("31.72", AREA, False),
        ("31.71", "31", False),
    ],
)
def test_a_licence_holds_inside_its_area(licensed: str, asked: str, *, holds: bool) -> None:
    assert a_licence(area_code=licensed).covers(FIRST, asked) is holds


WAYS = {
    ("applied", "active"),
    ("applied", "refused"),
    ("active", "suspended"),
    ("active", "revoked"),
    ("suspended", "active"),
    ("suspended", "revoked"),
}


@pytest.mark.parametrize("to", AggregatorStatus)
@pytest.mark.parametrize("of", AggregatorStatus)
def test_the_ways_of_an_aggregator(of: AggregatorStatus, to: AggregatorStatus) -> None:
    aggregator = an_aggregator(of)
    if (str(of), str(to)) in WAYS:
        aggregator.require_move(to)
        return
    with pytest.raises(Conflict) as caught:
        aggregator.require_move(to)
    assert caught.value.problems == (
        Problem(
            code="wrong_status",
            message=Text(
                f"agregator Lembaga Contoh berstatus {of} dan tidak dapat menjadi {to}",
                f"aggregator Lembaga Contoh is {of} and can't become {to}",
            ),
            pointer="/status",
            expected=sorted(str(end) for start, end in WAYS if start == of),
            given=str(to),
        ),
    )


@pytest.mark.parametrize("status", [status for status in AggregatorStatus if status is not AggregatorStatus.ACTIVE])
def test_only_an_active_aggregator_handles_aid(status: AggregatorStatus) -> None:
    with pytest.raises(Conflict) as caught:
        require_entitled(an_aggregator(status), (a_licence(),), fund_source=FundSource.OWN, area_code=AREA, on=FIRST)
    assert caught.value.problems == (
        Problem(
            code="aggregator_not_active",
            message=Text(
                f"agregator Lembaga Contoh berstatus {status}; hanya agregator aktif yang boleh menangani bantuan",
                f"aggregator Lembaga Contoh is {status}; only an active aggregator may handle aid",
            ),
            expected="active",
            given=str(status),
        ),
    )


@given(
    kinds=st.lists(st.tuples(st.sampled_from(LicenceKind), st.sampled_from(["31", "31.71", "31.72"]), DAYS, DAYS)),
    fund_source=st.sampled_from(FundSource),
    day=DAYS,
)
def test_entitled_by_one_licence_that_fits_in_everything(
    kinds: list[tuple[LicenceKind, str, date, date]], fund_source: FundSource, day: date
) -> None:
    held = tuple(a_licence(kind, area, *sorted((one, other))) for kind, area, one, other in kinds)
    entitled = any(
        (fund_source is not FundSource.ZISWAF or licence.kind is LicenceKind.ZAKAT)
        and licence.area_code in ("31", "31.71")
        and licence.valid_from <= day <= licence.valid_to
        for licence in held
    )
    if entitled:
        require_entitled(an_aggregator(), held, fund_source=fund_source, area_code=AREA, on=day)
        return
    with pytest.raises(Conflict) as caught:
        require_entitled(an_aggregator(), held, fund_source=fund_source, area_code=AREA, on=day)
    assert [problem.code for problem in caught.value.problems] == ["licence_missing"]


def test_zakat_needs_a_zakat_licence() -> None:
    with pytest.raises(Conflict) as caught:
        require_entitled(an_aggregator(), (a_licence(),), fund_source=FundSource.ZISWAF, area_code=AREA, on=FIRST)
    assert caught.value.problems == (
        Problem(
            code="licence_missing",
            message=Text(
                f"agregator Lembaga Contoh tidak memiliki izin (zakat) yang berlaku pada 2026-01-01 untuk wilayah {AREA}; "
                "daftarkan izin yang diperpanjang lalu ulangi",
                f"aggregator Lembaga Contoh holds no licence (zakat) in force on 2026-01-01 for area {AREA}; "
                "register the renewed licence, then retry",
            ),
            expected={"kind": ["zakat"], "on": "2026-01-01", "area": AREA},
            given=["fundraising_permit fundraising_permit-1 (2026-01-01 – 2026-12-31)"],
        ),
    )
    zakat = a_licence(LicenceKind.ZAKAT)
    require_entitled(an_aggregator(), (a_licence(), zakat), fund_source=FundSource.ZISWAF, area_code=AREA, on=FIRST)
    require_entitled(an_aggregator(), (zakat,), fund_source=FundSource.CSR, area_code=AREA, on=LAST)
