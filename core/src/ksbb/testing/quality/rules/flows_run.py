"""Flows run."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.rehearsal import rehearsals
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """Every flow, run on a recording bench with the examples as its items."""
    for rehearsed in rehearsals(subject):
        if rehearsed.raised:
            yield Flaw(
                where=f"flow {rehearsed.flow.name}",
                expected="a run over the examples that comes to its end",
                given=rehearsed.raised,
                remedy="Mend it: each batch would wait for its next attempts and then be parked",
            )


RULE = QualityRule(
    id="flows_run",
    tier=Tier.BRONZE,
    title="Flows run",
    asks="Every flow runs over the examples without an error.",
    why="A flow that raises leaves its commitments unassessed and its follow-ups unopened, until people look.",
    waiver=Waiver.NEVER,
    check=check,
)
