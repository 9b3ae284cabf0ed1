"""The rules of the waste program: each side of every threshold, and totality over all that the schemas allow."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksbb.program import CollaboratorClass, CommitmentView, Finding, FundSource, JsonSchema, LineView, Severity, Text
from ksbb.program.validation import attribute_problems
from ksbb_persampahan import PROGRAM
from ksbb_persampahan.aid import AID_TYPES, BIN, COMPOSTER, MAINTAINED, WASTE_BANK_KIT
from ksbb_persampahan.rules import RULES
from ksbb_persampahan.settings import PersampahanSettings

DEFAULTS = PersampahanSettings()


def commitment(
    *lines: LineView, submitted_on: date = date(2026, 4, 1), planned_handover_on: date = date(2026, 6, 15)
) -> CommitmentView:
    return CommitmentView(
        number="PERSAMPAHAN-2026-000001",
        collaborator_class=CollaboratorClass.COMMUNITY,
        fund_source=FundSource.OWN,
        area_code="31.71.06.1002",
        target_kind=None,
        submitted_on=submitted_on,
        planned_handover_on=planned_handover_on,
        lines=lines,
    )


def line_of(aid_type_id: str, quantity: int, without: str = "", **changes: Any) -> LineView:
    """A line like the aid type's first example, with changed attributes, or one left out."""
    aid_type = PROGRAM.aid_type(aid_type_id)
    assert aid_type is not None
    attributes = {**aid_type.examples[0], **changes}
    attributes.pop(without, None)
    return LineView(position=0, aid_type=aid_type_id, quantity=quantity, attributes=attributes)


def kit(without: str = "", **changes: Any) -> CommitmentView:
    return commitment(line_of(WASTE_BANK_KIT.id, 1, without, **changes))


def bins(quantity: int, **changes: Any) -> CommitmentView:
    return commitment(line_of(BIN.id, quantity, **changes))


def findings(rule_id: str, view: CommitmentView, settings: PersampahanSettings = DEFAULTS) -> list[Finding]:
    rule = next(rule for rule in RULES if rule.id == rule_id)
    return list(rule.check(view, settings))


def at(name: str) -> str:
    return f"/lines/0/attributes/{name}"


def block(code: str, pointer: str, indonesian: str, english: str) -> list[Finding]:
    return [Finding(code=code, severity=Severity.BLOCK, message=Text(indonesian, english), pointer=pointer)]


def warn(code: str, pointer: str, indonesian: str, english: str) -> list[Finding]:
    return [Finding(code=code, severity=Severity.WARN, message=Text(indonesian, english), pointer=pointer)]


def test_examples_pass_every_rule() -> None:
    for aid_type in AID_TYPES:
        for example in aid_type.examples:
            quantity = 2 * example["households"] if aid_type is BIN else 2
            line = LineView(position=0, aid_type=aid_type.id, quantity=quantity, attributes=example)
            assert [finding for rule in RULES for finding in rule.check(commitment(line), DEFAULTS)] == []


# Waste banks


@pytest.mark.parametrize(
    ("status", "indonesian", "english"),
    [("disputed", "disengketakan", "disputed"), ("none", "belum ada", "not there yet")],
)
def test_waste_bank_without_land(status: str, indonesian: str, english: str) -> None:
    assert findings("waste_bank_land", kit(land_status=status)) == block(
        "waste_bank_land_missing",
        at("land_status"),
        f"lahan bank sampah {indonesian} ({status}); harus owned, government_permitted, atau owner_permitted",
        f"the land of the waste bank is {english} ({status}); must be owned, government_permitted or owner_permitted",
    )


@pytest.mark.parametrize("status", ["owned", "government_permitted", "owner_permitted"])
def test_waste_bank_with_land(status: str) -> None:
    assert findings("waste_bank_land", kit(land_status=status)) == []


def test_managers_below_the_threshold() -> None:
    assert findings("waste_bank_management", kit(managers=2)) == block(
        "waste_bank_managers_too_few",
        at("managers"),
        "bank sampah memerlukan paling sedikit 3 pengurus, diberikan 2",
        "a waste bank needs at least 3 managers, given 2",
    )


def test_managers_at_the_threshold() -> None:
    assert findings("waste_bank_management", kit(managers=3)) == []


def test_managers_by_settings() -> None:
    assert findings("waste_bank_management", kit(managers=3), PersampahanSettings(min_managers=4)) == block(
        "waste_bank_managers_too_few",
        at("managers"),
        "bank sampah memerlukan paling sedikit 4 pengurus, diberikan 3",
        "a waste bank needs at least 4 managers, given 3",
    )


DECREE_MISSING = block(
    "lurah_decree_missing",
    at("lurah_decree"),
    "SK lurah tentang bank sampah belum ada; isi nomor dan tanggalnya",
    "the lurah's decree on the waste bank is missing; give its number and date",
)


def test_decree_missing() -> None:
    assert findings("lurah_decree", kit(without="lurah_decree")) == DECREE_MISSING


def test_decree_with_a_blank_number() -> None:
    assert findings("lurah_decree", kit(lurah_decree={"number": " ", "issued_on": "2026-02-10"})) == DECREE_MISSING


def test_decree_of_the_future() -> None:
    view = kit(lurah_decree={"number": "27/2026", "issued_on": "2026-04-02"})
    assert findings("lurah_decree", view) == block(
        "lurah_decree_not_yet_issued",
        at("lurah_decree/issued_on"),
        "SK lurah harus sudah ditetapkan saat komitmen diajukan 2026-04-01, diberikan 2026-04-02",
        "the lurah's decree must be issued when the commitment is submitted on 2026-04-01, given 2026-04-02",
    )


def test_decree_of_the_day() -> None:
    assert findings("lurah_decree", kit(lurah_decree={"number": "27/2026", "issued_on": "2026-04-01"})) == []


# Bins


def test_bins_too_few() -> None:
    assert findings("bins", bins(239)) == block(
        "bins_too_few",
        "/lines/0/quantity",
        "120 KK × 2 tempat sampah memerlukan 240 unit, diberikan 239",
        "120 households × 2 bins need 240 units, given 239",
    )


def test_bins_as_needed() -> None:
    assert findings("bins", bins(240)) == []


def test_bins_more_than_needed() -> None:
    assert findings("bins", bins(241)) == warn(
        "bins_more_than_needed",
        "/lines/0/quantity",
        "120 KK × 2 tempat sampah memerlukan 240 unit, diberikan 241",
        "120 households × 2 bins need 240 units, given 241",
    )


def test_bins_by_settings() -> None:
    settings = PersampahanSettings(bins_per_household=3)
    assert findings("bins", bins(360), settings) == []
    assert findings("bins", bins(240), settings) == block(
        "bins_too_few",
        "/lines/0/quantity",
        "120 KK × 3 tempat sampah memerlukan 360 unit, diberikan 240",
        "120 households × 3 bins need 360 units, given 240",
    )


def test_bins_of_one_stream() -> None:
    assert findings("bins", bins(240, streams=["organic", "residual"])) == block(
        "bin_streams_missing",
        at("streams"),
        "tempat sampah harus memilah organic dan inorganic; belum ada inorganic, diberikan organic, residual",
        "the bins must separate organic and inorganic; missing inorganic, given organic, residual",
    )


def test_bins_of_more_streams() -> None:
    assert findings("bins", bins(240, streams=["inorganic", "hazardous", "organic"])) == []


# Maintenance


MAINTENANCE_MISSING = block(
    "maintenance_owner_missing",
    at("maintenance_owner"),
    "belum ada lembaga yang memelihara setelah serah terima; pilih rw, waste_bank, kelurahan, dlh, atau collaborator",
    "no institution maintains it after the handover; choose rw, waste_bank, kelurahan, dlh or collaborator",
)


@pytest.mark.parametrize("aid_type_id", MAINTAINED)
def test_goods_need_a_maintenance_owner(aid_type_id: str) -> None:
    missing = line_of(aid_type_id, 1, without="maintenance_owner")
    nobody = line_of(aid_type_id, 1, maintenance_owner="none")
    somebody = line_of(aid_type_id, 1, maintenance_owner="kelurahan")
    assert findings("maintenance_owner", commitment(missing)) == MAINTENANCE_MISSING
    assert findings("maintenance_owner", commitment(nobody)) == MAINTENANCE_MISSING
    assert findings("maintenance_owner", commitment(somebody)) == []


def test_services_need_no_maintenance_owner() -> None:
    assert findings("maintenance_owner", commitment(line_of("training", 30), line_of("recyclable_offtake", 500))) == []


# Capacity


def test_capacity_of_all_units_below_the_threshold() -> None:
    assert findings("capacity", commitment(line_of(COMPOSTER.id, 3, capacity_kg_per_day=3))) == warn(
        "capacity_low",
        at("capacity_kg_per_day"),
        "3 unit × 3 kg/hari adalah 9 kg/hari; paling sedikit 10 kg/hari",
        "3 units × 3 kg a day are 9 kg a day; expected at least 10 kg a day",
    )


def test_capacity_of_all_units_at_the_threshold() -> None:
    assert findings("capacity", commitment(line_of(COMPOSTER.id, 5, capacity_kg_per_day=2))) == []


def test_capacity_by_settings() -> None:
    view = commitment(line_of(COMPOSTER.id, 5, capacity_kg_per_day=2))
    assert findings("capacity", view, PersampahanSettings(min_capacity_kg_per_day=11)) == warn(
        "capacity_low",
        at("capacity_kg_per_day"),
        "5 unit × 2 kg/hari adalah 10 kg/hari; paling sedikit 11 kg/hari",
        "5 units × 2 kg a day are 10 kg a day; expected at least 11 kg a day",
    )


# Totality


def values(schema: JsonSchema) -> st.SearchStrategy[Any]:
    """Values that a schema of this program allows, whole floats for integers among them."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return OF_TYPE[schema["type"]](schema)


def integers(schema: JsonSchema) -> st.SearchStrategy[Any]:
    whole = st.integers(schema["minimum"], schema["maximum"])
    return whole | whole.map(float)


def strings(schema: JsonSchema) -> st.SearchStrategy[Any]:
    if schema.get("format") == "date":
        return st.dates().map(date.isoformat)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    return st.text(min_size=schema["minLength"], max_size=schema["maxLength"])


def arrays(schema: JsonSchema) -> st.SearchStrategy[Any]:
    least, most = schema.get("minItems", 0), min(schema.get("maxItems", 5), 5)
    return st.lists(values(schema["items"]), unique=True, min_size=least, max_size=most)


def objects(schema: JsonSchema) -> st.SearchStrategy[Any]:
    fields = {name: values(value) for name, value in schema["properties"].items()}
    required = {name: fields.pop(name) for name in schema["required"]}
    return st.fixed_dictionaries(required, optional=fields)


OF_TYPE: dict[str, Callable[[JsonSchema], st.SearchStrategy[Any]]] = {
    "boolean": lambda _: st.booleans(),
    "integer": integers,
    "string": strings,
    "array": arrays,
    "object": objects,
}


@st.composite
def commitments(draw: st.DrawFn) -> CommitmentView:
    """Commitments of this program with any attributes that the schemas allow."""
    chosen = draw(st.lists(st.sampled_from(AID_TYPES), min_size=1, max_size=4))
    lines = tuple(
        LineView(
            position=position,
            aid_type=aid_type.id,
            quantity=draw(st.integers(1, 10**9)),
            attributes=draw(values(aid_type.schema)),
        )
        for position, aid_type in enumerate(chosen)
    )
    return commitment(*lines, submitted_on=draw(st.dates()), planned_handover_on=draw(st.dates()))


@given(
    commitments(),
    st.builds(
        PersampahanSettings,
        bins_per_household=st.integers(1, 6),
        min_managers=st.integers(1, 50),
        min_capacity_kg_per_day=st.integers(1, 100_000),
        offtake_months=st.integers(1, 60),
    ),
)
def test_rules_are_total_and_keep_to_their_codes(view: CommitmentView, settings: PersampahanSettings) -> None:
    for line in view.lines:
        aid_type = PROGRAM.aid_type(line.aid_type)
        assert aid_type is not None
        assert attribute_problems(aid_type, line.attributes, "") == ()
    for rule in RULES:
        found = list(rule.check(view, settings))
        assert {finding.code for finding in found} <= set(rule.codes)
        assert all(finding.pointer.startswith("/") for finding in found)
        assert found == list(rule.check(view, settings))
