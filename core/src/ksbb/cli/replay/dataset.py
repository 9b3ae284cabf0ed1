"""The whole data set of the replay."""

from collections.abc import Callable, Mapping
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


PROGRAMS: Mapping[str, Callable[[Sites], list[Plan]]] = {
    "pangan": pangan,
    "umkm": other_plans.umkm,
    "pendidikan": other_plans.pendidikan,
    "ketenagakerjaan": other_plans.ketenagakerjaan,
    "permukiman": other_plans.permukiman,
    "persampahan": other_plans.persampahan,
}
"""Program id → its plans, with their targets and needs put into the sites."""


def build(*programs: str) -> Dataset:
    """The data set of these programs, of all where none is named; the same at every call."""
    wanted = programs or tuple(PROGRAMS)
    sites = empty_sites(SEED)
    if "pangan" in wanted:
        sites.build_rws()
    plans = [plan for known, planned in PROGRAMS.items() if known in wanted for plan in planned(sites)]
    return Dataset(sites, tuple(sorted(plans, key=lambda plan: (plan.wave, plan.key))))
