"""Programs to start with: none, the six, and the six with 44 more, made up for it."""

import os
from pathlib import Path

from tests.broken.shelf import Shelf, program

from ksbb.settings import PROGRAM_IDS

COUNTS = (0, len(PROGRAM_IDS), 50)
"""How many programs there are at a start."""
_BEFORE = """
def _text(word):
    return Text(word, word)

PROPERTIES = {
    "size": described({"type": "integer", "minimum": 1, "maximum": 500}, _text("Ukuran"), _text("Size in litres.")),
    "made_on": described({"type": "string", "format": "date"}, _text("Dibuat pada"), _text("Day of making.")),
    "kinds": described(
        {"type": "array", "minItems": 1, "items": {"enum": ["red", "green", "blue"]}}, _text("Jenis"), _text("Kinds.")
    ),
    "number": described({"type": "string", "pattern": "^[A-Z]{2}[0-9]{6}$"}, _text("Nomor"), _text("Registration.")),
}
EXAMPLE = {"size": 5, "made_on": "2026-08-01", "kinds": ["red"], "number": "AB123456"}

class Settings(ProgramSettings):
    most: int = Field(default=100, ge=1, description="Most litres of a line.")
    few: int = Field(default=2, ge=1, description="Fewest litres of a line.")

def _check(view, settings):
    for line in view.lines:
        if not settings.few <= line.attributes.get("size", 0) <= settings.most:
            yield Finding(code="size", severity=Severity.WARN, message=NAME, pointer=line.at("size"))
"""
_AID_TYPE = (
    "AidType(id='{id}', name=NAME, unit=Unit('piece', NAME), schema=object_schema(PROPERTIES, ['size'], NAME, NAME), "
    "examples=(EXAMPLE,), counter_examples=({{'size': 0}},)),"
)


def put_programs(folder: Path, count: int) -> list[str]:
    """Distributions of so many small, sound programs in a folder; their ids. Each has three aid types, a rule, a flow, settings."""
    shelf = Shelf(folder)
    ids = [f"made_up_{number:02}" for number in range(1, count + 1)]
    for program_id in ids:
        given = {
            "aid_types": f"({''.join(_AID_TYPE.format(id=name) for name in ('vessel', 'barrel', 'tank'))})",
            "rules": "(Rule(id='size', title=NAME, source='-', codes=('size',), check=_check),)",
            "settings": "Settings",
        }
        shelf.put(program_id, program(program_id, before=_BEFORE, given=given))
    return ids


def surroundings(folder: Path, count: int) -> dict[str, str]:
    """The environment of a process that has so many programs enabled: the six first, then those made up in `folder`."""
    more = (
        sorted(path.name.removeprefix("ksbb_") for path in folder.glob("ksbb_*[0-9]"))
        if count > len(PROGRAM_IDS)
        else []
    )
    enabled = [*PROGRAM_IDS, *more][:count]
    path = os.pathsep.join([*([str(folder)] if more else []), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, "KSBB_PROGRAMS__ENABLED": ",".join(enabled)}
