"""The replay's data set: the same at every call, made up throughout, and adding up to the published figures."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import groupby

import pytest

from ksbb.cli.replay.dataset import PROGRAMS, Dataset, build
from ksbb.cli.replay.figures import (
    CITY_SHARES,
    CLASS_SHARES,
    FAST_AND_EID,
    FIGURES,
    INSTITUTIONS,
    JULY_2020,
    MAY_2021,
    NOVEMBER_2021,
    Figure,
    figures_of,
)
from ksbb.cli.replay.other_plans import imei
from ksbb.cli.replay.plan import CLASS_OF_DONOR, Plan
from ksbb.cli.replay.sites import HOUSEHOLDS_IN_NEED, RW_TOTALS, dealt, empty_sites, split
from ksbb.domain.commitments import CommitmentStatus
from ksbb.domain.parties import CollaboratorClass, FundSource
from ksbb.domain.targets import TargetKind, code_error
from ksbb.programs import load_programs
from ksbb.settings import PROGRAM_IDS, Settings


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """The whole data set."""
    return build()


def of(dataset: Dataset, program: str, aid_type: str | None = None) -> list[Plan]:
    """The plans of a program, and with an aid type."""
    return [plan for plan in dataset.plans if plan.program == program and aid_type in (None, plan.goods[0].aid_type)]


def committed(plans: Iterable[Plan]) -> int:
    """The quantity that is left of the plans' promises."""
    return sum(goods.quantity for plan in plans for goods in plan.goods) - sum(plan.cancelled for plan in plans)


def donors(plans: Iterable[Plan]) -> int:
    """How many donors."""
    return len({plan.donor for plan in plans})


def aggregators(plans: Iterable[Plan]) -> int:
    """How many aggregators."""
    return len({plan.aggregator for plan in plans})


def percent(whole: list[Plan], part: list[Plan]) -> float:
    """The share of plans in percent."""
    return 100 * len(part) / len(whole)


def test_the_same_at_every_call(dataset: Dataset) -> None:
    again = build()
    assert again.plans == dataset.plans
    assert again.sites.by_code == dataset.sites.by_code
    assert again.sites.needs == dataset.sites.needs


def test_one_program_alone_is_the_same_part(dataset: Dataset) -> None:
    assert list(PROGRAMS) == sorted(PROGRAM_IDS, key=list(PROGRAMS).index)
    assert set(PROGRAMS) == set(PROGRAM_IDS)
    for program in PROGRAMS:
        alone = build(program)
        assert list(alone.plans) == of(dataset, program)
        assert alone.sites.needs == {key: number for key, number in dataset.sites.needs.items() if key[1] == program}


def test_every_published_quantity(dataset: Dataset) -> None:
    """What the plans say before any act is done; `tests/e2e` proves that the acts say the same."""
    food, umkm = of(dataset, "pangan"), of(dataset, "umkm")
    shares = [plan for plan in food if plan.wave <= MAY_2021]
    training = of(dataset, "ketenagakerjaan", "training")
    needs: Counter[str] = Counter()
    for (_, _, aid_type), quantity in dataset.sites.needs.items():
        needs[aid_type] += quantity
    worth = {"staple_food": 200_000, "ready_meal": 45_000, "eid_package": 85_000, "holiday_allowance": 50_000}
    planned: dict[str, float] = {
        "food: staple packages": committed(of(dataset, "pangan", "staple_food")),
        "food: ready meals": committed(of(dataset, "pangan", "ready_meal")),
        "food: Eid packages": committed(of(dataset, "pangan", "eid_package")),
        "food: holiday allowances": committed(of(dataset, "pangan", "holiday_allowance")),
        "pangan: collaborators": donors(food),
        "pangan: aggregators": aggregators(food),
        "umkm: collaborators": donors(umkm),
        "umkm: aggregators": aggregators(umkm),
        "umkm: training commitments": len(of(dataset, "umkm", "training")),
        "umkm: facilities commitments": len(of(dataset, "umkm", "facilities")),
        "umkm: enterprises given capital": len(
            {drop.target for plan in of(dataset, "umkm", "capital") for drop in plan.drops}
        ),
        "pendidikan: collaborators": donors(of(dataset, "pendidikan")),
        "education: student devices": committed(of(dataset, "pendidikan", "student_device")),
        "education: teacher computers": committed(of(dataset, "pendidikan", "teacher_computer")),
        "education: SIM cards": committed(of(dataset, "pendidikan", "sim_card")),
        "education: students without a device": needs["student_device"],
        "education: teachers without a computer": needs["teacher_computer"],
        "ketenagakerjaan: collaborators": donors(training),
        "employment: trainings since January 2021": sum(plan.wave >= date(2021, 1, 1) for plan in training),
        "employment: participants": sum(
            plan.goods[0].quantity - plan.mishap.rejected - plan.mishap.lost for plan in training
        ),
        "by target: RW": percent(food, [plan for plan in food if plan.target_kind == "rw"]),
        "by target: homes and boarding schools": percent(
            food, [plan for plan in food if plan.target_kind in INSTITUTIONS]
        ),
        "by aid kind: staples": percent(food, [plan for plan in food if plan.goods[0].aid_type == "staple_food"]),
        "by aid kind: fast food and Eid gifts": percent(
            food, [plan for plan in food if plan.goods[0].aid_type in FAST_AND_EID]
        ),
        "value of commitments": sum(
            worth[goods.aid_type] * goods.quantity for plan in food if plan.wave <= JULY_2020 for goods in plan.goods
        ),
        "vulnerable people in Jakarta": 4
        * sum(
            quantity
            for (code, _, aid_type), quantity in dataset.sites.needs.items()
            if aid_type == "staple_food" and dataset.sites.by_code[code].kind == "rw"
        ),
    }
    for figure, city in zip(figures_with("by city"), CITY_SHARES, strict=True):
        planned[figure.name.en] = percent(shares, [plan for plan in shares if plan.city == city])
    for figure, donor_class in zip(figures_with("by donor class"), CLASS_SHARES, strict=True):
        kinds = CLASS_OF_DONOR[donor_class]
        planned[figure.name.en] = percent(food, [plan for plan in food if plan.donor.collaborator_class in kinds])
    assert planned == {figure.name.en: figure.published for figure in FIGURES}
    assert max(plan.wave for plan in food) <= NOVEMBER_2021


def figures_with(prefix: str) -> list[Figure]:
    """The figures whose English name starts so."""
    return [figure for figure in FIGURES if figure.name.en.startswith(prefix)]


def test_figures_of_a_program() -> None:
    assert figures_of(None) == FIGURES
    assert {figure.program for figure in FIGURES} == {"pangan", "umkm", "pendidikan", "ketenagakerjaan"}
    assert [figure.published for figure in figures_of("ketenagakerjaan")] == [38, 55, 2_404]
    assert figures_of("permukiman") == ()
    assert sum(len(figures_of(program)) for program in PROGRAMS) == len(FIGURES)
    assert len({figure.name.en for figure in FIGURES}) == len({figure.name.id for figure in FIGURES}) == len(FIGURES)


def test_no_need_is_over_served(dataset: Dataset) -> None:
    dropped: Counter[tuple[str, str, str]] = Counter()
    for plan in dataset.plans:
        for drop in plan.drops:
            dropped[drop.target, plan.program, plan.goods[drop.line].aid_type] += drop.quantity
    needs = dataset.sites.needs
    assert {key: number for key, number in dropped.items() if number > needs.get(key, 0)} == {}


def test_every_plan_adds_up(dataset: Dataset) -> None:
    programs = load_programs(Settings())
    assert len({plan.key for plan in dataset.plans}) == len(dataset.plans)
    assert list(dataset.plans) == sorted(dataset.plans, key=lambda plan: (plan.wave, plan.key))
    for plan in dataset.plans:
        program = programs.require(plan.program).program
        (goods,) = plan.goods
        assert program.aid_type(goods.aid_type) is not None
        assert TargetKind(plan.target_kind) in program.target_kinds
        assert sum(drop.quantity for drop in plan.drops) == goods.quantity - plan.cancelled
        assert len({drop.target for drop in plan.drops}) == len(plan.drops)
        mishap = plan.mishap
        assert mishap.rejected + mishap.lost < max(drop.quantity for drop in plan.drops)
        assert bool(mishap.reason) == bool(mishap.rejected or mishap.lost)
        for drop in plan.drops:
            site = dataset.sites.by_code[drop.target]
            assert (site.kind, site.area_code[:5]) == (plan.target_kind, plan.city)
        assert plan.wave < plan.planned_handover
        assert CollaboratorClass(plan.donor.collaborator_class)
        assert FundSource(plan.fund_source)
        assert CommitmentStatus(plan.ending) is CommitmentStatus.CLOSED


def test_things_go_wrong_as_in_the_field(dataset: Dataset) -> None:
    assert sum(bool(plan.mishap.rejected) for plan in dataset.plans) > 10
    assert sum(bool(plan.mishap.lost) for plan in dataset.plans) > 5
    assert sum(bool(plan.first_attempt) for plan in dataset.plans) > 2
    assert sum(plan.receipts > 1 for plan in dataset.plans) > 10
    assert sum(plan.cancelled > 0 for plan in dataset.plans) == 5
    assert sum(plan.fund_source == "ziswaf" for plan in dataset.plans) > 10


def test_everything_is_made_up_and_says_so(dataset: Dataset) -> None:
    sites = dataset.sites.by_code
    assert all(site.name.endswith("(sintetis)") for site in sites.values())
    assert all(plan.donor.name.endswith("(sintetis)") for plan in dataset.plans)
    for site in sites.values():
        assert code_error(TargetKind(site.kind), site.code, site.area_code) is None
    rws = [site for site in sites.values() if site.kind == "rw"]
    assert Counter(site.code[:5] for site in rws) == RW_TOTALS
    assert sum(site.households for site in rws) == HOUSEHOLDS_IN_NEED


def test_imeis_are_valid_and_unique(dataset: Dataset) -> None:
    devices = of(dataset, "pendidikan", "student_device")
    imeis = [one for plan in devices for one in plan.goods[0].attributes["imei"]]
    assert len(set(imeis)) == len(imeis) == 1_708
    assert imei(0) == "004402000000004"
    for one in imeis:
        doubled = [int(digit) * (1 + position % 2) for position, digit in enumerate(one)]
        assert sum(digit // 10 + digit % 10 for digit in doubled) % 10 == 0


def test_files_for_the_imports(dataset: Dataset) -> None:
    targets = list(csv.DictReader(io.StringIO(dataset.sites.targets_csv().decode())))
    needs = list(csv.DictReader(io.StringIO(dataset.sites.needs_csv().decode())))
    assert [row["code"] for row in targets] == list(dataset.sites.by_code)
    assert sum(int(row["quantity"]) for row in needs) == sum(dataset.sites.needs.values())


def test_waves_stand_together(dataset: Dataset) -> None:
    waves = [wave for wave, _ in groupby(dataset.plans, key=lambda plan: plan.wave)]
    assert waves == sorted(set(waves))


def test_split() -> None:
    rng = empty_sites(1).rng
    for total, parts, least in ((10, 10, 1), (1_000, 7, 3), (64_464, 360, 1)):
        shares = split(total, parts, rng, least=least)
        assert (sum(shares), len(shares), min(shares) >= least) == (total, parts, True)
    with pytest.raises(ValueError, match="3 can't be split in 4 parts of at least 1"):
        split(3, 4, rng)
    assert Counter(dealt({"a": 3, "b": 1}, rng)) == {"a": 3, "b": 1}


def test_a_site_stands_once(dataset: Dataset) -> None:
    site = next(iter(dataset.sites.by_code.values()))
    with pytest.raises(ValueError, match=f"site {site.code} stands already"):
        dataset.sites.add(site)
