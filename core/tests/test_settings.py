"""Settings: defaults, the three sources over one another, errors that name key, place and the key that was meant."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ksbb.domain.errors import InvalidInput
from ksbb.settings import PROGRAM_IDS, Settings, load_settings


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("KSBB_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def messages(caught: pytest.ExceptionInfo[InvalidInput]) -> list[tuple[str, str, str]]:
    return [(problem.code, problem.pointer, problem.message.en) for problem in caught.value.problems]


def test_defaults() -> None:
    settings = load_settings()
    assert settings.model_dump() == {
        "data_dir": Path("ksbb-data"),
        "database_url": "sqlite+aiosqlite:///ksbb-data/ksbb.sqlite3",
        "database_pool_size": 5,
        "public_url": "http://127.0.0.1:8000",
        "host": "127.0.0.1",
        "port": 8000,
        "secret": None,
        "secret_file": Path("ksbb-data/secret.key"),
        "access_minutes": 15,
        "max_upload_bytes": 20 * 1024 * 1024,
        "engine": {
            "mode": "embedded",
            "prefect_api_url": None,
            "prefect_auth": None,
            "work_pool": "ksbb",
            "batch_size": 100,
            "lease_seconds": 60,
            "flow_seconds": 900,
        },
        "allocation": {
            "tiers": {"normal": 1.0, "vulnerable": 1.5, "high": 2.0, "extreme": 3.0},
            "off_area": 0.2,
            "lot_least": 10,
            "lot_percent": 25,
            "seed": "ksbb",
            "two_people_above_units": 1_000,
            "two_people_above_rupiah": 100_000_000,
            "nightly": True,
            "refine": True,
        },
        "programs": {
            "enabled": PROGRAM_IDS,
            "strict": False,
            "safe_mode": False,
            "load_seconds": 10.0,
            "hook_seconds": 10.0,
        },
    }
    assert settings.programs.tables == {}


def test_arguments_over_environment_over_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ksbb.toml").write_text(
        """
        port = 1001
        host = "0.0.0.0"
        access_minutes = 5
        public_url = "https://ksbb.example.org/"
        [programs]
        enabled = ["pangan"]
        [programs.pangan]
        meal_hours = 3
        household_size = 5
        """
    )
    monkeypatch.setenv("KSBB_PORT", "1002")
    monkeypatch.setenv("KSBB_ACCESS_MINUTES", "6")
    monkeypatch.setenv("KSBB_PROGRAMS__PANGAN__MEAL_HOURS", "2")
    monkeypatch.setenv("KSBB_PROGRAMS__PANGAN__FOODS_WITHOUT_REGISTRATION", '["rice"]')
    settings = load_settings(port=1003, data_dir="/srv/ksbb")
    assert (settings.port, settings.access_minutes, settings.host) == (1003, 6, "0.0.0.0")  # noqa: S104 - never bound
    assert settings.public_url == "https://ksbb.example.org"
    assert settings.database_url == "sqlite+aiosqlite:////srv/ksbb/ksbb.sqlite3"
    assert settings.programs.enabled == ("pangan",)
    assert settings.programs.tables == {
        "pangan": {"meal_hours": "2", "household_size": 5, "foods_without_registration": ["rice"]}
    }


def test_file_by_environment_or_argument(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named, given = tmp_path / "named.toml", tmp_path / "given.toml"
    named.write_text("port = 1")
    given.write_text("port = 2")
    monkeypatch.setenv("KSBB_CONFIG", str(named))
    assert load_settings().port == 1
    assert load_settings(given).port == 2


@pytest.mark.parametrize("value", ["pangan, umkm", '["pangan", "umkm"]'])
def test_enabled_from_the_environment(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSBB_PROGRAMS__ENABLED", value)
    assert load_settings().programs.enabled == ("pangan", "umkm")


def test_unknown_keys_name_place_and_the_key_that_was_meant(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text('prot = 80\n[programs]\nenabld = ["pangan"]\n[program.pangan]\nmeal_hours = 2\n')
    with pytest.raises(InvalidInput) as caught:
        load_settings(file, hots="localhost")
    assert sorted(messages(caught)) == [
        ("setting_unknown", "/hots", "setting hots (argument) is not known; did you mean host?"),
        ("setting_unknown", "/program", f"setting program (file {file}) is not known; did you mean programs?"),
        (
            "setting_unknown",
            "/programs/enabld",
            f"setting programs.enabld (file {file}) is not known; did you mean enabled?",
        ),
        ("setting_unknown", "/prot", f"setting prot (file {file}) is not known; did you mean port?"),
    ]


def test_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ksbb.toml").write_text('[engine]\nmode = "server"\nprefect_api_url = "http://prefect:4200/api"\n')
    monkeypatch.setenv("KSBB_ENGINE__LEASE_SECONDS", "30")
    monkeypatch.setenv("KSBB_ENGINE__PREFECT_AUTH", "ksbb:very secret")
    engine = load_settings().engine
    assert (engine.is_server, engine.batch_size, engine.lease_seconds) == (True, 500, 30)
    assert "very secret" not in repr(load_settings())
    monkeypatch.setenv("KSBB_ENGINE__LAESE_SECONDS", "30")
    with pytest.raises(InvalidInput) as caught:
        load_settings()
    assert messages(caught) == [
        (
            "setting_unknown",
            "/engine/laese_seconds",
            "setting engine.laese_seconds (environment variable KSBB_ENGINE__LAESE_SECONDS) is not known; "
            "did you mean lease_seconds?",
        )
    ]


def test_a_server_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSBB_ENGINE__MODE", "server")
    monkeypatch.setenv("KSBB_ENGINE__PREFECT_AUTH", "ksbb:very secret")
    with pytest.raises(InvalidInput) as caught:
        load_settings()
    assert messages(caught) == [
        (
            "setting_invalid",
            "/engine",
            "setting engine (environment variable KSBB_ENGINE) is not valid: "
            "mode server needs engine.prefect_api_url, such as http://127.0.0.1:4200/api",
        )
    ]
    assert "very secret" not in str(caught.value.problems)


def test_unknown_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSBB_DATABSE_URL", "x")
    monkeypatch.setenv("KSBB_TEST_POSTGRES_URL", "left alone")
    with pytest.raises(InvalidInput) as caught:
        load_settings()
    assert messages(caught) == [
        (
            "setting_unknown",
            "/databse_url",
            "environment variable KSBB_DATABSE_URL is not known; did you mean database_url?",
        )
    ]


def test_wrong_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ksbb.toml").write_text('database_url = "mysql://x"\n')
    monkeypatch.setenv("KSBB_PORT", "0")
    monkeypatch.setenv("KSBB_SECRET", "too short a secret")
    with pytest.raises(InvalidInput) as caught:
        load_settings()
    assert messages(caught) == [
        (
            "setting_invalid",
            "/database_url",
            "setting database_url 'mysql://x' (file ksbb.toml) is not valid: String should match pattern "
            r"'^(sqlite\+aiosqlite:///|postgresql\+asyncpg://)'",
        ),
        (
            "setting_invalid",
            "/port",
            "setting port '0' (environment variable KSBB_PORT) is not valid: "
            "Input should be greater than or equal to 1",
        ),
        (
            "setting_invalid",
            "/secret",
            "setting secret (environment variable KSBB_SECRET) is not valid: "
            "Value should have at least 32 items after validation, not 18",
        ),
    ]
    assert "too short a secret" not in str(caught.value.problems)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "the settings file {file} can't be read: No such file or directory"),
        (
            "port = ",
            "the settings file {file} is not valid TOML: Invalid value (at end of document)",
        ),
    ],
)
def test_unreadable_file(content: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(InvalidInput) as caught:
        load_settings(file)
    assert messages(caught) == [("config_unreadable", "", message.format(file=file))]


def test_secret_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "new" / "data")
    with pytest.raises(InvalidInput) as caught:
        settings.read_secret()
    assert messages(caught) == [
        (
            "secret_missing",
            "/secret_file",
            f"the secret file {settings.secret_file} doesn't exist; run `ksbb init` or set KSBB_SECRET",
        )
    ]
    assert settings.make_secret() is True
    first = settings.read_secret()
    assert len(first) >= 32
    assert stat.S_IMODE(settings.secret_file.stat().st_mode) == 0o600
    assert settings.make_secret() is False
    assert settings.read_secret() == first
    settings.secret_file.write_text("short\n")
    with pytest.raises(InvalidInput) as caught:
        settings.read_secret()
    assert caught.value.problems[0].code == "secret_short"


def test_secret_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSBB_SECRET", "s" * 32)
    settings = load_settings()
    assert settings.read_secret() == "s" * 32
    assert "s" * 32 not in repr(settings)


def test_made_directly_only_arguments_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSBB_PORT", "9")
    assert Settings().port == 8000


def test_import_is_light() -> None:
    heavy = "{'prefect', 'litestar', 'sqlalchemy', 'ksbb.storage', 'ksbb.program'}"
    code = f"import sys, ksbb.settings; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
