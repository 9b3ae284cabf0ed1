"""`ksbb import` and `ksbb export`: tables in and out."""

import csv
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

import click

from ksbb.cli.running import OPERATOR, data_option, platform_of, run, settings_for
from ksbb.program import ImportTable
from ksbb.settings import Settings
from ksbb.statistics.export import DATASETS, rows_of
from ksbb.usecases import areas, needs, targets
from ksbb.usecases.csv_import import DryRun, Imported, RowChange, Table
from ksbb.usecases.desk import Desk

if TYPE_CHECKING:
    from ksbb.programs.host import ProgramHost

_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))

_mapping = click.option(
    "--mapping", default=None, metavar="PROGRAM.MAPPING", help="FILE is of another system: how a program reads it."
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Store nothing; tell row by row what would be.")


@click.group(name="import")
def import_() -> None:
    """Import areas, targets or needs from CSV or XLSX. A second import of the same file changes nothing."""


@import_.command(name="areas")
@data_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
def areas_(data: Path | None, file: Path | None) -> None:
    """Import areas: FILE with the columns code, name, bps_code; without FILE those of Jakarta."""
    content = file.read_bytes() if file else areas.jakarta()
    _import(settings_for(data), lambda desk: areas.import_areas(desk, content))


@import_.command(name="targets")
@data_option
@_file
@_mapping
@dry_run_option
@click.option("--synthetic", is_flag=True, help="Flag all of them as made up.")
def targets_(data: Path | None, file: Path, mapping: str | None, *, dry_run: bool, synthetic: bool) -> None:
    """Import targets from FILE: code, kind, name, area_code, households, contact_office, ziswaf_entitled, synthetic."""

    async def act(desk: Desk, table: bytes | Table) -> Imported:
        return await targets.import_targets(desk, table, synthetic=synthetic, dry_run=dry_run)

    _import_mapped(settings_for(data), file, ImportTable.TARGETS, mapping, act)


@import_.command(name="needs")
@data_option
@_file
@_mapping
@dry_run_option
def needs_(data: Path | None, file: Path, mapping: str | None, *, dry_run: bool) -> None:
    """Import needs from FILE: target_code, program_id, aid_type, quantity, source, as_of; optional tier, period."""

    async def act(desk: Desk, table: bytes | Table) -> Imported:
        return await needs.import_needs(desk, table, dry_run=dry_run)

    _import_mapped(settings_for(data), file, ImportTable.NEEDS, mapping, act)


@click.command()
@data_option
@click.argument("dataset", type=click.Choice(sorted(DATASETS)))
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), default=None, help="A file; else standard output."
)
def export(data: Path | None, dataset: str, form: str, output: Path | None) -> None:
    """Export a dataset, without personal data; synthetic records carry their flag."""
    settings = settings_for(data)

    async def read() -> tuple[list[str], list[dict[str, Any]]]:
        async with platform_of(settings) as platform, platform.reading_desk(OPERATOR) as desk:
            return await rows_of(desk, dataset)

    columns, rows = run(read)
    if output is None:
        _write(sys.stdout, form, columns, rows)
        return
    with output.open("w", encoding="utf-8", newline="") as file:
        _write(file, form, columns, rows)
    click.echo(f"{len(rows)} rows written to {output}", err=True)


def _import(settings: Settings, act: Callable[[Desk], Awaitable[Imported]]) -> None:
    async def work() -> Imported:
        async with platform_of(settings) as platform, platform.desk(OPERATOR) as desk:
            return await act(desk)

    tell(run(work))


def _import_mapped(
    settings: Settings,
    file: Path,
    table: ImportTable,
    mapping: str | None,
    act: Callable[[Desk, bytes | Table], Awaitable[Imported]],
) -> None:
    content = file.read_bytes()
    if mapping is None:
        _import(settings, lambda desk: act(desk, content))
        return
    from ksbb.programs.isolated import ProgramFailed  # noqa: PLC0415 - only a mapping calls programs here
    from ksbb.programs.mapped import read_by  # noqa: PLC0415

    async def work() -> Imported:
        async with platform_of(settings) as platform:
            read = await read_by(cast("ProgramHost", platform.programs), mapping, table, content)
            async with platform.desk(OPERATOR) as desk:
                return await act(desk, read)

    try:
        tell(run(work))
    except ProgramFailed as failed:
        raise click.ClickException(str(failed)) from failed


def tell(done: Imported) -> None:
    """Say what an import did; of a dry run, what each row would do."""
    if isinstance(done, DryRun):
        for row in done.rows:
            click.echo(f"row {row.row}: {row.key}: {'new' if row.new else 'changed'}: {_difference(row)}")
        if len(done.rows) < done.new + done.changed:
            click.echo("…")
        click.echo("dry run, nothing is stored: ", nl=False)
    click.echo(f"{done.new} new, {done.changed} changed, {done.unchanged} unchanged")


def _difference(row: RowChange) -> str:
    if row.new:
        return ", ".join(f"{name} {value}" for name, value in row.after.items() if value not in ("", None))
    return ", ".join(f"{name} {row.before[name]} → {value}" for name, value in row.after.items())


def _write(file: TextIO, form: str, columns: list[str], rows: list[dict[str, Any]]) -> None:
    if form == "json":
        json.dump(rows, file, ensure_ascii=False, indent=1, default=str)
        file.write("\n")
        return
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
