"""The Prefect flows of the enterprise program."""

from prefect import flow

from ksbb.program import Case, workbench
from ksbb_umkm.after_care import follow_up_plan


@flow(name="umkm-assess")
async def assess(items: list[str]) -> None:
    """Run the rules on each submitted commitment and keep the findings. `items`: ids of a batch."""
    await workbench().each(items, _assess_one)


async def _assess_one(case: Case) -> None:
    await case.record_assessment(case.run_rules())


@flow(name="umkm-follow-up")
async def follow_up(items: list[str]) -> None:
    """Open the six-month follow-up of each handover. `items`: ids of a batch.

    An item without a handover is set aside with a LookupError that names its commitment.
    """
    bench = workbench()

    async def follow_up_one(case: Case) -> None:
        if case.handover is None:
            raise LookupError(f"commitment {case.commitment.number}: stage handed_over came without a handover")
        plan = follow_up_plan(case.commitment.number, case.handover, bench.settings)
        if plan is not None:
            await case.open_follow_up(plan)

    await bench.each(items, follow_up_one)
