"""Flows for the sample that each break one rule."""

import itertools
from datetime import timedelta

from prefect import flow

from ksbb.program import Case, workbench
from ksbb_contoh.settings import ContohSettings
from ksbb_contoh.visits import visit_after

_days = itertools.count()


@flow(name="contoh-watch")
async def asks_for_a_day(day: str = "") -> None:
    """Takes something though it runs by the clock."""


@flow(name="watch")
async def misnamed() -> None:
    """Doesn't say whose it is."""


@flow(name="contoh-watch")
async def undescribed() -> None:
    await workbench().custody()


@flow(name="contoh-watch")
def plain() -> None:
    """Can't await anything."""


@flow(name="contoh-assess")
async def looks_nowhere(items: list[str]) -> None:
    """Compares no serial numbers."""

    async def one(case: Case) -> None:
        await case.record_assessment(case.run_rules())

    await workbench().each(items, one)


@flow(name="contoh-visit")
async def counts_on(items: list[str]) -> None:
    """Opens another visit each time."""
    bench = workbench()

    async def one(case: Case) -> None:
        if case.handover is not None:
            plan = visit_after(case.handover, ContohSettings(visit_days=10 + next(_days)))
            await case.open_follow_up(plan)

    await bench.each(items, one)


@flow(name="contoh-watch")
async def breaks_off() -> None:
    """Raises."""
    raise ZeroDivisionError(timedelta(days=1))
