"""What a settings model refused, in words: the key, where it stands, what was expected, and the key that was meant."""

import difflib
from collections.abc import Collection, Iterable, Mapping

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ksbb.domain.errors import Problem
from ksbb.domain.text import Text
from ksbb.settings.model import ProgramsSettings
from ksbb.settings.shape import holds_secret, is_called_secret, keys_at, secrets_in, types_at
from ksbb.settings.sources import Sources, origin_of

MASK = "***"
"""What is shown in place of a secret."""
_SHORTEST_SECRET = 4
"""Shorter ones aren't looked for in messages: they would be found in every word."""
_IN_INDONESIAN = {
    "bool_parsing": "harus true atau false",
    "bool_type": "harus true atau false",
    "dict_type": "harus berupa tabel",
    "enum": "harus salah satu dari {expected}",
    "float_parsing": "harus bilangan",
    "float_type": "harus bilangan",
    "greater_than": "harus lebih dari {gt}",
    "greater_than_equal": "paling sedikit {ge}",
    "int_from_float": "harus bilangan bulat",
    "int_parsing": "harus bilangan bulat",
    "int_type": "harus bilangan bulat",
    "less_than": "harus kurang dari {lt}",
    "less_than_equal": "paling banyak {le}",
    "list_type": "harus berupa daftar",
    "literal_error": "harus salah satu dari {expected}",
    "missing": "wajib diisi",
    "model_type": "harus berupa tabel",
    "string_pattern_mismatch": "harus sesuai pola {pattern}",
    "string_too_long": "paling banyak {max_length} karakter",
    "string_too_short": "paling sedikit {min_length} karakter",
    "string_type": "harus berupa teks",
    "too_long": "panjangnya paling banyak {max_length}, diberikan {actual_length}",
    "too_short": "panjangnya paling sedikit {min_length}, diberikan {actual_length}",
}
"""Pydantic's types of errors, which it tells in English alone. What a validator says stays as its author wrote it."""


def closest(given: str, known: Collection[str]) -> str | None:
    """The known name that was probably meant; None where none is like it."""
    return next(iter(difflib.get_close_matches(given, known, n=1)), None)


def did_you_mean(given: str, known: Collection[str]) -> Text:
    """The name that was probably meant, or else the known ones, as the second half of a sentence."""
    meant = closest(given, known)
    if meant:
        return Text(f"mungkin maksud Anda {meant}?", f"did you mean {meant}?")
    names = ", ".join(sorted(known)) or "-"
    return Text(f"yang dikenal: {names}", f"known are: {names}")


def problems_of(
    error: ValidationError, model: type[BaseModel], sources: Sources, at: tuple[str, ...] = ()
) -> list[Problem]:
    """What a settings model refused, each with its key, its place and what was expected. Secrets are masked.

    `sources` as in `Settings.sources`; `at` is where the model stands in the settings.
    """
    secrets = secrets_of(model, sources, at)
    return [
        _problem(detail, model, sources, at, secrets)
        for detail in error.errors(include_url=False)
        if detail["type"] != "default_factory_not_called"  # follows from another problem of the list
    ]


def secrets_of(model: type[BaseModel], sources: Sources, at: tuple[str, ...] = ()) -> list[str]:
    """The secrets of a settings model as the sources give them, the longest first; `at` is where the model stands."""
    found: set[str] = set()
    for values in sources.values():
        table: object = values
        for key in at:
            table = table.get(key) if isinstance(table, Mapping) else None
        found.update(secrets_in(model, table))
    return sorted(found, key=len, reverse=True)


def hushed(said: str, secrets: Iterable[str]) -> str:
    """A message without the secrets that stand in it."""
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            said = said.replace(secret, MASK)
    return said


def _problem(
    detail: ErrorDetails, model: type[BaseModel], sources: Sources, at: tuple[str, ...], secrets: list[str]
) -> Problem:
    location = (*at, *map(str, detail["loc"]))
    key, pointer = ".".join(location), "".join(f"/{part}" for part in location)
    place = origin_of(location, sources).text
    # Any other key of `programs` is the table of a program: one that isn't a table is a misspelt key.
    misspelt = location[:-1] == ("programs",) and detail["type"] == "dict_type"
    if detail["type"] == "extra_forbidden" or misspelt:
        known: Collection[str] = ProgramsSettings.model_fields if misspelt else keys_at(model, detail["loc"][:-1])
        hint = did_you_mean(location[-1], known) if known else None
        return Problem(
            code="setting_unknown",
            message=Text(
                f"pengaturan {key} ({place.id}) tidak dikenal" + (f"; {hint.id}" if hint else ""),
                f"setting {key} ({place.en}) is not known" + (f"; {hint.en}" if hint else ""),
            ),
            pointer=pointer,
            expected=sorted(known),
        )
    hidden = _hides(detail, model)
    given = None if hidden else detail["input"]
    shown = "" if hidden else f" {given!r}"
    expected = hushed(detail["msg"].removeprefix("Value error, "), secrets)
    known_words = _IN_INDONESIAN.get(detail["type"])
    in_indonesian = known_words.format(**detail.get("ctx", {})) if known_words else expected
    return Problem(
        code="setting_invalid",
        message=Text(
            f"pengaturan {key}{shown} ({place.id}) tidak sah: {in_indonesian}",
            f"setting {key}{shown} ({place.en}) is not valid: {expected}",
        ),
        pointer=pointer,
        expected=expected,
        given=given,
    )


def _hides(detail: ErrorDetails, model: type[BaseModel]) -> bool:
    """Whether what was given isn't to be shown: a secret, or a whole table, which may hold one."""
    location = detail["loc"]
    return (
        isinstance(detail["input"], Mapping)
        or any(isinstance(part, str) and is_called_secret(part) for part in location[-1:])
        or any(map(holds_secret, types_at(model, location)))
    )
