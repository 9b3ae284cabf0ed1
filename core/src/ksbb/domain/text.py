"""Texts for people, in Indonesian and English."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["id", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages of the platform: Indonesian (`id`, the default) and English (`en`).

    Raises ValueError when either language is empty: a text that only half of the readers can read is a defect.
    """

    id: str
    en: str

    def __post_init__(self) -> None:
        if not self.id.strip() or not self.en.strip():
            raise ValueError(f"a text needs both languages, given id={self.id!r}, en={self.en!r}")

    def in_language(self, language: Language) -> str:
        """The text in the asked language."""
        return self.en if language == "en" else self.id

    def filled(self, **values: object) -> "Text":
        """The same text with `{name}` placeholders replaced in both languages."""
        return Text(self.id.format(**values), self.en.format(**values))
