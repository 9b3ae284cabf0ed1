"""The program: a typed, frozen object that fails at construction and names the bad value."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources

from pydantic import BaseModel, ConfigDict

from ksbb.domain.targets import TargetKind
from ksbb.domain.text import Text
from ksbb.program.aid import AidType
from ksbb.program.imports import ImportMapping
from ksbb.program.needs import NeedPlan
from ksbb.program.reference import ReferenceData
from ksbb.program.reports import ReportSection
from ksbb.program.routes import Route
from ksbb.program.rules import Rule

API_VERSION = "1.1"
"""Version of this surface, semantic: additive within a major version."""

_ID = re.compile(r"^[a-z][a-z0-9_]{1,39}$")
_METRIC_ID = re.compile(r"^[a-z][a-z0-9_]{1,29}$")
_ENTRYPOINT = re.compile(r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")
_CRON_FIELDS = 5


class Stage(StrEnum):
    """The moments of a commitment's life that flows and hooks can start from."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    ALLOCATED = "allocated"
    RECEIVED = "received"
    DISPATCHED = "dispatched"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"


class ProgramSettings(BaseModel):
    """Base of a program's settings: frozen, every key known, every threshold with a default and a description."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramFlow:
    """A Prefect flow of the program, named by its entry point `module:function` and imported only when it runs.

    Give a `stage` (the flow gets a batch of item ids: `list[str]`) or a `schedule` (cron, five fields, Asia/Jakarta; the flow
    gets nothing), not both.
    """

    name: str
    entrypoint: str
    title: Text
    stage: Stage | None = None
    schedule: str | None = None

    def __post_init__(self) -> None:
        if not _ENTRYPOINT.match(self.entrypoint):
            raise ValueError(f"flow {self.name!r}: entrypoint must be module:function, given {self.entrypoint!r}")
        if (self.stage is None) == (self.schedule is None):
            raise ValueError(f"flow {self.name!r}: give either a stage or a schedule")
        if self.schedule is not None and len(self.schedule.split()) != _CRON_FIELDS:
            raise ValueError(f"flow {self.name!r}: schedule must be cron with five fields, given {self.schedule!r}")


class Measure(StrEnum):
    """How a success metric is counted: accepted units, accepted ÷ need, distinct targets reached, or follow-up results."""

    ACCEPTED = "accepted"
    ACCEPTED_OVER_NEED = "accepted_over_need"
    TARGETS_REACHED = "targets_reached"
    FOLLOW_UP_SUM = "follow_up_sum"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessMetric:
    """How the program knows that it works. `aid_types` are counted; for `follow_up_sum` the follow-ups of kind
    `follow_up_kind` are, by the whole number in their result's `result_field`. The platform shows each metric with its base and
    day at `/api/v1/programs/<id>/figures`. Raises ValueError that names the bad value.
    """

    id: str
    name: Text
    unit: Text
    measure: Measure
    aid_types: tuple[str, ...] = ()
    follow_up_kind: str = ""
    result_field: str = ""

    def __post_init__(self) -> None:
        where = f"metric {self.id!r}"
        if not _METRIC_ID.match(self.id):
            raise ValueError(f"{where}: id must match {_METRIC_ID.pattern}")
        if self.measure == Measure.FOLLOW_UP_SUM:
            if not (self.follow_up_kind and self.result_field):
                raise ValueError(f"{where}: measure {self.measure} needs follow_up_kind and result_field")
        elif not self.aid_types:
            raise ValueError(f"{where}: measure {self.measure} needs the aid types that it counts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One KSBB program. Raises ValueError that names the bad value.

    `exemptions` gives, for a rule of quality that the program doesn't keep, the reason why it needn't.
    """

    id: str
    name: Text
    lead_agency: Text
    requires_api: str
    guide: Text
    aid_types: tuple[AidType, ...]
    target_kinds: frozenset[TargetKind]
    rules: tuple[Rule, ...]
    flows: tuple[ProgramFlow, ...]
    settings: type[ProgramSettings]
    success_metrics: tuple[SuccessMetric, ...]
    reference_data: tuple[ReferenceData, ...] = ()
    routes: tuple[Route, ...] = ()
    report_sections: tuple[ReportSection, ...] = ()
    import_mappings: tuple[ImportMapping, ...] = ()
    needs: tuple[NeedPlan, ...] = ()
    exemptions: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        where = f"program {self.id!r}"
        if not _ID.match(self.id):
            raise ValueError(f"{where}: id must match {_ID.pattern}")
        if not self.aid_types:
            raise ValueError(f"{where}: at least one aid type is needed")
        if not self.target_kinds:
            raise ValueError(f"{where}: at least one target kind is needed")
        _refuse_doubles(where, "aid type", (aid_type.id for aid_type in self.aid_types))
        _refuse_doubles(where, "rule", (rule.id for rule in self.rules))
        _refuse_doubles(where, "flow", (flow.name for flow in self.flows))
        _refuse_doubles(where, "metric", (metric.id for metric in self.success_metrics))
        _refuse_doubles(where, "reference data", (one.id for one in self.reference_data))
        _refuse_doubles(where, "route", (route.path for route in self.routes))
        _refuse_doubles(where, "report section", (section.id for section in self.report_sections))
        _refuse_doubles(where, "import mapping", (mapping.id for mapping in self.import_mappings))
        _refuse_doubles(where, "need plan", (plan.aid_type for plan in self.needs))
        if sum(flow.stage is Stage.SUBMITTED for flow in self.flows) != 1:
            raise ValueError(f"{where}: exactly one flow must start from stage 'submitted': the assessment")
        known = {aid_type.id for aid_type in self.aid_types}
        for metric in self.success_metrics:
            unknown = set(metric.aid_types) - known
            if unknown:
                raise ValueError(f"{where}: metric {metric.id!r} counts unknown aid types {sorted(unknown)}")
        unplanned = sorted({plan.aid_type for plan in self.needs} - known)
        if unplanned:
            raise ValueError(f"{where}: there are need plans of unknown aid types {unplanned}")

    def aid_type(self, aid_type_id: str) -> AidType | None:
        """The aid type with this id, or None."""
        return next((aid_type for aid_type in self.aid_types if aid_type.id == aid_type_id), None)

    def need_plan(self, aid_type_id: str) -> NeedPlan | None:
        """How the needs of an aid type are known, None where the program doesn't say."""
        return next((plan for plan in self.needs if plan.aid_type == aid_type_id), None)

    def flows_at(self, stage: Stage) -> tuple[ProgramFlow, ...]:
        """The flows that start from a stage."""
        return tuple(flow for flow in self.flows if flow.stage is stage)


def _refuse_doubles(where: str, what: str, ids: Iterable[str]) -> None:
    doubles = sorted(name for name, count in Counter(ids).items() if count > 1)
    if doubles:
        raise ValueError(f"{where}: {what} {', '.join(doubles)} is given twice")


def read_guide(package: str) -> Text:
    """The program's guide: the files `guide.id.md` and `guide.en.md` of its package."""
    files = resources.files(package)
    return Text(files.joinpath("guide.id.md").read_text("utf-8"), files.joinpath("guide.en.md").read_text("utf-8"))
