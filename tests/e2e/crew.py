"""The processes of the server mode by the replayed clock: two APIs, a dispatcher, two workers, Prefect's server, PostgreSQL."""

import sys
from functools import cached_property
from pathlib import Path

from ..faults.fleet import Fleet
from ..faults.processes import environment, free_port, python_path
from .replayed_process import CLOCK

LEASE_SECONDS = 8
"""Long enough for machines that do much else; a killed worker's batch waits this long."""
_ROOT = Path(__file__).parents[2]
APIS = ("api-1", "api-2")
MACHINES = ("dispatch-1", "worker-1", "worker-2")


class Crew(Fleet):
    """All processes by name; an API's port is its own, so that its successor has the same address."""

    @property
    def settings(self) -> dict[str, str]:
        """What every process of the product is told."""
        given = {name: value for name, value in super().settings.items() if name.startswith("KSBB_ENGINE__")}
        return {
            **given,
            "KSBB_ENGINE__LEASE_SECONDS": str(LEASE_SECONDS),
            "PYTHONPATH": python_path(_ROOT),
            CLOCK: str(self.clock_file),
        }

    @property
    def clock_file(self) -> Path:
        """Where the replayed clock stands."""
        return self.stage.folder / "clock"

    @cached_property
    def addresses(self) -> dict[str, str]:
        """The APIs' addresses by name, on free ports."""
        return {name: f"http://127.0.0.1:{free_port()}" for name in APIS}

    def start(self, *names: str) -> None:
        """Start processes, or their successors."""
        for name in names:
            env = environment(self.stage.data(name), self.url, self.settings)
            command = [sys.executable, "-m", "tests.e2e.replayed_process", *self._arguments(name)]
            self.running[name] = self.stage.start(name, command, env)

    def _arguments(self, name: str) -> tuple[str, ...]:
        if name in APIS:
            return ("serve", "--port", self.addresses[name].rpartition(":")[2])
        return ("dispatch",) if name.startswith("dispatch") else ("worker", "--name", name)
