"""The rules of the employment program: each side of every threshold, and totality over all that the schemas allow."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksbb.program import AidType, CommitmentView, Finding, LineView
from ksbb.testing import commitment_view, line_like
from ksbb.testing.findings import at, block, warn
from ksbb.testing.payloads import checked_findings, commitments_of
from ksbb_ketenagakerjaan import PROGRAM
from ksbb_ketenagakerjaan.aid import AID_TYPES, CERTIFICATION, JOB_PLACEMENT, TOOLS, TRAINING, WITH_PARTICIPANTS
from ksbb_ketenagakerjaan.rules import RULES
from ksbb_ketenagakerjaan.settings import KetenagakerjaanSettings

DEFAULTS = KetenagakerjaanSettings()


def line_of(aid_type: AidType, quantity: int, *without: str, **changes: Any) -> CommitmentView:
    """A commitment of one line like the aid type's first example, with changed attributes, or one left out."""
    return commitment_view(PROGRAM, line_like(aid_type, quantity, *without, **changes))


def training(quantity: int = 50, *without: str, **changes: Any) -> CommitmentView:
    """Two batches of 25 seats."""
    return line_of(TRAINING, quantity, *without, **changes)


def findings(rule_id: str, view: CommitmentView, settings: KetenagakerjaanSettings = DEFAULTS) -> list[Finding]:
    rule = next(rule for rule in RULES if rule.id == rule_id)
    return list(rule.check(view, settings))


def test_examples_pass_every_rule() -> None:
    for aid_type in AID_TYPES:
        for example in aid_type.examples:
            quantity = example["batches"] * example["seats_per_batch"] if aid_type is TRAINING else 5
            line = LineView(position=0, aid_type=aid_type.id, quantity=quantity, attributes=example)
            assert [finding for rule in RULES for finding in rule.check(commitment_view(PROGRAM, line), DEFAULTS)] == []


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


@pytest.mark.parametrize("aid_type", [TRAINING, CERTIFICATION])
def test_skkni_units(aid_type: AidType) -> None:
    missing = block(
        "skkni_units_missing",
        at("skkni_units"),
        "unit SKKNI belum ada; isi paling sedikit satu kode unit, misalnya J.620100.004.02",
        "SKKNI units are missing; give at least one unit code, such as J.620100.004.02",
    )
    assert findings("skkni_units", line_of(aid_type, 50, "skkni_units")) == missing
    assert findings("skkni_units", line_of(aid_type, 50, skkni_units=[])) == missing
    assert findings("skkni_units", line_of(aid_type, 50, skkni_units=["J.620100.004.02"])) == []


CERTIFICATE_MISSING = block(
    "trainer_certificate_missing",
    at("trainer_certificate"),
    "sertifikat pelatih belum ada; isi nomor dan hari berlakunya berakhir",
    "the trainer's certificate is missing; give its number and the day on which it expires",
)


def test_trainer_certificate_missing() -> None:
    assert findings("trainer_certificate", training(50, "trainer_certificate")) == CERTIFICATE_MISSING


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


@pytest.mark.parametrize(
    "view",
    [line_of(CERTIFICATION, 10, "lsp_licence_number"), line_of(CERTIFICATION, 10, lsp_licence_number="   ")],
)
def test_certification_without_licensed_body(view: CommitmentView) -> None:
    assert findings("lsp_licence", view) == warn(
        "lsp_licence_missing",
        at("lsp_licence_number"),
        "nomor lisensi LSP belum ada; sertifikat hanya diakui bila penguji berlisensi BNSP",
        "the licence number of the LSP is missing; a certificate counts only when BNSP has licensed the assessor",
    )


def test_certification_with_licensed_body() -> None:
    assert findings("lsp_licence", line_of(CERTIFICATION, 10)) == []


# Residence


@pytest.mark.parametrize("aid_type", [TRAINING, CERTIFICATION, JOB_PLACEMENT])
def test_participants_live_in_jakarta(aid_type: AidType) -> None:
    assert findings("residents", line_of(aid_type, 50, jakarta_residents_only=True)) == []
    assert findings("residents", line_of(aid_type, 50, jakarta_residents_only=False)) == block(
        "not_for_jakarta_residents",
        at("jakarta_residents_only"),
        "peserta harus warga yang berdomisili di Jakarta; diberikan tidak",
        "participants must live in Jakarta; given no",
    )


def test_tools_have_no_participants() -> None:
    assert (TRAINING.id, CERTIFICATION.id, JOB_PLACEMENT.id) == WITH_PARTICIPANTS
    assert findings("residents", line_of(TOOLS, 5)) == []


# Totality


@given(
    commitments_of(PROGRAM),
    st.builds(
        KetenagakerjaanSettings,
        min_training_hours=st.integers(1, 2_000),
        max_seats_per_class=st.integers(1, 500),
        placement_days=st.integers(1, 730),
    ),
)
def test_rules_are_total_and_keep_to_their_codes(view: CommitmentView, settings: KetenagakerjaanSettings) -> None:
    checked_findings(PROGRAM, settings, view)
