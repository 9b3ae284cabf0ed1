"""Sections that a program adds to the handover report (BAST)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ksbb.domain.text import Text
from ksbb.program.bench import HandedOver
from ksbb.program.rules import CommitmentView

_ID = re.compile(r"^[a-z][a-z0-9_]{1,39}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """What a section is made from: the commitment, the confirmed handover that is reported, and the program's settings."""

    commitment: CommitmentView
    handover: HandedOver
    settings: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSection:
    """A titled list of pairs (what, its value) in the report's body. `content` is a pure function; a section without pairs is
    left out. Personal data has no place in it. Raises ValueError that names the bad value.
    """

    id: str
    title: Text
    content: Callable[[ReportView], Iterable[tuple[Text, Text]]]

    def __post_init__(self) -> None:
        if not _ID.match(self.id):
            raise ValueError(f"report section {self.id!r}: id must match {_ID.pattern}")
