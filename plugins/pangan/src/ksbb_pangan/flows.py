"""The Prefect flows of the food program."""

from prefect import flow

from ksbb.program import Case, workbench
from ksbb_pangan.watch import expiring, left_after_eid


@flow(name="pangan-assess")
async def assess(items: list[str]) -> None:
    """Run the rules on each submitted commitment and keep the findings. `items`: ids of a batch."""
    await workbench().each(items, _assess_one)


async def _assess_one(case: Case) -> None:
    await case.record_assessment(case.run_rules())


@flow(name="pangan-expiry-watch")
async def expiry_watch() -> None:
    """Open follow-ups for goods in custody that expire soon, and for Eid aid that Eid is about to leave behind."""
    bench = workbench()
    custody = await bench.custody()
    for commitment_id, plan in [
        *expiring(custody, bench.today, bench.settings),
        *left_after_eid(custody, bench.today, bench.settings),
    ]:
        await bench.open_follow_up(commitment_id, plan)
