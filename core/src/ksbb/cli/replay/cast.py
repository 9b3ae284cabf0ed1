"""Who acts in the replay: parties, licences and accounts, made through the real acts and found again on a second run."""

import secrets
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from ksbb.cli.replay.plan import Donor, Plan
from ksbb.cli.running import OPERATOR
from ksbb.domain.parties import AggregatorStatus, CollaboratorClass, LicenceKind
from ksbb.domain.rights import Actor, Grant, Role
from ksbb.storage import tables
from ksbb.usecases import accounts, parties
from ksbb.usecases.desk import Desk
from ksbb.usecases.platform import Platform

AGGREGATORS = 10
CITIES = {
    "31.01": "Kepulauan Seribu",
    "31.71": "Jakarta Pusat",
    "31.72": "Jakarta Utara",
    "31.73": "Jakarta Barat",
    "31.74": "Jakarta Selatan",
    "31.75": "Jakarta Timur",
}
_VALID = (date(2020, 1, 1), date(2035, 12, 31))
_DOMAIN = "demo.ksbb.example"


@dataclass(slots=True)
class Cast:
    """Party ids by name, and actors by account name."""

    parties: dict[str, str] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)

    def donor(self, donor: Donor) -> Actor:
        """The front desk, acting for a donor."""
        front_desk = self.actors["loket"]
        return Actor(
            account_id=front_desk.account_id,
            name=front_desk.name,
            party_id=self.parties[donor.name],
            grants=front_desk.grants,
        )

    def aggregator(self, index: int) -> Actor:
        """The people of an aggregator."""
        return self.actors[f"agregator{index + 1:02d}"]


def aggregator_name(index: int) -> str:
    """The name of a made-up aggregator."""
    return f"Agregator Kemanusiaan {index + 1:02d} (sintetis)"


def executor_name(city: str) -> str:
    """The name of a city's made-up executor."""
    return f"Tim pelaksana {CITIES[city]} (sintetis)"


async def gather(platform: Platform, plans: tuple[Plan, ...]) -> Cast:
    """Make whoever isn't there yet. Passwords are new, random, and known only for accounts made now."""
    cast = Cast()
    async with platform.desk(OPERATOR) as desk:
        await _parties(desk, cast, plans)
    async with platform.desk(OPERATOR) as desk:
        await _accounts(desk, cast)
    return cast


async def _parties(desk: Desk, cast: Cast, plans: tuple[Plan, ...]) -> None:
    known = await desk.unit.connection.execute(select(tables.parties.c.name, tables.parties.c.id))
    cast.parties = {row.name: row.id for row in known}
    for donor in {plan.donor.name: plan.donor for plan in plans}.values():
        if donor.name not in cast.parties:
            made = await parties.register_collaborator(
                desk,
                name=donor.name,
                collaborator_class=CollaboratorClass(donor.collaborator_class),
                address="Jakarta",
                synthetic=True,
            )
            cast.parties[donor.name] = made.id
    for index in range(AGGREGATORS):
        name = aggregator_name(index)
        if name in cast.parties:
            continue
        applied = await parties.apply_as_aggregator(
            desk, name=name, legal_form="yayasan", address="Jakarta", synthetic=True
        )
        for kind, number in ((LicenceKind.FUNDRAISING_PERMIT, "PUB"), (LicenceKind.ZAKAT, "LAZ")):
            await parties.add_licence(
                desk,
                applied.id,
                kind=kind,
                number=f"SINT/{number}/{index + 1:02d}/2020",
                issuer="Izin sintetis untuk putar ulang",
                area_code="31",
                valid_from=_VALID[0],
                valid_to=_VALID[1],
                synthetic=True,
            )
        await parties.change_aggregator_status(
            desk, applied.id, to=AggregatorStatus.ACTIVE, reason="", expected_version=applied.version + 2
        )
        cast.parties[name] = applied.id
    for city in CITIES:
        name = executor_name(city)
        if name not in cast.parties:
            cast.parties[name] = (
                await parties.register_executor(desk, name=name, address="Jakarta", synthetic=True)
            ).id


async def _accounts(desk: Desk, cast: Cast) -> None:
    everywhere = {role: (Grant(role=role),) for role in Role if role is not Role.SYSTEM}
    wanted: dict[str, tuple[str, tuple[Grant, ...], str | None]] = {
        "admin": ("Admin", everywhere[Role.ADMIN], None),
        "sekretariat": ("Sekretariat", everywhere[Role.SECRETARIAT], None),
        "penilai": ("Penilai", everywhere[Role.ASSESSOR], None),
        "penilai2": ("Penilai kedua", everywhere[Role.ASSESSOR], None),
        "auditor": ("Inspektorat", everywhere[Role.AUDITOR], None),
        "loket": ("Loket kolaborator", everywhere[Role.COLLABORATOR], next(iter(cast.parties.values()))),
    }
    for index in range(AGGREGATORS):
        party = cast.parties[aggregator_name(index)]
        wanted[f"agregator{index + 1:02d}"] = (f"Petugas agregator {index + 1:02d}", everywhere[Role.AGGREGATOR], party)
    for city, name in CITIES.items():
        short = city.replace(".", "")
        party = cast.parties[executor_name(city)]
        wanted[f"pelaksana{short}"] = (f"Petugas {name}", everywhere[Role.EXECUTOR], party)
        wanted[f"saksi{short}"] = (f"Saksi {name}", (Grant(role=Role.WITNESS, area_code=city),), None)
    known = {account.email: account for account in await accounts.find(desk)}
    for name, (title, grants, party_id) in wanted.items():
        email = f"{name}@{_DOMAIN}"
        account = known.get(email)
        if account is None:
            password = secrets.token_urlsafe(15)
            account = await accounts.create(
                desk, email=email, name=f"{title} (sintetis)", password=password, grants=grants, party_id=party_id
            )
            cast.passwords[email] = password
        cast.actors[name] = Actor(account_id=account.id, name=name, party_id=account.party_id, grants=account.grants)
