"""The engine: tiers, exemptions, programs that don't let themselves be judged, and the page about the rules."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ksbb.program import Program, Text
from ksbb.testing.quality import engine
from ksbb.testing.quality import rules as rules_package
from ksbb.testing.quality.engine import RULES, Inspection, Judgement, Verdict
from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.readme import README, written
from ksbb.testing.quality.subject import Subject
from ksbb_contoh import PROGRAM

FLAW = Flaw(where="kit", expected="a kit", given="none", remedy="Add one")
OTHER = Flaw(where="bin", expected="a bin", given="none", remedy="Add one")
REASON = "What the rule asks has no meaning here"


def made(rule_id: str, *flaws: Flaw, tier: Tier = Tier.BRONZE, waiver: Waiver = Waiver.RULE) -> QualityRule:
    """A rule that finds these."""
    return QualityRule(id=rule_id, tier=tier, title="t", asks="a", why="w", waiver=waiver, check=lambda _subject: flaws)


def judged(sample: Subject, *rules: QualityRule, **exemptions: str) -> Verdict:
    """The sample under some rules, with exemptions by rule id, or by `rule__place`."""
    given = {key.replace("__", ":"): reason for key, reason in exemptions.items()}
    return Inspection(replace(sample, program=replace(PROGRAM, exemptions=given)), rules=rules).verdict()


@pytest.mark.parametrize(
    ("broken", "tier", "next_tier"),
    [
        ([], Tier.GOLD, None),
        ([Tier.GOLD], Tier.SILVER, Tier.GOLD),
        ([Tier.SILVER], Tier.BRONZE, Tier.SILVER),
        ([Tier.BRONZE, Tier.GOLD], None, Tier.BRONZE),
    ],
)
def test_a_tier_needs_all_below_it(
    sample: Subject, broken: list[Tier], tier: Tier | None, next_tier: Tier | None
) -> None:
    rules = [made(str(one), *([FLAW] if one in broken else []), tier=one) for one in Tier]
    verdict = judged(sample, *rules)
    assert (verdict.tier, verdict.next_tier) == (tier, next_tier)
    assert [one.rule.tier for one in verdict.judgements if not one.holds] == broken


def test_an_exemption_excuses_a_rule_or_a_place(sample: Subject) -> None:
    rule = made("rule", FLAW, OTHER)
    assert judged(sample, rule, rule=REASON).judgements == (Judgement(rule=rule, excused=(FLAW, OTHER)),)
    assert judged(sample, rule, rule__kit=REASON).judgements == (Judgement(rule=rule, flaws=(OTHER,), excused=(FLAW,)),)


def test_some_rules_are_left_at_places_only_or_never(sample: Subject) -> None:
    by_place, never = made("place", FLAW, waiver=Waiver.PLACE), made("never", FLAW, waiver=Waiver.NEVER)
    kept = judged(sample, by_place, never, place=REASON, never=REASON, never__kit=REASON)
    assert [one.flaws for one in kept.judgements] == [(FLAW,), (FLAW,)]
    assert judged(sample, by_place, place__kit=REASON).tier is Tier.GOLD


def exempted(**exemptions: str) -> Program:
    """The sample with exemptions by rule id, or by `rule__place`."""
    return replace(PROGRAM, exemptions={key.replace("__", ":"): reason for key, reason in exemptions.items()})


@pytest.mark.parametrize(
    ("program", "flaw"),
    [
        (
            exempted(rules_pure=REASON),
            "rules_pure: expected a rule that may be left; given one that may not. Keep the rule.",
        ),
        (
            exempted(personal_data_declared=REASON),
            "personal_data_declared: expected a place, as in `personal_data_declared:staple_food/menu`; given the whole rule. "
            "Exempt single places, each with its reason.",
        ),
        (
            replace(exempted(guide_covers_aid__nowhere=REASON), guide=Text("x", "y")),
            "guide_covers_aid:nowhere: expected an exemption from something that the rule finds; "
            "given the rule finds guide.id.md, kit, guide.en.md, kit. Take the exemption out.",
        ),
    ],
)
def test_exemptions_that_excuse_nothing(sample: Subject, program: Program, flaw: str) -> None:
    inspection = Inspection(replace(sample, program=program))
    (rule,) = (one for one in RULES if one.id == "exemptions")
    assert flaw in [str(one) for one in inspection.judgement(rule).flaws]


def test_a_wheel_is_judged_without_its_sources(sample: Subject) -> None:
    verdict = Inspection(replace(sample, folder=None)).verdict()
    unseen = {one.rule.id: one.unseen for one in verdict.judgements if not one.holds}
    said = "needs the source folder: `ksbb programs check PATH` in place of contoh"
    assert unseen == dict.fromkeys(["codes_tested", "packaging_readme", "tests_contract", "readme_covers"], said)
    assert verdict.tier is Tier.BRONZE


def raises(_subject: Subject) -> Iterator[Flaw]:
    raise SystemExit("bye")
    yield


def never_returns(_subject: Subject) -> Iterator[Flaw]:
    while True:
        time.sleep(0.01)
    yield


@pytest.mark.parametrize(
    ("check", "given"),
    [
        (raises, "SystemExit: bye, at test_engine.py, line {0}"),
        (never_returns, "a function that hasn't come back within 0.1 s"),
    ],
)
def test_a_program_that_does_not_let_itself_be_judged(
    sample: Subject, monkeypatch: pytest.MonkeyPatch, check: Any, given: str
) -> None:
    monkeypatch.setattr(engine, "_SECONDS", 0.1)
    rule = replace(made("rule"), check=check)
    ((flaw,),) = (one.flaws for one in judged(sample, rule).judgements)
    line = check.__code__.co_firstlineno + 1
    assert (flaw.where, flaw.expected, flaw.remedy) == (
        "contoh",
        "a program that lets itself be judged",
        "Repair what it says",
    )
    assert flaw.given.startswith(given.format(line))


def test_every_rule_has_a_file_of_its_name() -> None:
    files = {file.stem for file in Path(rules_package.__path__[0]).glob("*.py")} - {"__init__"}
    assert {rule.id for rule in RULES} == files
    assert [rule.documentation for rule in RULES] == [
        f"core/src/ksbb/testing/quality/README.md#{rule.id}" for rule in RULES
    ]


def test_every_rule_is_broken_by_a_test() -> None:
    here = Path(__file__).parent
    said = "".join(file.read_text("utf-8") for file in here.glob("test_*_rules.py"))
    assert [rule.id for rule in RULES if f'"{rule.id}"' not in said] == []


def test_the_page_is_written_anew_when_rules_change() -> None:
    assert README.read_text("utf-8") == written(), "run `python -m ksbb.testing.quality`"
