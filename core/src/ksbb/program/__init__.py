"""The plugin surface: all that a program imports from the platform.

A program is a distribution with an entry point in the group `ksbb.programs` that names a module. The module implements
the hook `ksbb_program`, which returns a `Program`.
"""

from ksbb.domain.follow_ups import FollowUpStatus
from ksbb.domain.parties import CollaboratorClass, FundSource
from ksbb.domain.periods import Period
from ksbb.domain.rights import Role
from ksbb.domain.targets import TargetKind
from ksbb.domain.text import Text
from ksbb.program.aid import AidType, Identifier, JsonSchema, ReferenceValue, Unit, choice, described, object_schema
from ksbb.program.bench import Case, Clash, Custody, FollowUpPlan, HandedOver, Outcome, Workbench, workbench
from ksbb.program.days import parse_day
from ksbb.program.deprecation import ProgramDeprecationWarning
from ksbb.program.hooks import LifecycleEvent, hookimpl
from ksbb.program.imports import ImportMapping, ImportTable
from ksbb.program.needs import ControlSum, NeedFigure, NeedPlan, TargetFacts, Unmet
from ksbb.program.privacy import PersonalData
from ksbb.program.program import (
    API_VERSION,
    Measure,
    Program,
    ProgramFlow,
    ProgramSettings,
    Stage,
    SuccessMetric,
    read_guide,
)
from ksbb.program.reference import ReferenceData
from ksbb.program.reports import ReportSection, ReportView
from ksbb.program.routes import Route, RouteRequest
from ksbb.program.rules import CommitmentView, Finding, LineView, Rule, Severity

__all__ = [
    "API_VERSION",
    "AidType",
    "Case",
    "Clash",
    "CollaboratorClass",
    "CommitmentView",
    "ControlSum",
    "Custody",
    "Finding",
    "FollowUpPlan",
    "FollowUpStatus",
    "FundSource",
    "HandedOver",
    "Identifier",
    "ImportMapping",
    "ImportTable",
    "JsonSchema",
    "LifecycleEvent",
    "LineView",
    "Measure",
    "NeedFigure",
    "NeedPlan",
    "Outcome",
    "Period",
    "PersonalData",
    "Program",
    "ProgramDeprecationWarning",
    "ProgramFlow",
    "ProgramSettings",
    "ReferenceData",
    "ReferenceValue",
    "ReportSection",
    "ReportView",
    "Role",
    "Route",
    "RouteRequest",
    "Rule",
    "Severity",
    "Stage",
    "SuccessMetric",
    "TargetFacts",
    "TargetKind",
    "Text",
    "Unit",
    "Unmet",
    "Workbench",
    "choice",
    "described",
    "hookimpl",
    "object_schema",
    "parse_day",
    "read_guide",
    "workbench",
]
