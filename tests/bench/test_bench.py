"""Every bench runs, at its smallest: figures are for `python -m tests.bench`, never for assertions."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.bench.child import Hands, sample_of
from tests.bench.contest import ROOT, Part, Standing
from tests.bench.report import Bar, ratio

CONTENDERS = {
    "life": ("Whole life of a case, PostgreSQL", 3),
    "batch": ("Machine steps in batches of 500, PostgreSQL", 3),
    "http": ("HTTP intake, PostgreSQL, one worker", 3),
    "sqlite": ("Whole life of a case, SQLite", 2),
    "start": ("Start, embedded", 5),
    "allocation": ("Sharing out 1 aid types among 3,361 targets, one core", 18),
}
"""Title, and how many contenders each bench has without its peers, which are fetched from a package index.

What `million` fills the test of query plans fills.
"""


@pytest.mark.parametrize("bench", CONTENDERS)
def test_every_bench_runs(tmp_path: Path, bench: str) -> None:
    """Every contender has a rate, and every bar a figure."""
    file = tmp_path / "figures.json"
    options = ["--rounds", "1", "--seconds", "0.02", "--no-peers", "--types", "1", "--json", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", bench, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith(("KSBB_", "PREFECT_"))},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    (found,) = json.loads(file.read_text("utf-8"))["benches"]
    assert (found["title"], len(found["standings"])) == CONTENDERS[bench]
    assert [one["name"] for one in found["standings"] if one["rate"] <= 0] == []
    assert [bar["text"] for bar in found["bars"] if bar["reached"] is None] == []


def test_ratios_pair_the_rounds() -> None:
    """The ratio is the median over rounds, not the ratio of medians: a slow minute befalls both contenders of a round."""
    floor = Standing(name="floor", part=Part.FLOOR, rate=100, rates=(100, 10, 1000))
    ours = Standing(name="ours", part=Part.OURS, rate=50, rates=(50, 5, 100))
    away = Standing(name="away", part=Part.PEER, skipped="no such package")
    assert ratio([floor, ours, away], "ours", "floor") == 0.5
    assert ratio([floor, ours, away], "ours", "away") is None


def test_bars() -> None:
    """A bar is reached on its limit, on the right side of it, and unknown without a figure."""
    assert [Bar(text="", figure=figure, limit=2).reached for figure in (1, 2, 3, None)] == [False, True, True, None]
    assert [Bar(text="", figure=figure, limit=2, at_most=True).reached for figure in (1, 2, 3)] == [True, True, False]


def test_hands_go_on_where_they_stopped() -> None:
    """Cases stand still between rounds, and a finished one is followed by the next."""
    numbers = count()
    seen: list[tuple[int, int]] = []

    def case() -> Iterator[None]:
        number = next(numbers)
        for step in range(3):
            seen.append((number, step))
            yield

    hands = Hands(case, workers=1)
    hands.run(0.001)
    stopped = len(seen)
    assert hands.run(0.001).done == len(seen) - stopped
    assert seen == [divmod(position, 3) for position in range(len(seen))]


def test_samples() -> None:
    """Median and 99th percentile in milliseconds."""
    sample = sample_of([second / 1000 for second in range(1, 101)], 2.0)
    assert (sample.done, sample.seconds, sample.figures) == (100, 2.0, {"p50_ms": 51.0, "p99_ms": 100.0})
