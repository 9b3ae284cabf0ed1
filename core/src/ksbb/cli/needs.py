"""`ksbb needs`: import, estimate and roll over needs."""

import json
from pathlib import Path

import click

from ksbb.cli.data import needs_
from ksbb.cli.running import OPERATOR, data_option, json_option, platform_of, run, settings_for, shown
from ksbb.domain.rights import SYSTEM
from ksbb.usecases.need_estimates import Estimated, compute_estimates, estimate_needs
from ksbb.usecases.roll_over import roll_over

_MOST_LEFT_OUT = 20


@click.group()
def needs() -> None:
    """Import, estimate and roll over needs."""


needs.add_command(needs_, "import")


@needs.command()
@data_option
@json_option
@click.option("--program", required=True, help="The program whose formula it is, by its id.")
@click.option("--aid-type", required=True, help="The aid type, by its id.")
@click.option(
    "--figures",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="CSV or XLSX with target_code and what the formula wants.",
)
@click.option("--dry-run", is_flag=True, help="Store nothing; tell what would be.")
def estimate(
    data: Path | None, program: str, aid_type: str, figures: Path | None, *, dry_run: bool, as_json: bool
) -> None:
    """Estimate the needs of all targets by a program's formula, and hold their sum against published totals."""
    settings = settings_for(data)
    content = figures.read_bytes() if figures else None
    from ksbb.programs.isolated import ProgramFailed  # noqa: PLC0415 - only formulas call programs here

    async def work() -> Estimated:
        async with platform_of(settings) as platform:
            async with platform.reading_desk(OPERATOR) as desk:
                computed = await compute_estimates(desk, program, aid_type, content)
                if dry_run:
                    return await estimate_needs(desk, computed, dry_run=True)
            async with platform.desk(OPERATOR) as desk:
                return await estimate_needs(desk, computed)

    try:
        done = run(work)
    except ProgramFailed as failed:
        raise click.ClickException(str(failed)) from failed
    if as_json:
        click.echo(json.dumps(shown(done), indent=2, ensure_ascii=False))
        return
    _tell(done)


@needs.command()
@data_option
def roll(data: Path | None) -> None:
    """Take needs whose period is over into the next one. Done every night by itself; a second time changes nothing."""
    settings = settings_for(data)

    async def work() -> int:
        rolled = 0
        async with platform_of(settings) as platform:
            while True:
                async with platform.desk(SYSTEM) as desk:
                    done = await roll_over(desk)
                if not done:
                    return rolled
                rolled += done

    click.echo(f"{run(work)} periods ended")


def _tell(done: Estimated) -> None:
    if done.dry_run:
        click.echo("dry run, nothing is stored: ", nl=False)
    click.echo(f"{done.new} new, {done.changed} changed, {done.unchanged} unchanged; sum {done.sum}")
    for control in done.controls:
        day = f", {control.as_of}" if control.as_of else ""
        warning = "warning: " if control.difference else ""
        click.echo(f"{warning}published {control.total} ({control.source}{day}): difference {control.difference:+}")
    for left in done.left_out[:_MOST_LEFT_OUT]:
        click.echo(f"left out: {left.target_code}: {left.reason.en}")
    if len(done.left_out) > _MOST_LEFT_OUT:
        click.echo(f"left out: {len(done.left_out) - _MOST_LEFT_OUT} more")
