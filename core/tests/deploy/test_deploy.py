"""The files for a container engine are kept honest: what they name exists, and fits together. No engine is needed for that."""

import os
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml  # type: ignore[import-untyped] # it has no types of its own
from packaging.specifiers import SpecifierSet

from ksbb.cli.main import root
from ksbb.settings import load_settings

DEPLOY = Path(__file__).parents[2] / "deploy"
REPOSITORY = DEPLOY.parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "ksbb"}
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
_GIVEN = {
    "POSTGRES_PASSWORD": "made-up",
    "KSBB_SECRET": "s" * 40,
    "KSBB_PUBLIC_URL": "https://ksbb.example",
    "PREFECT_AUTH": "ksbb:made-up",
}


def filled(value: str) -> str:
    """A value with its variables filled in, as Compose does it."""
    return _VARIABLE.sub(lambda found: _GIVEN.get(found[1], found[3] or ""), value)


def commands(service: dict[str, Any]) -> list[list[str]]:
    """The commands of a service; several where a shell runs one after the other."""
    command: list[str] = service["command"]
    if command[:2] == ["sh", "-c"]:
        return [shlex.split(part) for part in command[2].split("&&")]
    return [command]


def test_the_services() -> None:
    assert set(SERVICES) == {"postgres", "prefect", "setup", "api", "dispatcher", "worker", "proxy"}
    assert {name: service["deploy"]["replicas"] for name, service in SERVICES.items() if "deploy" in service} == {
        "api": 2,
        "worker": 2,
    }


@pytest.mark.parametrize("name", sorted(set(OURS) - {"prefect"}))
def test_commands_and_their_options_exist(name: str) -> None:
    for program, command, *arguments in commands(OURS[name]):
        assert program == "ksbb"
        found = root.get_command(click.Context(root), command)
        assert found is not None, f"ksbb has no command {command}"
        found.make_context(command, list(arguments))


@pytest.mark.parametrize("name", sorted(set(OURS) - {"prefect"}))
def test_settings_are_known_and_whole(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in [variable for variable in os.environ if variable.startswith("KSBB_")]:
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)
    for variable, value in OURS[name]["environment"].items():
        monkeypatch.setenv(variable, filled(value))
    settings = load_settings()
    assert settings.engine.is_server
    assert settings.database_url == "postgresql+asyncpg://ksbb:made-up@postgres:5432/ksbb"
    assert settings.engine.prefect_api_url == "http://prefect:4200/api"
    assert settings.public_url == "https://ksbb.example"


def test_variables_of_prefect_are_settings_of_the_installed_one() -> None:
    from prefect.settings.models.root import Settings  # noqa: PLC0415 - Prefect is slow to import

    known = {name.upper() for name in _names(Settings)}
    given = {name for name in SERVICES["prefect"]["environment"] if name.startswith("PREFECT_")}
    assert given - known == set()


def _names(model: Any, prefix: str = "prefect") -> set[str]:
    names = set()
    for name, field in model.model_fields.items():
        inner = field.annotation
        deeper = isinstance(inner, type) and hasattr(inner, "model_fields")
        names |= _names(inner, f"{prefix}_{name}") if deeper else {f"{prefix}_{name}"}
    return names


def test_ports_and_hosts_fit_together() -> None:
    (prefect,) = commands(SERVICES["prefect"])
    assert prefect[prefect.index("--port") + 1] == "4200"
    assert "4200" in SERVICES["prefect"]["healthcheck"]["test"][-1]
    (api,) = commands(SERVICES["api"])
    port = api[api.index("--port") + 1]
    assert f"127.0.0.1:{port}/" in SERVICES["api"]["healthcheck"]["test"][-1]
    assert f"dynamic a api {port}" in (DEPLOY / "Caddyfile").read_text()
    assert f"EXPOSE {port}" in (DEPLOY / "Containerfile").read_text()
    published = {name for name, service in SERVICES.items() if "ports" in service}
    assert published == {"proxy"}


def test_what_a_service_waits_for_can_come_true() -> None:
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in SERVICES, f"{name} waits for {other}"
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other], f"{other} has no health check"
            else:
                assert how["condition"] == "service_completed_successfully"
                assert SERVICES[other]["restart"] == "no"


def test_sources_exist() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    copied = re.findall(r"^COPY (\S+) \S+$", text, re.MULTILINE)
    assert copied == ["constraints.txt", "core", "plugins"]
    assert [source for source in copied if not (REPOSITORY / source).exists()] == []
    for service in SERVICES.values():
        build = service.get("build")
        if build:
            assert (DEPLOY / build["context"]).resolve() == REPOSITORY
            assert (REPOSITORY / build["dockerfile"]).is_file()
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert (DEPLOY / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"]


def test_the_python_is_one_that_every_package_allows() -> None:
    found = re.search(r"^FROM \S+/python:([\d.]+)-slim$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    assert found is not None
    for file in [REPOSITORY / "core/pyproject.toml", *REPOSITORY.glob("plugins/*/pyproject.toml")]:
        wanted = tomllib.loads(file.read_text())["project"]["requires-python"]
        assert SpecifierSet(wanted).contains(f"{found[1]}.0"), f"{file} wants {wanted}"


def test_no_secret_stands_in_the_files() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("SECRET|PASSWORD|AUTH", name):
                assert re.fullmatch(r"\$\{\w+:\?[^}]*\}", value), f"{name} must come from outside"
            password = re.search(r"//\w+:([^@]*)@", value)
            assert password is None or password[1].startswith("${POSTGRES_PASSWORD:?")
