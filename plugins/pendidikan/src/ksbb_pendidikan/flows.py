"""The Prefect flows of the education program."""

from prefect import flow

from ksbb.program import Case, workbench
from ksbb_pendidikan.clashes import REGISTER, not_unique, to_clear_up


@flow(name="pendidikan-assess")
async def assess(items: list[str]) -> None:
    """Run the rules on each submitted commitment, look for its IMEIs elsewhere, and keep the findings. `items`: ids."""
    await workbench().each(items, _assess_one)


async def _assess_one(case: Case) -> None:
    shared = not_unique(case.commitment, await case.clashes(REGISTER))
    await case.record_assessment([*case.run_rules(), *shared])


@flow(name="pendidikan-imei-sweep")
async def imei_sweep() -> None:
    """Open a follow-up for the assessor about each commitment with an IMEI that stands elsewhere, too.

    Catches what the assessment can't: the older commitment of a pair, which was assessed before the other one came.
    """
    bench = workbench()
    for commitment_id, plan in to_clear_up(await bench.clashes(REGISTER), bench.today, bench.settings):
        await bench.open_follow_up(commitment_id, plan)
