"""What a program's rules do with whatever its schemas and its settings allow. Needs Hypothesis."""

import contextlib
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hypothesis import find, given
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from ksbb.program import CommitmentView, Finding, LineView, Program, Rule, Severity, Text
from ksbb.programs.limits import shown, told
from ksbb.testing.payloads import commitments_of, settings_of, steadily
from ksbb.testing.quality.outside import outside_calls
from ksbb.testing.quality.subject import Subject
from ksbb.testing.views import commitment_view

PLACEHOLDER = re.compile(r"\{[a-z_]*\}|%\([a-z_]+\)s")
"""What is left in a text whose values were never filled in."""
_DRAWN = 60
_SHRUNK = 300
_QUANTITY = 10
_COMMITMENT_FIELDS = (
    "collaborator_class",
    "fund_source",
    "area_code",
    "target_kind",
    "submitted_on",
    "planned_handover_on",
    "lines",
)


class Fault(StrEnum):
    """What can be wrong with a rule's answer."""

    RAISED = "raised"
    FOREIGN = "foreign"
    IMPURE = "impure"
    MISPLACED = "misplaced"
    UNTRANSLATED = "untranslated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One fault of one rule, in words, and a small commitment that shows it. Equal when fault, rule and finding's code are."""

    fault: Fault
    rule_id: str
    code: str = ""
    said: str = field(default="", compare=False)
    shown_by: str = field(default="", compare=False)


class RuleNotBack(Exception):
    """A rule didn't come back when the rules were tried, so nothing is known of them all."""

    def __init__(self) -> None:
        super().__init__("a rule that doesn't come back, as another check says")


Drawn = tuple[CommitmentView, Any]


def troubles(subject: Subject, fault: Fault) -> list[Trouble]:
    """The troubles of one kind that the program's rules have, found once for all kinds. Raises ValueError for a schema that
    payloads can't be drawn from, RuleNotBack where an earlier search for them hasn't come back.
    """
    if "troubles" not in subject.memo:
        if "probing" in subject.memo:
            raise RuleNotBack
        subject.memo["probing"] = True
        try:
            subject.memo["troubles"] = _probe(subject.program)
        except ValueError:
            del subject.memo["probing"]
            raise
    return [trouble for trouble in subject.memo["troubles"] if trouble.fault is fault]


def _probe(program: Program) -> list[Trouble]:
    drawn = st.tuples(commitments_of(program), settings_of(program.settings))
    found: dict[Trouble, Drawn] = {}

    def look(view: CommitmentView, chosen: Any) -> None:
        for trouble in _troubles_of(program, view, chosen):
            found.setdefault(trouble, (view, chosen))

    @steadily(_DRAWN)
    @given(drawn)
    def search(one: Drawn) -> None:
        look(*one)

    for view in examples_of(program):
        look(view, program.settings())
    search()
    return [_shrunk(program, drawn, trouble, *seen) for trouble, seen in found.items()]


def examples_of(program: Program) -> Iterator[CommitmentView]:
    """A commitment of one line for each example of each aid type."""
    for aid_type in program.aid_types:
        for example in aid_type.examples:
            line = LineView(position=0, aid_type=aid_type.id, quantity=_QUANTITY, attributes=dict(example))
            yield commitment_view(program, line)


def _shrunk(
    program: Program, drawn: st.SearchStrategy[Drawn], trouble: Trouble, view: CommitmentView, chosen: Any
) -> Trouble:
    """The same trouble, told by the smallest commitment that shows it."""
    # An example of the program that shows it, and that no drawing finds again, stays as it is
    with contextlib.suppress(NoSuchExample):
        view, chosen = find(drawn, lambda one: trouble in set(_troubles_of(program, *one)), settings=steadily(_SHRUNK))
    now = next((one for one in _troubles_of(program, view, chosen) if one == trouble), trouble)
    lines = ", ".join(f"{line.quantity} × {line.aid_type} {dict(line.attributes)}" for line in view.lines)
    shown_by = f"{lines}, submitted {view.submitted_on}, handover {view.planned_handover_on}"
    return Trouble(fault=now.fault, rule_id=now.rule_id, code=now.code, said=now.said, shown_by=shown_by)


def _troubles_of(program: Program, view: CommitmentView, chosen: Any) -> list[Trouble]:
    return [trouble for rule in program.rules for trouble in _of_rule(program, rule, view, chosen)]


def _of_rule(program: Program, rule: Rule, view: CommitmentView, chosen: Any) -> Iterator[Trouble]:
    before = copy.deepcopy(view)
    answer = _answer(rule, view, chosen)
    if isinstance(answer, str):
        yield Trouble(fault=Fault.RAISED, rule_id=rule.id, said=answer)
        return
    changed = view != before
    with outside_calls() as outside:
        again = _answer(rule, copy.deepcopy(before), chosen)
    if changed:
        yield Trouble(fault=Fault.IMPURE, rule_id=rule.id, said="the commitment is another one after the rule has run")
    elif again != answer:
        first, second = _named(answer), _named(again)
        said = f"it finds {first}, and for the second time {second if second != first else 'the same in other words'}"
        yield Trouble(fault=Fault.IMPURE, rule_id=rule.id, said=said)
    elif outside:
        said = f"it calls {', '.join(sorted(outside))}"
        yield Trouble(fault=Fault.IMPURE, rule_id=rule.id, said=said)
    for finding in answer:
        if not _is_own(finding, rule):
            yield Trouble(fault=Fault.FOREIGN, rule_id=rule.id, said=_named([finding]))
            continue
        if not _exists(finding.pointer, program, before):
            yield Trouble(fault=Fault.MISPLACED, rule_id=rule.id, code=finding.code, said=repr(finding.pointer))
        left = _untranslated(finding.message, repr(before))
        if left:
            yield Trouble(fault=Fault.UNTRANSLATED, rule_id=rule.id, code=finding.code, said=left)


def _answer(rule: Rule, view: CommitmentView, chosen: Any) -> list[Any] | str:
    """The rule's findings, or what it raised."""
    try:
        return list(rule.check(view, chosen))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code: whatever it raises is what we report
        return told(error)


def _named(answer: list[Any] | str) -> str:
    """A rule's answer in short."""
    if isinstance(answer, str):
        return answer
    return (
        ", ".join(
            f"{one.code!r} ({one.severity}) at {one.pointer!r}" if isinstance(one, Finding) else shown(one)
            for one in answer
        )
        or "nothing"
    )


def _is_own(finding: Any, rule: Rule) -> bool:
    return (
        isinstance(finding, Finding)
        and finding.code in rule.codes
        and isinstance(finding.severity, Severity)
        and isinstance(finding.message, Text)
        and isinstance(finding.pointer, str)
    )


def _untranslated(message: Text, given: str) -> str:
    if message.id == message.en:
        return f"the same in both languages: {message.en!r}"
    # What stands in the commitment may be quoted, braces and all.
    left = [
        one
        for text in (message.id, message.en)
        for one in PLACEHOLDER.findall(text)
        if one not in given and one != "{}"
    ]
    return f"{', '.join(left)} is left in {message.en!r}" if left else ""


def _exists(pointer: str, program: Program, view: CommitmentView) -> bool:
    """Whether a JSON Pointer leads to a field of the commitment, or to an attribute that the schema would allow there."""
    if not pointer.startswith("/"):
        return False
    first, *rest = pointer[1:].split("/")
    if first not in _COMMITMENT_FIELDS or (first != "lines" and rest):
        return False
    if not rest:
        return True
    number, *inner = rest
    line = next((one for one in view.lines if str(one.position) == number), None)
    if line is None:
        return False
    if not inner or inner in (["quantity"], ["aid_type"], ["attributes"]):
        return True
    aid_type = program.aid_type(line.aid_type)
    return inner[0] == "attributes" and aid_type is not None and _leads(inner[1:], aid_type.schema, line.attributes)


def _leads(path: list[str], schema: Any, value: Any) -> bool:
    if not path:
        return True
    step, *rest = path
    if isinstance(value, list):
        inside = step.isdigit() and int(step) < len(value)
        return inside and _leads(rest, schema.get("items", {}), value[int(step)])
    name = step.replace("~1", "/").replace("~0", "~")
    properties = schema.get("properties", {})
    return name in properties and _leads(rest, properties[name], value.get(name) if isinstance(value, dict) else None)
