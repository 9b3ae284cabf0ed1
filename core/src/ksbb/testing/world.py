"""A world to act in: people, parties and targets, and a commitment driven to any step by the real use cases."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

from ksbb.domain.handovers import OutcomeInput
from ksbb.domain.parties import (
    Aggregator,
    AggregatorStatus,
    Collaborator,
    CollaboratorClass,
    FundSource,
    Licence,
    LicenceKind,
)
from ksbb.domain.rights import SYSTEM, Actor, Role
from ksbb.domain.targets import Target, TargetKind
from ksbb.testing.clock import FakeClock
from ksbb.testing.databases import SETUP
from ksbb.testing.driven import Driven, Step, tiny_png
from ksbb.testing.people import make_account
from ksbb.usecases import (
    allocate,
    assess,
    close,
    commit,
    dispatch,
    evidence,
    hand_over,
    needs,
    parties,
    receive,
    targets,
)
from ksbb.usecases.chain import donor_class, load_commitment
from ksbb.usecases.desk import Desk
from ksbb.usecases.platform import Platform

SUBDISTRICT = "31.71.06.1002"
"""Where the targets of a world are: Pegangsaan, Menteng."""
NEED = 100
"""What each target needs of each aid type, in whole units."""
QUANTITY = 10
"""What a line commits where nothing else is said, in whole units."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class World:
    """People of every role, their parties, and targets with needs. `targets` holds those of each program, by its id."""

    platform: Platform
    clock: FakeClock
    program_id: str
    collaborator_party: Collaborator
    aggregator_party: Aggregator
    licence: Licence
    executor_party: Collaborator
    collaborator: Actor
    aggregator: Actor
    assessor: Actor
    executor: Actor
    witness: Actor
    recipient: Actor
    secretariat: Actor
    admin: Actor
    auditor: Actor
    targets: dict[str, tuple[Target, ...]] = field(default_factory=dict)

    @classmethod
    async def seed(cls, platform: Platform, clock: FakeClock, program_id: str = "pangan") -> "World":
        """A new world in a database that has the areas, with two targets for a program; all of it marked synthetic."""
        async with platform.desk(SETUP) as desk:
            donor = await parties.register_collaborator(
                desk, name="PT Contoh Berbagi", collaborator_class=CollaboratorClass.ENTERPRISE, synthetic=True
            )
            carrier = await parties.register_collaborator(
                desk, name="Relawan Contoh", collaborator_class=CollaboratorClass.COMMUNITY, synthetic=True
            )
            applied = await parties.apply_as_aggregator(
                desk, name="Lembaga Contoh Peduli", legal_form="Yayasan", synthetic=True
            )
        secretariat = await make_account(platform, Role.SECRETARIAT)
        async with platform.desk(secretariat) as desk:
            licence = await parties.add_licence(
                desk,
                applied.id,
                kind=LicenceKind.FUNDRAISING_PERMIT,
                number="PUB-CONTOH-001",
                issuer="Kementerian Sosial",
                area_code="31",
                valid_from=date(desk.today.year, 1, 1),
                valid_to=date(desk.today.year, 12, 31),
                synthetic=True,
            )
            active = await parties.change_aggregator_status(
                desk, applied.id, to=AggregatorStatus.ACTIVE, reason="", expected_version=applied.version + 1
            )
        world = cls(
            platform=platform,
            clock=clock,
            program_id=program_id,
            collaborator_party=donor,
            aggregator_party=active,
            licence=licence,
            executor_party=carrier,
            collaborator=await make_account(platform, Role.COLLABORATOR, party_id=donor.id),
            aggregator=await make_account(platform, Role.AGGREGATOR, party_id=active.id),
            assessor=await make_account(platform, Role.ASSESSOR),
            executor=await make_account(platform, Role.EXECUTOR, party_id=carrier.id),
            witness=await make_account(platform, Role.WITNESS, area_code=SUBDISTRICT),
            recipient=SETUP,
            secretariat=secretariat,
            admin=await make_account(platform, Role.ADMIN),
            auditor=await make_account(platform, Role.AUDITOR),
        )
        served = await world.serve(program_id)
        world.recipient = await make_account(platform, Role.RECIPIENT, target_id=served[0].id)
        return world

    async def serve(self, program_id: str) -> tuple[Target, ...]:
        """Two targets of a program, each in need of `NEED` units of each of its aid types; made at the first call."""
        if program_id not in self.targets:
            program = self.platform.programs.require(program_id).program
            kind = TargetKind.RW if TargetKind.RW in program.target_kinds else min(program.target_kinds)
            made = []
            async with self.platform.desk(self.secretariat) as desk:
                for number in (1, 2):
                    place = len(self.targets) * 2 + number
                    code = f"{SUBDISTRICT}-RW{place:03d}" if kind is TargetKind.RW else f"CONTOH-{place:03d}"
                    target = await targets.register(
                        desk,
                        code=code,
                        kind=kind,
                        name=f"Sasaran contoh {place}",
                        area_code=SUBDISTRICT,
                        households=250 if kind is TargetKind.RW else None,
                        synthetic=True,
                    )
                    for aid_type in program.aid_types:
                        need = needs.NeedInput(
                            target_id=target.id,
                            program_id=program_id,
                            aid_type=aid_type.id,
                            quantity=NEED,
                            source="Data contoh",
                            as_of=desk.today,
                        )
                        await needs.set_need(desk, need, expected_version=None)
                    made.append(target)
            self.targets[program_id] = tuple(made)
        return self.targets[program_id]

    async def account(
        self,
        role: Role,
        *,
        party_id: str | None = None,
        target_id: str | None = None,
        program_id: str | None = None,
        area_code: str | None = None,
    ) -> Actor:
        """A new account with one grant, signing in with `PASSWORD`."""
        return await make_account(
            self.platform, role, party_id=party_id, target_id=target_id, program_id=program_id, area_code=area_code
        )

    async def act(
        self, actor: Actor, usecase: Callable[Concatenate[Desk, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do one act in a unit of work of its own."""
        async with self.platform.desk(actor) as desk:
            return await usecase(desk, *args, **kwargs)

    async def reload(self, driven: Driven) -> Driven:
        """The same with its commitment as it is in the database now."""
        async with self.platform.reading_desk(self.auditor) as desk:
            return replace(driven, commitment=await load_commitment(desk, driven.commitment.id))

    def lines(self, program_id: str, *, quantity: int = QUANTITY) -> list[commit.LineInput]:
        """One line: the program's first aid type, with the attributes of its first example."""
        aid_type = self.platform.programs.require(program_id).program.aid_types[0]
        return [commit.LineInput(aid_type=aid_type.id, quantity=quantity, attributes=dict(aid_type.examples[0]))]

    async def drive(
        self,
        to: Step,
        *,
        program_id: str | None = None,
        lines: Sequence[commit.LineInput] | None = None,
        planned_handover_on: date | None = None,
        fund_source: FundSource = FundSource.OWN,
        target: Target | None = None,
    ) -> Driven:
        """A new commitment, driven to a step: all of it allocated to one target, dispatched and accepted there."""
        program = program_id or self.program_id
        chosen = target or (await self.serve(program))[0]
        given = commit.CommitmentInput(
            program_id=program,
            lines=lines or self.lines(program),
            planned_handover_on=planned_handover_on or (self.clock.now() + timedelta(days=14)).date(),
            fund_source=fund_source,
            aggregator_id=self.aggregator_party.id,
            target_kind=chosen.kind,
        )
        drafted = await self.act(self.collaborator, commit.draft, given)
        return await self.advance(Driven(step=Step.DRAFTED, commitment=drafted, target=chosen), to)

    async def advance(self, driven: Driven, to: Step) -> Driven:
        """Drive a commitment on to a later step."""
        order = list(Step)
        steps: dict[Step, Callable[[Driven], Awaitable[Driven]]] = {
            Step.SUBMITTED: self.submit,
            Step.ASSESSED: self.assess,
            Step.APPROVED: self.approve,
            Step.ALLOCATED: self.allocate,
            Step.RECEIVED: self.receive,
            Step.DISPATCHED: self.dispatch,
            Step.RECORDED: self.record,
            Step.EVIDENCED: self.attach,
            Step.CONFIRMED: self.confirm,
            Step.CLOSED: self.close,
        }
        for step in order[order.index(driven.step) + 1 : order.index(to) + 1]:
            driven = await steps[step](driven)
        return driven

    async def submit(self, driven: Driven) -> Driven:
        """The collaborator submits."""
        done = await self.act(
            self.collaborator, commit.submit, driven.commitment.id, expected_version=driven.commitment.version
        )
        return replace(driven, step=Step.SUBMITTED, commitment=done)

    async def assess(self, driven: Driven) -> Driven:
        """The platform runs the program's rules and keeps their findings."""
        async with self.platform.desk(SYSTEM) as desk:
            found = await load_commitment(desk, driven.commitment.id)
            view = assess.view_of(found, donor_class(desk, found), desk.today)
            findings = assess.run_rules(self.platform.programs.require(found.program_id), view)
            state = await assess.record(desk, found, findings)
        return await self.reload(replace(driven, step=Step.ASSESSED, assessment=state))

    async def approve(self, driven: Driven) -> Driven:
        """The assessor approves."""
        done = await self.act(
            self.assessor, assess.approve, driven.commitment.id, expected_version=driven.commitment.version
        )
        return replace(driven, step=Step.APPROVED, commitment=done)

    async def allocate(self, driven: Driven, *, quantity: int | None = None) -> Driven:
        """The assessor promises all of every line (or `quantity` of each) to the target."""
        for line in driven.commitment.lines:
            wanted = line.balance.unallocated if quantity is None else quantity
            done, made = await self.act(
                self.assessor,
                allocate.allocate,
                driven.commitment.id,
                line_id=line.id,
                target_id=driven.target.id,
                quantity=wanted,
                expected_version=driven.commitment.version,
            )
            driven = replace(driven, commitment=done, allocations=(*driven.allocations, made))
        return replace(driven, step=Step.ALLOCATED)

    async def receive(self, driven: Driven, *, quantity: int | None = None) -> Driven:
        """The aggregator receives all of every line (or `quantity` of each)."""
        lines = [
            receive.LineQuantity(line_id=line.id, quantity=line.balance.outstanding if quantity is None else quantity)
            for line in driven.commitment.lines
        ]
        done, receipt = await self.act(
            self.aggregator,
            receive.receive,
            driven.commitment.id,
            lines=lines,
            expected_version=driven.commitment.version,
        )
        return replace(driven, step=Step.RECEIVED, commitment=done, receipt=receipt)

    async def dispatch(self, driven: Driven, *, quantity: int | None = None) -> Driven:
        """The aggregator dispatches all of every allocation (or `quantity` of each)."""
        lines = [
            dispatch.AllocationQuantity(allocation_id=one.id, quantity=one.open if quantity is None else quantity)
            for one in driven.allocations
        ]
        done, sent = await self.act(
            self.aggregator,
            dispatch.dispatch,
            driven.commitment.id,
            target_id=driven.target.id,
            executor_id=self.executor_party.id,
            lines=lines,
            expected_version=driven.commitment.version,
            vehicle="B 1234 XYZ",
        )
        return replace(driven, step=Step.DISPATCHED, commitment=done, dispatch=sent)

    async def record(
        self, driven: Driven, *, rejected: int = 0, lost: int = 0, reason: str = "", **changes: Any
    ) -> Driven:
        """The executor records the handover of all that is in transit; so much of each line was rejected or lost.

        `changes` replace what `hand_over.record` is given.
        """
        sent = _known(driven.dispatch)
        outcomes = [
            OutcomeInput(
                dispatch_line_id=line.id,
                delivered=line.in_transit,
                accepted=line.in_transit - rejected - lost,
                rejected=rejected,
                lost=lost,
                reason=reason,
                condition="baik",
            )
            for line in sent.lines
        ]
        given = {
            "lines": outcomes,
            "recipient_name": "Siti Contoh",
            "recipient_office": "Ketua RW",
            "witness_account_id": self.witness.account_id,
            "place": "Balai RW",
            "handed_over_at": self.clock.now(),
            "expected_version": driven.commitment.version,
        }
        done, handover = await self.act(self.executor, hand_over.record, sent.id, **{**given, **changes})
        return replace(driven, step=Step.RECORDED, commitment=done, handover=handover)

    async def attach(self, driven: Driven) -> Driven:
        """The executor attaches a photo."""
        handover = _known(driven.handover)
        file = await self.act(
            self.executor, evidence.attach, handover.id, file_name="serah-terima.png", content=tiny_png()
        )
        return await self.reload(replace(driven, step=Step.EVIDENCED, evidence=file))

    async def confirm(self, driven: Driven) -> Driven:
        """The witness confirms."""
        handover = _known(driven.handover)
        done, confirmed, report = await self.act(
            self.witness, hand_over.confirm, handover.id, expected_version=driven.commitment.version
        )
        return replace(driven, step=Step.CONFIRMED, commitment=done, handover=confirmed, report=report)

    async def close(self, driven: Driven) -> Driven:
        """The collaborator closes."""
        done = await self.act(
            self.collaborator, close.close, driven.commitment.id, expected_version=driven.commitment.version
        )
        return replace(driven, step=Step.CLOSED, commitment=done)


def _known(value: T | None) -> T:
    if value is None:
        raise ValueError("the commitment hasn't come that far; drive it to the step before")
    return value
