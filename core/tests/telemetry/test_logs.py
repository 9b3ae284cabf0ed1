"""Log lines are JSON with their context, and tell nothing personal or secret, wherever it stands."""

import json
import logging
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from ksbb.telemetry import logs

NIK = "3171234567890123"
UUID = "01a202a7-232e-7176-baba-f4db15aab3bb"
LOG = structlog.get_logger("ksbb.test")


@pytest.mark.usefixtures("lines")
def test_a_whole_line(capsys: pytest.CaptureFixture[str]) -> None:
    with logs.context_of(request_id=UUID):
        logs.bind(actor="account-1")
        LOG.info("commitment_kept", commitment_id=UUID, number="PANGAN-2026-000123", items=3, ms=1.5, late=False)
    (line,) = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "commitment_kept",
        "level": "info",
        "request_id": UUID,
        "actor": "account-1",
        "commitment_id": UUID,
        "number": "PANGAN-2026-000123",
        "items": 3,
        "ms": 1.5,
        "late": False,
    }


def test_the_context_ends_with_its_block(lines: Any) -> None:
    with logs.context_of(program="pangan"):
        with logs.context_of(request_id="inner"):
            logs.bind(actor="account-1")
            LOG.info("inside")
        LOG.info("outside")
    LOG.info("after")
    assert lines() == [
        {"event": "inside", "level": "info", "request_id": "inner", "actor": "account-1"},
        {"event": "outside", "level": "info", "program": "pangan"},
        {"event": "after", "level": "info"},
    ]


def test_secrets_and_people_are_hidden_by_the_name_of_the_key(lines: Any) -> None:
    LOG.info(
        "told",
        password="hush-hush",
        refresh_token="abc",
        Authorization="Bearer abc",
        contactEmail="siti at example",
        recipient_name="Siti",
        witness={"anything": "Budi"},
        nested=[{"phone": 8123, "quantity": 7}],
        recipient_id=UUID,
        token_ids=[UUID],
    )
    assert lines() == [
        {
            "event": "told",
            "level": "info",
            "password": "***",
            "refresh_token": "***",
            "Authorization": "***",
            "contactEmail": "***",
            "recipient_name": "***",
            "witness": "***",
            "nested": [{"phone": "***", "quantity": 7}],
            "recipient_id": UUID,
            "token_ids": [UUID],
        }
    ]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("mail to siti.a+b@example.co.id now", "mail to *** now"),
        (f"NIK {NIK} is taken", "NIK *** is taken"),
        ("call +62 812-3456-7890, or 081234567890", "call ***, or ***"),
        ("token ksbb_AbCdEf123456_-x", "token ***"),
        ("import of ksbb_ketenagakerjaan.flows failed", "import of ksbb_ketenagakerjaan.flows failed"),
        ("jwt eyJhbGciOi.eyJzdWIi.c2ln", "jwt ***"),
        ("postgresql+asyncpg://ksbb:hush@db.example/ksbb", "postgresql+asyncpg://***@db.example/ksbb"),
        ("DETAIL:  Key (name)=(Siti) already exists.\nmore", "DETAIL:  ***\nmore"),
        (f"commitment {UUID} PANGAN-2026-000123", f"commitment {UUID} PANGAN-2026-000123"),
        (
            "2026-11-22T09:47:17.123456Z, 1.250.000 rupiah, 0812 cases",
            "2026-11-22T09:47:17.123456Z, 1.250.000 rupiah, 0812 cases",
        ),
    ],
)
def test_personal_data_is_hidden_by_its_look(lines: Any, said: str, told: str) -> None:
    LOG.warning("told", reason=said, given=int(NIK), many=(said,), by_id={"x": said})
    assert lines() == [
        {"event": "told", "level": "warning", "reason": told, "given": "***", "many": [told], "by_id": {"x": told}}
    ]


def test_errors_of_the_database_tell_no_values(lines: Any) -> None:
    values = {"who": "Siti Contoh"}
    stands_already = ValueError("duplicate key\nDETAIL:  Key (who)=(Siti Contoh) already exists.")

    def store() -> None:
        raise IntegrityError("INSERT INTO parties (name) VALUES ($1)", values, stands_already)

    with pytest.raises(IntegrityError) as caught:
        store()
    LOG.error("unexpected_error", exc_info=caught.value)
    (line,) = lines()
    assert "Siti" not in json.dumps(line)
    assert "[parameters: ***]" in line["exception"]
    assert "INSERT INTO parties" in line["exception"]
    assert line["exception"].startswith("Traceback (most recent call last):")


def test_libraries_log_in_the_same_form_from_warnings_on(lines: Any) -> None:
    logging.getLogger("some.library").info("not told")
    logging.getLogger("some.library").warning("refused %s", "siti@example.org")
    assert lines() == [{"event": "refused ***", "level": "warning", "logger": "some.library"}]


@pytest.mark.usefixtures("lines")
def test_for_people_it_is_hidden_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(logging.INFO, for_people=True)
    LOG.info("told", email="siti@example.org", reason="siti@example.org")
    said = capsys.readouterr().err
    assert "told" in said
    assert "siti" not in said


@given(
    value=st.recursive(
        st.none() | st.text() | st.integers() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_is_logged_gives_json_without_the_number(value: Any) -> None:
    event = logs.mask(None, "info", {"event": "x", "value": value, "hidden": {"nik": NIK, "deep": [value, NIK]}})
    assert NIK not in json.dumps(event)


def test_configuring_again_doesnt_double_lines(lines: Any) -> None:
    logs.configure(logging.WARNING, for_people=False)
    LOG.info("not told")
    logging.getLogger("some.library").error("once")
    assert [line["event"] for line in lines()] == ["once"]
