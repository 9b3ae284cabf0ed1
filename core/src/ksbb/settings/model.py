"""The settings: what there is to set, checked when it is made."""

import json
import os
import secrets
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from ksbb.domain.allocation import AllocationRules
from ksbb.domain.errors import invalid
from ksbb.domain.text import Text
from ksbb.settings.sources import LEVEL, PREFIX, Sources

PROGRAM_IDS = ("pangan", "pendidikan", "umkm", "permukiman", "persampahan", "ketenagakerjaan")
"""The six programs that are enabled by default."""

_SECRET_LENGTH = 32


class ProgramsSettings(BaseModel):
    """Which programs run, and the table `[programs.<id>]` of each, which the program's own model validates.

    `strict`: a program at fault stops the start instead of being left out. `safe_mode`: no program is imported, and `strict` doesn't
    count. `load_seconds`: how long a program may take to load. `hook_seconds`: how long its life-cycle hook may take for an event.
    """

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, dict[str, Any]] = Field(init=False)

    enabled: Annotated[tuple[str, ...], NoDecode] = PROGRAM_IDS
    strict: bool = False
    safe_mode: bool = False
    load_seconds: float = Field(default=10.0, gt=0, le=600)
    hook_seconds: float = Field(default=10.0, gt=0, le=600)

    @field_validator("enabled", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """An environment variable holds a JSON list, or ids with commas between them."""
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return json.loads(value)
        return [part.strip() for part in value.split(",") if part.strip()]

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Without the programs' tables: which of their values are secrets, only their models know."""
        return [(name, value) for name, value in super().__repr_args__() if name in type(self).model_fields]

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
    whoever works extends it, so that it may be short. `flow_seconds`: how long a run of a program's flow may take whose author set no
    `timeout_seconds`; then it has failed, and its items wait for their next attempt.
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
    flow_seconds: int = Field(default=900, ge=1, le=86400)

    @property
    def is_server(self) -> bool:
        """Whether flows run on workers of a Prefect server."""
        return self.mode is EngineMode.SERVER

    @model_validator(mode="after")
    def _server_has_an_address(self) -> Self:
        if self.is_server and self.prefect_api_url is None:
            raise ValueError("mode server needs engine.prefect_api_url, such as http://127.0.0.1:4200/api")
        return self


class AllocationSettings(BaseModel):
    """How aid is allocated. `tiers`: the vulnerability tiers with their weights, in whole hundredths; a need of which nothing
    else is said has the first. `off_area` is λ: aid leaves the area that its collaborator prefers only where the weighted shortfall
    elsewhere is at least that much worse. `lot_least`, `lot_percent`: the smallest sensible drop of a line that names no lot,
    in units and in percent of the target's need, whichever is more. `seed`: a published word that settles ties; change it
    before a run, never after. `two_people_above_units`, `two_people_above_rupiah`: a larger proposal needs the approval of two
    people. `nightly`: whether proposals are computed anew each night. `refine`: whether the best lots are searched for where
    there is little to share.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    tiers: dict[
        Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")],
        Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)],
    ] = Field(default={"normal": 1.0, "vulnerable": 1.5, "high": 2.0, "extreme": 3.0}, min_length=1)
    off_area: float = Field(default=0.2, ge=0, le=100, allow_inf_nan=False)
    lot_least: int = Field(default=10, ge=1, le=10**8)
    lot_percent: int = Field(default=25, ge=0, le=100)
    seed: str = Field(default="ksbb", min_length=1, max_length=200)
    two_people_above_units: int = Field(default=1_000, ge=0)
    two_people_above_rupiah: int = Field(default=100_000_000, ge=0)
    nightly: bool = True
    refine: bool = True

    @field_validator("tiers")
    @classmethod
    def _in_hundredths(cls, tiers: dict[str, float]) -> dict[str, float]:
        for name, weight in tiers.items():
            if round(weight, 2) != weight:
                raise ValueError(f"the weight of {name} has at most two decimals, given {weight}")
        return tiers

    @field_validator("off_area")
    @classmethod
    def _two_decimals(cls, value: float) -> float:
        if round(value, 2) != value:
            raise ValueError(f"has at most two decimals, given {value}")
        return value

    @property
    def rules(self) -> AllocationRules:
        """The rules as acts know them."""
        return AllocationRules(
            tiers={name: round(weight * 100) for name, weight in self.tiers.items()},
            off_area=round(self.off_area * 100),
            lot_least=self.lot_least,
            lot_percent=self.lot_percent,
            seed=self.seed,
            two_people_units=self.two_people_above_units,
            two_people_rupiah=self.two_people_above_rupiah,
            nightly=self.nightly,
            refine=self.refine,
        )


class Settings(BaseSettings):
    """The platform's settings, complete and checked. Made by `load_settings`; made directly, only arguments count."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter=LEVEL, validate_default=True
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
    allocation: AllocationSettings = Field(default=AllocationSettings(), description="How needs are weighed.")
    programs: ProgramsSettings = Field(
        default=ProgramsSettings(), description="Which programs run, and their settings."
    )
    _sources: Sources = PrivateAttr(default_factory=dict)

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
    def sources(self) -> Sources:
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
