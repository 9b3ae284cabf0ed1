"""Distributions to put on a path: real packages with real metadata, beside those that are installed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

VERSION = "1.2.3"
_HEAD = """
from ksbb.program import *
from pydantic import Field, SecretStr, field_validator

NAME = Text("Contoh", "Example")
"""
_HOOK = """
@hookimpl
def ksbb_program():
    return PROGRAM
"""
_AID_TYPE = {
    "id": "'thing'",
    "name": "NAME",
    "unit": "Unit('piece', NAME)",
    "schema": "object_schema({}, [], NAME, NAME)",
    "examples": "({},)",
}
_FLOWS = """
from prefect import flow
from ksbb.program import workbench

@flow(name=__package__ + "-assess")
async def assess(items: list[str]) -> None:
    async def one(case):
        await case.record_assessment(case.run_rules())

    await workbench().each(items, one)
"""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of distributions."""

    folder: Path

    def put(
        self,
        program_id: str,
        code: str,
        *,
        distribution: str = "",
        module: str = "",
        entry_point: str = "",
        files: Mapping[str, str] | None = None,
    ) -> str:
        """A distribution with one package and its entry point; the name of the package.

        `code` is its `__init__.py`, `files` are further ones, `entry_point` is where the program is when not in the package itself.
        """
        name = distribution or f"ksbb-{program_id.replace('_', '-')}"
        module = module or name.replace("-", "_")
        package = self.folder / module
        package.mkdir(parents=True)
        for file, content in {"__init__.py": code, "flows.py": _FLOWS, **(files or {})}.items():
            (package / file).write_text(dedent(content).strip() + "\n", "utf-8")
        metadata = self.folder / f"{name.replace('-', '_')}-{VERSION}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {VERSION}\n", "utf-8")
        (metadata / "entry_points.txt").write_text(
            f"[ksbb.programs]\n{program_id} = {entry_point or module}\n", "utf-8"
        )
        return module


def program(
    program_id: str,
    *,
    before: str = "",
    aid_type: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
    after: str = "",
    hook: str = _HOOK,
) -> str:
    """The code of a sound program, but for `aid_type` and `given`: expressions for fields of its aid type and of itself.

    `before` and `after` are code around it, `hook` its registration hook.
    """
    aid = ", ".join(f"{name}={value}" for name, value in {**_AID_TYPE, **(aid_type or {})}.items())
    fields = {
        "id": repr(program_id),
        "name": "NAME",
        "lead_agency": "NAME",
        "requires_api": "'>=1.0,<2'",
        "guide": "NAME",
        "aid_types": f"(AidType({aid}),)",
        "target_kinds": "frozenset({TargetKind.RW})",
        "rules": "()",
        "flows": "(ProgramFlow(name='assess', entrypoint=__name__ + '.flows:assess', title=NAME, stage=Stage.SUBMITTED),)",
        "settings": "ProgramSettings",
        "success_metrics": "()",
        **(given or {}),
    }
    made = "PROGRAM = Program(" + ", ".join(f"{name}={value}" for name, value in fields.items()) + ")"
    return "\n".join([_HEAD, dedent(before), made, dedent(hook), dedent(after)])
