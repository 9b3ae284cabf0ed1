"""The sample, changed in one place: what makes it break one rule of quality and no other."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import Field

from ksbb.program import (
    CommitmentView,
    Finding,
    Program,
    ProgramSettings,
    ReportView,
    RouteRequest,
    Severity,
    TargetFacts,
    Text,
)
from ksbb.testing.quality.engine import Inspection
from ksbb.testing.quality.subject import Subject
from ksbb_contoh import PROGRAM
from ksbb_contoh.aid import KIT
from ksbb_contoh.rules import RULES
from ksbb_contoh.settings import ContohSettings

SCHEMA: Any = KIT.schema
CONTACT: Any = SCHEMA["properties"]["contact"]
NAME: Any = CONTACT["properties"]["name"]
COLOUR: Any = SCHEMA["properties"]["colour"]


def kit(**changes: Any) -> Program:
    """The sample with another aid type."""
    return replace(PROGRAM, aid_types=(replace(KIT, **changes),))


def attribute(**schemas: Any) -> Program:
    """The sample with other schemas of the kit's attributes."""
    return kit(schema={**SCHEMA, "properties": {**SCHEMA["properties"], **schemas}})


def flow(name: str, entrypoint: str) -> Program:
    """The sample with another entry point of one flow."""
    flows = tuple(replace(one, entrypoint=entrypoint) if one.name == name else one for one in PROGRAM.flows)
    return replace(PROGRAM, flows=flows)


def rule(check: Any, **changes: Any) -> Program:
    """The sample with another check of its rule."""
    return replace(PROGRAM, rules=(replace(RULES[0], check=check, **changes),))


def finding(**changes: Any) -> Finding:
    """A finding of the sample's rule."""
    given: dict[str, Any] = {
        "code": "too_few",
        "severity": Severity.WARN,
        "message": Text("hanya sedikit", "only a few"),
        "pointer": "/lines/0",
    }
    return Finding(**{**given, **changes})


def raises(view: CommitmentView, _settings: Any) -> list[Finding]:
    """Can't stand red kits."""
    if view.lines[0].attributes["colour"] == "red":
        raise KeyError("red")
    return []


def here(function: Any, line: int) -> str:
    """Where the line of a function of this file stands, as messages say it."""
    return f"spoiling.py, line {function.__code__.co_firstlineno + line}"


_asked: list[bool] = []


def forgets(_view: CommitmentView, _settings: Any) -> list[Finding]:
    """Finds nothing when it is asked for the first time, and something for the second."""
    if _asked:
        _asked.clear()
        return [finding()]
    _asked.append(True)
    return []


def changes(view: CommitmentView, _settings: Any) -> list[Finding]:
    """Changes what it is given."""
    attributes: Any = view.lines[0].attributes
    attributes["colour"] = "red" if attributes["colour"] == "blue" else "blue"
    return []


class Undescribed(ContohSettings):
    """Doesn't say what it is."""

    least: int = Field(default=5, ge=1, le=100)


class Unbounded(ContohSettings):
    """Has no end."""

    visit_days: int = Field(default=30, ge=1, description="Days after a handover until the visit.")


class Lax(ProgramSettings, extra="allow", frozen=False):
    """Takes everything."""

    least: int = Field(default=5, ge=1, le=100, description="Kits that a line must have at least.")
    visit_days: int = Field(default=30, ge=1, le=365, description="Days after a handover until the visit.")


def greedy(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Needs what a draft may not have."""
    return {"colour": attributes["colour"]}


def prints_the_name(view: ReportView) -> Iterable[tuple[Text, Text]]:
    """Prints whom to call."""
    for line in view.commitment.lines:
        name = line.attributes.get("contact", {}).get("name", "-")
        yield Text("Kontak", "Contact"), Text(f"oleh {name}", f"by {name}")


def knows_no_colour(_request: RouteRequest) -> Any:
    """Fails."""
    raise LookupError("no colours")


def two_for_each_household(facts: TargetFacts, _: Any) -> int | None:
    """Fails where nobody counted the households."""
    return facts.households * 2  # type: ignore[operator]  # that it fails is the point


def reads_numbers(cell: str) -> str:
    """Fails for texts."""
    return {"1": "one"}[cell]


LONG = "Sebuah nama yang panjang sekali untuk sebuah paket"
REASON = "The sample's guide is about something else"


def broken(subject: Subject) -> dict[str, list[str]]:
    """What each rule that doesn't hold says."""
    verdict = Inspection(subject).verdict()
    return {one.rule.id: [str(flaw) for flaw in one.flaws] for one in verdict.judgements if not one.holds}


def broken_by(program: Program, sample: Subject) -> dict[str, list[str]]:
    """What each rule says that doesn't hold for a changed sample; what the change can't touch isn't found out anew."""
    same = (program.aid_types, program.rules, program.settings) == (PROGRAM.aid_types, PROGRAM.rules, PROGRAM.settings)
    kept = {"troubles": sample.memo["troubles"]} if same else {}
    return broken(replace(sample, program=program, memo=kept))


Case = tuple[str, str, Program, list[str]]
"""The rule, how it is broken, the sample that breaks it, and the whole of what is told."""


def case(rule_id: str, how: str, program: Program, *flaws: str) -> Case:
    """One way to break one rule."""
    return rule_id, how, program, list(flaws)


def named(one: Case) -> str:
    """The case's name among the tests."""
    return f"{one[0]}: {one[1]}"
