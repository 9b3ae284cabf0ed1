"""Prefect's settings, given through the environment: quiet and telling nobody. Embedded, everything is in the data folder."""

import os
import sys
from pathlib import Path

from ksbb.settings import Settings

_OFF = (
    "SERVER_ANALYTICS_ENABLED",
    "SERVER_UI_ENABLED",
    "LOGGING_TO_API_ENABLED",
    "RESULTS_PERSIST_BY_DEFAULT",
    "TELEMETRY_ENABLE_RESOURCE_METRICS",
    "CLOUD_ENABLE_ORCHESTRATION_TELEMETRY",
    "CLIENT_SERVER_VERSION_CHECK_ENABLED",
    "SERVER_EPHEMERAL_ENABLED",
    "SERVER_REGISTER_BLOCKS_ON_START",
    "SERVER_EVENTS_STREAM_OUT_ENABLED",
    *(
        f"SERVER_SERVICES_{name}_ENABLED"
        for name in (
            "TRIGGERS",
            "EVENT_PERSISTER",
            "FOREMAN",
            "CANCELLATION_CLEANUP",
            "PAUSE_EXPIRATIONS",
            "REPOSSESSOR",
            "CLEANUP_RECONCILER",
            "LATE_RUNS",
        )
    ),
)
_KEEP_RUNS_SECONDS = 90 * 86_400


def configure(data_dir: Path) -> Path:
    """Point Prefect at `data_dir/prefect` through the environment; returns that folder.

    Call before the first import of Prefect. Whatever else the environment says of Prefect doesn't hold in this process.
    """
    home = data_dir.resolve() / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(
        {
            "DO_NOT_TRACK": "1",
            "PREFECT_HOME": str(home),
            "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
            "PREFECT_LOGGING_CONFIG_PATH": str(Path(__file__).with_name("prefect-logging.yml")),
            "PREFECT_LOGGING_LEVEL": "WARNING",
            "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
            "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(_KEEP_RUNS_SECONDS),
            **{f"PREFECT_{name}": "false" for name in _OFF},
        }
    )
    _refresh()
    return home


_CLIENT_OFF = (
    "LOGGING_TO_API_ENABLED",
    "RESULTS_PERSIST_BY_DEFAULT",
    "TELEMETRY_ENABLE_RESOURCE_METRICS",
    "CLOUD_ENABLE_ORCHESTRATION_TELEMETRY",
    "CLIENT_SERVER_VERSION_CHECK_ENABLED",
    "SERVER_EPHEMERAL_ENABLED",
    "SERVER_ANALYTICS_ENABLED",
)


def configure_client(settings: Settings, *, retries: int = 0) -> None:
    """Point Prefect at the server that the settings name, through the environment, for a dispatcher or a worker.

    `retries`: how often a request that failed is sent again before its caller hears of it. What else the environment says of
    Prefect holds. Call before the first import of Prefect.
    """
    home = settings.data_dir.resolve() / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    engine = settings.engine
    usual = {
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_LOGGING_CONFIG_PATH": str(Path(__file__).with_name("prefect-logging.yml")),
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_API_REQUEST_TIMEOUT": "15",
        "PREFECT_CLIENT_MAX_RETRIES": str(retries),
        "PREFECT_WORKER_QUERY_SECONDS": "0.5",
        **{f"PREFECT_{name}": "false" for name in _CLIENT_OFF},
    }
    for name, value in usual.items():
        os.environ.setdefault(name, value)
    os.environ["PREFECT_API_URL"] = engine.prefect_api_url or ""
    if engine.prefect_auth is not None:
        os.environ["PREFECT_API_AUTH_STRING"] = engine.prefect_auth.get_secret_value()
    _refresh()


def _refresh() -> None:
    if "prefect.context" in sys.modules:
        from prefect.context import refresh_global_settings_context  # noqa: PLC0415 - Prefect is slow to import

        refresh_global_settings_context()
