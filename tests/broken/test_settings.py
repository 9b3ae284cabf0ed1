"""A program's settings: in force, from where, without its secrets; and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.broken.commands import ksbb, surroundings
from tests.broken.shelf import Shelf, program

_SETTINGS = """
from enum import StrEnum
from datetime import date, timedelta
from pydantic import AnyUrl

class Colour(StrEnum):
    RED = "red"

class Mail(ProgramSettings):
    host: str = Field(default="localhost", description="Where mail is sent.")
    port: int = 25
    password: SecretStr = SecretStr("")
    api_key: str = "forgotten-by-its-author"

class Settings(ProgramSettings):
    limit: int = Field(default=3, ge=1, description="How many.")
    since: date = date(2026, 1, 2)
    colour: Colour = Colour.RED
    mail: Mail = Mail()
    relays: tuple[Mail, ...] = ()
    tokens: dict[str, SecretStr] = {}
    register_url: AnyUrl = AnyUrl("https://ksbb:hush-hush@register.example/v1")
    hidden: str = Field(default="unprinted", repr=False)
    maybe: SecretStr | None = None
"""
SECRETS = ("sesame-1", "sesame-2", "sesame-3", "forgotten-by-its-author", "hush-hush", "unprinted")
_GIVEN = """
[programs]
enabled = ["office"]
[programs.office]
limit = 5
[programs.office.mail]
host = "mail.example"
password = "sesame-1"
[[programs.office.relays]]
host = "relay.example"
password = "sesame-2"
"""


@pytest.fixture
def office(tmp_path: Path) -> dict[str, str]:
    """The environment of commands beside a program with these settings, some of which are given."""
    shelf = Shelf(tmp_path / "shelf")
    shelf.put("office", program("office", before=_SETTINGS, given={"settings": "Settings"}))
    (tmp_path / "ksbb.toml").write_text(_GIVEN, "utf-8")
    environment = surroundings(
        shelf,
        KSBB_PROGRAMS__OFFICE__MAIL__PORT="587",
        KSBB_PROGRAMS__OFFICE__TOKENS='{"register": "sesame-3"}',
        KSBB_PROGRAMS__OFFICE__LIMIT="7",
    )
    del environment["KSBB_PROGRAMS__ENABLED"]
    return environment


def test_as_people_read_it(office: dict[str, str], tmp_path: Path) -> None:
    said = ksbb(tmp_path, office, "programs", "config", "office")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.splitlines() == [
        "[programs.office]",
        "limit = 7  # environment variable KSBB_PROGRAMS__OFFICE__LIMIT",
        'since = "2026-01-02"  # default',
        'colour = "red"  # default',
        'mail.host = "mail.example"  # file ksbb.toml',
        "mail.port = 587  # environment variable KSBB_PROGRAMS__OFFICE__MAIL__PORT",
        'mail.password = "***"  # file ksbb.toml',
        'mail.api_key = "***"  # default',
        'relays = [{"host": "relay.example", "port": 25, "password": "***", "api_key": "***"}]  # file ksbb.toml',
        'tokens = {"register": "***"}  # environment variable KSBB_PROGRAMS__OFFICE__TOKENS',
        'register_url = "https://ksbb:***@register.example/v1"  # default',
        'hidden = "***"  # default',
        "maybe = null  # default",
    ]


def test_as_machines_read_it(office: dict[str, str], tmp_path: Path) -> None:
    said = ksbb(tmp_path, office, "programs", "config", "office", "--json")
    found = {one["key"]: one for one in json.loads(said.stdout)}
    assert found["programs.office.mail.host"] == {
        "key": "programs.office.mail.host",
        "value": "mail.example",
        "origin": {"kind": "file", "name": "ksbb.toml"},
        "description": "Where mail is sent.",
    }
    assert found["programs.office.limit"] == {
        "key": "programs.office.limit",
        "value": 7,
        "origin": {"kind": "environment", "name": "KSBB_PROGRAMS__OFFICE__LIMIT"},
        "description": "How many.",
    }
    assert found["programs.office.since"]["origin"] == {"kind": "default", "name": None}
    assert [secret for secret in SECRETS if secret in said.stdout] == []


def test_doctor_names_what_is_given(office: dict[str, str], tmp_path: Path) -> None:
    said = ksbb(tmp_path, office, "programs", "doctor", "--json")
    (found,) = [status for status in json.loads(said.stdout) if status["id"] == "office"]
    lines: dict[str, Any] = {line["what"]: (line["health"], line["message"]) for line in found["lines"]}
    assert lines["program office settings"] == (
        "ok",
        "6 of 12 given: limit (environment variable KSBB_PROGRAMS__OFFICE__LIMIT), mail.host (file ksbb.toml), "
        "mail.port (environment variable KSBB_PROGRAMS__OFFICE__MAIL__PORT), mail.password (file ksbb.toml), "
        "relays (file ksbb.toml), tokens (environment variable KSBB_PROGRAMS__OFFICE__TOKENS)",
    )
    assert (said.returncode, [secret for secret in SECRETS if secret in said.stdout]) == (0, [])


def test_what_is_refused(office: dict[str, str], tmp_path: Path) -> None:
    variables = {
        "LIMIT": "none",
        "MAIL__PASWORD": "sesame-4",
        "MAIL__API_KEY": '["sesame-4"]',
        "RELAYS": '[{"hots": "x", "password": ["sesame-4"]}]',
        "TOKENS": "sesame-4",
    }
    given = {f"KSBB_PROGRAMS__OFFICE__{name}": value for name, value in variables.items()}
    said = ksbb(tmp_path, {**office, **given}, "programs", "config", "office")
    assert (said.returncode, said.stdout) == (1, "")
    at, variable = "setting programs.office", "environment variable KSBB_PROGRAMS__OFFICE"
    messages = [
        f"{at}.limit 'none' ({variable}__LIMIT) is not valid: Input should be a valid integer, unable to parse string as an integer",
        f"{at}.mail.api_key ({variable}__MAIL__API_KEY) is not valid: Input should be a valid string",
        f"{at}.mail.pasword ({variable}__MAIL__PASWORD) is not known; did you mean password?",
        f"{at}.relays.0.password ({variable}__RELAYS) is not valid: Input should be a valid string",
        f"{at}.relays.0.hots ({variable}__RELAYS) is not known; did you mean host?",
        f"{at}.tokens ({variable}__TOKENS) is not valid: Input should be a valid dictionary",
    ]
    assert said.stderr.splitlines() == [
        "Unavailable:",
        f"  program office is broken; {'; '.join(messages)} (correct it where it stands, in the table "
        "[programs.office] or a variable, then restart) (/program_id)",
    ]


def test_a_program_that_is_not_there(office: dict[str, str], tmp_path: Path) -> None:
    said = ksbb(tmp_path, office, "programs", "config", "ofice")
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == "Invalid input:\n  program ofice is not known; did you mean office? (/program_id)\n"
    said = ksbb(tmp_path, office, "programs", "config", "umkm")
    assert said.stderr == (
        "Unavailable:\n  program umkm is disabled; installed, but not in programs.enabled (add umkm to programs.enabled, then "
        "restart) (/program_id)\n"
    )
