"""What of the coverage isn't for the public, whatever the figures are."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from ksbb.statistics.coverage import CoverageRow, to_suppress

FIGURES = st.sampled_from([0, 0, 1, 4, 5, 6, 50])
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["31.71", "31.72", "31.73", "31.74", "31.71.06", "31.71.07", "31.72.01"]),
        st.sampled_from(["staple_food", "ready_meal"]),
        st.tuples(FIGURES, FIGURES, FIGURES, FIGURES),
    ),
    unique_by=lambda row: row[:2],
    max_size=12,
)


def made(area_code: str, aid_type: str, figures: tuple[int, int, int, int]) -> CoverageRow:
    need, pledged, allocated, delivered = figures
    return CoverageRow(
        area_code=area_code,
        area_name=area_code,
        program_id="pangan",
        aid_type=aid_type,
        targets=1,
        need=need,
        pledged=pledged,
        allocated=allocated,
        delivered=delivered,
        gap=max(0, need - sum(figures[1:])),
    )


@given(given_rows=ROWS)
def test_no_small_figure_is_shown_nor_can_be_computed(
    given_rows: list[tuple[str, str, tuple[int, int, int, int]]],
) -> None:
    rows = [made(*one) for one in given_rows]
    hidden = to_suppress(rows)
    assert len({(row.area_code, row.aid_type) for row in hidden}) == len(hidden)
    shown = [row for row in rows if row not in hidden]
    assert not any(map(is_small, shown))
    groups: dict[tuple[str, str], list[CoverageRow]] = defaultdict(list)
    for row in rows:
        groups[row.area_code.rpartition(".")[0], row.aid_type].append(row)
    for found in groups.values():
        alone = [row for row in found if row in hidden]
        assert any(map(is_small, found)) or not alone, "nothing is hidden without a cause"
        if len(alone) == 1:
            assert not any(figure for row in found if row in shown for figure in figures_of(row))
        for figure, rest in enumerate(map(sum, zip(*map(figures_of, alone), strict=True))):
            if 0 < rest < 5:
                assert not any(figures_of(row)[figure] for row in found if row in shown), (
                    "then their area is small, too"
                )


def figures_of(row: CoverageRow) -> list[int]:
    return [figure or 0 for figure in (row.need, row.pledged, row.allocated, row.delivered, row.gap)]


def is_small(row: CoverageRow) -> bool:
    return any(0 < figure < 5 for figure in figures_of(row))
