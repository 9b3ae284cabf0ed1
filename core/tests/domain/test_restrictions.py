"""Where a line may go: the walls one by one, and what is left of all of them together."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksbb.domain.commitments import AssessmentState, Commitment, CommitmentStatus
from ksbb.domain.errors import Conflict
from ksbb.domain.parties import FundSource, Licence, LicenceKind, require_area_licensed
from ksbb.domain.restrictions import Restriction, require_allowed, restriction_of, service_areas
from ksbb.domain.targets import Target, TargetKind
from ksbb.domain.text import Text

DAY = date(2026, 8, 3)
NOW = datetime(2026, 8, 3, 2, tzinfo=UTC)
AREAS = ["31", "31.71", "31.71.06", "31.71.06.1002", "31.71.06.1003", "31.72", "31.72.01.1001"]
KINDS = [TargetKind.RW, TargetKind.SCHOOL, TargetKind.ORPHANAGE]


def a_commitment(
    area_code: str = "31",
    *,
    area_only: bool = False,
    target_kind: TargetKind | None = None,
    target_kind_only: bool = False,
    fund_source: FundSource = FundSource.OWN,
) -> Commitment:
    return Commitment(
        id="c",
        number="PANGAN-2026-000001",
        program_id="pangan",
        collaborator_id="p",
        aggregator_id="a",
        status=CommitmentStatus.APPROVED,
        assessment=AssessmentState.PASSED,
        fund_source=fund_source,
        area_code=area_code,
        area_only=area_only,
        target_kind=target_kind,
        target_kind_only=target_kind_only,
        planned_handover_on=DAY,
        note="",
        synthetic=True,
        created_by="x",
        created_at=NOW,
        submitted_at=NOW,
        approved_at=NOW,
        closed_at=None,
        version=3,
    )


def a_target(area_code: str = "31.71.06.1002", kind: TargetKind = TargetKind.RW, *, entitled: bool = False) -> Target:
    return Target(
        id="t",
        code="S-001",
        kind=kind,
        name="Sasaran contoh",
        area_code=area_code,
        households=None,
        contact_office="",
        ziswaf_entitled=entitled,
        synthetic=True,
        created_at=NOW,
        version=1,
    )


def a_licence(area_code: str, kind: LicenceKind = LicenceKind.ZAKAT, days: int = 0) -> Licence:
    return Licence(
        id="l",
        aggregator_id="a",
        kind=kind,
        number="1",
        issuer="Baznas",
        area_code=area_code,
        valid_from=DAY - timedelta(days=30),
        valid_to=DAY + timedelta(days=days),
        created_at=NOW,
    )


@pytest.mark.parametrize(
    ("commitment", "target", "expires_on", "code", "pointer", "message", "expected", "given"),
    [
        (
            a_commitment("31.72", area_only=True),
            a_target(),
            None,
            "outside_area",
            "/target_id",
            Text(
                "komitmen PANGAN-2026-000001 hanya untuk wilayah 31.72; sasaran S-001 terletak di 31.71.06.1002",
                "commitment PANGAN-2026-000001 is for area 31.72 only; target S-001 lies in 31.71.06.1002",
            ),
            "31.72",
            "31.71.06.1002",
        ),
        (
            a_commitment(target_kind=TargetKind.SCHOOL, target_kind_only=True),
            a_target(),
            None,
            "other_target_kind",
            "/target_id",
            Text(
                "komitmen PANGAN-2026-000001 hanya untuk sasaran jenis school; sasaran S-001 berjenis rw",
                "commitment PANGAN-2026-000001 is for targets of kind school only; target S-001 is a rw",
            ),
            "school",
            "rw",
        ),
        (
            a_commitment(),
            a_target(),
            DAY - timedelta(days=1),
            "expired",
            "/line_id",
            Text(
                "baris 2 komitmen PANGAN-2026-000001 kedaluwarsa pada 2026-08-02; hari ini 2026-08-03",
                "line 2 of commitment PANGAN-2026-000001 expired on 2026-08-02; today is 2026-08-03",
            ),
            {"minimum": "2026-08-03"},
            "2026-08-02",
        ),
    ],
)
def test_each_wall(
    commitment: Commitment,
    target: Target,
    expires_on: date | None,
    code: str,
    pointer: str,
    message: Text,
    expected: object,
    given: object,
) -> None:
    with pytest.raises(Conflict) as caught:
        require_allowed(commitment, target, position=1, expires_on=expires_on, on=DAY)
    (problem,) = caught.value.problems
    assert (problem.code, problem.pointer, problem.message) == (code, pointer, message)
    assert (problem.expected, problem.given) == (expected, given)


def test_wishes_are_no_walls() -> None:
    commitment = a_commitment("31.72", target_kind=TargetKind.SCHOOL)
    require_allowed(commitment, a_target(), position=0, expires_on=DAY, on=DAY)
    assert restriction_of(commitment, kinds=KINDS, expires_on=DAY, service_areas=None) == Restriction(
        areas=None,
        kinds=frozenset(KINDS),
        zakat=False,
        expires_on=DAY,
        preferred_area="31.72",
        preferred_kind=TargetKind.SCHOOL,
    )


def test_service_areas_are_those_of_licences_in_force() -> None:
    held = [
        a_licence("31.72"),
        a_licence("31.71", days=-1),
        a_licence("31.73", LicenceKind.FUNDRAISING_PERMIT),
        a_licence("31.72"),
    ]
    assert service_areas(held, fund_source=FundSource.OWN, on=DAY) == ("31.72", "31.73")
    assert service_areas(held, fund_source=FundSource.ZISWAF, on=DAY) == ("31.72",)
    assert service_areas(held, fund_source=FundSource.OWN, on=DAY + timedelta(days=1)) == ()


@pytest.mark.parametrize(
    ("area_code", "served", "left"),
    [
        ("31.71", ("31",), ("31.71",)),
        ("31", ("31.71", "31.72.01"), ("31.71", "31.72.01")),
        ("31.71", ("31.72",), ()),
        ("31.71", ("31.71.06", "31.72"), ("31.71.06",)),
        ("31.71", None, ("31.71",)),
    ],
)
def test_walls_and_service_areas_overlap(area_code: str, served: tuple[str, ...] | None, left: tuple[str, ...]) -> None:
    commitment = a_commitment(area_code, area_only=True)
    assert restriction_of(commitment, kinds=KINDS, expires_on=None, service_areas=served).areas == left


@given(
    area=st.sampled_from(AREAS),
    area_only=st.booleans(),
    kind=st.none() | st.sampled_from(KINDS),
    kind_only=st.booleans(),
    fund_source=st.sampled_from(FundSource),
    days=st.none() | st.integers(-2, 2),
    licences=st.lists(st.tuples(st.sampled_from(AREAS), st.sampled_from(LicenceKind), st.integers(-2, 2)), max_size=3),
    place=st.sampled_from([area for area in AREAS if len(area) == len("31.71.06.1002")]),
    target_kind=st.sampled_from(KINDS),
    entitled=st.booleans(),
)
def test_what_is_left_is_what_no_wall_refuses(
    *,
    area: str,
    area_only: bool,
    kind: TargetKind | None,
    kind_only: bool,
    fund_source: FundSource,
    days: int | None,
    licences: list[tuple[str, LicenceKind, int]],
    place: str,
    target_kind: TargetKind,
    entitled: bool,
) -> None:
    """What proposals are made of, and what the act by hand asks, are the same."""
    commitment = a_commitment(
        area,
        area_only=area_only,
        target_kind=kind,
        target_kind_only=kind_only and kind is not None,
        fund_source=fund_source,
    )
    target = a_target(place, target_kind, entitled=entitled)
    held = tuple(a_licence(*one) for one in licences)
    expires_on = None if days is None else DAY + timedelta(days=days)
    restriction = restriction_of(
        commitment,
        kinds=KINDS[:2],
        expires_on=expires_on,
        service_areas=service_areas(held, fund_source=fund_source, on=DAY),
    )
    try:
        require_allowed(commitment, target, position=0, expires_on=expires_on, on=DAY)
        require_area_licensed("Lembaga", held, fund_source=fund_source, area_code=place, on=DAY)
    except Conflict:
        by_hand = False
    else:
        by_hand = target_kind in KINDS[:2]
    assert restriction.allows(target, DAY) is by_hand
    assert restriction.open_on(DAY) or not by_hand
