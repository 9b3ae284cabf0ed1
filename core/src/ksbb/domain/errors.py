"""What can go wrong, said so that the reader can put it right.

Every error carries one or more `Problem`s: which field, what was expected, what was given. The API turns them into
RFC 9457 problem details, the command line into lines of text.
"""

from dataclasses import dataclass
from typing import ClassVar

from ksbb.domain.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong.

    `pointer` is the JSON Pointer (RFC 6901) of the field in the request body, empty for the request as a whole;
    `expected` and `given` are JSON values, None where they say nothing.
    """

    code: str
    message: Text
    pointer: str = ""
    expected: object = None
    given: object = None


class KsbbError(Exception):
    """The root of all errors that a user of the platform can be told about. `problems` is never empty."""

    title: ClassVar[Text] = Text("Permintaan gagal", "The request failed")

    def __init__(self, *problems: Problem) -> None:
        if not problems:
            raise ValueError("an error names at least one problem")
        self.problems = problems
        super().__init__("; ".join(f"{p.pointer or '/'}: {p.message.en}" for p in problems))


class InvalidInput(KsbbError):
    """The input breaks a rule; nothing was stored."""

    title = Text("Masukan tidak sah", "Invalid input")


class NotFound(KsbbError):
    """No such record, or none that the asker may see."""

    title = Text("Tidak ditemukan", "Not found")


class Unauthenticated(KsbbError):
    """Nobody is signed in, or the proof of it isn't valid."""

    title = Text("Belum masuk", "Not signed in")


class Forbidden(KsbbError):
    """The actor may not do this here."""

    title = Text("Tidak berwenang", "Not allowed")


class Conflict(KsbbError):
    """The act doesn't fit the present state of the record."""

    title = Text("Bertentangan dengan keadaan", "Conflict with the present state")


class StaleVersion(Conflict):
    """Somebody else changed the record first. `current` is its version now."""

    title = Text("Versi usang", "Stale version")

    def __init__(self, *problems: Problem, current: int) -> None:
        super().__init__(*problems)
        self.current = current


class Unavailable(KsbbError):
    """A part that the act needs is away: a disabled or broken program, the database."""

    title = Text("Tidak tersedia", "Unavailable")


def invalid(code: str, message: Text, pointer: str = "", expected: object = None, given: object = None) -> InvalidInput:
    """An `InvalidInput` with a single problem."""
    return InvalidInput(Problem(code=code, message=message, pointer=pointer, expected=expected, given=given))


def conflict(code: str, message: Text, pointer: str = "", expected: object = None, given: object = None) -> Conflict:
    """A `Conflict` with a single problem."""
    return Conflict(Problem(code=code, message=message, pointer=pointer, expected=expected, given=given))


def forbidden(code: str, message: Text) -> Forbidden:
    """A `Forbidden` with a single problem."""
    return Forbidden(Problem(code=code, message=message))


def not_found(what: Text, given: str, pointer: str = "") -> NotFound:
    """A `NotFound` that names what was looked for (`what`) and by which id (`given`)."""
    return NotFound(
        Problem(
            code="not_found",
            message=Text(f"{what.id} {given} tidak ditemukan", f"{what.en} {given} was not found"),
            pointer=pointer,
            given=given,
        )
    )


def stale(expected: int, current: int) -> StaleVersion:
    """A `StaleVersion`: the caller knew `expected`, the record stands at `current`."""
    return StaleVersion(
        Problem(
            code="stale_version",
            message=Text(
                f"data ini sudah berubah: Anda memegang versi {expected}, sekarang versi {current}; baca ulang lalu ulangi",
                f"the record has changed: you hold version {expected}, it is at {current} now; read it again and retry",
            ),
            expected=current,
            given=expected,
        ),
        current=current,
    )
