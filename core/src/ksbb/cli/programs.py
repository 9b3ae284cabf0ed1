"""`ksbb programs`: how the programs stand, and the tools of their authors."""

import click

from ksbb.cli.lazy import LazyGroup

_COMMANDS = {
    "list": ("ksbb.cli.programs_list:list_", "All programs with their status, and what to do where one doesn't run."),
    "doctor": ("ksbb.cli.programs_doctor:doctor", "Examine every program, its settings and its flows."),
    "config": ("ksbb.cli.programs_config:config", "A program's settings in force, and where each comes from."),
    "check": ("ksbb.cli.programs_check:check", "Judge a program, installed or not, by the rules of quality."),
    "new": ("ksbb.cli.programs_new:new", "Write a new program's package."),
}


@click.group(cls=LazyGroup, table=_COMMANDS)
def programs() -> None:
    """See, examine and configure the programs; begin a new one."""
