"""Flows say what they do."""

from collections.abc import Iterator

from ksbb.testing.quality.loaded import loaded_flows
from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """The description that Prefect shows, taken from the docstring."""
    for flow, loaded in loaded_flows(subject.program):
        if not (loaded.description or "").strip():
            yield Flaw(
                where=f"flow {flow.name}",
                expected="a description",
                given="none",
                remedy=f"Write a docstring for {flow.entrypoint}",
            )


RULE = QualityRule(
    id="flows_described",
    tier=Tier.SILVER,
    title="Flows say what they do",
    asks="Every flow has a docstring.",
    why="Prefect shows it to whoever wonders what runs there at five in the morning.",
    check=check,
)
