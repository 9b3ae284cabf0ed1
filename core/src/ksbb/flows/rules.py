"""A program's rules over commitments that were submitted: asked in isolation, so that one that never returns parks its own."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from structlog.contextvars import bind_contextvars

from ksbb.program import CommitmentView, Finding
from ksbb.programs.isolated import ProgramFailed
from ksbb.programs.limits import Overrun
from ksbb.usecases.assess import RuleFailed, run_rules, view_of
from ksbb.usecases.chain import donor_class, load_commitment
from ksbb.usecases.desk import ActiveProgram, Desk

Answer = Sequence[Finding] | RuleFailed
"""What a program's rules said of a commitment."""
ALONE_SECONDS = 10.0
"""How long the rules may take over a single commitment. Overdue, it is parked: that must not befall one on a busy machine."""


async def ask_rules(desk: Desk, active: ActiveProgram, commitment_ids: Collection[str]) -> Mapping[str, Answer]:
    """What the rules say of these commitments, by their ids: one call for all of them.

    Where it takes too long, one commitment alone gets a RuleFailed that says so; for several ProgramFailed is raised, so that they
    are tried one by one. The commitments are locked meanwhile, so several have no longer than all such calls of programs.
    """
    if not active.program.rules or not commitment_ids:
        return {}
    views = {}
    for commitment_id in commitment_ids:
        commitment = await load_commitment(desk, commitment_id)
        desk.unit.known["commitment", commitment_id] = commitment  # its step needn't load it again
        views[commitment_id] = view_of(commitment, donor_class(desk, commitment), desk.today)
    if len(views) > 1:
        bind_contextvars(commitment_id="")
    try:
        asked = partial(_answers, active, views)
        return await desk.programs.call(
            active.program.id, "rules", asked, seconds=ALONE_SECONDS if len(views) == 1 else None
        )
    except ProgramFailed as failed:
        overrun = failed.__cause__
        if len(views) > 1 or not isinstance(overrun, Overrun):
            raise
        return dict.fromkeys(views, RuleFailed(f"a rule {overrun}"))


def _answers(active: ActiveProgram, views: Mapping[str, CommitmentView]) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for commitment_id, view in views.items():
        try:
            answers[commitment_id] = run_rules(active, view)
        except RuleFailed as failed:
            answers[commitment_id] = failed
    return answers
