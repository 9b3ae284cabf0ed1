"""The whole set of the server mode: Prefect's server, dispatchers and workers, of which any may be killed at any time."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .foreign.ksbb_poison import ANTIDOTE
from .postgres import Postgres, postgres
from .processes import KSBB, Running, Stage, environment, free_port, python_path, stage, until
from .world import HOST, Seeded, seed

LEASE_SECONDS = 4
"""After so many seconds the work of a process that died is taken up by another."""
NAMES = ("dispatch-1", "dispatch-2", "worker-1", "worker-2")
_PREFECT_SECONDS = 180
_FOREIGN = Path(__file__).parent / "foreign"
_AUTH = "ksbb:kata-sandi-untuk-uji"


@dataclass(slots=True)
class Fleet:
    """Prefect's server with its own database, and the processes that hand work over and do it, by name."""

    stage: Stage
    postgres: Postgres
    url: str
    prefect_port: int = field(default_factory=free_port)
    prefect: Running | None = None
    running: dict[str, Running] = field(default_factory=dict)

    @property
    def antidote(self) -> Path:
        """The file that, once it exists, makes the poisonous program harmless."""
        return self.stage.folder / "antidote"

    @property
    def settings(self) -> dict[str, str]:
        """What every process of the product is told."""
        return {
            "KSBB_ENGINE__MODE": "server",
            "KSBB_ENGINE__PREFECT_API_URL": f"http://127.0.0.1:{self.prefect_port}/api",
            "KSBB_ENGINE__PREFECT_AUTH": _AUTH,
            "KSBB_ENGINE__LEASE_SECONDS": str(LEASE_SECONDS),
            **foreign_program(self.antidote),
        }

    def prepare(self) -> None:
        """Prefect's database, schema and server, and all deployments."""
        self.postgres.run('CREATE DATABASE "prefect"')
        schema = [sys.executable, "-m", "ksbb.flows.prefect_schema"]
        migrating = self.stage.start("prefect-schema", schema, self._prefect_environment())
        assert migrating.wait(_PREFECT_SECONDS) == 0, migrating.said()[-2000:]
        self.start_prefect()
        deployed = self.stage.ksbb("deploy", self.url, "deploy", extra=self.settings)
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr

    def start_prefect(self) -> None:
        """Start Prefect's server, and wait until it answers."""
        where = ("--host", "127.0.0.1", "--port", str(self.prefect_port))
        command = [sys.executable, "-m", "prefect", "server", "start", *where]
        self.prefect = self.stage.start("prefect", command, self._prefect_environment())
        address = f"http://127.0.0.1:{self.prefect_port}"
        self.prefect.wait_until_it_serves(address, _PREFECT_SECONDS, "/api/ready")

    def kill_prefect(self) -> None:
        """`kill -9` of Prefect's server."""
        assert self.prefect is not None, "Prefect's server isn't started"
        self.prefect.end()

    def start(self, *names: str) -> None:
        """Start processes: `dispatch…` is a dispatcher, `worker…` a worker."""
        for name in names:
            command = "dispatch" if name.startswith("dispatch") else "worker"
            env = environment(self.stage.data(name), self.url, self.settings)
            self.running[name] = self.stage.start(name, [KSBB, command], env)

    def restart(self, name: str) -> None:
        """`kill -9` of a process, and start it again."""
        self.running[name].kill()
        self.start(name)

    def left(self) -> int:
        """Work of the outbox that isn't done."""
        query = "SELECT count(*) FROM outbox WHERE status = 'pending'"
        return int(self.postgres.run(query, name=self.url.rpartition("/")[2]))

    def wait_until_drained(self, seconds: float) -> None:
        """Wait until nothing is pending. Raises AssertionError when a process ended by itself."""

        def drained() -> bool:
            ended = [one for one in self.running.values() if not one.runs]
            assert not ended, f"{ended[0].name} ended: {ended[0].said()[-2000:]}"
            return self.left() == 0

        until("the outbox is empty", drained, seconds)

    def _prefect_environment(self) -> dict[str, str]:
        url = self.postgres.url("prefect")
        return environment(
            self.stage.data("prefect"),
            url,
            {
                "DO_NOT_TRACK": "1",
                "PREFECT_HOME": str(self.stage.data("prefect")),
                "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
                "PREFECT_SERVER_UI_ENABLED": "false",
                "PREFECT_SERVER_API_AUTH_STRING": _AUTH,
                "PREFECT_SERVER_DATABASE_CONNECTION_URL": url,
            },
        )


def foreign_program(antidote: Path) -> dict[str, str]:
    """Settings and path of processes that know the programs of the world, the one at fault among them."""
    return {
        "KSBB_PROGRAMS__ENABLED": ",".join(active.program.id for active in HOST.active()),
        "PYTHONPATH": python_path(_FOREIGN),
        ANTIDOTE: str(antidote),
    }


@asynccontextmanager
async def fleet() -> AsyncIterator[tuple[Fleet, Seeded]]:
    """The set with two dispatchers and two workers, ready to work, and the world that they work for."""
    with stage() as on, postgres() as server:
        seeded = await seed(server.url(), "fleet")
        made = Fleet(on, server, seeded.url)
        await asyncio.to_thread(made.prepare)
        made.start(*NAMES)
        yield made, seeded
