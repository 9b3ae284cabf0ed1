"""The command: `python -m tests.bench [life|batch|http|sqlite|start|million|allocation|all]`."""

import json
import os
import signal
import sys
import tempfile
from pathlib import Path

import click
from rich.console import Console
from tests.bench.benches import BENCHES, Plan
from tests.bench.postgres import durable_server, version
from tests.bench.report import as_json, machine, show

from ksbb.cli.running import quiet_logs


@click.command()
@click.argument("bench", type=click.Choice([*BENCHES, "all"]), default="all")
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True, help="Turns of each contender.")
@click.option("--seconds", type=float, default=3.0, show_default=True, help="Length of a turn.")
@click.option("--peers/--no-peers", default=True, show_default=True, help="Measure the peers too.")
@click.option(
    "--commitments",
    type=click.IntRange(min=100),
    default=1_000_000,
    show_default=True,
    help="How many `million` means.",
)
@click.option(
    "--types",
    type=click.IntRange(min=1, max=10),
    default=10,
    show_default=True,
    help="How many aid types `allocation` shares out.",
)
@click.option("--curve", is_flag=True, help="Measure what `allocation` costs up to 100,000 commitments, too.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write all figures here.")
def main(
    bench: str,
    rounds: int,
    seconds: float,
    commitments: int,
    types: int,
    *,
    curve: bool,
    peers: bool,
    file: Path | None,
) -> None:
    """Measure the platform against a floor and peers, in turns on this machine, and say which bars it reaches."""
    # A run that is told to end takes its servers with it
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    # Else every start would measure the compiler, too
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    quiet_logs()
    console = Console(width=120)
    with durable_server() as server, tempfile.TemporaryDirectory() as folder:
        facts = machine(version(server))
        console.print(" · ".join(f"{name} {value}" for name, value in facts.items()), highlight=False)
        console.print()
        plan = Plan(
            postgres=server,
            folder=Path(folder),
            rounds=rounds,
            seconds=seconds,
            peers=peers,
            commitments=commitments,
            types=types,
            curve=curve,
        )
        outcomes = []
        for name in BENCHES if bench == "all" else [bench]:
            outcomes.append(BENCHES[name](plan))
            show(console, outcomes[-1])
    if file:
        file.write_text(json.dumps(as_json(facts, outcomes), indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
