"""Verify a run from what is stored: its plans are optimal and keep every rule, and come out the same when computed again."""

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from ksbb.allocation.certificate import broken_limits, objections
from ksbb.allocation.plan import Drop, Plan
from ksbb.allocation.problem import Problem, faults
from ksbb.allocation.stored import plan_from, plan_to_json, problem_from
from ksbb.domain.proposals import Proposal, ProposedDrop
from ksbb.domain.text import Text
from ksbb.usecases.desk import Desk
from ksbb.usecases.evidence import content_of
from ksbb.usecases.propose.store import load_drops


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was checked of a proposal, and what speaks against it; nothing where it holds."""

    proposal_id: str
    aid_type: str
    what: Text
    objections: tuple[str, ...]


async def verify(desk: Desk, proposal: Proposal, *, replay: bool) -> list[Check]:
    """Check a proposal from what is stored, without the solver; with `replay` also compute it again with the solver.

    A refused proposal has no plan: only its inputs are checked.
    """
    stored = {digest: (await content_of(desk, digest))[1] for digest in _digests(proposal)}
    drops = await load_drops(desk, proposal.id)
    return await asyncio.to_thread(_checked, proposal, stored, drops, replay=replay)


def _digests(proposal: Proposal) -> list[str]:
    return [digest for digest in (proposal.problem_sha256, proposal.plan_sha256) if digest is not None]


def _checked(proposal: Proposal, stored: dict[str, bytes], drops: list[ProposedDrop], *, replay: bool) -> list[Check]:
    def check(what: Text, found: Iterable[str]) -> Check:
        return Check(proposal_id=proposal.id, aid_type=proposal.aid_type, what=what, objections=tuple(found))

    changed = [digest for digest, content in stored.items() if hashlib.sha256(content).hexdigest() != digest]
    checks = [
        check(
            Text("masukan dan rencana belum berubah sejak disimpan", "inputs and plan are as they were stored"),
            (f"the content of file {digest} is another than its name says" for digest in changed),
        )
    ]
    if proposal.plan_sha256 is None:
        return checks
    problem = problem_from(stored[proposal.problem_sha256])
    plan = plan_from(stored[proposal.plan_sha256])
    wrong = [f"{fault.where}: {fault.message.en}" for fault in faults(problem)]
    checks += [
        check(
            Text(
                "pembagian optimal, dan setiap aturan ditaati (dibuktikan tanpa penghitung)",
                "the shares are optimal and every rule is kept (proven without the solver)",
            ),
            wrong or objections(problem, plan),
        ),
        check(
            Text(
                "usulan sama dengan rencana, kecuali yang diubah orang dengan alasan, juga dalam batasnya",
                "the proposal is the plan, but for what people edited with a reason, within the limits",
            ),
            [*_differences(plan, drops), *broken_limits(problem, _standing(drops), lots=False)],
        ),
    ]
    if replay:
        what = Text("dihitung ulang, rencananya sama persis", "computed again, the plan is identical")
        checks.append(check(what, _replayed(problem, stored[proposal.plan_sha256])))
    return checks


def _standing(drops: Iterable[ProposedDrop]) -> list[Drop]:
    return [Drop(drop.target_id, drop.line_id, drop.quantity) for drop in drops if drop.quantity]


def _differences(plan: Plan, drops: Iterable[ProposedDrop]) -> Iterable[str]:
    planned = {(drop.line_id, drop.target_id): drop.quantity for drop in plan.drops}
    for drop in drops:
        computed = planned.pop((drop.line_id, drop.target_id), 0)
        where = f"line {drop.line_id} for target {drop.target_id}"
        if drop.computed != computed:
            yield f"{where}: computed {computed}, the proposal says {drop.computed}"
        if drop.quantity != computed and drop.edited_by is None:
            yield f"{where}: computed {computed}, proposed {drop.quantity}, and nobody edited it"
    for (line_id, target_id), quantity in planned.items():
        yield f"line {line_id} for target {target_id}: {quantity} computed, missing in the proposal"


def _replayed(problem: Problem, stored: bytes) -> Iterable[str]:
    from ksbb.allocation.solve import allocate  # noqa: PLC0415 - the solver is heavy, and only a replay needs it

    if plan_to_json(allocate(problem)) != stored:
        yield "computed again from the stored inputs, the plan is another"
