"""The food program's rules answer for every payload that the schemas allow."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ksbb.program import CollaboratorClass, CommitmentView, FundSource, LineView
from ksbb.program.validation import attribute_problems
from ksbb_pangan import PROGRAM
from ksbb_pangan.aid import EID_PACKAGE, HOLIDAY_ALLOWANCE, READY_MEAL, STAPLE_FOOD
from ksbb_pangan.foods import Food, Measure
from ksbb_pangan.rules import RULES
from ksbb_pangan.settings import PanganSettings

MD = "MD 123456789001"
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(date.isoformat)
TIMES = st.builds(
    lambda day, hour, second, zone: f"{day}T{hour:02d}:{second:02d}:{second:02d}{zone}",
    DAYS,
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from(["Z", "+07:00", "-11:30", "+14:00"]),
)
CONTENTS = st.lists(
    st.fixed_dictionaries(
        {
            "food": st.sampled_from([food.value for food in Food]),
            "amount": st.one_of(st.integers(1, 10_000), st.floats(0, 10_000, exclude_min=True)),
            "unit": st.sampled_from([measure.value for measure in Measure]),
        },
        optional={"registration_number": st.one_of(st.text(min_size=1, max_size=40), st.just(MD))},
    ),
    min_size=1,
    max_size=6,
)
VALUES = st.one_of(st.integers(1, 10_000_000), st.integers(1, 10_000_000).map(float))
DECLARED = {"halal": st.booleans(), "packaging_neutral": st.booleans()}
PACKAGE = {"contents": CONTENTS, "expires_on": DAYS, **DECLARED}
ALLERGENS = st.lists(st.sampled_from(["gluten", "egg", "fish", "milk", "soy"]), unique=True)
LINES = st.lists(
    st.one_of(
        st.tuples(
            st.just(STAPLE_FOOD.id),
            st.fixed_dictionaries(PACKAGE, optional={"people_per_package": st.integers(1, 20), "unit_value": VALUES}),
        ),
        st.tuples(
            st.just(READY_MEAL.id),
            st.fixed_dictionaries(
                {"cooked_at": TIMES, "eat_by": TIMES, **DECLARED},
                optional={"allergens": ALLERGENS, "menu": st.text(min_size=3, max_size=200), "unit_value": VALUES},
            ),
        ),
        st.tuples(st.just(EID_PACKAGE.id), st.fixed_dictionaries(PACKAGE, optional={"unit_value": VALUES})),
        st.tuples(
            st.just(HOLIDAY_ALLOWANCE.id),
            st.fixed_dictionaries(
                {"per": st.sampled_from(["person", "family"]), "packaging_neutral": st.booleans()},
                optional={"unit_value": VALUES},
            ),
        ),
    ),
    max_size=4,
)


@given(lines=LINES, handover=st.dates(), months=st.integers(0, 36))
def test_rules_are_total(lines: list[tuple[str, dict[str, Any]]], handover: date, months: int) -> None:
    settings = PanganSettings(min_expiry_months=months)
    view = CommitmentView(
        number="PANGAN-2026-000001",
        collaborator_class=CollaboratorClass.ENTERPRISE,
        fund_source=FundSource.CSR,
        area_code="31.71",
        target_kind=None,
        submitted_on=date(2026, 3, 1),
        planned_handover_on=handover,
        lines=tuple(
            LineView(position=position, aid_type=aid_type, quantity=1, attributes=attributes)
            for position, (aid_type, attributes) in enumerate(lines)
        ),
    )
    for line in view.lines:
        aid_type = PROGRAM.aid_type(line.aid_type)
        assert aid_type is not None
        assert attribute_problems(aid_type, line.attributes, "") == ()

    for rule in RULES:
        for finding in rule.check(view, settings):
            assert finding.code in rule.codes
            assert finding.pointer == "/planned_handover_on" or finding.pointer.startswith("/lines/")
