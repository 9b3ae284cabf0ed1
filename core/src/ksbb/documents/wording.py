"""The wording of the documents, one TOML file per language."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from ksbb.documents.words import Language


@cache
def load(language: Language) -> dict[str, dict[str, Any]]:
    """The texts of a language by section and key; `{name}` in a text is filled in by `str.format`.

    Raises ValueError for a language there are no texts for.
    """
    source = files(__package__) / "texts" / f"{language}.toml"
    if not source.is_file():
        raise ValueError(f"language: expected 'id' or 'en', got {language!r}")
    return tomllib.loads(source.read_text(encoding="utf-8"))
