"""The Prefect flows of the settlement program. The only module that imports Prefect."""

from prefect import flow

from ksbb.program import Case, workbench
from ksbb_permukiman.plans import photo_rounds


@flow(name="permukiman-assess")
async def assess(items: list[str]) -> None:
    """Run the rules on submitted commitments and keep the findings. `items` are commitment ids."""
    await workbench().each(items, _assess_one)


@flow(name="permukiman-milestones")
async def milestones(items: list[str]) -> None:
    """Open the photo rounds at 0, 50 and 100 % of approved works. `items` are commitment ids."""
    await workbench().each(items, _plan_photos)


async def _assess_one(case: Case) -> None:
    await case.record_assessment(case.run_rules())


async def _plan_photos(case: Case) -> None:
    for plan in photo_rounds(case.commitment):
        await case.open_follow_up(plan)
