"""Rules of bronze about a program itself: the sample, changed until it breaks that rule and no other."""

import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ksbb.program import NeedPlan, Text
from ksbb.testing.quality.engine import Inspection
from ksbb.testing.quality.model import Tier
from ksbb.testing.quality.subject import Subject
from ksbb_contoh import PROGRAM

from .spoiling import (
    COLOUR,
    CONTACT,
    NAME,
    REASON,
    SCHEMA,
    Case,
    Lax,
    attribute,
    broken,
    broken_by,
    case,
    changes,
    finding,
    flow,
    forgets,
    greedy,
    here,
    kit,
    knows_no_colour,
    named,
    prints_the_name,
    raises,
    reads_numbers,
    rule,
    two_for_each_household,
)

CASES = [
    case(
        "choices_labelled",
        "a value without a name",
        attribute(
            colour={
                **COLOUR,
                "x-labels": {"red": {"id": "merah", "en": "red"}, "green": {"id": "hijau", "en": "green"}},
            }
        ),
        "kit/colour: expected x-labels in both languages for exactly the values of enum; "
        "given none for ['blue'], also for ['green']. "
        "Make the attribute with `choice`.",
    ),
    case(
        "exemptions",
        "an unknown rule",
        replace(PROGRAM, exemptions={"guide_cover_aid": REASON}),
        "guide_cover_aid: expected the id of a rule; given 'guide_cover_aid'. Did you mean guide_covers_aid.",
    ),
    case(
        "exemptions",
        "an unneeded one without a reason",
        replace(PROGRAM, exemptions={"guide_covers_aid": "short"}),
        "guide_covers_aid: expected a reason of 20 characters or more; given 'short'. Say why the rule needn't hold here.",
        "guide_covers_aid: expected an exemption from something that the rule finds; given the rule finds nothing. "
        "Take the exemption out.",
    ),
    case(
        "findings_bilingual",
        "a message in one language",
        rule(lambda _view, _settings: [finding(message=Text("few", "few"))]),
        "rule enough, too_few: expected a whole message in Indonesian and one in English; given the same in both languages: 'few'. "
        "Write `Text(indonesian, english)`, and fill every value in.",
    ),
    case(
        "findings_bilingual",
        "a placeholder that nobody filled",
        rule(lambda _view, _settings: [finding(message=Text("hanya {quantity}", "only {quantity}"))]),
        "rule enough, too_few: expected a whole message in Indonesian and one in English; "
        "given {quantity}, {quantity} is left in 'only {quantity}'. Write `Text(indonesian, english)`, and fill every value in.",
    ),
    case(
        "findings_placed",
        "a line that isn't there",
        rule(lambda _view, _settings: [finding(pointer="/lines/9/quantity")]),
        "rule enough, too_few: expected a JSON Pointer to a field of the commitment; given '/lines/9/quantity', with "
        "1 × kit {'colour': 'red'}, submitted 2000-01-01, handover 2000-01-01. "
        "Use `line.at(attribute)`, or a field such as `/planned_handover_on`.",
    ),
    case(
        "flows_batched",
        "a scheduled flow that takes something",
        flow("contoh-watch", "bad_flows:asks_for_a_day"),
        "flow contoh-watch: expected the parameters (); given (day: str = ''). "
        "Change its signature: a scheduled flow takes nothing.",
    ),
    case(
        "flows_described",
        "no docstring",
        flow("contoh-watch", "bad_flows:undescribed"),
        "flow contoh-watch: expected a description; given none. Write a docstring for bad_flows:undescribed.",
    ),
    case(
        "flows_idempotent",
        "a new follow-up each time",
        flow("contoh-visit", "bad_flows:counts_on"),
        "flow contoh-visit: expected the same result from a second run over the same items; "
        "given follow-ups that the first run hadn't opened: visit on 2026-04-12 for item-1. "
        "Work through the items with `workbench().each`, and count days from the case or the bench, not from a clock.",
    ),
    case(
        "flows_run",
        "an error",
        flow("contoh-watch", "bad_flows:breaks_off"),
        "flow contoh-watch: expected a run over the examples that comes to its end; "
        "given ZeroDivisionError: 1 day, 0:00:00, at bad_flows.py, line 61. "
        "Mend it: each batch would wait for its next attempts and then be parked.",
    ),
    case(
        "flows_load",
        "no such module",
        flow("contoh-watch", "ksbb_contoh.nowhere:watch"),
        "flow contoh-watch: expected a Prefect flow at ksbb_contoh.nowhere:watch; "
        "given ModuleNotFoundError: No module named 'ksbb_contoh.nowhere'. "
        "Write `module:function`, and decorate the function with `@flow`.",
    ),
    case(
        "flows_load",
        "another program's name",
        flow("contoh-watch", "bad_flows:misnamed"),
        "flow contoh-watch: expected Prefect's name 'contoh-watch'; given 'watch'. "
        "Decorate it with `@flow(name='contoh-watch')`.",
    ),
    case(
        "import_mappings_sound",
        "a conversion that fails without words",
        replace(PROGRAM, import_mappings=(replace(PROGRAM.import_mappings[0], convert={"code": reads_numbers}),)),
        "import mapping places, code: expected a text, or a ValueError that says why not, the same each time; "
        f"given KeyError: '', at {here(reads_numbers, 2)}, for ''. Raise `ValueError` in words for a cell that can't be read.",
    ),
    case(
        "needs_sound",
        "a formula that needs what isn't known",
        replace(
            PROGRAM,
            needs=(
                NeedPlan(
                    aid_type=PROGRAM.aid_types[0].id,
                    title=Text("Dua per rumah tangga", "Two for each household"),
                    source="Uji",
                    estimate=two_for_each_household,
                ),
            ),
        ),
        f"need plan {PROGRAM.aid_types[0].id}: expected whole units or None for any target, the same each time; "
        f"given TypeError: unsupported operand type(s) for *: 'NoneType' and 'int', at {here(two_for_each_household, 2)}, "
        "for households None, figures {}. Answer for this target; return None where the facts don't say.",
    ),
    case(
        "report_sections_sound",
        "personal data",
        replace(PROGRAM, report_sections=(replace(PROGRAM.report_sections[0], content=prints_the_name),)),
        "report section colours: expected pairs of texts for any commitment, the same each time and without personal data; "
        "given the personal 'Siti Contoh' in it, "
        "with 10 × kit {'colour': 'red', 'serial': ['0001'], 'contact': {'name': 'Siti Contoh'}}. "
        "Answer for this commitment, and leave out what is declared as personal.",
    ),
    case(
        "requires_api",
        "a lower bound before the fields that are used",
        replace(PROGRAM, requires_api=">=1.0,<2"),
        "Program.requires_api: expected a lower bound of >=1.1, for it uses counter_examples, personal_data, upgrades, "
        "reference_data, routes, report_sections, import_mappings; given '>=1.0,<2'. Write `requires_api=\">=1.1,<2\"`.",
    ),
    case(
        "requires_api",
        "no upper bound",
        replace(PROGRAM, requires_api=">=1.1"),
        "Program.requires_api: expected an upper bound of <2; given '>=1.1'. Write `requires_api=\">=1.1,<2\"`.",
    ),
    case(
        "routes_sound",
        "an error",
        replace(PROGRAM, routes=(replace(PROGRAM.routes[0], answer=knows_no_colour),)),
        "route colour: expected a JSON value for any parameters that its schemas allow, the same each time; "
        f"given LookupError: no colours, at {here(knows_no_colour, 2)}, for {{'id': 'red'}}. "
        "Answer for these, or narrow the parameter's schema.",
    ),
    case(
        "routes_sound",
        "a parameter that nobody knows",
        replace(
            PROGRAM,
            routes=(replace(PROGRAM.routes[0], parameters={"id": {"type": "string", "enum": ["red"], "title": "x"}}),),
        ),
        "route colour, id: expected title and description in Indonesian and English; "
        "given no description, x-en-title, x-en-description. Make the parameter with `described` or `choice`.",
    ),
    case(
        "rules_pure",
        "another answer each time",
        rule(forgets),
        "rule enough: expected the same answer each time, nothing read but what is given, and an unchanged commitment; "
        "given it finds nothing, and for the second time 'too_few' (warn) at '/lines/0', with "
        "1 × kit {'colour': 'red'}, submitted 2000-01-01, handover 2000-01-01. "
        "Judge by `submitted_on` in place of a clock, and copy what you change.",
    ),
    case(
        "rules_pure",
        "a changed commitment",
        rule(changes),
        "rule enough: expected the same answer each time, nothing read but what is given, and an unchanged commitment; "
        "given the commitment is another one after the rule has run, with "
        "1 × kit {'colour': 'red'}, submitted 2000-01-01, handover 2000-01-01. "
        "Judge by `submitted_on` in place of a clock, and copy what you change.",
    ),
    *(
        case(
            "rules_pure",
            called,
            rule(asks),
            "rule enough: expected the same answer each time, nothing read but what is given, and an unchanged commitment; "
            f"given it calls {called}, with 1 × kit {{'colour': 'red'}}, submitted 2000-01-01, handover 2000-01-01. "
            "Judge by `submitted_on` in place of a clock, and copy what you change.",
        )
        for called, asks in (
            ("date.today", lambda _view, _settings: [] if date.today() else [finding()]),  # noqa: DTZ011 - at fault
            ("time.time", lambda _view, _settings: [] if time.time() else [finding()]),
            ("io.open", lambda _view, _settings: [] if Path(__file__).read_bytes() else [finding()]),
        )
    ),
    case(
        "rules_total",
        "an error",
        rule(raises),
        "rule enough: expected findings for whatever the schemas allow; "
        f"given KeyError: 'red', at {here(raises, 3)}, with "
        "1 × kit {'colour': 'red'}, submitted 2000-01-01, handover 2000-01-01. "
        "Make the rule answer for this commitment, or the schema refuse it.",
    ),
    case(
        "rules_total",
        "a code of nobody",
        rule(lambda _view, _settings: [finding(code="other")]),
        "rule enough: expected findings with the codes that the rule declares; "
        "given 'other' (warn) at '/lines/0', with 1 × kit {'colour': 'red'}, submitted 2000-01-01, handover 2000-01-01. "
        "Answer with `Finding` only, and name each of its codes in `Rule.codes`.",
    ),
    case(
        "schema_closed",
        "an open object inside",
        attribute(contact={name: value for name, value in CONTACT.items() if name != "additionalProperties"}),
        "kit/contact: expected additionalProperties false; given 'nothing'. Add `\"additionalProperties\": False`.",
    ),
    case(
        "schema_described",
        "an attribute inside without English",
        attribute(
            contact={
                **CONTACT,
                "properties": {"name": {name: value for name, value in NAME.items() if not name.startswith("x-en")}},
            }
        ),
        "kit/contact/name: expected title and description in Indonesian and English; given no x-en-title, x-en-description. "
        "Make the attribute with `described` or `choice`.",
    ),
    case(
        "schema_valid",
        "no draft",
        kit(schema={name: value for name, value in SCHEMA.items() if name != "$schema"}),
        "kit: expected $schema https://json-schema.org/draft/2020-12/schema; given None. "
        "Make the schema with `object_schema`, `described` and `choice`.",
    ),
    case(
        "settings_sound",
        "everything allowed",
        replace(PROGRAM, settings=Lax),
        "Lax: expected settings that are frozen and refuse unknown keys; given it allows unknown keys and changes. "
        "Derive it from `ProgramSettings`, and leave `model_config` as it is.",
    ),
    case(
        "upgrades_sound",
        "an empty draft",
        kit(upgrades={1: greedy}),
        "kit, upgrade from version 1: expected attributes for whatever a draft holds, and the draft's own unchanged; "
        f"given KeyError: 'colour', at {here(greedy, 2)}, with {{}}. Use `.get`, and make a new dictionary.",
    ),
]


def test_the_sample_keeps_every_rule(sample: Subject) -> None:
    assert broken(sample) == {}
    assert Inspection(sample).verdict().tier is Tier.GOLD


@pytest.mark.parametrize("one", CASES, ids=named)
def test_one_rule_is_broken(one: Case, sample: Subject) -> None:
    rule_id, _, program, flaws = one
    assert broken_by(program, sample) == {rule_id: flaws}
