"""Parties: registered once, aggregators from application to revocation, licences."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ksbb.domain.errors import Conflict, Forbidden, InvalidInput, KsbbError, NotFound, StaleVersion
from ksbb.domain.parties import Aggregator, AggregatorStatus, CollaboratorClass, Licence, LicenceKind
from ksbb.domain.rights import Role
from ksbb.testing import World
from ksbb.usecases import parties
from ksbb.usecases.chain import load_aggregator, load_collaborator

LICENCE: dict[str, Any] = {
    "kind": LicenceKind.ZAKAT,
    "number": "LAZ-1",
    "issuer": "Kementerian Agama",
    "area_code": "31",
    "valid_from": date(2026, 1, 1),
    "valid_to": date(2026, 8, 3),
}


async def applied(world: World, name: str = "Lembaga Baru") -> Aggregator:
    return await world.act(world.secretariat, parties.apply_as_aggregator, name=name, legal_form="Yayasan")


async def licensed(world: World, aggregator: Aggregator, **given: Any) -> Licence:
    return await world.act(world.secretariat, parties.add_licence, aggregator.id, **{**LICENCE, **given})


async def moved(world: World, aggregator_id: str, to: AggregatorStatus, reason: str = "alasan") -> Aggregator:
    version = (await world.act(world.auditor, load_aggregator, aggregator_id)).version
    return await world.act(
        world.secretariat,
        parties.change_aggregator_status,
        aggregator_id,
        to=to,
        reason=reason,
        expected_version=version,
    )


async def refused(kind: type[KsbbError], act: Any) -> tuple[str, str, str]:
    with pytest.raises(kind) as caught:
        await act
    (problem,) = caught.value.problems
    return problem.code, problem.pointer, problem.message.en


async def test_an_aggregator_from_application_to_revocation(world: World) -> None:
    aggregator = await applied(world)
    assert (aggregator.status, aggregator.version) == (AggregatorStatus.APPLIED, 1)
    assert await refused(Conflict, moved(world, aggregator.id, AggregatorStatus.ACTIVE)) == (
        "licence_missing",
        "/status",
        "aggregator Lembaga Baru has no licence in force on 2026-08-03; register its licence first",
    )
    await licensed(world, aggregator)
    active = await moved(world, aggregator.id, AggregatorStatus.ACTIVE, reason="")
    suspended = await moved(world, aggregator.id, AggregatorStatus.SUSPENDED, "izin diperiksa")
    again = await moved(world, aggregator.id, AggregatorStatus.ACTIVE, "izin sah")
    revoked = await moved(world, aggregator.id, AggregatorStatus.REVOKED, "penyelewengan")
    ways = [(one.status, one.status_reason, one.version) for one in (active, suspended, again, revoked)]
    assert ways == [
        (AggregatorStatus.ACTIVE, "", 3),
        (AggregatorStatus.SUSPENDED, "izin diperiksa", 4),
        (AggregatorStatus.ACTIVE, "izin sah", 5),
        (AggregatorStatus.REVOKED, "penyelewengan", 6),
    ]
    assert await world.act(world.auditor, load_aggregator, aggregator.id) == revoked
    for to in AggregatorStatus:
        assert (await refused(Conflict, moved(world, aggregator.id, to)))[0] == "wrong_status"


@pytest.mark.parametrize("to", [AggregatorStatus.SUSPENDED, AggregatorStatus.REVOKED])
async def test_a_way_down_needs_a_reason(world: World, to: AggregatorStatus) -> None:
    act = moved(world, world.aggregator_party.id, to, " ")
    assert await refused(InvalidInput, act) == ("reason_missing", "/reason", "give the reason")
    aggregator = await applied(world)
    act = moved(world, aggregator.id, AggregatorStatus.REFUSED, "")
    assert (await refused(InvalidInput, act))[0] == "reason_missing"
    done = await moved(world, aggregator.id, AggregatorStatus.REFUSED, "tidak lengkap")
    assert (done.status, done.status_reason) == (AggregatorStatus.REFUSED, "tidak lengkap")


async def test_the_last_day_of_a_licence_is_enough_and_the_next_is_not(world: World) -> None:
    """The day is Jakarta's: it ends at 17:00 UTC."""
    aggregator = await applied(world)
    await licensed(world, aggregator)
    world.clock.set(datetime(2026, 8, 3, 17, tzinfo=UTC))
    act = moved(world, aggregator.id, AggregatorStatus.ACTIVE)
    assert (await refused(Conflict, act))[0] == "licence_missing"
    world.clock.set(datetime(2026, 8, 3, 16, 59, 59, tzinfo=UTC))
    assert (await moved(world, aggregator.id, AggregatorStatus.ACTIVE)).status is AggregatorStatus.ACTIVE


@pytest.mark.parametrize(
    ("given", "kind", "expected"),
    [
        (
            {"valid_from": date(2026, 8, 4)},
            InvalidInput,
            ("validity", "/valid_to", "the validity ends before it starts"),
        ),
        ({"area_code": "31.99"}, InvalidInput, ("area_unknown", "/area_code", "area code 31.99 is not known")),
        (
            {"kind": LicenceKind.FUNDRAISING_PERMIT, "number": "PUB-CONTOH-001"},
            Conflict,
            ("licence_known", "/number", "licence PUB-CONTOH-001 is registered already"),
        ),
    ],
)
async def test_what_a_licence_cannot_be(
    world: World, given: dict[str, Any], kind: type[KsbbError], expected: tuple[str, str, str]
) -> None:
    aggregator = await applied(world)
    assert await refused(kind, licensed(world, aggregator, **given)) == expected
    assert await world.act(world.auditor, parties.licences_of, aggregator.id) == []
    assert (await world.act(world.auditor, load_aggregator, aggregator.id)).version == 1


async def test_an_applicant_registers_its_own_licence_until_it_is_verified(world: World) -> None:
    aggregator = await applied(world)
    applicant = await world.account(Role.AGGREGATOR, party_id=aggregator.id)
    await world.act(applicant, parties.add_licence, aggregator.id, **LICENCE)
    other = world.act(applicant, parties.add_licence, world.aggregator_party.id, **LICENCE)
    assert (await refused(Forbidden, other))[0] == "not_own"
    await moved(world, aggregator.id, AggregatorStatus.ACTIVE)
    late = world.act(applicant, parties.add_licence, aggregator.id, **{**LICENCE, "number": "LAZ-2"})
    assert await refused(Conflict, late) == (
        "wrong_status",
        "",
        "the licences of a verified aggregator are registered by the secretariat",
    )
    second = await licensed(world, aggregator, number="LAZ-2", valid_to=date(2027, 1, 1))
    held = await world.act(world.auditor, parties.licences_of, aggregator.id)
    assert [one.number for one in held] == [second.number, "LAZ-1"]


async def test_a_name_is_used_once(world: World) -> None:
    name = world.collaborator_party.name
    for act in (
        world.act(world.secretariat, parties.register_executor, name=f" {name} "),
        world.act(world.secretariat, parties.apply_as_aggregator, name=name, legal_form="PT"),
        world.act(
            world.secretariat,
            parties.register_collaborator,
            name=name,
            collaborator_class=CollaboratorClass.ENTERPRISE,
        ),
    ):
        code, pointer, _ = await refused(Conflict, act)
        assert (code, pointer) == ("name_used", "/name")
    nameless = world.act(world.secretariat, parties.register_executor, name="  ")
    assert await refused(InvalidInput, nameless) == ("required", "/name", "is required")


async def test_who_may_not(world: World) -> None:
    for actor in (world.collaborator, world.assessor, world.auditor, world.executor):
        for act in (
            world.act(actor, parties.register_executor, name="X"),
            world.act(actor, parties.apply_as_aggregator, name="X", legal_form="PT"),
            world.act(actor, parties.add_licence, world.aggregator_party.id, **LICENCE),
            world.act(
                actor,
                parties.change_aggregator_status,
                world.aggregator_party.id,
                to=AggregatorStatus.SUSPENDED,
                reason="x",
                expected_version=world.aggregator_party.version,
            ),
        ):
            assert (await refused(Forbidden, act))[0] == "right_missing"


async def test_a_collaborator_changes_its_own_record(world: World) -> None:
    given: dict[str, Any] = {"address": "Jl. Contoh 1", "contact_office": "021-555", "expected_version": 1}
    party = world.collaborator_party.id
    done = await world.act(world.collaborator, parties.change_collaborator, party, **given)
    assert (done.address, done.contact_office, done.version) == ("Jl. Contoh 1", "021-555", 2)
    assert await world.act(world.auditor, load_collaborator, party) == done
    with pytest.raises(StaleVersion):
        await world.act(world.secretariat, parties.change_collaborator, party, **given)
    other = world.act(world.collaborator, parties.change_collaborator, world.executor_party.id, **given)
    assert (await refused(Forbidden, other))[0] == "not_own"
    with pytest.raises(NotFound):
        await world.act(world.secretariat, parties.change_collaborator, world.aggregator_party.id, **given)
