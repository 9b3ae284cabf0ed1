"""Parties: collaborators, aggregators and their licences."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ksbb.domain.areas import within
from ksbb.domain.errors import Conflict, Problem
from ksbb.domain.text import Text


class CollaboratorClass(StrEnum):
    """The seven classes of collaborators that KSBB publishes."""

    GOVERNMENT_AGENCY = "government_agency"
    ENTERPRISE = "enterprise"
    SOCIAL_ORGANISATION = "social_organisation"
    ASSOCIATION = "association"
    COMMUNITY = "community"
    CITIZEN_GROUP = "citizen_group"
    INDIVIDUAL = "individual"


class DonorClass(StrEnum):
    """The five classes that KSBB's statistics fold the seven into."""

    SOCIAL_ORGANISATIONS = "social_organisations"
    ENTERPRISES = "enterprises"
    INDIVIDUALS = "individuals"
    COMMUNITIES = "communities"
    GOVERNMENT = "government"


DONOR_CLASS = {
    CollaboratorClass.GOVERNMENT_AGENCY: DonorClass.GOVERNMENT,
    CollaboratorClass.ENTERPRISE: DonorClass.ENTERPRISES,
    CollaboratorClass.SOCIAL_ORGANISATION: DonorClass.SOCIAL_ORGANISATIONS,
    CollaboratorClass.ASSOCIATION: DonorClass.SOCIAL_ORGANISATIONS,
    CollaboratorClass.COMMUNITY: DonorClass.COMMUNITIES,
    CollaboratorClass.CITIZEN_GROUP: DonorClass.COMMUNITIES,
    CollaboratorClass.INDIVIDUAL: DonorClass.INDIVIDUALS,
}


class FundSource(StrEnum):
    """Where aid comes from; `ziswaf` is Islamic charity (zakat, infak, sedekah, wakaf) under UU 23/2011."""

    OWN = "own"
    CSR = "csr"
    PUBLIC_COLLECTION = "public_collection"
    ZISWAF = "ziswaf"


class LicenceKind(StrEnum):
    """`fundraising_permit`: izin PUB (UU 9/1961, Permensos 8/2021); `zakat`: Baznas or LAZ (UU 23/2011)."""

    FUNDRAISING_PERMIT = "fundraising_permit"
    ZAKAT = "zakat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A licence of an aggregator. It is valid from `valid_from` to `valid_to`, both days included, inside `area_code`."""

    id: str
    aggregator_id: str
    kind: LicenceKind
    number: str
    issuer: str
    area_code: str
    valid_from: date
    valid_to: date
    created_at: datetime
    synthetic: bool = False

    def covers(self, on: date, area_code: str) -> bool:
        """Whether the licence holds on a day for an area."""
        return self.valid_from <= on <= self.valid_to and within(area_code, self.area_code)


class AggregatorStatus(StrEnum):
    """An aggregator's way: applied, then verified to active; from there suspended or revoked."""

    APPLIED = "applied"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REFUSED = "refused"


AGGREGATOR_MOVES = {
    AggregatorStatus.APPLIED: frozenset({AggregatorStatus.ACTIVE, AggregatorStatus.REFUSED}),
    AggregatorStatus.ACTIVE: frozenset({AggregatorStatus.SUSPENDED, AggregatorStatus.REVOKED}),
    AggregatorStatus.SUSPENDED: frozenset({AggregatorStatus.ACTIVE, AggregatorStatus.REVOKED}),
    AggregatorStatus.REVOKED: frozenset[AggregatorStatus](),
    AggregatorStatus.REFUSED: frozenset[AggregatorStatus](),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An organisation or a person of the platform. `address` and `contact_office` are of the office, never private."""

    id: str
    name: str
    address: str
    contact_office: str
    synthetic: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Collaborator:
    """Who commits aid."""

    id: str
    name: str
    address: str
    contact_office: str
    collaborator_class: CollaboratorClass
    synthetic: bool
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregator:
    """Who collects aid under licence. `status_reason` says why it was suspended, revoked or refused."""

    id: str
    name: str
    address: str
    contact_office: str
    legal_form: str
    status: AggregatorStatus
    status_reason: str
    synthetic: bool
    created_at: datetime
    version: int

    def require_move(self, to: AggregatorStatus) -> None:
        """Raises Conflict unless the aggregator may go to status `to` from where it stands."""
        allowed = AGGREGATOR_MOVES[self.status]
        if to not in allowed:
            raise Conflict(
                Problem(
                    code="wrong_status",
                    message=Text(
                        f"agregator {self.name} berstatus {self.status} dan tidak dapat menjadi {to}",
                        f"aggregator {self.name} is {self.status} and can't become {to}",
                    ),
                    pointer="/status",
                    expected=sorted(allowed),
                    given=str(to),
                )
            )


def require_entitled(
    aggregator: Aggregator, licences: tuple[Licence, ...], *, fund_source: FundSource, area_code: str, on: date
) -> None:
    """Raises Conflict unless the aggregator is active and holds a licence for this fund source, area and day.

    Aid from zakat funds needs a zakat licence (UU 23/2011); every other aid needs any licence in force. Checked at every
    act that touches goods, at the day of the act.
    """
    if aggregator.status is not AggregatorStatus.ACTIVE:
        raise Conflict(
            Problem(
                code="aggregator_not_active",
                message=Text(
                    f"agregator {aggregator.name} berstatus {aggregator.status}; hanya agregator aktif yang boleh menangani bantuan",
                    f"aggregator {aggregator.name} is {aggregator.status}; only an active aggregator may handle aid",
                ),
                expected=str(AggregatorStatus.ACTIVE),
                given=str(aggregator.status),
            )
        )
    require_area_licensed(aggregator.name, licences, fund_source=fund_source, area_code=area_code, on=on)


def licence_kinds(fund_source: FundSource) -> frozenset[LicenceKind]:
    """The licences that permit aid of a fund source: zakat funds need a zakat licence (UU 23/2011), all other aid any."""
    return frozenset({LicenceKind.ZAKAT} if fund_source is FundSource.ZISWAF else LicenceKind)


def require_area_licensed(
    aggregator_name: str, licences: tuple[Licence, ...], *, fund_source: FundSource, area_code: str, on: date
) -> None:
    """Raises Conflict unless one of an aggregator's licences permits aid of this fund source, in this area, on this day."""
    wanted = licence_kinds(fund_source)
    if any(licence.kind in wanted and licence.covers(on, area_code) for licence in licences):
        return
    held = [f"{licence.kind} {licence.number} ({licence.valid_from} – {licence.valid_to})" for licence in licences]
    kinds = " / ".join(sorted(wanted))
    raise Conflict(
        Problem(
            code="licence_missing",
            message=Text(
                f"agregator {aggregator_name} tidak memiliki izin ({kinds}) yang berlaku pada {on} untuk wilayah {area_code}; "
                "daftarkan izin yang diperpanjang lalu ulangi",
                f"aggregator {aggregator_name} holds no licence ({kinds}) in force on {on} for area {area_code}; "
                "register the renewed licence, then retry",
            ),
            expected={"kind": sorted(wanted), "on": on.isoformat(), "area": area_code},
            given=held,
        )
    )
