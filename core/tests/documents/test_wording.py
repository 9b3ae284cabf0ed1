"""Both languages say the same things with the same blanks."""

import re
from typing import Any

import pytest

from ksbb.documents.wording import load


def exactly(message: str) -> str:
    """A pattern for the whole message."""
    return f"^{re.escape(message)}$"


def blanks(value: Any) -> Any:
    """The names in braces of every text, in the shape of the texts."""
    if isinstance(value, dict):
        return {key: blanks(item) for key, item in value.items()}
    if isinstance(value, list):
        return [blanks(item) for item in value]
    return sorted(re.findall(r"\{(\w+)\}", value))


def test_both_languages_have_the_same_texts_and_blanks() -> None:
    assert blanks(load("id")) == blanks(load("en"))


def test_a_language_without_texts_is_refused() -> None:
    with pytest.raises(ValueError, match=exactly("language: expected 'id' or 'en', got 'fr'")):
        load("fr")
