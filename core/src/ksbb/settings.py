"""Configuration: `ksbb.toml`, environment variables over it, arguments over both.

`KSBB_CONFIG` names the file, else `ksbb.toml` of the working directory is read where there is one. Every setting has an
environment variable: `KSBB_PORT`, and with `__` for each level `KSBB_PROGRAMS__STRICT` and
`KSBB_PROGRAMS__PANGAN__MEAL_HOURS`. Variables that start with `KSBB_TEST_` belong to the tests and are left alone.
"""

import difflib
import json
import os
import secrets
import tomllib
from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from ksbb.domain.errors import InvalidInput, Problem, invalid
from ksbb.domain.text import Text

PROGRAM_IDS = ("pangan", "pendidikan", "umkm", "permukiman", "persampahan", "ketenagakerjaan")
"""The six programs that are enabled by default."""

_PREFIX = "KSBB_"
_LEVEL = "__"
_FILE_NAME = "ksbb.toml"
_SECRET_LENGTH = 32
_SECRETS = frozenset({"secret", "prefect_auth"})
_NOT_SETTINGS = frozenset({"config", "password", "admin_password"})
"""Variables for the file's name and for commands: KSBB_CONFIG, KSBB_PASSWORD, KSBB_ADMIN_PASSWORD."""


class ProgramsSettings(BaseModel):
    """Which programs run, and the table `[programs.<id>]` of each, which the program's own model validates.

    `strict`: a program at fault stops the start instead of being left out.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, dict[str, Any]] = Field(init=False)

    enabled: Annotated[tuple[str, ...], NoDecode] = PROGRAM_IDS
    strict: bool = False

    @field_validator("enabled", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """An environment variable holds a JSON list, or ids with commas between them."""
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return json.loads(value)
        return [part.strip() for part in value.split(",") if part.strip()]

    @property
    def tables(self) -> Mapping[str, Mapping[str, Any]]:
        """The tables by program id, as they stand in the configuration."""
        return self.__pydantic_extra__ or {}


class EngineMode(StrEnum):
    """Where flows run: in the process that serves, or on workers of a Prefect server."""

    EMBEDDED = "embedded"
    SERVER = "server"


class EngineSettings(BaseModel):
    """The engine. In mode `server` it needs `prefect_api_url`; the other settings have defaults.

    `batch_size`: items in one flow run. `lease_seconds`: after how long the work of a process that died is taken up by another;
    whoever works extends it, so that it may be short.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    mode: EngineMode = EngineMode.EMBEDDED
    prefect_api_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+(/\S*)?$")
    prefect_auth: SecretStr | None = Field(default=None, min_length=1, description="user:password of Prefect's API.")
    work_pool: str = Field(default="ksbb", min_length=1, max_length=100, pattern=r"^[^/%&<>]+$")
    batch_size: int = Field(
        default_factory=lambda data: 100 if data.get("mode") == EngineMode.EMBEDDED else 500, ge=1, le=5000
    )
    lease_seconds: int = Field(default=60, ge=2, le=3600)

    @property
    def is_server(self) -> bool:
        """Whether flows run on workers of a Prefect server."""
        return self.mode is EngineMode.SERVER

    @model_validator(mode="after")
    def _server_has_an_address(self) -> Self:
        if self.is_server and self.prefect_api_url is None:
            raise ValueError("mode server needs engine.prefect_api_url, such as http://127.0.0.1:4200/api")
        return self


class Settings(BaseSettings):
    """The platform's settings, complete and checked. Made by `load_settings`; made directly, only arguments count."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=_PREFIX, env_nested_delimiter=_LEVEL, validate_default=True
    )

    data_dir: Path = Field(default=Path("ksbb-data"), description="Folder of the embedded database and the secret.")
    database_url: str = Field(
        default_factory=lambda data: f"sqlite+aiosqlite:///{Path(data.get('data_dir', '.')) / 'ksbb.sqlite3'}",
        pattern=r"^(sqlite\+aiosqlite:///|postgresql\+asyncpg://)",
        description="sqlite+aiosqlite:///… or postgresql+asyncpg://…; by default ksbb.sqlite3 in data_dir.",
    )
    database_pool_size: int = Field(default=5, ge=0, le=100, description="Connections; 0 opens one per transaction.")
    host: str = Field(default="127.0.0.1", min_length=1, description="Address that the server listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port that the server listens on.")
    public_url: str = Field(
        default_factory=lambda data: f"http://{data.get('host', '127.0.0.1')}:{data.get('port', 8000)}",
        pattern=r"^https?://[^\s/]+",
        description="Where people reach the pages, in QR codes; by default host and port.",
    )
    secret: SecretStr | None = Field(
        default=None, min_length=_SECRET_LENGTH, description="Signs access tokens; in place of the secret file."
    )
    secret_file: Path = Field(
        default_factory=lambda data: Path(data.get("data_dir", ".")) / "secret.key", description="Holds the secret."
    )
    access_minutes: int = Field(default=15, ge=1, le=24 * 60, description="Minutes that an access token is valid.")
    max_upload_bytes: int = Field(default=20 * 1024 * 1024, ge=1024, description="Largest request body in bytes.")
    engine: EngineSettings = Field(default=EngineSettings(), description="Where flows run, and how.")
    programs: ProgramsSettings = Field(
        default=ProgramsSettings(), description="Which programs run, and their settings."
    )
    _sources: Mapping[str, Mapping[str, Any]] = PrivateAttr(default_factory=dict)

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments only: `load_settings` reads file and environment, so that it can say where a wrong value stands."""
        return (init_settings,)

    @property
    def sources(self) -> Mapping[str, Mapping[str, Any]]:
        """Where values come from, the strongest first: "" for arguments, `KSBB_` for the environment, then the file."""
        return self._sources

    def read_secret(self) -> str:
        """The secret that signs access tokens. Raises InvalidInput when there is none, or too short a one."""
        if self.secret is not None:
            return self.secret.get_secret_value()
        try:
            found = self.secret_file.read_text("utf-8").strip()
        except FileNotFoundError as error:
            raise invalid(
                "secret_missing",
                Text(
                    f"berkas rahasia {self.secret_file} tidak ada; jalankan `ksbb init` atau isi KSBB_SECRET",
                    f"the secret file {self.secret_file} doesn't exist; run `ksbb init` or set KSBB_SECRET",
                ),
                "/secret_file",
                given=str(self.secret_file),
            ) from error
        if len(found) < _SECRET_LENGTH:
            raise invalid(
                "secret_short",
                Text(
                    f"rahasia dalam {self.secret_file} paling sedikit {_SECRET_LENGTH} karakter; "
                    "hapus lalu jalankan `ksbb init`",
                    f"the secret in {self.secret_file} needs at least {_SECRET_LENGTH} characters; "
                    "remove it and run `ksbb init`",
                ),
                "/secret_file",
                {"minLength": _SECRET_LENGTH},
                len(found),
            )
        return found

    def make_secret(self) -> bool:
        """Make the secret file, readable by its owner only; False when it is there already, which is left as it is."""
        self.secret_file.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(self.secret_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return False
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        return True


def load_settings(path: Path | None = None, **overrides: Any) -> Settings:
    """The settings from the file at `path` (else by `KSBB_CONFIG`, else `./ksbb.toml`), environment and `overrides`.

    Raises InvalidInput that names every wrong or unknown key, where it stands, and the key that was probably meant.
    """
    file = path or _named_file()
    table = _read(file) if file else {}
    environment = _environment()
    sources = {"": overrides, _PREFIX: environment, str(file): table}
    try:
        settings = Settings(**_merged(_merged(table, environment), overrides))
    except ValidationError as error:
        raise InvalidInput(*problems_of(error, Settings, sources)) from error
    settings._sources = sources  # noqa: SLF001 - it is this module's own
    return settings


def did_you_mean(given: str, known: Collection[str]) -> Text:
    """The known names, and first the one that was probably meant, as the second half of a sentence."""
    close = difflib.get_close_matches(given, known, n=1)
    if close:
        return Text(f"mungkin maksud Anda {close[0]}?", f"did you mean {close[0]}?")
    names = ", ".join(sorted(known)) or "-"
    return Text(f"yang dikenal: {names}", f"known are: {names}")


def problems_of(
    error: ValidationError, model: type[BaseModel], sources: Mapping[str, Mapping[str, Any]], at: tuple[str, ...] = ()
) -> list[Problem]:
    """What a settings model refused, each with its key, its place and what was expected.

    `sources` as in `Settings.sources`; `at` is where the model stands in the settings.
    """
    problems = []
    for detail in error.errors(include_url=False):
        if detail["type"] == "default_factory_not_called":
            continue  # follows from another problem of the list
        location = (*at, *map(str, detail["loc"]))
        key = ".".join(location)
        place = _place(location, sources)
        # Any other key of `programs` is the table of a program: one that isn't a table is a misspelt key.
        misspelt = location[:-1] == ("programs",) and detail["type"] == "dict_type"
        if detail["type"] == "extra_forbidden" or misspelt:
            named = ProgramsSettings if misspelt else _model_at(model, detail["loc"])
            known: Collection[str] = named.model_fields if named else ()
            hint = did_you_mean(location[-1], known) if known else None
            message = Text(
                f"pengaturan {key} ({place.id}) tidak dikenal" + (f"; {hint.id}" if hint else ""),
                f"setting {key} ({place.en}) is not known" + (f"; {hint.en}" if hint else ""),
            )
            problems.append(
                Problem(code="setting_unknown", message=message, pointer=_pointer(location), expected=sorted(known))
            )
            continue
        # A whole table may hold a secret
        hidden = location[-1] in _SECRETS or isinstance(detail["input"], Mapping)
        given = None if hidden else detail["input"]
        shown = "" if hidden else f" {given!r}"
        expected = detail["msg"].removeprefix("Value error, ")
        message = Text(
            f"pengaturan {key}{shown} ({place.id}) tidak sah: {expected}",
            f"setting {key}{shown} ({place.en}) is not valid: {expected}",
        )
        problems.append(
            Problem(code="setting_invalid", message=message, pointer=_pointer(location), expected=expected, given=given)
        )
    return problems


def _model_at(model: type[BaseModel], location: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model that the last key of a location belongs to; None in a table of values."""
    for key in location[:-1]:
        field = model.model_fields.get(str(key))
        if field is None or not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            return None
        model = field.annotation
    return model


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
        if name.startswith(_PREFIX) and (field := name.removeprefix(_PREFIX).split(_LEVEL)[0].lower()) not in known
        if not field.startswith("test_")
    ]
    if unknown:
        raise InvalidInput(*(_unknown_variable(name, field) for name, field in unknown))
    found: dict[str, Any] = EnvSettingsSource(Settings)()
    programs = found.get("programs", {})
    for values in programs.values():
        if isinstance(values, dict):
            values.update({key: _decoded(value) for key, value in values.items()})
    return found


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


def _decoded(value: object) -> object:
    if isinstance(value, str) and value.lstrip().startswith(("[", "{")):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def _place(location: tuple[str, ...], sources: Mapping[str, Mapping[str, Any]]) -> Text:
    for name, values in sources.items():
        if _holds(values, location):
            if name == _PREFIX:
                variable = _PREFIX + _LEVEL.join(location).upper()
                return Text(f"variabel lingkungan {variable}", f"environment variable {variable}")
            return Text(f"berkas {name}", f"file {name}") if name else Text("argumen", "argument")
    return Text("bawaan", "default")


def _holds(values: object, location: tuple[str, ...]) -> bool:
    for key in location:
        if not isinstance(values, Mapping) or key not in values:
            return False
        values = values[key]
        if not isinstance(values, Mapping):
            return True
    return True


def _pointer(location: tuple[str, ...]) -> str:
    return "".join(f"/{part}" for part in location)
