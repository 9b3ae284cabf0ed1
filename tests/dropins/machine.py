"""A machine that has nothing of this repository but built wheels: a fresh virtual environment, and a folder to work in."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
DROPINS = {name: Path(__file__).with_name(name) for name in ("ksbb-seni-budaya", "ksbb-urban-farming")}
_CONSTRAINTS = ROOT / "constraints.txt"
_UV = os.environ.get("UV") or shutil.which("uv")
_SECONDS = 600
_OURS = ("KSBB_", "PREFECT_", "PYTEST_", "PYTHON", "VIRTUAL_ENV")


@dataclass(frozen=True, slots=True)
class Wheels:
    """Built wheels by distribution."""

    built: Mapping[str, Path]

    @classmethod
    def build(cls, into: Path, projects: Mapping[str, Path]) -> Self:
        """Build each project as its author does before an upload, with the hatchling of this environment."""
        for project in projects.values():
            _run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(into)], project)
        found = {name: list(into.glob(f"{name.replace('-', '_')}-*.whl")) for name in projects}
        assert {name: len(files) for name, files in found.items()} == dict.fromkeys(projects, 1)
        return cls({name: files[0] for name, files in found.items()})

    def paths(self) -> list[str]:
        """Their paths, in the order in which they were asked for."""
        return [str(path) for path in self.built.values()]


@dataclass(frozen=True, slots=True)
class Machine:
    """A virtual environment in `folder`, and beside it the folder `work` in which commands run."""

    folder: Path
    _running: list["subprocess.Popen[str]"] = field(default_factory=list)

    @classmethod
    def new(cls, folder: Path) -> Self:
        """A fresh one, with nothing installed."""
        made = cls(folder)
        made.work.mkdir()
        if _UV:
            _run([_UV, "venv", "--quiet", "--python", sys.executable, str(made._home)], made.work)
        else:
            _run([sys.executable, "-m", "venv", str(made._home)], made.work)
        return made

    @property
    def work(self) -> Path:
        """The folder in which commands run."""
        return self.folder / "work"

    @property
    def site_packages(self) -> Path:
        """Where its packages are."""
        return self._home / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are told: of this environment's paths and settings nothing."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        path = f"{self._home / 'bin'}{os.pathsep}{kept.get('PATH', '')}"
        return {**kept, "PATH": path, "COLUMNS": "200", "PYTHONNOUSERSITE": "1"}

    def command(self, name: str) -> str:
        """The path of one of its commands, such as `ksbb`."""
        return str(self._home / "bin" / name)

    def install(self, *requirements: str) -> None:
        """Install what is required in the versions of the constraints; from uv's cache without asking anybody, where it can be."""
        wanted = ["--quiet", "--constraint", str(_CONSTRAINTS), *requirements]
        if _UV is None:
            _run([self.command("python"), "-m", "pip", "install", *wanted], self.work)
            return
        command = [_UV, "pip", "install", "--python", self.command("python"), *wanted]
        if subprocess.run([*command, "--offline"], cwd=self.work, capture_output=True, check=False).returncode:
            _run(command, self.work)

    def uninstall(self, distribution: str) -> None:
        """Remove a distribution."""
        if _UV is None:
            _run([self.command("python"), "-m", "pip", "uninstall", "--quiet", "--yes", distribution], self.work)
        else:
            _run([_UV, "pip", "uninstall", "--quiet", "--python", self.command("python"), distribution], self.work)

    def run(self, name: str, *arguments: str, code: int = 0, **variables: str) -> str:
        """Run one of its commands to its end, which must be `code`; what it said."""
        done = subprocess.run(
            [self.command(name), *arguments],
            cwd=self.work,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
        assert done.returncode == code, f"{name} {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def start(self, folder: Path, *command: str) -> "subprocess.Popen[str]":
        """Start one of its commands in a folder; what it says can be read when it has ended."""
        process = subprocess.Popen(
            [self.command(command[0]), *command[1:]],
            cwd=folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._running.append(process)
        return process

    def stop(self) -> None:
        """End what was started and still runs."""
        for process in self._running:
            if process.poll() is None:
                process.kill()
                process.wait()

    @property
    def _home(self) -> Path:
        return self.folder / "venv"


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=_SECONDS)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
