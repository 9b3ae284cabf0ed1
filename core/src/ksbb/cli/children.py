"""Processes that a command starts, watches and stops."""

import asyncio
import ctypes
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_STEADY_SECONDS = 60.0
_PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Child:
    """One process: its output goes to the file `log`. `restarts` counts how often it had to be started again."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    address: str = ""
    patience: float = 60.0
    restarts: int = 0
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)
    _stopping: bool = field(default=False, init=False)

    @property
    def pid(self) -> int | None:
        """The process's id, None before the start and after the end."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def run(self) -> int:
        """Run it once to its end; its exit code."""
        await self.start()
        if self._process is None:
            raise RuntimeError(f"{self.name} didn't start")
        return await self._process.wait()

    async def start(self) -> None:
        """Start it. It ends with this process, however that ends (on Linux), and not with the terminal's Ctrl-C."""
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *self.command,
                env=self.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )

    async def watch(self, say: "asyncio.Queue[str]") -> None:
        """Start it again whenever it ends, after a pause that grows while it doesn't last. Until `stop`."""
        pause = _FIRST_PAUSE
        loop = asyncio.get_running_loop()
        while not self._stopping:
            process, began = self._process, loop.time()
            if process is None:
                return
            code = await process.wait()
            if self._stopping:
                return
            pause = _FIRST_PAUSE if loop.time() - began > _STEADY_SECONDS else min(pause * 2, _LONGEST_PAUSE)
            say.put_nowait(f"{self.name} ended with {code}; again in {pause:.0f} s ({self.log} says why)")
            await asyncio.sleep(pause)
            if not self._stopping:
                self.restarts += 1
                await self.start()
                say.put_nowait(f"{self.name} runs again, process {self.pid}")

    async def stop(self) -> None:
        """Ask it to end, and wait; after `patience` seconds it is killed."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), self.patience)
        except TimeoutError:
            process.kill()
            await process.wait()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
