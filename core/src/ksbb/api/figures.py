"""Coverage and statistics. Public."""

from datetime import date
from typing import Annotated

from litestar import Router, get
from litestar.params import QueryParameter

from ksbb.api.context import ApiRequest, reading
from ksbb.api.fields import AreaFilter, CodeFilter
from ksbb.domain.errors import invalid
from ksbb.domain.text import Text
from ksbb.statistics.coverage import Coverage, CoverageLevel, coverage
from ksbb.statistics.figures import Statistics, statistics
from ksbb.statistics.sums import Dimension, Period


@get("/coverage", operation_id="get_coverage", summary="Coverage", tags=["coverage"])
async def get_coverage(
    request: ApiRequest,
    level: Annotated[
        CoverageLevel,
        QueryParameter(
            description="Areas of which level, or single targets; for these name a program and an aid type, or a district or "
            "sub-district as `parent`."
        ),
    ] = CoverageLevel.CITY,
    program_id: CodeFilter = None,
    aid_type: CodeFilter = None,
    parent: AreaFilter = None,
) -> Coverage:
    """Need, pledged, allocated, delivered and gap by area or target and aid type, the widest gap first.

    Promises count, so that aid doesn't pile up: gap = need − pledged − allocated − delivered, at least 0. `pledged` is handed in
    and not yet promised to a target, counted where its collaborator wishes it to go; what is pledged to an area wider than the
    rows stands in `pledged_wider`, and in no gap. For the public, a row with a figure from 1 to 4 has no figures (`suppressed`),
    nor have the smallest of its neighbours that would tell it by the figures of their area; suppressed rows come last.
    """
    async with reading(request) as desk:
        return await coverage(desk, level, program_id=program_id, aid_type=aid_type, parent=parent)


@get("/statistics", operation_id="get_statistics", summary="Statistics", tags=["statistics"])
async def get_statistics(
    request: ApiRequest,
    group_by: Annotated[
        list[Dimension] | None,
        QueryParameter(
            max_items=7, description="Repeat it to group by several; `program` and `measure` when left out."
        ),
    ] = None,
    since: Annotated[date | None, QueryParameter(name="from", description="First day (Asia/Jakarta).")] = None,
    until: Annotated[date | None, QueryParameter(name="to", description="Last day (Asia/Jakarta).")] = None,
    as_of: Annotated[
        date | None, QueryParameter(description="Everything up to this day; in place of `from` and `to`.")
    ] = None,
    program_id: CodeFilter = None,
    measure: CodeFilter = None,
) -> Statistics:
    """Sums of acts, quantities and reference values by groups.

    Groups of fewer than 5 acts are suppressed; auditors, assessors and the secretariat see all.
    """
    if as_of is not None and (since is not None or until is not None):
        raise invalid(
            "period",
            Text("gunakan as_of saja, atau from dan to", "use as_of alone, or from and to"),
            "/query/as_of",
            given=as_of.isoformat(),
        )
    groups = [Dimension.PROGRAM, Dimension.MEASURE] if group_by is None else group_by
    async with reading(request) as desk:
        return await statistics(
            desk, groups, Period(since=since, until=as_of or until), program_id=program_id, measure=measure
        )


def router() -> Router:
    """Coverage and statistics."""
    return Router("/", route_handlers=[get_coverage, get_statistics])
