"""What a process has imported that it shouldn't, after a request or after `--help`; one name a line.

Run as `python -m tests.bench.imports (request|help)`.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

SLOW = ("prefect", "highspy", "ortools", "pulp", "pyomo", "cvxpy", "scipy", "numpy")
"""Prefect, and solvers with what they stand on: for flows, never for a request or for `--help`."""


def heavy() -> list[str]:
    """Those of `SLOW` that this process has imported."""
    return [name for name in SLOW if name in sys.modules]


def ask_for_help() -> None:
    """`ksbb --help`, in this process."""
    from ksbb.cli import main  # noqa: PLC0415 - its import is what is looked at

    sys.argv = ["ksbb", "--help"]
    try:
        main()
    except SystemExit as ended:
        if ended.code:
            raise


async def send_a_request() -> None:
    """An act and a page of statistics, through the application as `ksbb serve` makes it, without its engine."""
    import httpx  # noqa: PLC0415 - not part of what is looked at for `--help`
    from tests.bench.crowd import fill, hosted, present_clock  # noqa: PLC0415
    from tests.bench.servers import COMMITMENTS, intake_body, settings  # noqa: PLC0415

    from ksbb.api.app import create_app  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        host = hosted(Path(folder))
        worlds = await fill(f"sqlite+aiosqlite:///{folder}/ksbb.sqlite3", host, present_clock())
        platform = worlds[0].platform
        app = create_app(platform, settings(Path(folder)), host)
        # mypy: httpx names the parts of ASGI otherwise than Litestar does
        transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
            signed_in = await client.post("/api/v1/auth/login", json=credentials(worlds[0].collaborator.account_id))
            headers = {
                "Authorization": f"Bearer {signed_in.json()['access_token']}",
                "Idempotency-Key": "bench-imports",
            }
            body = intake_body(host, worlds[0].aggregator_party.id)
            (await client.post(COMMITMENTS, headers=headers, json=body)).raise_for_status()
            (await client.get(COMMITMENTS, headers=headers)).raise_for_status()
        await platform.database.close()


def credentials(account_id: str) -> dict[str, str]:
    """What a collaborator of a world signs in with."""
    from ksbb.domain.rights import Role  # noqa: PLC0415
    from ksbb.testing import PASSWORD  # noqa: PLC0415

    return {"email": f"{Role.COLLABORATOR}-{account_id}@example.org", "password": PASSWORD}


def main(what: str) -> None:
    """Do it, then tell."""
    if what == "help":
        ask_for_help()
    else:
        asyncio.run(send_a_request())
    sys.stderr.write("".join(f"imported {name}\n" for name in heavy()))


if __name__ == "__main__":
    main(sys.argv[1])
