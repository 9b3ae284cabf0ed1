"""The Prefect flows of the employment program. The only module that imports Prefect."""

from prefect import flow

from ksbb.program import Case, workbench
from ksbb_ketenagakerjaan.plans import placement_report
from ksbb_ketenagakerjaan.settings import KetenagakerjaanSettings


@flow(name="ketenagakerjaan-assess")
async def assess(items: list[str]) -> None:
    """Run the rules on submitted commitments and keep the findings. `items` are commitment ids."""
    await workbench().each(items, _assess_one)


@flow(name="ketenagakerjaan-placement")
async def placement(items: list[str]) -> None:
    """Open the report of completed, certified and placed participants. `items` are ids of handovers."""
    await workbench().each(items, _plan_report)


async def _assess_one(case: Case) -> None:
    await case.record_assessment(case.run_rules())


async def _plan_report(case: Case) -> None:
    if case.handover is None:
        raise ValueError(
            f"commitment {case.commitment.number}: placement runs at stage handed_over only, no handover given"
        )
    settings: KetenagakerjaanSettings = workbench().settings
    plan = placement_report(case.commitment, case.handover, settings.placement_days)
    if plan is not None:
        await case.open_follow_up(plan)
