"""The whole data set of the replay."""

from dataclasses import dataclass

from ksbb.cli.replay import other_plans
from ksbb.cli.replay.food_plans import pangan
from ksbb.cli.replay.plan import SEED, Plan
from ksbb.cli.replay.sites import Sites, empty_sites


@dataclass(frozen=True, slots=True)
class Dataset:
    """All targets with their needs, and all plans in the order of their waves."""

    sites: Sites
    plans: tuple[Plan, ...]


def build() -> Dataset:
    """The data set, the same at every call."""
    sites = empty_sites(SEED)
    sites.build_rws()
    plans = pangan(sites)
    for program in (
        other_plans.umkm,
        other_plans.pendidikan,
        other_plans.ketenagakerjaan,
        other_plans.permukiman,
        other_plans.persampahan,
    ):
        plans += program(sites)
    return Dataset(sites, tuple(sorted(plans, key=lambda plan: (plan.wave, plan.key))))
