"""Estimates of needs answer for any target, and twice the same."""

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ksbb.program import NeedPlan, Program, TargetFacts
from ksbb.programs.limits import shown, told
from ksbb.testing.payloads import steadily
from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject

_DRAWN = 50
_COUNTS = st.integers(0, 10**6)
_MOST = 10**12
_Formula = Callable[[TargetFacts, Any], int | None]


def check(subject: Subject) -> Iterator[Flaw]:
    """Every formula, with any target that its program serves, its figures there or not."""
    for plan in subject.program.needs:
        wrong = _wrong(subject.program, plan, plan.estimate) if plan.estimate else ""
        if wrong:
            yield Flaw(
                where=f"need plan {plan.aid_type}",
                expected="whole units or None for any target, the same each time",
                given=wrong,
                remedy="Answer for this target; return None where the facts don't say",
            )


def _wrong(program: Program, plan: NeedPlan, estimate: _Formula) -> str:
    found: list[str] = []
    facts = st.builds(
        TargetFacts,
        code=st.just("CONTOH-1"),
        kind=st.sampled_from(sorted(program.target_kinds)),
        area_code=st.just("31.71.06.1002"),
        households=st.none() | _COUNTS,
        figures=st.fixed_dictionaries({}, optional={figure.id: _COUNTS for figure in plan.figures}),
    )
    settings = program.settings()

    @steadily(_DRAWN)
    @given(facts)
    def ask(one: TargetFacts) -> None:
        if not found:
            found.extend(
                f"{said}, for households {one.households}, figures {dict(one.figures)}"
                for said in _asked(estimate, one, settings)
            )

    ask()
    return found[0] if found else ""


def _asked(estimate: _Formula, facts: TargetFacts, settings: Any) -> Iterator[str]:
    """What is wrong with the estimate for one target."""
    try:
        first, second = estimate(facts, settings), estimate(facts, settings)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code: whatever it raises is what we report
        yield told(error)
        return
    if first is not None and (type(first) is not int or not 0 <= first <= _MOST):
        yield shown(first)
    elif first != second:
        yield f"{first!r}, then {second!r}"


RULE = QualityRule(
    id="needs_sound",
    tier=Tier.BRONZE,
    title="Estimates of needs answer for any target",
    asks="Each formula answers any target that the program serves with whole units or None, twice the same.",
    why="All targets are estimated at once: one that the formula fails for leaves none with an estimate.",
    check=check,
)
