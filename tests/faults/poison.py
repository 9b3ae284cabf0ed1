"""An item that kills every worker that takes it: parked after so many attempts, while the rest of its batch completes."""

import asyncio
import json
import time
from collections import Counter
from typing import Any

from ksbb.domain.commitments import AssessmentState
from ksbb.flows.bench import MAX_ATTEMPTS
from ksbb.testing import Step, World

from . import audit
from .fleet import Fleet
from .foreign.ksbb_poison import POISON, PROGRAM
from .report import Result
from .world import HOST, Seeded, opened

_HEALTHY = 28
_WITHIN_SECONDS = 240


async def run(crew: Fleet, seeded: Seeded) -> Result:
    """Two poisonous items among many: both are parked, all others done; then one is tried again, the other given up."""
    failures: list[str] = []
    quantities = [POISON, *[10] * _HEALTHY, POISON]
    async with opened(seeded) as world:
        sent = [await world.drive(Step.SUBMITTED, **_given(world, one)) for one in quantities]
    began = time.monotonic()
    deaths = await asyncio.to_thread(_supervise, crew)
    seconds = time.monotonic() - began
    parked: list[dict[str, Any]] = json.loads(_engine(crew, "parked", "--json"))
    poisonous = {sent[0].commitment.id, sent[-1].commitment.id}
    if sorted(work["subject_id"] for work in parked) != sorted(poisonous):
        failures.append(f"parked: {parked}")
    failures += [f"without its reason: {work}" for work in parked if "worker" not in work["reason"]]
    failures += _others_suffered(await audit.read(seeded.url), poisonous)
    crew.antidote.touch()
    again, given_up = [work["id"] for work in parked][:2]
    _engine(crew, "retry", again)
    _engine(crew, "drop", given_up, "--reason", "racun")
    await asyncio.to_thread(_supervise, crew)
    found = await audit.read(seeded.url)
    standing = {row["id"]: row["status"] for row in found["outbox"] if row["status"] != "done"}
    if standing != {given_up: "dropped"}:
        failures.append(f"after retry and drop: {standing}")
    failures += audit.examine(found, HOST)
    if deaths > 2 * MAX_ATTEMPTS:
        failures.append(f"{deaths} workers died of it")
    return Result(
        "a poison item is parked, the rest of its batch completes",
        {
            "items": len(quantities),
            "poisonous": 2,
            "workers killed": deaths,
            "seconds until all others were done": round(seconds),
        },
        failures,
    )


def _given(world: World, quantity: int) -> dict[str, Any]:
    return {"program_id": PROGRAM.id, "lines": world.lines(PROGRAM.id, quantity=quantity)}


def _supervise(crew: Fleet) -> int:
    """Start workers again that died, until nothing is pending; how many died."""
    deaths = 0
    end = time.monotonic() + _WITHIN_SECONDS
    while crew.left():
        assert time.monotonic() < end, f"{crew.left()} items are pending after {_WITHIN_SECONDS} s and {deaths} deaths"
        for name in [name for name, one in crew.running.items() if not one.runs]:
            deaths += 1
            crew.start(name)
        time.sleep(0.2)
    return deaths


def _engine(crew: Fleet, *arguments: str) -> str:
    done = crew.stage.ksbb("operator", crew.url, "engine", *arguments, extra=crew.settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _others_suffered(found: audit.Tables, poisonous: set[str]) -> list[str]:
    """Which items of the poisonous program stand otherwise than they should: assessed once each, the poisonous as failed."""
    subjects = {row["subject_id"] for row in found["outbox"] if row["program_id"] == PROGRAM.id}
    told = Counter((row["commitment_id"], str(row["state"])) for row in found["assessments"])
    expected = {
        (subject, str(AssessmentState.FAILED if subject in poisonous else AssessmentState.PASSED))
        for subject in subjects
    }
    return [f"assessment {one}: {told[one]} times" for one in expected if told[one] != 1]
