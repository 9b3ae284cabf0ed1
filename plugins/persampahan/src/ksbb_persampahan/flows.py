"""The Prefect flows of the waste program. The only module that imports Prefect."""

from prefect import flow

from ksbb.program import Case, workbench
from ksbb_persampahan.plans import offtake_months
from ksbb_persampahan.settings import PersampahanSettings


@flow(name="persampahan-assess")
async def assess(items: list[str]) -> None:
    """Run the rules on submitted commitments and keep the findings. `items` are commitment ids."""
    await workbench().each(items, _assess_one)


@flow(name="persampahan-offtake-records")
async def offtake_records(items: list[str]) -> None:
    """Open the monthly reports of a recyclables offtake. `items` are ids of handovers."""
    await workbench().each(items, _plan_reports)


async def _assess_one(case: Case) -> None:
    await case.record_assessment(case.run_rules())


async def _plan_reports(case: Case) -> None:
    if case.handover is None:
        raise ValueError(
            f"commitment {case.commitment.number}: offtake_records runs at stage handed_over only, no handover given"
        )
    settings: PersampahanSettings = workbench().settings
    for plan in offtake_months(case.commitment, case.handover, settings.offtake_months):
        await case.open_follow_up(plan)
