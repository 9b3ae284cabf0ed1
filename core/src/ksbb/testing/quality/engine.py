"""Judge a program: every rule, what a declared exemption excuses, and the tier that comes out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ksbb.programs.limits import Failed, Overrun, within
from ksbb.testing.quality import rules as rules_package
from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.subject import Subject

EXEMPTIONS = "exemptions"
"""The rule about exemptions themselves; the engine adds those that excuse nothing."""
_SECONDS = 60.0
"""How long one rule may take: a program's function that never returns must not stop the judgement of the others."""


def _all_rules() -> tuple[QualityRule, ...]:
    found = [
        import_module(f"{rules_package.__name__}.{module.name}").RULE for module in iter_modules(rules_package.__path__)
    ]
    return tuple(sorted(found, key=lambda rule: (rule.tier.rank, rule.id)))


RULES: tuple[QualityRule, ...] = _all_rules()
"""Every rule, by tier and id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One rule over one program. `excused` holds the flaws that an exemption covers; `unseen` says why it can't be judged."""

    rule: QualityRule
    flaws: tuple[Flaw, ...] = ()
    excused: tuple[Flaw, ...] = ()
    unseen: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong but for what is excused."""
        return not self.flaws and not self.unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """All rules over one program."""

    judgements: tuple[Judgement, ...]

    @property
    def tier(self) -> Tier | None:
        """The highest tier all of whose rules hold, and all below it; None below bronze."""
        reached = None
        for tier in Tier:
            if self.missing(tier):
                break
            reached = tier
        return reached

    @property
    def next_tier(self) -> Tier | None:
        """The tier after the one reached; None after gold."""
        later = [tier for tier in Tier if self.tier is None or tier.rank > self.tier.rank]
        return later[0] if later else None

    def missing(self, tier: Tier) -> tuple[Judgement, ...]:
        """The rules of one tier that don't hold."""
        return tuple(one for one in self.judgements if one.rule.tier is tier and not one.holds)


@dataclass(slots=True)
class Inspection:
    """The judgement of one program, rule by rule; what is found out once is kept."""

    subject: Subject
    rules: Sequence[QualityRule] = RULES
    _raw: dict[str, tuple[Flaw, ...]] = field(default_factory=dict)

    def verdict(self) -> Verdict:
        """The judgement of all rules."""
        return Verdict(judgements=tuple(map(self.judgement, self.rules)))

    def judgement(self, rule: QualityRule) -> Judgement:
        """The judgement of one rule."""
        if rule.needs_sources and self.subject.folder is None:
            unseen = f"needs the source folder: `ksbb programs check PATH` in place of {self.subject.program.id}"
            return Judgement(rule=rule, unseen=unseen)
        flaws = self._flaws(rule)
        if rule.id == EXEMPTIONS:
            flaws = (*flaws, *self._unneeded())
        excused = tuple(flaw for flaw in flaws if self._excuses(rule, flaw))
        return Judgement(rule=rule, flaws=tuple(flaw for flaw in flaws if flaw not in excused), excused=excused)

    def _flaws(self, rule: QualityRule) -> tuple[Flaw, ...]:
        if rule.id not in self._raw:
            self._raw[rule.id] = _checked(rule, self.subject)
        return self._raw[rule.id]

    def _excuses(self, rule: QualityRule, flaw: Flaw) -> bool:
        given = self.subject.program.exemptions
        if rule.waiver is Waiver.NEVER:
            return False
        return f"{rule.id}:{flaw.where}" in given or (rule.waiver is Waiver.RULE and rule.id in given)

    def _unneeded(self) -> tuple[Flaw, ...]:
        """A flaw for each exemption of a rule that would hold without it."""
        by_id = {rule.id: rule for rule in self.rules if not (rule.needs_sources and self.subject.folder is None)}
        unneeded = []
        for key in self.subject.program.exemptions:
            rule_id, _, place = key.partition(":")
            if rule_id == EXEMPTIONS or rule_id not in by_id:
                continue
            flaws = self._flaws(by_id[rule_id])
            if not any(flaw.where == place or not place for flaw in flaws):
                found = ", ".join(flaw.where for flaw in flaws) or "nothing"
                unneeded.append(
                    Flaw(
                        where=key,
                        expected="an exemption from something that the rule finds",
                        given=f"the rule finds {found}",
                        remedy="Take the exemption out",
                    )
                )
        return tuple(unneeded)


def _checked(rule: QualityRule, subject: Subject) -> tuple[Flaw, ...]:
    """What the rule finds; the program's code may raise whatever it likes, or never come back."""
    try:
        return within(_SECONDS, lambda: tuple(rule.check(subject)), subject.module.split(".")[0])
    except Overrun as error:
        return (_unjudged(subject, f"a function that {error}"),)
    except Failed as error:
        return (_unjudged(subject, str(error)),)


def _unjudged(subject: Subject, given: str) -> Flaw:
    return Flaw(
        where=subject.program.id,
        expected="a program that lets itself be judged",
        given=given,
        remedy="Repair what it says",
    )


def shown(judgement: Judgement) -> dict[str, Any]:
    """A judgement as JSON."""
    rule = judgement.rule
    return {
        "rule": rule.id,
        "tier": str(rule.tier),
        "title": rule.title,
        "holds": judgement.holds,
        "flaws": [_as_json(flaw) for flaw in judgement.flaws],
        "excused": [_as_json(flaw) for flaw in judgement.excused],
        "unseen": judgement.unseen or None,
        "documentation": rule.documentation,
    }


def _as_json(flaw: Flaw) -> dict[str, str]:
    return {"where": flaw.where, "expected": flaw.expected, "given": flaw.given, "remedy": flaw.remedy}
