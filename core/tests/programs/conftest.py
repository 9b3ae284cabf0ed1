"""Programs that are really installed: distributions in a folder on the path, loaded like any other."""

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

SOUND = """
    from ksbb.program import *
    from pydantic import Field

    class Settings(ProgramSettings):
        limit: int = Field(default=3, ge=1)
        names: tuple[str, ...] = ()

    NAME = Text("Contoh", "Example")
    PROGRAM = Program(
        id={id!r},
        name=NAME,
        lead_agency=NAME,
        requires_api={requires_api!r},
        guide=NAME,
        aid_types=(
            AidType(
                id="thing",
                name=NAME,
                unit=Unit("piece", NAME),
                schema=object_schema({{}}, [], NAME, NAME),
                examples=({{}},),
            ),
        ),
        target_kinds=frozenset({{TargetKind.RW}}),
        rules=(),
        flows=(ProgramFlow(name="assess", entrypoint=__name__ + ":assess", title=NAME, stage=Stage.SUBMITTED),),
        settings=Settings,
        success_metrics=(),
    )
    """
HOOK = """
    @hookimpl
    def ksbb_program():
        return PROGRAM
    """


class Shelf:
    """Distributions in a folder; those of this repository are not on it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.modules: list[str] = []

    def put(self, program_id: str, code: str, *, distribution: str = "", version: str = "1.2.3") -> None:
        """A distribution with one module and its entry point."""
        name = distribution or f"ksbb-{program_id}"
        module = name.replace("-", "_")
        self.modules.append(module)
        (self._folder / f"{module}.py").write_text(code)
        metadata = self._folder / f"{module}-{version}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (metadata / "entry_points.txt").write_text(f"[ksbb.programs]\n{program_id} = {module}\n")

    def put_sound(
        self, program_id: str, more: str = "", *, requires_api: str = ">=1.0,<2", distribution: str = ""
    ) -> None:
        """A sound program, and `more` code after it."""
        code = dedent(SOUND).format(id=program_id, requires_api=requires_api) + dedent(HOOK) + dedent(more)
        self.put(program_id, code, distribution=distribution)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """A shelf that is first on the path; the distributions of the environment can't be seen."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    made = Shelf(folder)
    monkeypatch.setattr(sys, "path", [str(folder), *(entry for entry in sys.path if "site-packages" not in entry)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield made
    for module in made.modules:
        sys.modules.pop(module, None)
