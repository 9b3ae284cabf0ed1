"""The Prefect flows. The platform hands over batches of ids and does each item exactly once."""

from ksbb.program import Case, workbench
from prefect import flow

from ksbb_urban_farming.plans import expiring, survival_report


@flow(name="urban_farming-assess")
async def assess(items: list[str]) -> None:
    """Run the rules on each submitted commitment and keep the findings. `items`: ids of a batch."""
    await workbench().each(items, _assess_one)


@flow(name="urban_farming-survival")
async def survival(items: list[str]) -> None:
    """Open the report of harvest and survival that is owed after each handover. `items`: ids of a batch."""
    await workbench().each(items, _report_one)


@flow(name="urban_farming-seed-watch")
async def seed_watch() -> None:
    """Open follow-ups for seed in custody that expires soon."""
    bench = workbench()
    for commitment_id, plan in expiring(await bench.custody(), bench.today, bench.settings.seed_watch_days):
        await bench.open_follow_up(commitment_id, plan)


async def _assess_one(case: Case) -> None:
    await case.record_assessment(case.run_rules())


async def _report_one(case: Case) -> None:
    if case.handover is None:
        raise ValueError(f"commitment {case.commitment.number}: a report follows a handover, and none is given")
    plan = survival_report(case.commitment, case.handover, workbench().settings.survival_days)
    if plan is not None:
        await case.open_follow_up(plan)
