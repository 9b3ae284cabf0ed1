"""Figures of a process that has no API."""

import socket
import urllib.request

import click
import pytest

from ksbb.cli.running import serve_metrics


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("host", ["", "127.0.0.1:"])
def test_figures_are_served(host: str) -> None:
    port = free_port()
    serve_metrics(f"{host}{port}")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        said = answer.read().decode()
    assert "# TYPE ksbb_flow_runs_total counter" in said
    assert "process_resident_memory_bytes" in said


def test_none_are_served_unless_asked_for() -> None:
    serve_metrics(None)


@pytest.mark.parametrize("address", ["many", "127.0.0.1:", "127.0.0.1:99999"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(click.UsageError) as caught:
        serve_metrics(address)
    assert str(caught.value) == f"--metrics takes [host:]port, such as 9464 or 0.0.0.0:9464, not {address}"


def test_a_port_that_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(click.UsageError) as caught:
            serve_metrics(str(port))
    assert str(caught.value) == f"figures can't be served at {port}: Address already in use; choose another port"
