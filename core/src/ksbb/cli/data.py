"""`ksbb import` and `ksbb export`: tables in and out."""

import csv
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TextIO

import click

from ksbb.cli.running import OPERATOR, data_option, platform_of, run, settings_for
from ksbb.settings import Settings
from ksbb.statistics.export import DATASETS, rows_of
from ksbb.usecases import areas, needs, targets
from ksbb.usecases.csv_import import Imported
from ksbb.usecases.desk import Desk

_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group(name="import")
def import_() -> None:
    """Import areas, targets or needs from CSV. A second import of the same file changes nothing."""


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
@click.option("--synthetic", is_flag=True, help="Flag all of them as made up.")
def targets_(data: Path | None, file: Path, *, synthetic: bool) -> None:
    """Import targets from FILE: code, kind, name, area_code, households, contact_office, ziswaf_entitled, synthetic."""
    content = file.read_bytes()
    _import(settings_for(data), lambda desk: targets.import_targets(desk, content, synthetic=synthetic))


@import_.command(name="needs")
@data_option
@_file
def needs_(data: Path | None, file: Path) -> None:
    """Import needs from FILE: target_code, program_id, aid_type, quantity, source, as_of."""
    content = file.read_bytes()
    _import(settings_for(data), lambda desk: needs.import_needs(desk, content))


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

    done = run(work)
    click.echo(f"{done.new} new, {done.changed} changed, {done.unchanged} unchanged")


def _write(file: TextIO, form: str, columns: list[str], rows: list[dict[str, Any]]) -> None:
    if form == "json":
        json.dump(rows, file, ensure_ascii=False, indent=1, default=str)
        file.write("\n")
        return
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
