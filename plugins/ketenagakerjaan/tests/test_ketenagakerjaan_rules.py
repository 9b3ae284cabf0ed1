"""The rules of the employment program: each side of every threshold, and totality over all that the schemas allow."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksbb.program import CollaboratorClass, CommitmentView, Finding, FundSource, JsonSchema, LineView, Severity, Text
from ksbb.program.validation import attribute_problems
from ksbb_ketenagakerjaan import PROGRAM
from ksbb_ketenagakerjaan.aid import AID_TYPES, CERTIFICATION, TRAINING, WITH_PARTICIPANTS
from ksbb_ketenagakerjaan.rules import RULES
from ksbb_ketenagakerjaan.settings import KetenagakerjaanSettings

DEFAULTS = KetenagakerjaanSettings()


def commitment(
    *lines: LineView, submitted_on: date = date(2026, 4, 1), planned_handover_on: date = date(2026, 6, 15)
) -> CommitmentView:
    return CommitmentView(
        number="KETENAGAKERJAAN-2026-000001",
        collaborator_class=CollaboratorClass.ASSOCIATION,
        fund_source=FundSource.OWN,
        area_code="31.71.06.1002",
        target_kind=None,
        submitted_on=submitted_on,
        planned_handover_on=planned_handover_on,
        lines=lines,
    )


def line_of(aid_type_id: str, quantity: int, without: str = "", **changes: Any) -> CommitmentView:
    """A commitment of one line like the aid type's first example, with changed attributes, or one left out."""
    aid_type = PROGRAM.aid_type(aid_type_id)
    assert aid_type is not None
    attributes = {**aid_type.examples[0], **changes}
    attributes.pop(without, None)
    return commitment(LineView(position=0, aid_type=aid_type_id, quantity=quantity, attributes=attributes))


def training(quantity: int = 50, without: str = "", **changes: Any) -> CommitmentView:
    """Two batches of 25 seats."""
    return line_of(TRAINING.id, quantity, without, **changes)


def findings(rule_id: str, view: CommitmentView, settings: KetenagakerjaanSettings = DEFAULTS) -> list[Finding]:
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
            quantity = example["batches"] * example["seats_per_batch"] if aid_type is TRAINING else 5
            line = LineView(position=0, aid_type=aid_type.id, quantity=quantity, attributes=example)
            assert [finding for rule in RULES for finding in rule.check(commitment(line), DEFAULTS)] == []


# Seats and classes


@pytest.mark.parametrize("quantity", [49, 51])
def test_seats_that_are_not_batches(quantity: int) -> None:
    assert findings("seats", training(quantity)) == block(
        "seats_not_batches",
        "/lines/0/quantity",
        f"2 angkatan × 25 kursi adalah 50 kursi, jumlah diberikan {quantity}",
        f"2 batches × 25 seats are 50 seats, the quantity given is {quantity}",
    )


def test_seats_that_are_batches() -> None:
    assert findings("seats", training(50)) == []


def test_class_above_the_limit() -> None:
    assert findings("class_size", training(62, seats_per_batch=31)) == block(
        "class_too_large",
        at("seats_per_batch"),
        "satu kelas paling banyak 30 peserta, diberikan 31; tambah angkatan",
        "a class has at most 30 participants, given 31; add batches",
    )


def test_class_at_the_limit() -> None:
    assert findings("class_size", training(60, seats_per_batch=30)) == []


def test_class_size_by_settings() -> None:
    assert findings("class_size", training(), KetenagakerjaanSettings(max_seats_per_class=24)) == block(
        "class_too_large",
        at("seats_per_batch"),
        "satu kelas paling banyak 24 peserta, diberikan 25; tambah angkatan",
        "a class has at most 24 participants, given 25; add batches",
    )


def test_training_below_the_least_hours() -> None:
    assert findings("hours", training(hours=15)) == block(
        "training_too_short",
        at("hours"),
        "pelatihan paling sedikit 16 jam per peserta, diberikan 15",
        "training takes at least 16 hours per participant, given 15",
    )


def test_training_of_the_least_hours() -> None:
    assert findings("hours", training(hours=16)) == []


def test_hours_by_settings() -> None:
    assert findings("hours", training(hours=16), KetenagakerjaanSettings(min_training_hours=17)) == block(
        "training_too_short",
        at("hours"),
        "pelatihan paling sedikit 17 jam per peserta, diberikan 16",
        "training takes at least 17 hours per participant, given 16",
    )


# Standards and certificates


@pytest.mark.parametrize("aid_type_id", [TRAINING.id, CERTIFICATION.id])
def test_skkni_units(aid_type_id: str) -> None:
    missing = block(
        "skkni_units_missing",
        at("skkni_units"),
        "unit SKKNI belum ada; isi paling sedikit satu kode unit, misalnya J.620100.004.02",
        "SKKNI units are missing; give at least one unit code, such as J.620100.004.02",
    )
    assert findings("skkni_units", line_of(aid_type_id, 50, without="skkni_units")) == missing
    assert findings("skkni_units", line_of(aid_type_id, 50, skkni_units=[])) == missing
    assert findings("skkni_units", line_of(aid_type_id, 50, skkni_units=["J.620100.004.02"])) == []


CERTIFICATE_MISSING = block(
    "trainer_certificate_missing",
    at("trainer_certificate"),
    "sertifikat pelatih belum ada; isi nomor dan hari berlakunya berakhir",
    "the trainer's certificate is missing; give its number and the day on which it expires",
)


def test_trainer_certificate_missing() -> None:
    assert findings("trainer_certificate", training(without="trainer_certificate")) == CERTIFICATE_MISSING


def test_trainer_certificate_with_a_blank_number() -> None:
    view = training(trainer_certificate={"number": "   ", "expires_on": "2028-05-31"})
    assert findings("trainer_certificate", view) == CERTIFICATE_MISSING


def test_trainer_certificate_that_expires_before_the_handover() -> None:
    view = training(trainer_certificate={"number": "62010", "expires_on": "2026-06-14"})
    assert findings("trainer_certificate", view) == block(
        "trainer_certificate_expires",
        at("trainer_certificate/expires_on"),
        "sertifikat pelatih harus berlaku sampai rencana serah terima 2026-06-15, tetapi berakhir 2026-06-14",
        "the trainer's certificate must be valid until the planned handover on 2026-06-15, but it expires on "
        "2026-06-14",
    )


def test_trainer_certificate_that_expires_on_the_day_of_the_handover() -> None:
    view = training(trainer_certificate={"number": "62010", "expires_on": "2026-06-15"})
    assert findings("trainer_certificate", view) == []


@pytest.mark.parametrize("number", [{"without": "lsp_licence_number"}, {"lsp_licence_number": "   "}])
def test_certification_without_licensed_body(number: dict[str, str]) -> None:
    assert findings("lsp_licence", line_of(CERTIFICATION.id, 10, **number)) == warn(
        "lsp_licence_missing",
        at("lsp_licence_number"),
        "nomor lisensi LSP belum ada; sertifikat hanya diakui bila penguji berlisensi BNSP",
        "the licence number of the LSP is missing; a certificate counts only when BNSP has licensed the assessor",
    )


def test_certification_with_licensed_body() -> None:
    assert findings("lsp_licence", line_of(CERTIFICATION.id, 10)) == []


# Residence


@pytest.mark.parametrize("aid_type_id", WITH_PARTICIPANTS)
def test_participants_live_in_jakarta(aid_type_id: str) -> None:
    assert findings("residents", line_of(aid_type_id, 50, jakarta_residents_only=True)) == []
    assert findings("residents", line_of(aid_type_id, 50, jakarta_residents_only=False)) == block(
        "not_for_jakarta_residents",
        at("jakarta_residents_only"),
        "peserta harus warga yang berdomisili di Jakarta; diberikan tidak",
        "participants must live in Jakarta; given no",
    )


def test_tools_have_no_participants() -> None:
    assert findings("residents", line_of("tools", 5)) == []


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
        KetenagakerjaanSettings,
        min_training_hours=st.integers(1, 2_000),
        max_seats_per_class=st.integers(1, 500),
        placement_days=st.integers(1, 730),
    ),
)
def test_rules_are_total_and_keep_to_their_codes(view: CommitmentView, settings: KetenagakerjaanSettings) -> None:
    for line in view.lines:
        aid_type = PROGRAM.aid_type(line.aid_type)
        assert aid_type is not None
        assert attribute_problems(aid_type, line.attributes, "") == ()
    for rule in RULES:
        found = list(rule.check(view, settings))
        assert {finding.code for finding in found} <= set(rule.codes)
        assert all(finding.pointer.startswith("/") for finding in found)
        assert found == list(rule.check(view, settings))
