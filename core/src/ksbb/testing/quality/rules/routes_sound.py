"""Routes answer for whatever their parameters allow."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ksbb.program import Program, Route, RouteRequest
from ksbb.programs.limits import told
from ksbb.testing.drawing import values_of
from ksbb.testing.payloads import steadily
from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.schemas import ANNOTATIONS
from ksbb.testing.quality.subject import Subject

_DRAWN = 30


def check(subject: Subject) -> Iterator[Flaw]:
    """Descriptions of the parameters, then answers to any that the schemas allow, on any day."""
    for route in subject.program.routes:
        yield from _check_parameters(route)
        yield from _check_answers(subject.program, route)


def _check_parameters(route: Route) -> Iterator[Flaw]:
    for name, schema in route.parameters.items():
        missing = [one for one in ANNOTATIONS if not schema.get(one)]
        if missing:
            yield Flaw(
                where=f"route {route.path}, {name}",
                expected="title and description in Indonesian and English",
                given=f"no {', '.join(missing)}",
                remedy="Make the parameter with `described` or `choice`",
            )


def _check_answers(program: Program, route: Route) -> Iterator[Flaw]:
    wrong: list[str] = []
    fields = {name: values_of(schema) for name, schema in route.parameters.items()}
    required = {name: fields.pop(name) for name in route.required}

    @steadily(_DRAWN)
    @given(st.fixed_dictionaries(required, optional=fields), st.dates())
    def ask(parameters: dict[str, str], today: Any) -> None:
        if not wrong:
            request = RouteRequest(parameters=parameters, settings=program.settings(), today=today)
            wrong.extend(f"{said}, for {parameters}" for said in _answered(route, request))

    ask()
    for said in wrong:
        yield Flaw(
            where=f"route {route.path}",
            expected="a JSON value for any parameters that its schemas allow, the same each time",
            given=said,
            remedy="Answer for these, or narrow the parameter's schema",
        )


def _answered(route: Route, request: RouteRequest) -> Iterator[str]:
    """What is wrong with the answer."""
    from ksbb.api.program_routes import encoded  # noqa: PLC0415 - few programs have routes, and the web framework is slow to import

    try:
        first, second = (encoded(route.answer(request)).decode() for _ in range(2))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code: whatever it raises is what we report
        yield told(error)
        return
    if first != second:
        yield f"{first}, then {second}"


RULE = QualityRule(
    id="routes_sound",
    tier=Tier.BRONZE,
    title="Routes answer for whatever their parameters allow",
    asks="Each parameter is described in both languages; for any values that the schemas allow, the "
    "route answers with a JSON value, twice the same.",
    why="Anybody may ask, with anything; a page of a program is no place for an error.",
    check=check,
)
