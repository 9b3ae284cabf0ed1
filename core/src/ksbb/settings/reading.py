"""Reading the settings: the file, the environment variables, and what the caller gives."""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource, SettingsError

from ksbb.domain.errors import InvalidInput, Problem, invalid
from ksbb.domain.text import Text
from ksbb.settings.model import Settings
from ksbb.settings.problems import did_you_mean, problems_of
from ksbb.settings.sources import LEVEL, PREFIX, merged

_FILE_NAME = "ksbb.toml"
_PROGRAMS = f"{PREFIX}PROGRAMS"
_NOT_SETTINGS = frozenset({"config", "password", "admin_password"})
"""Variables for the file's name and for commands: KSBB_CONFIG, KSBB_PASSWORD, KSBB_ADMIN_PASSWORD."""


def load_settings(path: Path | None = None, **overrides: Any) -> Settings:
    """The settings from the file at `path` (else by `KSBB_CONFIG`, else `./ksbb.toml`), environment and `overrides`.

    Raises InvalidInput that names every wrong or unknown key, where it stands, and the key that was probably meant.
    """
    file = path or _named_file()
    table = _read(file) if file else {}
    environment = _environment()
    sources = {"": overrides, PREFIX: environment, str(file): table}
    try:
        settings = Settings(**merged(merged(table, environment), overrides))
    except ValidationError as error:
        raise InvalidInput(*problems_of(error, Settings, sources)) from error
    settings._sources = sources  # noqa: SLF001 - set where they are known, and nowhere else
    return settings


def _named_file() -> Path | None:
    named = os.environ.get("KSBB_CONFIG")
    if named:
        return Path(named)
    usual = Path(_FILE_NAME)
    return usual if usual.is_file() else None


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise invalid(
            "config_unreadable",
            Text(
                f"berkas pengaturan {file} tidak dapat dibaca: {error.strerror}",
                f"the settings file {file} can't be read: {error.strerror}",
            ),
            given=str(file),
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise invalid(
            "config_unreadable",
            Text(
                f"berkas pengaturan {file} bukan TOML yang sah: {error}",
                f"the settings file {file} is not valid TOML: {error}",
            ),
            given=str(file),
        ) from error


def _environment() -> dict[str, Any]:
    """The settings that environment variables hold, nested; lists and tables of programs are JSON."""
    known = {*Settings.model_fields, *_NOT_SETTINGS}
    unknown = [
        (name, field)
        for name in sorted(os.environ)
        if name.startswith(PREFIX) and (field := name.removeprefix(PREFIX).split(LEVEL)[0].lower()) not in known
        if not field.startswith("test_")
    ]
    if unknown:
        raise InvalidInput(*(_unknown_variable(name, field) for name, field in unknown))
    try:
        found: dict[str, Any] = EnvSettingsSource(Settings)()
    except SettingsError as error:
        raise invalid(
            "setting_invalid",
            Text(
                f"variabel lingkungan bukan JSON yang sah: {error}",
                f"an environment variable isn't valid JSON: {error}",
            ),
        ) from error
    if "programs" in found:
        found["programs"] = _programs()
    return found


def _programs() -> dict[str, Any]:
    """What the variables give of `programs`: unlike elsewhere its keys aren't known yet, so that whatever looks like JSON is read
    as such.
    """
    table: dict[str, Any] = {}
    for name in sorted(name for name in os.environ if name == _PROGRAMS or name.startswith(_PROGRAMS + LEVEL)):
        value: object = _decoded(os.environ[name])
        for key in reversed(name.removeprefix(_PROGRAMS).lower().split(LEVEL)[1:]):
            value = {key: value}
        if isinstance(value, Mapping):
            table = merged(table, value)
    return table


def _unknown_variable(name: str, field: str) -> Problem:
    hint = did_you_mean(field, Settings.model_fields)
    return Problem(
        code="setting_unknown",
        message=Text(
            f"variabel lingkungan {name} tidak dikenal; {hint.id}",
            f"environment variable {name} is not known; {hint.en}",
        ),
        pointer=f"/{field}",
        expected=sorted(Settings.model_fields),
        given=name,
    )


def _decoded(value: str) -> object:
    if not value.lstrip().startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value
