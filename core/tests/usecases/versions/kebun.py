"""A program whose aid has three versions of its schema, with upgrades between them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from ksbb.program import (
    AidType,
    CommitmentView,
    Finding,
    Identifier,
    Program,
    ProgramFlow,
    ProgramSettings,
    ReferenceValue,
    Rule,
    Severity,
    Stage,
    TargetKind,
    Text,
    Unit,
    described,
    object_schema,
)

SOME = Text("Contoh", "Example")
SEED = Text("Benih", "Seed")
BAG = Unit("bag", Text("kantong", "bag"))
CROP = described({"type": "string", "minLength": 2}, SOME, SOME)
GRAMS = described({"type": "integer", "minimum": 1}, SOME, SOME)
KILOGRAMS = described({"type": "number", "exclusiveMinimum": 0}, SOME, SOME)
ORGANIC = described({"type": "boolean"}, SOME, SOME)
LOTS = described({"type": "array", "items": {"type": "string"}}, SOME, SOME)
SCHEMAS = {
    1: object_schema({"crop": CROP, "grams": GRAMS, "lots": LOTS}, ["crop", "grams"], SEED, SOME),
    2: object_schema({"crop": CROP, "kilograms": KILOGRAMS, "lots": LOTS}, ["crop", "kilograms"], SEED, SOME),
    3: object_schema(
        {"crop": CROP, "kilograms": KILOGRAMS, "organic": ORGANIC, "lots": LOTS},
        ["crop", "kilograms", "organic"],
        SEED,
        SOME,
    ),
}
WRITTEN: dict[int, dict[str, Any]] = {
    1: {"crop": "cabai", "grams": 500},
    2: {"crop": "cabai", "kilograms": 0.5},
    3: {"crop": "cabai", "kilograms": 0.5, "organic": False},
}
Upgrades = Mapping[int, Callable[[Mapping[str, Any]], Mapping[str, Any]]]


def to_kilograms(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Version 1 to 2."""
    kept = {name: value for name, value in attributes.items() if name != "grams"}
    return {**kept, "kilograms": attributes["grams"] / 1000}


def to_organic(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Version 2 to 3."""
    return {**attributes, "organic": False}


UPGRADES: Upgrades = {1: to_kilograms, 2: to_organic}


def judge(view: CommitmentView, _settings: Any) -> list[Finding]:
    """Asks every line for its kilograms, and fails where a line calls itself poison."""
    if any(line.attributes.get("crop") == "racun" for line in view.lines):
        raise KeyError("kilograms")
    lacking = [line for line in view.lines if "kilograms" not in line.attributes and line.aid_type == "seed"]
    return [
        Finding(code="no_weight", severity=Severity.WARN, message=SOME, pointer=line.at("kilograms"))
        for line in lacking
    ]


def kebun(version: int, upgrades: Upgrades | None = None, *, fish: bool = True, **changes: Any) -> Program:
    """The program as of a version of the schema of seed, with the upgrades that fit it."""
    given = {step: upgrade for step, upgrade in (UPGRADES if upgrades is None else upgrades).items() if step < version}
    seed = AidType(
        id="seed",
        name=SEED,
        unit=BAG,
        schema=SCHEMAS[version],
        schema_version=version,
        examples=(WRITTEN[version],),
        reference_values=(ReferenceValue(rupiah=version * 1000, valid_from=date(2026, 1, 1), source="a test"),),
        identifiers=(Identifier("lot", "lots"),),
        upgrades=given,
    )
    pond = AidType(
        id="fish", name=Text("Ikan", "Fish"), unit=BAG, schema=object_schema({}, [], SOME, SOME), examples=({},)
    )
    return Program(
        id="kebun",
        name=SOME,
        lead_agency=SOME,
        requires_api=">=1.1,<2",
        guide=SOME,
        aid_types=(replace(seed, **changes), pond) if fish else (replace(seed, **changes),),
        target_kinds=frozenset({TargetKind.RW}),
        rules=(Rule(id="weight", title=SOME, source="a test", codes=("no_weight",), check=judge),),
        flows=(ProgramFlow(name="assess", entrypoint="kebun:assess", title=SOME, stage=Stage.SUBMITTED),),
        settings=ProgramSettings,
        success_metrics=(),
    )
