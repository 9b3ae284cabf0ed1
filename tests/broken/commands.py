"""Runs `ksbb` as an administrator would, beside the programs of a shelf."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.broken.shelf import Shelf

from ksbb.settings import PROGRAM_IDS

KSBB = str(Path(sys.executable).with_name("ksbb"))
SIX: list[dict[str, Any]] = [
    {
        "id": program_id,
        "state": "active",
        "distribution": f"ksbb-{program_id}",
        "version": "0.1.0",
        "reason": None,
        "remedy": None,
    }
    for program_id in PROGRAM_IDS
]
"""The whole statuses of the six, which nobody may change."""


def surroundings(shelf: Shelf, enabled: Sequence[str] = (), **variables: str) -> dict[str, str]:
    """The environment of a process with the shelf on its path, the six and the `enabled` programs, and settings as variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KSBB_", "PREFECT_"))}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join([str(shelf.folder), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "COLUMNS": "200",
        "KSBB_PROGRAMS__ENABLED": ",".join([*PROGRAM_IDS, *enabled]),
        **variables,
    }


def ksbb(folder: Path, environment: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command to its end, in a folder."""
    return subprocess.run(
        [KSBB, *arguments], cwd=folder, env=dict(environment), capture_output=True, text=True, check=False, timeout=300
    )


def statuses(folder: Path, environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What `ksbb programs list --json` says, by program; it says nothing else."""
    done = ksbb(folder, environment, "programs", "list", "--json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return {status["id"]: status for status in found}
