"""The rules as a page for people; a test compares it with what stands in the repository."""

from collections.abc import Iterator
from pathlib import Path

from ksbb.testing.quality.engine import RULES
from ksbb.testing.quality.model import QualityRule, Tier, Waiver

README = Path(__file__).with_name("README.md")
_HEAD = """# Quality of programs

`ksbb programs check PATH|ID` judges a program by the rules below; `ProgramContract` makes a test of each. A program has the highest
tier all of whose rules hold, and all rules below it.

Where a rule needn't hold, the program says why: `Program(exemptions={"guide_covers_aid": "…"})` for a whole rule, or
`{"personal_data_declared:fee/stage_name": "…"}` for the place that the finding names before its colon. The reason has 20 characters
or more. An exemption of nothing is an error, and some rules can't be left.
"""
_TIERS = {
    Tier.BRONZE: "safe to enable: it harms nobody, and does what the platform relies on",
    Tier.SILVER: "well made: described, tested, and careful with people's data",
    Tier.GOLD: "an example to others",
}
_WAIVERS = {
    Waiver.NEVER: "It can't be left.",
    Waiver.PLACE: "It can be left at single places, with a reason.",
    Waiver.RULE: "It can be left, with a reason.",
}


def written() -> str:
    """The page in Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _HEAD
    yield from ("| tier | rules |", "|---|---|")
    for tier in Tier:
        names = " · ".join(f"[{rule.id}](#{rule.id})" for rule in _of(tier))
        yield f"| {tier} | {names} |"
    for tier in Tier:
        yield f"\n## {tier.capitalize()}: {_TIERS[tier]}"
        for rule in _of(tier):
            yield f"\n### {rule.id}\n"
            yield f"**{rule.title}.** {rule.asks}\n"
            sources = " It is judged from the source folder only." if rule.needs_sources else ""
            yield f"Why: {rule.why} {_WAIVERS[rule.waiver]}{sources}"
    yield ""


def _of(tier: Tier) -> list[QualityRule]:
    return [rule for rule in RULES if rule.tier is tier]
