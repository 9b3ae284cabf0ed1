"""The contest: contenders as processes, in interleaved rounds, and the medians of what they measured."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from typing import IO

from tests.bench.child import READY, Sample

ROOT = Path(__file__).resolve().parents[2]
_WARM_SECONDS = 0.5
_PATIENCE = 20.0


class Part(StrEnum):
    """What a contender stands for."""

    FLOOR = "floor"
    ORIENTATION = "orientation"
    PEER = "peer"
    OURS = "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A process to start, and what to know about it."""

    name: str
    part: Part
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a contender did: its rate in units per second and its other figures, each the median over the rounds; or why
    it was left out.
    """

    name: str
    part: Part
    rate: float = 0.0
    rates: tuple[float, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    skipped: str = ""


def python(module: str, *arguments: str) -> list[str]:
    """The command of a contender that runs in this environment."""
    return [sys.executable, "-m", module, *arguments]


class Running:
    """A contender's process."""

    def __init__(self, contender: Contender) -> None:
        self.contender = contender
        self._errors: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed with the process
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            contender.command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **contender.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            bufsize=1,
        )

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._errors.close()

    def ready(self) -> bool:
        """Wait until it says that it is ready; False when it ends before."""
        return self._answer() == READY

    def measure(self, seconds: float) -> Sample:
        """One round. Raises RuntimeError with what the process said last when it has ended."""
        assert self._process.stdin
        self._process.stdin.write(f"{seconds}\n")
        answer = self._answer()
        if not answer:
            raise RuntimeError(f"{self.contender.name} ended in the middle of a round: {self.said()}")
        return Sample(**json.loads(answer))

    def said(self, lines: int = 12) -> str:
        """The last lines of its standard error."""
        self._errors.seek(0)
        return "\n".join(self._errors.read().decode(errors="replace").strip().splitlines()[-lines:])

    def _answer(self) -> str:
        return self._process.stdout.readline().strip() if self._process.stdout else ""


def hold(contenders: Sequence[Contender], *, rounds: int, seconds: float) -> list[Standing]:
    """Start all contenders, let them warm up, then measure them in turns. A peer that doesn't start is left out.

    Raises RuntimeError with what it said when another one doesn't start, or one ends before its time.
    """
    with ExitStack() as stack:
        running: list[Running] = []
        skipped: list[Standing] = []
        for started in [stack.enter_context(Running(contender)) for contender in contenders]:
            contender = started.contender
            if started.ready():
                running.append(started)
            elif contender.part is Part.PEER:
                last = started.said(1)
                skipped.append(Standing(name=contender.name, part=contender.part, skipped=last or "did not start"))
            else:
                raise RuntimeError(f"{contender.name} did not start: {started.said(40)}")
        for one in running:
            one.measure(min(seconds, _WARM_SECONDS))
        samples: dict[str, list[Sample]] = {one.contender.name: [] for one in running}
        for _ in range(rounds):
            for one in running:
                samples[one.contender.name].append(one.measure(seconds))
        return [_standing(one.contender, samples[one.contender.name]) for one in running] + skipped


def _standing(contender: Contender, samples: Sequence[Sample]) -> Standing:
    rates = tuple(sample.done / sample.seconds for sample in samples)
    names = samples[0].figures
    return Standing(
        name=contender.name,
        part=contender.part,
        rate=median(rates),
        rates=rates,
        figures={name: median(sample.figures[name] for sample in samples) for name in names},
        note=contender.note,
    )
