"""What a run came to: the machine, the tables, the bars, for people and as JSON."""

import os
import platform
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table
from tests.bench.contest import Part, Standing

_PACKAGES = ("sqlalchemy", "asyncpg", "litestar", "uvicorn", "uvloop", "httptools", "prefect")
_SYNCS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A figure and the limit that it must keep: at least, or at most. None for a figure that wasn't measured."""

    text: str
    figure: float | None
    limit: float
    at_most: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the figure keeps the limit; None when it wasn't measured."""
        if self.figure is None:
            return None
        return self.figure <= self.limit if self.at_most else self.figure >= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One bench: `unit` is what rates count, `scale` how many measured units make one of them."""

    title: str
    unit: str
    standings: Sequence[Standing]
    bars: Sequence[Bar]
    scale: float = 1.0
    notes: Sequence[str] = field(default_factory=list)


def rate_of(standings: Sequence[Standing], name: str) -> float | None:
    """The median rate of a contender; None where it was left out."""
    return next((one.rate for one in standings if one.name == name and not one.skipped), None)


def ratio(standings: Sequence[Standing], name: str, other: str) -> float | None:
    """How often the other's rate goes into that of `name`: the median over the rounds, each of which holds both. None
    where one was left out.
    """
    found = {one.name: one.rates for one in standings}
    if not found.get(name) or not found.get(other):
        return None
    return median(mine / theirs for mine, theirs in zip(found[name], found[other], strict=True))


def machine(postgres: str) -> dict[str, Any]:
    """What to know of the machine; `postgres` is the server's version."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": postgres,
        "fsync_ms": round(_sync_seconds() * 1000, 3),
        "load": round(os.getloadavg()[0], 2),
        **{name: found for name in _PACKAGES if (found := _version(name))},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text("utf-8").splitlines() if described.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _sync_seconds() -> float:
    """How long the disk takes to make eight kilobytes last."""
    times = []
    with tempfile.TemporaryFile() as file:
        for _ in range(_SYNCS):
            begun = perf_counter()
            file.write(bytes(8192))
            file.flush()
            os.fsync(file.fileno())
            times.append(perf_counter() - begun)
    return median(times)


def show(console: Console, outcome: Outcome) -> None:
    """Print one bench as a table, then its bars."""
    against = next((one for one in outcome.standings if one.part is Part.FLOOR), None)
    names = list(dict.fromkeys(name for one in outcome.standings for name in one.figures))
    table = Table(title=outcome.title, title_justify="left", title_style="bold")
    table.add_column("")
    table.add_column("is")
    for heading in (outcome.unit, "× floor", *names):
        table.add_column(heading, justify="right")
    for one in outcome.standings:
        if one.skipped:
            table.add_row(one.name, one.part, "-", "-", *["-"] * len(names))
            continue
        share = ratio(outcome.standings, one.name, against.name) if against else None
        table.add_row(
            one.name,
            one.part,
            _number(one.rate / outcome.scale),
            "" if share is None else f"{share:.2f}",
            *(_number(one.figures[name]) if name in one.figures else "" for name in names),
        )
    console.print(table)
    for bar in outcome.bars:
        said = {True: "reached", False: "NOT reached", None: "not measured"}[bar.reached]
        figure = "" if bar.figure is None else f" {bar.figure:.2f}"
        console.print(f"  {bar.text}:{figure} {said}")
    for one in outcome.standings:
        if one.skipped:
            console.print(f"  {one.name} left out: {one.skipped}", markup=False)
        if one.note and not one.skipped:
            console.print(f"  {one.name}: {one.note}", markup=False)
    for note in outcome.notes:
        console.print(f"  {note}", markup=False)
    console.print()


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"


def as_json(facts: dict[str, Any], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All figures, for machines."""
    return {
        "machine": facts,
        "benches": [
            {**asdict(outcome), "bars": [{**asdict(bar), "reached": bar.reached} for bar in outcome.bars]}
            for outcome in outcomes
        ],
    }
