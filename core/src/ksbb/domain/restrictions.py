"""Where a line of a commitment may go: its collaborator's walls, its aggregator's licences, its expiry, the kind of its funds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ksbb.domain.areas import within
from ksbb.domain.commitments import Commitment
from ksbb.domain.errors import conflict
from ksbb.domain.parties import FundSource, Licence, licence_kinds
from ksbb.domain.targets import Target, TargetKind
from ksbb.domain.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """Where aid may go, and where it would rather go.

    `areas` are those it may go into, None for any, empty for none; `kinds` the kinds of targets it may go to. It may be promised
    up to and on the day `expires_on`. With `zakat`, only targets that are entitled to zakat funds may have it.
    """

    areas: tuple[str, ...] | None
    kinds: frozenset[TargetKind]
    zakat: bool
    expires_on: date | None
    preferred_area: str
    preferred_kind: TargetKind | None

    def allows(self, target: Target, on: date) -> bool:
        """Whether it may be promised to a target on a day."""
        return (
            self.open_on(on)
            and (self.areas is None or any(within(target.area_code, area) for area in self.areas))
            and target.kind in self.kinds
            and (target.ziswaf_entitled or not self.zakat)
        )

    def open_on(self, on: date) -> bool:
        """Whether there is any area and kind that it may be promised to on a day."""
        return self.areas != () and bool(self.kinds) and (self.expires_on is None or on <= self.expires_on)


def restriction_of(
    commitment: Commitment,
    *,
    kinds: Iterable[TargetKind],
    expires_on: date | None,
    service_areas: tuple[str, ...] | None,
) -> Restriction:
    """What restricts a line of a commitment: `kinds` are its program's, `service_areas` its aggregator's (None without one)."""
    wall = (commitment.area_code,) if commitment.area_only else None
    kind = commitment.target_kind if commitment.target_kind_only else None
    return Restriction(
        areas=wall if service_areas is None else service_areas if wall is None else _overlap(wall, service_areas),
        kinds=frozenset(kinds) & {kind} if kind else frozenset(kinds),
        zakat=commitment.fund_source is FundSource.ZISWAF,
        expires_on=expires_on,
        preferred_area=commitment.area_code,
        preferred_kind=commitment.target_kind,
    )


def service_areas(licences: Iterable[Licence], *, fund_source: FundSource, on: date) -> tuple[str, ...]:
    """The areas that an aggregator may serve with aid of a fund source on a day: those of its licences in force."""
    wanted = licence_kinds(fund_source)
    held = {one.area_code for one in licences if one.kind in wanted and one.covers(on, one.area_code)}
    return tuple(sorted(held))


def require_allowed(
    commitment: Commitment, target: Target, *, position: int, expires_on: date | None, on: date
) -> None:
    """Raises Conflict when the line at `position` may not be promised to a target on a day, whoever collects it."""
    number = commitment.number
    if commitment.area_only and not within(target.area_code, commitment.area_code):
        raise conflict(
            "outside_area",
            Text(
                f"komitmen {number} hanya untuk wilayah {commitment.area_code}; sasaran {target.code} terletak di {target.area_code}",
                f"commitment {number} is for area {commitment.area_code} only; target {target.code} lies in {target.area_code}",
            ),
            "/target_id",
            commitment.area_code,
            target.area_code,
        )
    if commitment.target_kind_only and target.kind is not commitment.target_kind:
        raise conflict(
            "other_target_kind",
            Text(
                f"komitmen {number} hanya untuk sasaran jenis {commitment.target_kind}; sasaran {target.code} berjenis {target.kind}",
                f"commitment {number} is for targets of kind {commitment.target_kind} only; target {target.code} is a {target.kind}",
            ),
            "/target_id",
            str(commitment.target_kind),
            str(target.kind),
        )
    if commitment.fund_source is FundSource.ZISWAF and not target.ziswaf_entitled:
        raise conflict(
            "target_not_entitled",
            Text(
                f"sasaran {target.code} tidak berhak atas dana zakat (ziswaf)",
                f"target {target.code} isn't entitled to zakat funds (ziswaf)",
            ),
            "/target_id",
            expected={"ziswaf_entitled": True},
            given={"ziswaf_entitled": False},
        )
    if expires_on is not None and on > expires_on:
        raise conflict(
            "expired",
            Text(
                f"baris {position + 1} komitmen {number} kedaluwarsa pada {expires_on}; hari ini {on}",
                f"line {position + 1} of commitment {number} expired on {expires_on}; today is {on}",
            ),
            "/line_id",
            {"minimum": on.isoformat()},
            expires_on.isoformat(),
        )


def _overlap(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """The areas that lie in one of both: of two areas, either one lies in the other or they have nothing in common."""
    both = {one for one in some for other in others if within(one, other)}
    both |= {other for one in some for other in others if within(other, one)}
    return tuple(sorted(both))
