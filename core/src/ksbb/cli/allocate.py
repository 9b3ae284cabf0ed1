"""`ksbb allocate`: propose who gets how much, see why, approve and verify it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ksbb.cli.running import OPERATOR, data_option, json_option, platform_of, run, settings_for, shown
from ksbb.domain.errors import not_found
from ksbb.domain.proposals import DropStatus, Proposal, ProposalStatus, Run
from ksbb.domain.text import Text
from ksbb.settings import Settings
from ksbb.usecases import accounts
from ksbb.usecases.propose import compute, decide, runs
from ksbb.usecases.propose.verify import Check
from ksbb.usecases.propose.verify import verify as checks_of
from ksbb.usecases.read import proposals as read
from ksbb.usecases.read.paging import MAX_LIMIT, Asked

if TYPE_CHECKING:
    from ksbb.domain.rights import Actor
    from ksbb.usecases.platform import Platform

_run = click.argument("number", metavar="RUN")
_aid_type = click.option("--aid-type", default=None, help="Only the proposal for this aid type.")
_as = click.option("--as", "email", required=True, metavar="EMAIL", help="The account of the person who decides.")
_console = Console(stderr=True)


@click.group()
def allocate() -> None:
    """Propose who gets how much, see why, approve and verify it. RUN is a number such as PANGAN-ALOKASI-2026-0001."""


@allocate.command()
@data_option
@json_option
@click.option("--program", required=True, help="The program whose aid is to be placed.")
@click.option("--aid-type", "aid_types", multiple=True, help="Only this aid type; may be given several times.")
def propose(data: Path | None, program: str, aid_types: tuple[str, ...], *, as_json: bool) -> None:
    """Compute proposals now, without the engine; Ctrl-C calls them off."""
    settings = settings_for(data)

    async def work() -> read.RunView:
        async with platform_of(settings) as platform:
            async with platform.desk(OPERATOR) as desk:
                asked = await runs.ask(desk, program, aid_types, at_once=True)
            with _progress() as progress:
                task = progress.add_task(asked.number, total=len(asked.aid_types))
                try:
                    await compute.compute(platform, asked.id, lambda now: progress.update(task, completed=now.computed))
                except BaseException:
                    await _call_off(platform, asked.id)
                    raise
            async with platform.reading_desk(OPERATOR) as desk:
                return await read.show_run(desk, asked.id)

    _tell_run(run(work), as_json=as_json)


@allocate.command(name="list")
@data_option
@json_option
@click.option("--program", default=None, help="Only this program's runs.")
def list_(data: Path | None, program: str | None, *, as_json: bool) -> None:
    """The latest runs."""
    settings = settings_for(data)

    async def work() -> list[Run]:
        async with platform_of(settings) as platform, platform.reading_desk(OPERATOR) as desk:
            return (await read.find_runs(desk, Asked(), program_id=program)).items

    found = run(work)
    if as_json:
        click.echo(json.dumps(shown(found), ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo(
            f"{one.number}  {one.status}, {one.computed} of {len(one.aid_types)} aid types, asked {one.asked_at:%Y-%m-%d %H:%M} UTC"
        )
    click.echo(
        "next: ksbb allocate show RUN" if found else "No runs yet. next: ksbb allocate propose --program PROGRAM"
    )


@allocate.command()
@data_option
@json_option
@_run
@_aid_type
@click.option("--target", default=None, metavar="CODE", help="Why this target gets what it gets, or nothing.")
@click.option("--drops", default=10, show_default=True, type=click.IntRange(0, 10_000), help="How many drops to show.")
@click.option(
    "--lang", type=click.Choice(["id", "en"]), default="id", show_default=True, help="Language of the reasons."
)
def show(
    data: Path | None,
    number: str,
    aid_type: str | None,
    target: str | None,
    drops: int,
    lang: str,
    *,
    as_json: bool,
) -> None:
    """A run's proposals with their reasons, and what isn't placed."""
    settings = settings_for(data)
    if as_json or target is None:
        found, shown_drops, remarks = run(lambda: _read(settings, number, aid_type, drops))
        if as_json:
            whole = {"run": found.run, "proposals": found.proposals, "drops": shown_drops, "remarks": remarks}
            click.echo(json.dumps(shown(whole), ensure_ascii=False, indent=2))
            return
        _tell_run(found, as_json=False)
        for drop in shown_drops:
            click.echo(f"\n{drop.target_code}  {drop.quantity}  from {drop.commitment_number}  [{drop.status}]")
            click.echo(f"    {drop.why_id if lang == 'id' else drop.why_en}")
            if drop.failure:
                click.echo(f"    not allocated: {drop.failure}")
        for remark in remarks:
            what = f"{remark.quantity} left" if remark.quantity else "fault"
            click.echo(f"\n{remark.commitment_number or remark.target_code or ''}  {what}")
            click.echo(f"    {remark.message.id if lang == 'id' else remark.message.en}")
        return
    answers = run(lambda: _why(settings, number, aid_type, target))
    if not answers:
        click.echo(f"{target} has no need of what {number} proposes.")
    for answer in answers:
        click.echo(f"{answer.target_name} ({answer.target_code}), {answer.aid_type}: {answer.quantity}")
        for sentence in answer.sentences:
            click.echo(f"    {sentence.id if lang == 'id' else sentence.en}")


@allocate.command()
@data_option
@_run
@_aid_type
@_as
def approve(data: Path | None, number: str, aid_type: str | None, email: str) -> None:
    """Approve a run's open proposals in the name of an account, and make the allocations once enough people have."""
    settings = settings_for(data)

    async def work() -> None:
        async with platform_of(settings) as platform:
            actor = await _account(platform, email)
            for proposal in await _open_ones(platform, number, aid_type):
                if not proposal.drops:
                    click.echo(f"{proposal.aid_type}: places nothing; reject it: ksbb allocate reject {number}")
                    continue
                async with platform.desk(actor) as desk:
                    decided = await decide.approve(desk, proposal.id, expected_version=proposal.version)
                await _carried_out(platform, decided)

    run(work)


@allocate.command()
@data_option
@_run
@_aid_type
@_as
@click.option("--reason", required=True, help="Why; kept in the record.")
def reject(data: Path | None, number: str, aid_type: str | None, email: str, reason: str) -> None:
    """Reject a run's open proposals in the name of an account."""
    settings = settings_for(data)

    async def work() -> None:
        async with platform_of(settings) as platform:
            actor = await _account(platform, email)
            for proposal in await _open_ones(platform, number, aid_type):
                async with platform.desk(actor) as desk:
                    await decide.reject(desk, proposal.id, reason=reason, expected_version=proposal.version)
                click.echo(f"{proposal.aid_type}: rejected")

    run(work)


@allocate.command()
@data_option
@json_option
@_run
@click.option("--no-replay", is_flag=True, help="Only the proof from what is stored, without the solver.")
def verify(data: Path | None, number: str, *, no_replay: bool, as_json: bool) -> None:
    """Prove from what is stored that a run's plans are optimal and keep every rule, and compute them again. Ends with 1 when not."""
    settings = settings_for(data)

    async def work() -> list[Check]:
        async with platform_of(settings) as platform, platform.reading_desk(OPERATOR) as desk:
            found = await read.show_run(desk, number)
            return [check for one in found.proposals for check in await checks_of(desk, one, replay=not no_replay)]

    checks = run(work)
    if as_json:
        click.echo(json.dumps(shown(checks), ensure_ascii=False, indent=2))
    else:
        for check in checks:
            click.echo(f"{'holds' if not check.objections else 'FAILS'}  {check.aid_type}: {check.what.en}")
            for objection in check.objections[:20]:
                click.echo(f"       {objection}")
    if any(check.objections for check in checks):
        raise SystemExit(1)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=_console)


async def _call_off(platform: "Platform", run_id: str) -> None:
    async with platform.desk(OPERATOR) as desk:
        found = await runs.load_run(desk, run_id)
        if not found.ended:
            await runs.cancel(desk, run_id, reason="called off at the command line", expected_version=found.version)


async def _account(platform: "Platform", email: str) -> "Actor":
    async with platform.reading_desk(OPERATOR) as desk:
        found = [one for one in await accounts.find(desk) if one.email == email.strip().lower()]
        actor = await accounts.load_actor(desk.unit.link, found[0].id) if found else None
    if actor is None:
        raise not_found(Text("akun aktif", "active account"), email)
    return actor


async def _open_ones(platform: "Platform", number: str, aid_type: str | None) -> list[Proposal]:
    async with platform.reading_desk(OPERATOR) as desk:
        found = await read.show_run(desk, number)
    wanted = [one for one in found.proposals if aid_type in (None, one.aid_type)]
    chosen = [one for one in wanted if one.status is ProposalStatus.OPEN]
    if not chosen:
        standing = ", ".join(f"{one.aid_type} is {one.status}" for one in wanted) or "there are none"
        raise click.ClickException(f"{number} has no open proposal to decide: {standing}")
    return chosen


async def _carried_out(platform: "Platform", proposal: Proposal) -> None:
    if proposal.status is not ProposalStatus.APPROVED:
        click.echo(f"{proposal.aid_type}: approved by {len(proposal.approved_by)}; a second person must approve, too")
        return
    with _progress() as progress:
        task = progress.add_task(f"{proposal.aid_type}: commitments allocated", total=None)
        await decide.carry_out_all(platform, proposal.id, lambda: progress.advance(task))
    async with platform.reading_desk(OPERATOR) as desk:
        failed = (await read.find_drops(desk, proposal.id, Asked(limit=MAX_LIMIT), status=DropStatus.FAILED)).items
    click.echo(
        f"{proposal.aid_type}: {proposal.drops - len(failed)} allocations made, {len(failed)} not possible any more"
    )
    for drop in failed:
        click.echo(f"    {drop.quantity} of {drop.commitment_number} for {drop.target_code}: {drop.failure}")


async def _read(
    settings: Settings, number: str, aid_type: str | None, most: int
) -> tuple[read.RunView, list[read.DropView], list[read.RemarkView]]:
    async with platform_of(settings) as platform, platform.reading_desk(OPERATOR) as desk:
        found = await read.show_run(desk, number)
        wanted = [one for one in found.proposals if aid_type in (None, one.aid_type)]
        drops: list[read.DropView] = []
        for one in wanted:
            cursor, left = None, most
            while left > 0:
                page = await read.find_drops(desk, one.id, Asked(limit=min(left, MAX_LIMIT), cursor=cursor))
                drops += page.items
                cursor, left = page.next, left - len(page.items)
                if cursor is None:
                    break
        remarks = [remark for one in wanted for remark in await read.remarks_of(desk, one.id)]
        return read.RunView(run=found.run, proposals=wanted), drops, remarks


async def _why(settings: Settings, number: str, aid_type: str | None, code: str) -> list[read.Answer]:
    async with platform_of(settings) as platform, platform.reading_desk(OPERATOR) as desk:
        found = await read.show_run(desk, number)
        target_id = await read.target_id_of(desk, code)
        wanted = [one for one in found.proposals if aid_type in (None, one.aid_type)]
        return [answer for one in wanted if (answer := await read.answer_of(desk, one, target_id)) is not None]


def _tell_run(found: read.RunView, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(shown(found), ensure_ascii=False, indent=2))
        return
    click.echo(f"{found.run.number}: {found.run.status}, {found.run.computed} of {len(found.run.aid_types)} aid types")
    if not found.proposals:
        click.echo("Nothing is left to place.")
        return
    for one in found.proposals:
        click.echo(
            f"{one.aid_type}, {one.status}: {one.units:,} of {one.supply:,} placed, {one.drops:,} drops at {one.targets:,} targets"
        )
        share = f", {one.of_optimum / 100:.1f} % of the optimum without lots" if one.of_optimum is not None else ""
        before, after = one.before // 100, one.after // 100
        click.echo(f"    still needed {one.need:,}; weighted, short by {before:,} before and {after:,} after{share}")
    if any(one.status is ProposalStatus.OPEN for one in found.proposals):
        click.echo(f"next: ksbb allocate show {found.run.number}, ksbb allocate approve {found.run.number} --as EMAIL")
