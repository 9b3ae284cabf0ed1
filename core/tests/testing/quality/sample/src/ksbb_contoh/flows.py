"""The flows."""

from prefect import flow

from ksbb.program import Case, workbench
from ksbb_contoh.visits import visit_after


@flow(name="contoh-assess")
async def assess(items: list[str]) -> None:
    """Run the rule on each submitted commitment, and look for its serial numbers elsewhere."""

    async def one(case: Case) -> None:
        await case.clashes("serial")
        await case.record_assessment(case.run_rules())

    await workbench().each(items, one)


@flow(name="contoh-visit")
async def visit(items: list[str]) -> None:
    """Open the visit after each handover."""
    bench = workbench()

    async def one(case: Case) -> None:
        if case.handover is not None:
            await case.open_follow_up(visit_after(case.handover, bench.settings))

    await bench.each(items, one)


@flow(name="contoh-watch")
async def watch() -> None:
    """Look at the goods in custody."""
    await workbench().custody()
