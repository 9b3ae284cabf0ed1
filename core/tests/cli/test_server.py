"""The commands of the server mode, as far as they go without one: what they refuse, and that nothing needless is imported."""

import socket
import subprocess
import sys
from typing import Any

import pytest

REFUSED = (
    "Invalid input:\n"
    "  this command is for the server mode, but engine.mode is embedded, where `ksbb serve` does everything; "
    "set KSBB_ENGINE__MODE=server (/engine/mode)\n"
)


@pytest.mark.parametrize("command", ["deploy", "dispatch", "worker"])
def test_embedded_they_say_what_to_do(ksbb: Any, command: str) -> None:
    said = ksbb(command)
    assert (said.code, said.out, said.err) == (1, "", REFUSED)


@pytest.mark.parametrize("command", [("replay",), ("demo", "--no-serve")])
def test_the_replay_has_a_clock_of_its_own(
    ksbb: Any, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("KSBB_ENGINE__MODE", "server")
    monkeypatch.setenv("KSBB_ENGINE__PREFECT_API_URL", "http://127.0.0.1:9/api")
    said = ksbb(*command)
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith(
        "Invalid input:\n  the replay goes by a clock of its own, which workers don't have; "
        "run it with KSBB_ENGINE__MODE=embedded (/engine/mode)\n"
    )


def test_deploy_without_prefect() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "ksbb.cli", "deploy"],
        env={"PATH": "", "KSBB_ENGINE__MODE": "server", "KSBB_ENGINE__PREFECT_API_URL": "http://127.0.0.1:9/api"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == (
        "Unavailable:\n"
        "  the Prefect server at http://127.0.0.1:9/api doesn't answer (ConnectError: All connection attempts failed); "
        "see that it runs, and engine.prefect_api_url and engine.prefect_auth\n"
    )


def test_serving_in_server_mode_never_imports_prefect(ready: Any) -> None:
    code = """
import sys
from ksbb.app import web
from ksbb.settings import load_settings
web(load_settings(engine={"mode": "server", "prefect_api_url": "http://127.0.0.1:9/api"}))
sys.stdout.write(f"Prefect: {'prefect' in sys.modules}")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("Prefect: False")
    assert ready("programs", "list").code == 0


def test_up_without_a_free_port(ksbb: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = ksbb("up", "--api", "1", "--port", str(port))
    assert said.code == 1
    assert said.err == (
        f"Unavailable:\n  port {port} can't be used (Address already in use); "
        "choose another one with --port, --prefect-port\n"
    )
