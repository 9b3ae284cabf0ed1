"""Bodies of the allocation's resources: runs, proposals, drops, remarks, checks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ksbb.api.fields import Code, Id, Reason, Whole
from ksbb.domain.allocation import AllocationRules
from ksbb.domain.proposals import DropStatus, Proposal, ProposalStatus, Run, RunStatus
from ksbb.domain.text import Text
from ksbb.usecases.propose.verify import Check
from ksbb.usecases.read.proposals import Answer, DropView, Entry, RemarkView


class RunIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """For which program, and for which of its aid types: all where none is named."""

    program_id: Code
    aid_types: Annotated[list[Code], Meta(max_length=100)] = []


class ReasonIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why."""

    reason: Reason


class EditIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How much of a line a target is to get instead: 0 for none; and why."""

    line_id: Id
    target_id: Id
    quantity: Whole
    reason: Reason


class RulesOut(msgspec.Struct, kw_only=True):
    """The rules of the allocation, published before any run: by them and the stored inputs every plan can be computed again."""

    tiers: Annotated[dict[str, float], Meta(description="Vulnerability tiers, each with its weight.")]
    off_area: Annotated[
        float,
        Meta(
            description="λ: aid leaves its preferred area only where the shortfall elsewhere is at least so much worse."
        ),
    ]
    lot_least: Annotated[int, Meta(description="The smallest drop of a line that names no lot, in units …")]
    lot_percent: Annotated[int, Meta(description="… and in percent of the target's need, whichever is more.")]
    seed: Annotated[str, Meta(description="Ties are settled by the SHA-256 of this seed and the target's id.")]
    two_people_above_units: Whole
    two_people_above_rupiah: Whole
    nightly: bool
    refine: Annotated[bool, Meta(description="Whether the best lots are searched for where there is little to share.")]


class ProposalOut(msgspec.Struct, kw_only=True):
    """The plan for one aid type. `before` and `after` are what is short, in weighted units; `value` in whole rupiah, of what has a
    reference value; null where nothing has. `approvals` of `approvals_needed` were given.
    """

    id: Id
    run_id: Id
    program_id: str
    aid_type: str
    status: ProposalStatus
    supply: int
    need: int
    units: int
    drops: int
    targets: int
    value: int | None
    before: float
    after: float
    of_optimum: Annotated[
        float | None,
        Meta(
            description="The weighted shortfall that the plan meets, in percent of what the best shares without lots would meet."
        ),
    ]
    edits: int
    approvals: int
    approvals_needed: int
    problem_sha256: Annotated[str, Meta(description="Digest of the stored inputs.")]
    plan_sha256: str | None
    created_at: datetime
    decided_at: datetime | None
    version: int


class RunOut(msgspec.Struct, kw_only=True):
    """A run: `computed` of `aid_types` are done."""

    id: Id
    number: str
    program_id: str
    aid_types: list[str]
    status: RunStatus
    computed: int
    asked_at: datetime
    ended_at: datetime | None
    version: int
    proposals: list[ProposalOut] = []


class SentenceOut(msgspec.Struct, kw_only=True):
    """A sentence in both languages."""

    id: str
    en: str


class ReasonsOut(msgspec.Struct, kw_only=True):
    """The record behind a drop's sentences. Scores are the part of the need that isn't covered, times the tier's weight.

    `given` was promised or delivered before, `total` is what the plan brings altogether. `own_area`: the drop stays inside
    what its giver prefers (`by_kind`: a kind of target, too); `off_area`: it leaves it, where the highest score left is
    `at_home`. `next_target_id` is next in line, null where nobody is; `next_higher`: its score is higher than the one here
    after the plan; `tie`: exactly the same, so that the seed decided; `next_off_area`: it lies outside what the giver
    prefers; `next_least`: the smallest drop there, 0 where it has one. `least` is the smallest drop here, `least_gap` is λ,
    `by_gap`: λ explains the drop.
    """

    need: int
    given: int
    total: int
    weight: float
    before: float
    after: float
    next_target_id: str | None
    next_score: float
    next_higher: bool
    next_off_area: bool
    next_least: int
    by_kind: bool
    own_area: bool
    off_area: bool
    at_home: float | None
    tie: bool
    least: int
    least_gap: float
    by_gap: bool


class DropOut(msgspec.Struct, kw_only=True):
    """One drop, with its reason in both languages; after an edit, in the words of whoever edited."""

    line_id: Id
    commitment_id: Id
    commitment_number: str
    target_id: Id
    target_code: str
    target_name: str
    area_code: str
    synthetic: bool
    computed: int
    quantity: int
    edited: bool
    why: SentenceOut
    reasons: Annotated[ReasonsOut | None, Meta(description="Null after an edit.")]
    status: DropStatus
    allocation_id: str | None
    failure: str


class RemarkOut(msgspec.Struct, kw_only=True):
    """Why so much of a line isn't placed; or, as a `fault`, what is wrong with a line or a target so that there is no plan."""

    commitment_id: str | None
    commitment_number: str | None
    line_id: str | None
    target_id: str | None
    target_code: str | None
    quantity: int
    fault: bool
    message: SentenceOut


class WhyOut(msgspec.Struct, kw_only=True):
    """What a target gets of a proposal, and why. While the proposal is `open`, nothing is decided."""

    proposal_id: Id
    status: ProposalStatus
    program_id: str
    aid_type: str
    target_id: Id
    target_code: str
    target_name: str
    quantity: int
    sentences: list[SentenceOut]


class EntryOut(msgspec.Struct, kw_only=True):
    """One event of a proposal: who did what, in which role, when and why. For an edit, `details` name line, target and quantities."""

    kind: str
    at: datetime
    role: str
    account_id: str
    name: str
    reason: str
    details: dict[str, Any]


class CheckOut(msgspec.Struct, kw_only=True):
    """One thing that was checked: it `holds`, or `objections` say what speaks against it."""

    what: SentenceOut
    holds: bool
    objections: list[str]


def sentence(text: Text) -> SentenceOut:
    """A text as a body."""
    return SentenceOut(id=text.id, en=text.en)


def rules_out(rules: AllocationRules) -> RulesOut:
    """The rules, with weights and λ as people write them."""
    return RulesOut(
        tiers={name: weight / 100 for name, weight in rules.tiers.items()},
        off_area=rules.off_area / 100,
        lot_least=rules.lot_least,
        lot_percent=rules.lot_percent,
        seed=rules.seed,
        two_people_above_units=rules.two_people_units,
        two_people_above_rupiah=rules.two_people_rupiah,
        nightly=rules.nightly,
        refine=rules.refine,
    )


def proposal_out(found: Proposal, rules: AllocationRules) -> ProposalOut:
    """A proposal; the accounts that approved are counted, not named."""
    return ProposalOut(
        id=found.id,
        run_id=found.run_id,
        program_id=found.program_id,
        aid_type=found.aid_type,
        status=found.status,
        supply=found.supply,
        need=found.need,
        units=found.units,
        drops=found.drops,
        targets=found.targets,
        value=found.value,
        before=found.before / 100,
        after=found.after / 100,
        of_optimum=None if found.of_optimum is None else found.of_optimum / 100,
        edits=found.edits,
        approvals=len(found.approved_by),
        approvals_needed=found.approvals_needed(units=rules.two_people_units, value=rules.two_people_rupiah),
        problem_sha256=found.problem_sha256,
        plan_sha256=found.plan_sha256,
        created_at=found.created_at,
        decided_at=found.decided_at,
        version=found.version,
    )


def run_out(run: Run, rules: AllocationRules, proposals: Sequence[Proposal] = ()) -> RunOut:
    """A run with its proposals."""
    return RunOut(
        id=run.id,
        number=run.number,
        program_id=run.program_id,
        aid_types=list(run.aid_types),
        status=run.status,
        computed=run.computed,
        asked_at=run.asked_at,
        ended_at=run.ended_at,
        version=run.version,
        proposals=[proposal_out(proposal, rules) for proposal in proposals],
    )


def drop_out(found: DropView) -> DropOut:
    """A drop as a body; who edited it stands in the proposal's events."""
    return DropOut(
        line_id=found.line_id,
        commitment_id=found.commitment_id,
        commitment_number=found.commitment_number,
        target_id=found.target_id,
        target_code=found.target_code,
        target_name=found.target_name,
        area_code=found.area_code,
        synthetic=found.synthetic,
        computed=found.computed,
        quantity=found.quantity,
        edited=found.edited_by is not None,
        why=SentenceOut(id=found.why_id, en=found.why_en),
        reasons=None if found.why is None else _reasons_out(found.why),
        status=found.status,
        allocation_id=found.allocation_id,
        failure=found.failure,
    )


def _reasons_out(why: Mapping[str, Any]) -> ReasonsOut:
    thousandths = {name: None if why[name] is None else why[name] / 1000 for name in _SCORES}
    return msgspec.convert({**why, **thousandths, "weight": why["weight"] / 100}, ReasonsOut)


_SCORES = ("before", "after", "next_score", "at_home", "least_gap")


def remark_out(found: RemarkView) -> RemarkOut:
    """A remark as a body."""
    return msgspec.convert(found, RemarkOut, from_attributes=True)


def why_out(found: Answer) -> WhyOut:
    """An answer as a body."""
    return msgspec.convert(found, WhyOut, from_attributes=True)


def entry_out(found: Entry) -> EntryOut:
    """An event as a body."""
    return msgspec.convert(found, EntryOut, from_attributes=True)


def check_out(found: Check) -> CheckOut:
    """A check as a body."""
    return CheckOut(what=sentence(found.what), holds=not found.objections, objections=list(found.objections))
