"""Exemptions are few, and each has its reason."""

from collections.abc import Iterator

from ksbb.settings import did_you_mean
from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.subject import Subject

_SHORTEST = 20


def check(subject: Subject) -> Iterator[Flaw]:
    """Rule, waiver and reason of every exemption; the engine adds those that excuse nothing."""
    from ksbb.testing.quality.engine import RULES  # noqa: PLC0415 - the engine is made of the rules, this one among them

    rules = {rule.id: rule for rule in RULES}
    for key, reason in subject.program.exemptions.items():
        rule_id, _, place = key.partition(":")
        rule = rules.get(rule_id)
        if rule is None:
            yield Flaw(
                where=key,
                expected="the id of a rule",
                given=repr(rule_id),
                remedy=_capital(did_you_mean(rule_id, rules).en),
            )
        elif rule.waiver is Waiver.NEVER:
            yield Flaw(where=key, expected="a rule that may be left", given="one that may not", remedy="Keep the rule")
        elif rule.waiver is Waiver.PLACE and not place:
            yield Flaw(
                where=key,
                expected=f"a place, as in `{rule_id}:staple_food/menu`",
                given="the whole rule",
                remedy="Exempt single places, each with its reason",
            )
        if len(reason.strip()) < _SHORTEST:
            yield Flaw(
                where=key,
                expected=f"a reason of {_SHORTEST} characters or more",
                given=repr(reason),
                remedy="Say why the rule needn't hold here",
            )


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}".rstrip("?")


RULE = QualityRule(
    id="exemptions",
    tier=Tier.BRONZE,
    title="Exemptions have reasons",
    asks="Each of `Program.exemptions` names a rule that may be left, is needed, and has a reason of 20 characters or more. "
    "The key is a rule's id, or a rule's id and a place: `personal_data_declared:fee/stage_name`.",
    why="An exemption without a reason is a rule that nobody keeps; one that isn't needed any more hides the next fault.",
    waiver=Waiver.NEVER,
    check=check,
)
