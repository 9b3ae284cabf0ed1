"""The reference in `plugins/README.md` is the code's: every name, field, type, default, value and hook, and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.architecture.surface import KEYWORDS, describe

README = Path(__file__).resolve().parents[2] / "plugins" / "README.md"
CODE = re.compile(r"`([^`]+)`")


def told() -> dict[str, list[str]]:
    """What the reference says: by heading, the first cells of its table, or the values that it lists."""
    headings = re.split(r"^### `(.+)`$", _reference(), flags=re.MULTILINE)[1:]
    chapters = list(zip(headings[::2], headings[1::2], strict=True))
    assert len({heading for heading, _ in chapters}) == len(chapters), "a name has two chapters"
    return {heading: list(_entries(chapter)) for heading, chapter in chapters}


def _reference() -> str:
    return README.read_text("utf-8").split("\n## Reference\n")[1].split("\n## ")[0]


def _entries(chapter: str) -> Iterator[str]:
    prose = re.sub(r"^```.*?^```$", "", chapter, flags=re.MULTILINE | re.DOTALL)
    for line in prose.splitlines():
        cell = re.match(r"\| (`.+?`) \|", line.replace("\\|", "¦"))
        if cell:
            yield CODE.findall(cell[1])[0].replace("¦", "|")
    for values in re.findall(r"^Values: (.+?)(?=\n\n|\Z)", prose.strip(), re.MULTILINE | re.DOTALL):
        yield from CODE.findall(values)


def meant() -> dict[str, list[str]]:
    """What the code says, in the same words."""
    return dict(_chapter(name, described) for name, described in describe().items())


def _chapter(name: str, described: dict[str, Any]) -> tuple[str, list[str]]:
    if described["kind"] in ("function", "hook"):
        return _signature(name, described), []
    fields = [parameter for parameter in described.get("parameters", []) if parameter != KEYWORDS]
    properties = [f"{part}: {kind}" for part, kind in described.get("properties", {}).items()]
    methods = [_signature(part, method) for part, method in described.get("methods", {}).items()]
    return name, [*fields, *described.get("members", {}).values(), *properties, *methods]


def _signature(name: str, described: dict[str, Any]) -> str:
    start = "async " if described.get("async") else ""
    return f"{start}{name}({', '.join(described['parameters'])}) -> {described['returns']}"


def test_every_name_has_its_chapter() -> None:
    assert sorted(told()) == sorted(meant())


def test_every_chapter_tells_what_the_code_says() -> None:
    said, is_so = told(), meant()
    wrong = [name for name in is_so if said.get(name) != is_so[name]]
    assert {name: said.get(name) for name in wrong} == {name: is_so[name] for name in wrong}


def test_every_entry_is_explained() -> None:
    rows = re.findall(r"^\|(.*)\|$", _reference(), re.MULTILINE)
    cells = [[cell.strip() for cell in row.replace("\\|", "¦").split("|")] for row in rows]
    assert cells
    assert [row for row in cells if len(row) < 2 or not row[1]] == []
