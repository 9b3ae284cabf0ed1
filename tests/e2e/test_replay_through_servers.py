"""The published history through two API processes and two workers, one of each killed on the way: a short version of
`python -m tests.e2e.replay_through_servers`.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ksbb.cli.replay.figures import figures_of

pytestmark = pytest.mark.xdist_group("replay-servers")

PROGRAMS = ("pendidikan",)
ROOT = Path(__file__).parents[2]


def test_every_figure_comes_out_equal_although_an_api_and_a_worker_are_killed() -> None:
    options = [option for program in PROGRAMS for option in ("--program", program)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.replay_through_servers", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-10_000:]
    told = dict(re.findall(r"^ {8}(.+?): (.+)$", done.stdout, re.MULTILINE))
    figures = [figure for program in PROGRAMS for figure in figures_of(program)]
    assert told["figures equal"] == f"{len(figures)} of {len(figures)}"
    assert len(figures) == 6
    for figure in figures:
        name = f"{figure.name.en}, {figure.unit}"
        assert f"{name}: published {figure.published:,}, replayed {figure.published:,}" in done.stdout
    assert re.search(r"killed after \d+ acts: api-1 \(process \d+\) with [1-9]\d* requests under way", told["killed"])
    assert re.search(r"killed after \d+ acts: worker-1 \(process \d+\) in the middle of a batch", told["killed"])
    assert int(told["requests cut"]) > 0
    assert int(told["items of killed workers"]) > 0
