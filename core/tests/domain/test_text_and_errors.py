"""Texts are in both languages; errors name at least one problem, and what to do."""

import pytest

from ksbb.domain.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    KsbbError,
    NotFound,
    Problem,
    StaleVersion,
    Unauthenticated,
    Unavailable,
    conflict,
    forbidden,
    invalid,
    not_found,
    stale,
)
from ksbb.domain.follow_ups import FollowUpStatus
from ksbb.domain.text import Text

HELLO = Text("halo {name}", "hello {name}")


def test_a_text_speaks_two_languages() -> None:
    assert (HELLO.in_language("id"), HELLO.in_language("en")) == ("halo {name}", "hello {name}")
    assert HELLO.filled(name="RW 003") == Text("halo RW 003", "hello RW 003")


@pytest.mark.parametrize(("indonesian", "english"), [("", "a"), ("a", ""), (" ", "a"), ("a", "\n"), ("", "")])
def test_half_a_text_is_a_defect(indonesian: str, english: str) -> None:
    with pytest.raises(ValueError, match=r"^a text needs both languages, given id="):
        Text(indonesian, english)


def test_a_placeholder_without_a_value() -> None:
    with pytest.raises(KeyError, match="name"):
        HELLO.filled(other=1)


def test_an_error_names_its_problems() -> None:
    one = Problem(code="a", message=Text("satu", "one"), pointer="/a")
    other = Problem(code="b", message=Text("dua", "two"))
    error = KsbbError(one, other)
    assert (str(error), error.problems) == ("/a: one; /: two", (one, other))
    with pytest.raises(ValueError, match=r"^an error names at least one problem$"):
        InvalidInput()


def test_every_error_has_a_title() -> None:
    kinds = (KsbbError, InvalidInput, NotFound, Unauthenticated, Forbidden, Conflict, StaleVersion, Unavailable)
    assert [kind.title.en for kind in kinds] == [
        "The request failed",
        "Invalid input",
        "Not found",
        "Not signed in",
        "Not allowed",
        "Conflict with the present state",
        "Stale version",
        "Unavailable",
    ]
    assert len({kind.title.id for kind in kinds}) == len(kinds)


def test_errors_with_one_problem() -> None:
    whole = Problem(code="c", message=HELLO, pointer="/p", expected=1, given=2)
    for make, kind in ((invalid, InvalidInput), (conflict, Conflict)):
        error = make("c", HELLO, "/p", 1, 2)
        assert type(error) is kind
        assert error.problems == (whole,)
    assert forbidden("c", HELLO).problems == (Problem(code="c", message=HELLO),)
    assert not_found(Text("sasaran", "target"), "t1", "/target_id").problems == (
        Problem(
            code="not_found",
            message=Text("sasaran t1 tidak ditemukan", "target t1 was not found"),
            pointer="/target_id",
            given="t1",
        ),
    )


def test_a_stale_version_says_what_to_do() -> None:
    error = stale(3, 5)
    assert (error.current, isinstance(error, Conflict)) == (5, True)
    assert error.problems == (
        Problem(
            code="stale_version",
            message=Text(
                "data ini sudah berubah: Anda memegang versi 3, sekarang versi 5; baca ulang lalu ulangi",
                "the record has changed: you hold version 3, it is at 5 now; read it again and retry",
            ),
            expected=5,
            given=3,
        ),
    )


def test_the_statuses_of_a_follow_up() -> None:
    assert [str(status) for status in FollowUpStatus] == ["open", "overdue", "completed"]
