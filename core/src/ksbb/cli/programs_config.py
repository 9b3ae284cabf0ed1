"""`ksbb programs config`: the settings of a program that are in force."""

import json
from pathlib import Path

import click

from ksbb.cli.running import data_option, json_option, no_logs, settings_for
from ksbb.programs import examine_programs
from ksbb.settings.values import effective


@click.command()
@click.argument("program_id", metavar="ID")
@data_option
@json_option
def config(program_id: str, data: Path | None, *, as_json: bool) -> None:
    """The settings of a program that are in force, and where each comes from: a default, the file, an environment variable or an
    argument. Secrets are masked. Ends with 1 and the reason for a program that doesn't run.
    """
    no_logs()
    settings = settings_for(data)
    active = examine_programs(settings).require(program_id)
    values = list(effective(active.settings, settings.sources, ("programs", program_id)))
    if as_json:
        answer = [
            {
                "key": one.key,
                "value": one.value,
                "origin": {"kind": one.origin.kind, "name": one.origin.name or None},
                "description": one.description,
            }
            for one in values
        ]
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    click.echo(f"[programs.{program_id}]")
    for one in values:
        key = one.key.removeprefix(f"programs.{program_id}.")
        click.echo(f"{key} = {json.dumps(one.value, ensure_ascii=False)}  # {one.origin.text.en}")
