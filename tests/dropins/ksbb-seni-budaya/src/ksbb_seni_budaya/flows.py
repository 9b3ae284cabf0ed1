"""The Prefect flows. The platform hands over batches of ids and does each item exactly once."""

from ksbb.program import Case, workbench
from prefect import flow

from ksbb_seni_budaya.plans import event_report


@flow(name="seni_budaya-assess")
async def assess(items: list[str]) -> None:
    """Run the rules on each submitted commitment and keep the findings. `items`: ids of a batch."""
    await workbench().each(items, _assess_one)


@flow(name="seni_budaya-events")
async def events(items: list[str]) -> None:
    """Open the report that is owed after each handover of fees or stage slots. `items`: ids of a batch."""
    await workbench().each(items, _report_one)


async def _assess_one(case: Case) -> None:
    await case.record_assessment(case.run_rules())


async def _report_one(case: Case) -> None:
    if case.handover is None:
        raise ValueError(f"commitment {case.commitment.number}: a report follows a handover, and none is given")
    plan = event_report(case.commitment, case.handover, workbench().settings.report_days)
    if plan is not None:
        await case.open_follow_up(plan)
