"""The README tells operators what they need."""

import re
from collections.abc import Iterable, Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """Aid types, settings, codes and flows, by their names."""
    file = subject.folder / "README.md" if subject.folder else None
    if file is None or not file.is_file():
        yield Flaw(where="README.md", expected="a README", given="none", remedy="Write what operators need to know")
        return
    text, program = file.read_text("utf-8"), subject.program
    yield from _missing(text, "aid type", (aid_type.id for aid_type in program.aid_types))
    yield from _missing(text, "setting", program.settings.model_fields)
    yield from _missing(text, "code", (code for rule in program.rules for code in rule.codes))
    yield from _missing(text, "flow", (flow.name for flow in program.flows))


def _missing(text: str, what: str, names: Iterable[str]) -> Iterator[Flaw]:
    unsaid = [name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]
    if unsaid:
        yield Flaw(
            where="README.md",
            expected=f"every {what} by its name",
            given=f"nothing about {', '.join(unsaid)}",
            remedy="Name it, and say what it is for",
        )


RULE = QualityRule(
    id="readme_covers",
    tier=Tier.GOLD,
    title="The README tells operators what they need",
    asks="README.md names each aid type, setting, code and flow.",
    why="An operator who meets a code in the log, or looks for a threshold, looks there.",
    needs_sources=True,
    check=check,
)
