"""Rules of silver and gold about a program itself: the sample, changed until it breaks that rule and no other."""

from dataclasses import replace

import pytest

from ksbb.program import Measure, SuccessMetric, Text, described
from ksbb.testing.quality.subject import Subject
from ksbb_contoh import PROGRAM, REGISTER
from ksbb_contoh.aid import KIT
from ksbb_contoh.rules import RULES

from .spoiling import CONTACT, LONG, Case, Unbounded, Undescribed, attribute, broken_by, case, flow, kit, named

CASES = [
    case(
        "counter_examples_given",
        "none",
        kit(counter_examples=()),
        "kit: expected attributes that the schema refuses; given no counter_examples. "
        "Add the likeliest mistake to `AidType.counter_examples`.",
    ),
    case(
        "examples_cover",
        "an attribute that no example has",
        kit(examples=({"colour": "red", "contact": {"name": "Siti Contoh"}},)),
        "kit/serial: expected an example that has this attribute; given none. Add it to one of the examples of kit.",
    ),
    case(
        "identifiers_watched",
        "nobody compares",
        flow("contoh-assess", "bad_flows:looks_nowhere"),
        "identifier serial: expected a flow that looks for clashes in this register; "
        "given registers that flows look into: none. Ask for `case.clashes('serial')` in the assessment, "
        "or take the identifier out.",
    ),
    case(
        "personal_data_declared",
        "a name",
        kit(personal_data=()),
        "kit/contact/name: expected a declaration of what it is needed for and how long it is kept; "
        "given none, though 'contact' speaks of a person. Add a `PersonalData` to kit, leave the attribute out, "
        "or exempt it with `personal_data_declared:kit/contact/name`.",
    ),
    case(
        "personal_data_limited",
        "for ever, for nothing, and for everybody",
        replace(
            attribute(contact={**CONTACT, "x-in-documents": True}),
            aid_types=(
                replace(
                    attribute(contact={**CONTACT, "x-in-documents": True}).aid_types[0],
                    personal_data=(
                        replace(KIT.personal_data[0], purpose=Text("Perlu", "Needed"), retention_days=36_500),
                    ),
                ),
            ),
        ),
        "kit/contact/name: expected its purpose in both languages, 20 characters or more; given 'Perlu' and 'Needed'. "
        "Say what it is needed for, and by whom.",
        "kit/contact/name: expected 1 to 3650 days of retention; given 36500. "
        "Keep it as long as its purpose lasts; leave out what is needed for no day.",
        "kit/contact/name: expected x-in-documents false; given an attribute that the handover report prints. "
        'Add `"x-in-documents": False` to its schema.',
    ),
    case(
        "reference_data_open",
        "telephone numbers",
        replace(
            PROGRAM,
            reference_data=(replace(REGISTER, columns={**REGISTER.columns, "name": Text("Telepon", "Telephone")}),),
        ),
        "reference data colours/name: expected columns that say nothing about persons; "
        "given a column whose name speaks of one: 'telepon'. "
        "Leave it out, or exempt it with `reference_data_open:reference data colours/name`.",
    ),
    case(
        "rules_sourced",
        "no source",
        replace(PROGRAM, rules=(replace(RULES[0], source=" "),)),
        "rule enough: expected the regulation, publication or decision that it comes from; given ' '. Write `Rule.source`.",
    ),
    case(
        "settings_described",
        "no description",
        replace(PROGRAM, settings=Undescribed),
        "Undescribed.least: expected a description; given none. "
        'Write `Field(..., description="…")`: what it is, and its unit.',
    ),
    case(
        "success_metric",
        "none",
        replace(PROGRAM, success_metrics=()),
        "Program.success_metrics: expected at least one metric; given none. "
        "Say what has become better where the program works, with a `SuccessMetric`.",
    ),
    case(
        "texts_bilingual",
        "one language",
        replace(PROGRAM, lead_agency=Text(LONG, LONG)),
        f"Program.lead_agency: expected an Indonesian text and an English one; given {LONG!r} in both. Translate it.",
    ),
    case(
        "texts_bilingual",
        "unfinished",
        attribute(contact=described(CONTACT, Text("Kontak", "Contact"), Text("Orang.", "TODO: describe"))),
        "kit/contact, description: expected a finished text; given 'TODO' in it. Finish the text.",
    ),
    case(
        "guide_complete",
        "a section that is missing in English",
        replace(PROGRAM, guide=replace(PROGRAM.guide, en=PROGRAM.guide.en.replace("## Questions", "Questions:"))),
        "guide.en.md: expected the headings of the Indonesian guide, h1 h2 h2 h2; given h1 h2 h2. "
        "Give both the same sections in the same order.",
    ),
    case(
        "guide_links",
        "an anchor to nowhere",
        replace(PROGRAM, guide=replace(PROGRAM.guide, en=PROGRAM.guide.en.replace("#step-by-step", "#steps"))),
        "guide.en.md: expected links that lead somewhere; given '#steps': no heading makes the anchor steps. "
        "Correct the link, or take it out.",
    ),
    case(
        "counter_examples_cover",
        "another attribute alone",
        kit(counter_examples=({"colour": "red", "serial": ["x"]},)),
        "kit/colour: expected a counter-example in which this attribute is missing or wrong; "
        "given counter-examples of serial. Add one to the counter_examples of kit.",
    ),
    case(
        "guide_covers_aid",
        "another name",
        kit(name=Text("Paket contoh", "Bundle")),
        "guide.en.md, kit: expected a mention of 'Bundle'; given none. "
        "Tell what is needed of it, in which unit and by which standard.",
    ),
    case(
        "metric_fed",
        "a misspelt kind",
        replace(
            PROGRAM,
            success_metrics=(
                SuccessMetric(
                    id="used",
                    name=Text("Dipakai", "In use"),
                    unit=Text("paket", "kits"),
                    measure=Measure.FOLLOW_UP_SUM,
                    follow_up_kind="visits",
                    result_field="used",
                ),
            ),
        ),
        "metric used: expected a flow that opens follow-ups of kind 'visits'; given kinds opened over the examples: visit. "
        "Open it in a flow, or correct `follow_up_kind`.",
    ),
    case(
        "settings_bounded",
        "no greatest value",
        replace(PROGRAM, settings=Unbounded),
        "Unbounded.visit_days: expected a least and a greatest value; given no greatest. "
        "Add `ge` or `gt`, and `le` or `lt`.",
    ),
]


@pytest.mark.parametrize("one", CASES, ids=named)
def test_one_rule_is_broken(one: Case, sample: Subject) -> None:
    rule_id, _, program, flaws = one
    assert broken_by(program, sample) == {rule_id: flaws}
