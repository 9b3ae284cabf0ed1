"""Hypothesis strategies for all that a program's schemas allow, and what its rules must do with it.

Needs Hypothesis: import it by its own name.
"""

import math
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from ksbb.program import AidType, CommitmentView, Finding, LineView, Program, ProgramSettings
from ksbb.program.validation import attribute_problems
from ksbb.testing.drawing import Values, values_of
from ksbb.testing.views import commitment_view
from ksbb.usecases.assess import run_rules
from ksbb.usecases.desk import ActiveProgram


def steadily(examples: int) -> settings:
    """How Hypothesis looks where its answer must be the same at every run: so many examples, nothing kept, no time limit."""
    return settings(
        max_examples=examples,
        phases=[Phase.generate, Phase.shrink],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def attributes_of(aid_type: AidType) -> st.SearchStrategy[dict[str, Any]]:
    """Attributes that the aid type's schema allows, texts of its examples and whole floats for integers among them.

    Examples are drawn from because rules look deeper than schemas: at check digits, or at what stands twice.
    Raises ValueError for a keyword of JSON Schema that isn't covered here.
    """
    return values_of(aid_type.schema, aid_type.examples)


def commitments_of(program: Program, most_units: int = 10**9) -> st.SearchStrategy[CommitmentView]:
    """Commitments of one to four lines, 1 to `most_units` of any aid types with any attributes, on any days."""

    known = {aid_type.id: attributes_of(aid_type) for aid_type in program.aid_types}

    @st.composite
    def commitments(draw: st.DrawFn) -> CommitmentView:
        aid_types = draw(st.lists(st.sampled_from(program.aid_types), min_size=1, max_size=4))
        lines = (
            LineView(
                position=position,
                aid_type=aid_type.id,
                quantity=draw(st.integers(1, most_units)),
                attributes=draw(known[aid_type.id]),
            )
            for position, aid_type in enumerate(aid_types)
        )
        return commitment_view(program, *lines, submitted_on=draw(st.dates()), planned_handover_on=draw(st.dates()))

    return commitments()


def settings_of(model: type[ProgramSettings]) -> Values:
    """Settings of a program: its defaults, and in their place any numbers within the bounds that the model gives them.

    A choice that the model's own validators refuse is drawn as the defaults.
    """
    numbers = {name: drawn for name, field in model.model_fields.items() if (drawn := _bounded(field)) is not None}

    def made(values: dict[str, Any]) -> ProgramSettings:
        try:
            return model.model_validate(values)
        except ValidationError:
            return model()

    return st.fixed_dictionaries({}, optional=numbers).map(made)


def _bounded(field: FieldInfo) -> Values | None:
    bounds = {type(one).__name__.lower(): getattr(one, type(one).__name__.lower(), None) for one in field.metadata}
    least, most = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
    if least is None or most is None:
        return None
    if field.annotation is int:
        return st.integers(math.ceil(least) + ("gt" in bounds), math.floor(most) - ("lt" in bounds))
    if field.annotation is float:
        return st.floats(least, most, exclude_min="gt" in bounds, exclude_max="lt" in bounds)
    return None


def checked_findings(program: Program, settings: ProgramSettings, view: CommitmentView) -> list[Finding]:
    """The findings of all the program's rules over a commitment whose attributes satisfy their schemas.

    Raises RuleFailed when a rule raises or answers with a code that isn't its own, and AssertionError that says what
    is wrong when the attributes don't satisfy the schemas, a finding stands nowhere, or the second answer is another.
    """
    for line in view.lines:
        aid_type = program.aid_type(line.aid_type)
        if aid_type is None:
            raise AssertionError(f"program {program.id!r} has no aid type {line.aid_type!r}")
        problems = attribute_problems(aid_type, line.attributes, line.at(""))
        if problems:
            raise AssertionError(f"attributes {line.attributes} of {aid_type.id!r} are not valid: {problems}")
    active = ActiveProgram(program=program, settings=settings)
    found = run_rules(active, view)
    nowhere = [finding for finding in found if not finding.pointer.startswith("/")]
    if nowhere:
        raise AssertionError(f"findings without a pointer: {nowhere}")
    again = run_rules(active, view)
    if found != again:
        raise AssertionError(f"rules are not pure: they found {found}, then {again}")
    return list(found)
