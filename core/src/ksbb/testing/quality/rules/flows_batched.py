"""A stage's flow takes a batch, a scheduled one nothing."""

import inspect
from collections.abc import Iterator

from ksbb.testing.quality.loaded import loaded_flows
from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """The parameters of every flow, from its signature."""
    for flow, loaded in loaded_flows(subject.program):
        given = str(inspect.signature(loaded.fn)).split(" ->")[0]
        expected = "(items: list[str])" if flow.stage else "()"
        if given.replace("'", "") != expected:
            takes = "a stage's flow takes the batch" if flow.stage else "a scheduled flow takes nothing"
            yield Flaw(
                where=f"flow {flow.name}",
                expected=f"the parameters {expected}",
                given=given,
                remedy=f"Change its signature: {takes}",
            )


RULE = QualityRule(
    id="flows_batched",
    tier=Tier.BRONZE,
    title="Flows take batches",
    asks="The flow of a stage has the one parameter `items: list[str]`, a scheduled flow has none.",
    why="One run for each case would cost more than the case: the platform hands over item ids in batches.",
    waiver=Waiver.NEVER,
    check=check,
)
