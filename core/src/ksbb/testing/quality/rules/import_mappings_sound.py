"""Import mappings read any cell, or say why they can't."""

from collections.abc import Callable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from ksbb.programs.limits import told
from ksbb.testing.payloads import steadily
from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject

_DRAWN = 50


def check(subject: Subject) -> Iterator[Flaw]:
    """Every conversion, with any text."""
    for mapping in subject.program.import_mappings:
        for column, convert in mapping.convert.items():
            wrong = _wrong(convert)
            if wrong:
                yield Flaw(
                    where=f"import mapping {mapping.id}, {column}",
                    expected="a text, or a ValueError that says why not, the same each time",
                    given=wrong,
                    remedy="Raise `ValueError` in words for a cell that can't be read",
                )


def _wrong(convert: Callable[[str], str]) -> str:
    found: list[str] = []

    @steadily(_DRAWN)
    @given(st.text(max_size=40) | st.from_regex(r"[0-9.,/ -]{0,12}", fullmatch=True))
    def read(cell: str) -> None:
        if not found:
            found.extend(f"{said}, for {cell!r}" for said in _read(convert, cell))

    read()
    return found[0] if found else ""


def _read(convert: Callable[[str], str], cell: str) -> Iterator[str]:
    """What is wrong with the conversion of one cell."""
    try:
        first, second = convert(cell), convert(cell)
    except ValueError as error:
        if not str(error).strip():
            yield "a ValueError without words"
        return
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code: whatever it raises is what we report
        yield told(error)
        return
    if not isinstance(first, str):
        yield repr(first)
    elif first != second:
        yield f"{first!r}, then {second!r}"


RULE = QualityRule(
    id="import_mappings_sound",
    tier=Tier.BRONZE,
    title="Import mappings read any cell, or say why they can't",
    asks="Each conversion answers any text with a text, or raises `ValueError` in words, twice the same.",
    why="The message stands beside the row and column of the file that somebody is putting right.",
    check=check,
)
