"""Sharing aid out, one way of it in a process of its own: how near to the optimum it comes, what it costs, what it breaks.

Run as `python -m tests.bench.allocation WAY COMMITMENTS TYPES TARGETS`; the figures as JSON.
"""

import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from time import process_time

from tests.bench.contest import ROOT, Part, Standing, python
from tests.bench.jakarta import SHARES, TARGETS, TYPES, Season, season
from tests.bench.report import Bar, Outcome
from tests.bench.ways import Shared, day_by_day, first_come, neediest, one_batch, optimum, reduction, spreadsheet

from ksbb.allocation.reasons import totals_of

BATCH, DAILY, BEST = "ksbb, one batch", "ksbb, day by day", "the exact optimum without lots"
WAYS: dict[str, Callable[[Season], Shared]] = {
    BATCH: one_batch,
    DAILY: day_by_day,
    "first come": first_come,
    "fill the neediest": neediest,
    "spreadsheet, by lots": spreadsheet,
}
_LEAST = {BATCH: {100: 97.9, 1_000: 99.2, 10_000: 99.8}, DAILY: {100: 96.7, 1_000: 97.5, 10_000: 98.5}}
"""The efficiency that each way must reach, in percent, by the number of commitments."""
_CURVE = (
    (100, TARGETS),
    (1_000, TARGETS),
    (10_000, TARGETS // 4),
    (10_000, TARGETS),
    (30_000, TARGETS),
    (100_000, TARGETS),
)
"""Commitments and targets of the cost curve."""


def measured_all(types: int, *, curve: bool) -> Outcome:
    """All ways at all sizes, with the optimum that they are measured by; with `curve` what it costs at other sizes."""
    standings: list[Standing] = []
    bars: list[Bar] = []
    for count in SHARES:
        best = _measured(BEST, count, types)
        standings.append(_standing(f"{count:,}: {BEST}", Part.ORIENTATION, count * types / TYPES, best, best))
        for way in WAYS:
            figures = _measured(way, count, types)
            part = Part.OURS if way in _LEAST else Part.PEER
            standings.append(_standing(f"{count:,}: {way}", part, count * types / TYPES, figures, best))
            if way in _LEAST:
                bars += _bars(f"{count:,}, {way}", _LEAST[way][count], standings[-1])
    largest = next(one for one in standings if one.name == f"{max(SHARES):,}: {BATCH}").figures
    daily = next(one for one in standings if one.name == f"{max(SHARES):,}: {DAILY}").figures
    bars += [
        Bar(text="seconds for 10,000 commitments ≤ 5", figure=largest["seconds"], limit=5, at_most=True),
        Bar(text="MiB for 10,000 commitments ≤ 256", figure=largest["MiB"], limit=256, at_most=True),
        Bar(text="seconds of the longest day of 10,000 ≤ 1", figure=daily["longest_day_s"], limit=1, at_most=True),
    ]
    for count, targets in _CURVE if curve else ():
        figures = _measured(BATCH, count, types, targets)
        name = f"{count:,} commitments × {targets:,} targets"
        standings.append(_standing(name, Part.OURS, count * types / TYPES, figures, None))
    return Outcome(
        title=f"Sharing out {types} aid types among {TARGETS:,} targets, one core",
        unit="commitments/s",
        standings=standings,
        bars=bars,
        notes=[
            "seconds are those of the processor; efficiency is the weighted shortfall met, of what the optimum meets",
            "drops_x: drops ÷ the fewest that reach the same targets from the same commitments, day by day",
        ],
    )


def _measured(way: str, count: int, types: int, targets: int = TARGETS) -> dict[str, float]:
    """The figures of a way, from a process of its own."""
    done = subprocess.run(
        python("tests.bench.allocation", way, str(count), str(types), str(targets)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{way} with {count} commitments failed: {done.stderr[-2000:]}")
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _standing(
    name: str, part: Part, commitments: float, measured: dict[str, float], best: dict[str, float] | None
) -> Standing:
    figures = {key: value for key, value in measured.items() if key != "met"}
    if best:
        figures = {"efficiency_%": 100 * measured["met"] / best["met"], **figures}
    rate = commitments / measured["seconds"]
    return Standing(name=name, part=part, rate=rate, rates=(rate,), figures=figures)


def _bars(name: str, least: float, standing: Standing) -> list[Bar]:
    figures = standing.figures
    return [
        Bar(text=f"{name}: efficiency ≥ {least} %", figure=figures["efficiency_%"], limit=least),
        Bar(text=f"{name}: drops ÷ lower bound ≤ 1.3", figure=figures["drops_x"], limit=1.3, at_most=True),
        Bar(text=f"{name}: limits broken = 0", figure=figures["broken"], limit=0, at_most=True),
    ]


def main(way: str, count: int, types: int, targets: int) -> None:
    """Share the aid types out one by one, then tell."""
    share = SHARES.get(count, max(SHARES.values()))
    met = 0.0
    seconds: list[float] = []
    drops = bound = broken = 0
    for number in range(types):
        one = season(number, count // TYPES, share=share, targets=targets)
        if way == BEST:
            begun = process_time()
            met += reduction(one.problem, optimum(one))
            seconds = [sum(seconds) + process_time() - begun]
            continue
        shared = WAYS[way](one)
        met += reduction(one.problem, totals_of(shared.drops))
        seconds = [sum(day) for day in zip_longest(seconds, shared.seconds, fillvalue=0.0)]
        drops += len(shared.drops)
        bound += shared.fewest
        broken += shared.broken
    figures = {"met": met, "seconds": sum(seconds), "MiB": _most_mebibytes()}
    if way != BEST:
        figures |= {"drops_x": drops / bound, "broken": broken}
    if way == DAILY:
        figures["longest_day_s"] = max(seconds)
    sys.stdout.write(json.dumps(figures))


def _most_mebibytes() -> float:
    """The most memory that this process has had: what Linux says of it alone, for `getrusage` counts what started it, too."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text("utf-8")) if status.exists() else None
    return int(found[1]) / 1024 if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1], *(int(argument) for argument in sys.argv[2:]))
