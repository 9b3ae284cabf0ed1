"""`ksbb doctor` at a real Prefect server: before and after `ksbb deploy`, and with the wrong password."""

import asyncio
import shutil
from pathlib import Path

import pytest
from pydantic import SecretStr

from ksbb.cli.checks.engine import engine
from ksbb.flows.deploy import deploy
from ksbb.flows.embedded import embedded_prefect
from ksbb.programs.host import load_programs
from ksbb.settings import EngineMode, EngineSettings, ProgramsSettings, Settings

pytestmark = pytest.mark.xdist_group("prefect")
WELL = ("prefect", "work pool", "deployments", "workers")


def told(settings: Settings) -> dict[str, tuple[str, str, str]]:
    """Health, message and remedy by what was examined, of Prefect."""
    lines = engine(settings, load_programs(settings))
    return {line.what: (line.health, line.message, line.remedy) for line in lines if line.what in WELL}


async def test_a_server(prefect_template: Path, tmp_path: Path) -> None:
    from prefect import __version__  # noqa: PLC0415 - Prefect must find its settings first
    from prefect.settings import get_current_settings  # noqa: PLC0415

    data = Path(shutil.copytree(prefect_template, tmp_path / "data"))
    async with embedded_prefect(data) as prefect:
        url = str(prefect.client.api_url).rstrip("/")
        password = get_current_settings().server.api.auth_string or get_current_settings().api.auth_string
        assert password is not None

        def settings_with(auth: SecretStr | None) -> Settings:
            return Settings(
                data_dir=data,
                database_url="postgresql+asyncpg://nobody@127.0.0.1:1/nothing",
                engine=EngineSettings(mode=EngineMode.SERVER, prefect_api_url=url, prefect_auth=auth, work_pool="city"),
                programs=ProgramsSettings(enabled=("pangan",)),
            )

        settings = settings_with(password)
        runs = ("ok", f"{url}/ runs {__version__}", "")
        assert await asyncio.to_thread(told, settings) == {
            "prefect": runs,
            "work pool": ("fault", "Prefect has no work pool city", "run `ksbb deploy`"),
        }
        await deploy(load_programs(settings), settings.engine)
        lines = await asyncio.to_thread(told, settings)
        count = lines["deployments"][1].split()[0]
        assert int(count) > 4
        assert lines == {
            "prefect": runs,
            "work pool": ("ok", "city", ""),
            "deployments": ("ok", f"{count} registered", ""),
            "workers": ("fault", "none of pool city is online: no flow runs", "start `ksbb worker`"),
        }
        await prefect.client.send_worker_heartbeat("city", "worker-1", heartbeat_interval_seconds=30)
        (gone, *_) = await prefect.client.read_deployments()
        await prefect.client.delete_deployment(gone.id)
        lines = await asyncio.to_thread(told, settings)
        assert lines["workers"] == ("ok", "1 online", "")
        assert lines["deployments"] == ("fault", f"Prefect doesn't know {gone.name}", "run `ksbb deploy`")
        refused = await asyncio.to_thread(told, settings_with(SecretStr("ksbb:wrong")))
        assert refused == {
            "prefect": (
                "fault",
                f"{url} answers 401 to /api/admin/version",
                "check engine.prefect_auth and engine.prefect_api_url (it ends with /api)",
            )
        }
