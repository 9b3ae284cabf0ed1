"""`ksbb demo` and `ksbb replay`: the published history, from commitment to handover, on this machine."""

import json
import shutil
import time
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ksbb.app import opened
from ksbb.cli.replay.acts import ActsAtDesk
from ksbb.cli.replay.dataset import PROGRAMS, build
from ksbb.cli.replay.figures import Figure, figures_of
from ksbb.cli.replay.run import Replay, ReplayClock
from ksbb.cli.running import data_option, json_option, quiet_logs, run, settings_for
from ksbb.domain.errors import invalid
from ksbb.domain.text import Text
from ksbb.settings import Settings
from ksbb.storage import migrate
from ksbb.storage.database import Database

_DONE = "replay.json"
_ACCOUNTS = "demo-accounts.txt"
_console = Console(stderr=True)


@click.command()
@data_option
@click.option("--fresh", is_flag=True, help="Remove the demonstration's data and start anew.")
@click.option("--no-serve", is_flag=True, help="End after the table instead of serving the API.")
def demo(data: Path | None, *, fresh: bool, no_serve: bool) -> None:
    """Set up a demonstration, replay the published figures, then serve it on loopback."""
    settings = settings_for(data)
    folder = settings.data_dir.resolve()
    _console.print(f"Data folder: {folder}", soft_wrap=True)
    if fresh:
        _remove(settings)
    if _is_done(settings, None):
        _console.print("The demonstration's data is there already; `ksbb demo --fresh` makes it anew.")
        rows = run(lambda: _compare(settings, None))
    else:
        rows = run(lambda: _replay(settings, None))
    _print_table(rows)
    _end_unless_equal(rows)
    if (settings.data_dir / _ACCOUNTS).exists():
        _console.print(f"Accounts to sign in with: {folder / _ACCOUNTS}", soft_wrap=True)
    if not no_serve:
        from ksbb.cli.serve import start  # noqa: PLC0415 - only serving needs the web framework

        start(settings)


@click.command()
@data_option
@json_option
@click.option("--program", type=click.Choice(list(PROGRAMS)), default=None, help="Replay this program alone.")
def replay(data: Path | None, program: str | None, *, as_json: bool) -> None:
    """Replay KSBB's history through the real acts and flows, and compare every published figure with what came out.

    A replay that was cut off goes on where it stopped.
    """
    settings = settings_for(data)
    done = _is_done(settings, program)
    rows = run(lambda: _compare(settings, program) if done else _replay(settings, program))
    if as_json:
        click.echo(json.dumps([_plain(figure, replayed) for figure, replayed in rows], ensure_ascii=False, indent=2))
    else:
        _print_table(rows)
    _end_unless_equal(rows)


Rows = list[tuple[Figure, int]]


def _is_done(settings: Settings, program: str | None) -> bool:
    """Whether a replay of this program, or of all, has come to its end here."""
    try:
        summary = json.loads((settings.data_dir / _DONE).read_text("utf-8"))
    except FileNotFoundError:
        return False
    return summary["program"] in (None, program)


async def _replay(settings: Settings, program: str | None) -> Rows:
    """Raises InvalidInput in the server mode: its workers go by the machine's clock, not by that of years past; Unavailable for a
    program that doesn't run.
    """
    if settings.engine.is_server:
        raise invalid(
            "server_mode",
            Text(
                "replay berjalan menurut jamnya sendiri, yang tidak dimiliki worker; jalankan dengan KSBB_ENGINE__MODE=embedded",
                "the replay goes by a clock of its own, which workers don't have; run it with KSBB_ENGINE__MODE=embedded",
            ),
            "/engine/mode",
            "embedded",
            "server",
        )
    quiet_logs()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.make_secret()
    database = Database(settings.database_url, pool_size=1)
    await migrate.upgrade(database)
    await database.close()
    clock = ReplayClock()
    started = time.monotonic()
    async with opened(settings, clock) as runtime:
        # Said now, not when the replay comes to it
        for wanted in [program] if program else PROGRAMS:
            runtime.platform.programs.require(wanted)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=_console) as progress:
            task = progress.add_task("", total=None)

            def report(what: str, done: int, total: int) -> None:
                progress.update(task, description=what, completed=done, total=total)
                if not _console.is_terminal:
                    _console.print(f"{time.monotonic() - started:6.1f} s  {what}", soft_wrap=True)

            acts = ActsAtDesk(runtime.platform)
            running = Replay(
                platform=runtime.platform,
                acts=acts,
                flows=runtime.engine,
                calendar=clock,
                report=report,
                keep_passwords=lambda made: _keep_passwords(settings, made),
            )
            await running.run(build(*([program] if program else [])))
            progress.update(task, description="selesai / done", completed=1, total=1)
        seconds = time.monotonic() - started
        summary = {
            "program": program,
            "acts": acts.done,
            "seconds": round(seconds, 1),
            "acts_per_second": round(acts.done / seconds, 1),
        }
        (settings.data_dir / _DONE).write_text(json.dumps(summary), "utf-8")
        _console.print(
            f"{acts.done} acts in {seconds:.1f} s ({acts.done / seconds:.0f} acts/s, flows and documents included)"
        )
        async with runtime.platform.database.read() as connection:
            return [(figure, await figure.replayed(connection)) for figure in figures_of(program)]


async def _compare(settings: Settings, program: str | None) -> Rows:
    quiet_logs()
    database = Database(settings.database_url, pool_size=1)
    try:
        await migrate.check(database)
        async with database.read() as connection:
            return [(figure, await figure.replayed(connection)) for figure in figures_of(program)]
    finally:
        await database.close()


def _print_table(rows: Rows) -> None:
    if not rows:
        return
    table = Table(title="KSBB: published and replayed figures (the replay's records are synthetic)")
    table.add_column("Figure, its base, source and day")
    for heading in ("Published", "Replayed"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for figure, replayed in rows:
        day = f"as of {figure.as_of}" if figure.as_of else "no day given"
        table.add_row(
            f"{figure.name.en}\n[dim]{figure.base.en}; {figure.source}; {day}[/dim]",
            f"{figure.published:,} {figure.unit}",
            f"{replayed:,} {figure.unit}",
            "equal" if replayed == figure.published else "DIFFERS",
        )
    Console().print(table)


def _end_unless_equal(rows: Rows) -> None:
    wrong = [figure.name.en for figure, replayed in rows if replayed != figure.published]
    if wrong:
        click.echo(f"{len(wrong)} figures differ: {', '.join(wrong)}", err=True)
        raise SystemExit(1)
    _console.print(f"All {len(rows)} figures are equal." if rows else "No figure of this program was published.")


def _plain(figure: Figure, replayed: int) -> dict[str, object]:
    return {
        "figure": figure.name.en,
        "published": figure.published,
        "replayed": replayed,
        "unit": figure.unit,
        "base": figure.base.en,
        "source": figure.source,
        "as_of": figure.as_of.isoformat() if figure.as_of else None,
    }


def _keep_passwords(settings: Settings, passwords: dict[str, str]) -> None:
    if not passwords:
        return
    path = settings.data_dir / _ACCOUNTS
    path.touch(mode=0o600)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{email}\t{password}\n" for email, password in passwords.items())


def _remove(settings: Settings) -> None:
    if not settings.database_url.startswith("sqlite"):
        raise click.UsageError("--fresh removes an embedded database only; drop the PostgreSQL database yourself")
    marks = ("ksbb.sqlite3", "secret.key", _DONE, "engine.lock", "prefect")
    if settings.data_dir.exists() and not any((settings.data_dir / mark).exists() for mark in marks):
        raise click.UsageError(f"{settings.data_dir} holds no data of ksbb; nothing was removed")
    if settings.data_dir.exists():
        shutil.rmtree(settings.data_dir)
