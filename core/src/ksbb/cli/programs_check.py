"""`ksbb programs check`: all that can be judged of a program before it is enabled."""

import json
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from ksbb.cli.running import json_option, no_logs
from ksbb.domain.errors import Problem, Unavailable
from ksbb.domain.text import Text

if TYPE_CHECKING:
    from ksbb.programs.faults import ProgramFault
    from ksbb.testing.quality.engine import Judgement, Verdict
    from ksbb.testing.quality.subject import Subject

_TIERS = ("bronze", "silver", "gold")
_NEEDED = ("hypothesis", "pytest", "pytest_asyncio")


@click.command()
@click.argument("program", metavar="PATH|ID")
@click.option(
    "--tier", "asked", type=click.Choice(_TIERS), default=_TIERS[0], show_default=True, help="The tier to reach."
)
@json_option
def check(program: str, asked: str, *, as_json: bool) -> None:
    """Judge a program by the rules of quality: the one in the folder PATH, installed or not, or the installed one called ID.

    Says which tier it reaches, and what is missing for the next. Ends with 1 when it is below --tier.
    """
    no_logs()
    _require_kit()
    from ksbb.flows.prefect_home import configure  # noqa: PLC0415 - slow to import, and not before the kit is there
    from ksbb.programs.faults import ProgramFault  # noqa: PLC0415
    from ksbb.testing.quality.engine import Inspection  # noqa: PLC0415
    from ksbb.testing.quality.find import subject_of  # noqa: PLC0415
    from ksbb.testing.quality.model import Tier  # noqa: PLC0415

    try:
        subject = subject_of(program)
    except ProgramFault as fault:
        _tell_fault(program, fault, as_json=as_json)
        sys.exit(1)
    with TemporaryDirectory(prefix="ksbb-check-") as home:
        configure(Path(home))  # the flows' import is Prefect's, which must leave nothing in the user's home
        verdict = Inspection(subject).verdict()
    if as_json:
        click.echo(json.dumps(_as_json(subject, verdict), ensure_ascii=False, indent=2))
    else:
        for line in _lines(subject, verdict):
            click.echo(line)
    if verdict.tier is None or verdict.tier.rank < Tier(asked).rank:
        sys.exit(1)


def _require_kit() -> None:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        names = ", ".join(missing)
        raise Unavailable(
            Problem(
                code="kit_missing",
                message=Text(
                    f"alat untuk pembuat program belum terpasang ({names}); pasang dengan: pip install 'ksbb[testing]'",
                    f"the kit for authors of programs isn't installed ({names}); install it: pip install 'ksbb[testing]'",
                ),
                expected=list(_NEEDED),
                given=missing,
            )
        )


def _tell_fault(program: str, fault: "ProgramFault", *, as_json: bool) -> None:
    if as_json:
        said = {"state": str(fault.state), "reason": fault.reason.en, "remedy": fault.remedy.en}
        click.echo(json.dumps({"program": program, "tier": None, "fault": said}, ensure_ascii=False, indent=2))
        return
    click.echo(f"{program} is {fault.state}: {fault.reason.en}")
    click.echo(f"  → {fault.remedy.en}")


def _as_json(subject: "Subject", verdict: "Verdict") -> dict[str, Any]:
    from ksbb.testing.quality.engine import shown  # noqa: PLC0415 - loaded already

    return {
        "program": subject.program.id,
        "distribution": subject.metadata.name,
        "version": subject.metadata.version,
        "tier": verdict.tier,
        "next_tier": verdict.next_tier,
        "rules": [shown(judgement) for judgement in verdict.judgements],
        "exemptions": dict(subject.program.exemptions),
    }


def _lines(subject: "Subject", verdict: "Verdict") -> Iterator[str]:
    metadata = subject.metadata
    yield f"{subject.program.id} · {metadata.name} {metadata.version} · {subject.folder or subject.package}"
    for tier in _TIERS:
        judgements = [one for one in verdict.judgements if one.rule.tier == tier]
        held = sum(one.holds for one in judgements)
        yield f"\n{tier}: {held} of {len(judgements)} rules hold"
        for judgement in judgements:
            yield from _lines_of(subject, judgement)
    yield f"\nEvery rule and why it is one: {_described_in()}"
    if verdict.next_tier is None:
        yield f"{subject.program.id} is {verdict.tier}."
        return
    names = ", ".join(one.rule.id for one in verdict.missing(verdict.next_tier))
    reached = f"is {verdict.tier}" if verdict.tier else "has no tier yet"
    yield f"{subject.program.id} {reached}; for {verdict.next_tier} it lacks: {names}."


def _described_in() -> Path:
    from ksbb.testing import quality  # noqa: PLC0415 - loaded already

    return Path(quality.__path__[0]) / "README.md"


def _lines_of(subject: "Subject", judgement: "Judgement") -> Iterator[str]:
    rule = judgement.rule
    for flaw in judgement.excused:
        key = f"{rule.id}:{flaw.where}"
        reason = subject.program.exemptions.get(key) or subject.program.exemptions[rule.id]
        yield f"  – {rule.id}, {flaw.where}: exempted, {reason}"
    if judgement.holds:
        return
    yield f"  ✗ {rule.id}: {rule.title}"
    if judgement.unseen:
        yield f"      {judgement.unseen}"
    for flaw in judgement.flaws:
        yield f"      {flaw.where}: expected {flaw.expected}; given {flaw.given}"
        yield f"        → {flaw.remedy}"
