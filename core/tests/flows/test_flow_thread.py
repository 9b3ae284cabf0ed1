"""The thread in which a worker runs flows, and what becomes of a worker whose flow hangs."""

import subprocess
import sys
import threading
from contextvars import ContextVar
from pathlib import Path

import pytest

from ksbb.domain.errors import Conflict
from ksbb.flows.context import EngineContext
from ksbb.flows.flow_thread import HUNG, FlowThread
from ksbb.settings import Settings

_SAID: ContextVar[str] = ContextVar("said")


def settings_on(file: Path) -> Settings:
    """Settings with a SQLite database."""
    return Settings(data_dir=file.parent, database_url=f"sqlite+aiosqlite:///{file}")


async def test_work_runs_elsewhere_with_the_callers_context(sqlite_template: Path) -> None:
    flows = FlowThread(settings_on(sqlite_template), patience=60)
    await flows.open()

    async def work(context: EngineContext) -> tuple[str, str, bool]:
        async with context.platform.database.read():
            return threading.current_thread().name, _SAID.get(), bool(context.host.active())

    _SAID.set("by the caller")
    assert await flows.run(work) == ("ksbb-flows", "by the caller", True)

    async def fail(_context: EngineContext) -> None:
        raise ValueError("as it is")

    with pytest.raises(ValueError, match="as it is"):
        await flows.run(fail)
    await flows.close()


async def test_a_database_without_a_schema(tmp_path: Path) -> None:
    flows = FlowThread(settings_on(tmp_path / "nothing.sqlite3"), patience=60)
    with pytest.raises(Conflict):
        await flows.open()
    await flows.close()


def test_a_worker_whose_flow_hangs_ends_itself(sqlite_template: Path) -> None:
    code = f"""
import asyncio, time
from pathlib import Path
from ksbb.flows.flow_thread import FlowThread
from ksbb.settings import Settings
file = Path({str(sqlite_template)!r})
async def hang(context):
    time.sleep(60)
async def main():
    flows = FlowThread(Settings(data_dir=file.parent, database_url=f"sqlite+aiosqlite:///{{file}}"), patience=1.5)
    await flows.open()
    await flows.run(hang)
asyncio.run(main())
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=50)
    assert ended.returncode == HUNG
    assert "flow_hangs" in ended.stdout + ended.stderr
