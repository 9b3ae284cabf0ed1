"""What leaves the surface warns at the place that uses it, and goes with a major version only."""

import sys
import warnings
from collections.abc import Iterator
from types import ModuleType

import pytest

from ksbb.program import ProgramDeprecationWarning
from ksbb.program.deprecation import Deprecated

SURFACE = '''
from dataclasses import dataclass
from ksbb.program.deprecation import Deprecated, renamed

@Deprecated("answer", since="1.2", removal="2.0", instead="reply")
def answer(to: str) -> str:
    """Answers."""
    return f"{to}: 42"

@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    contents: str = ""
    content: str | None = None

    def __post_init__(self) -> None:
        if self.content is not None:
            Deprecated("Parcel.content", since="1.1", removal="3.0", instead="Parcel.contents").warn()

__getattr__ = renamed(__name__, {"Box": ("Parcel", Deprecated("Box", since="1.3", removal="2.0", instead="Parcel"))})
'''
MADE_UP = "ksbb.program.made_up"


@pytest.fixture
def made_up() -> Iterator[ModuleType]:
    """A module of the surface with a function, a field and a name that are deprecated."""
    module = ModuleType(MADE_UP)
    module.__path__ = []  # a package, of which an import asks twice for a name
    sys.modules[MADE_UP] = module
    exec(compile(SURFACE, "made_up.py", "exec"), module.__dict__)  # noqa: S102 - a made-up module of the surface
    yield module
    del sys.modules[MADE_UP]


def told(caught: pytest.WarningsRecorder) -> list[tuple[str, str]]:
    """The file and the text of every warning."""
    return [(warning.filename, str(warning.message)) for warning in caught.list]


def test_a_function_warns_and_still_works(made_up: ModuleType) -> None:
    with pytest.warns(ProgramDeprecationWarning) as caught:
        answer = made_up.answer("you")

    assert (answer, made_up.answer.__doc__) == ("you: 42", "Answers.")
    assert told(caught) == [
        (__file__, "answer is deprecated since version 1.2 of the program API and goes with 2.0: use reply")
    ]


def test_a_field_warns_where_the_object_is_made_and_only_when_it_is_given(made_up: ModuleType) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made_up.Parcel(contents="rice")
    with pytest.warns(ProgramDeprecationWarning) as caught:
        made_up.Parcel(content="rice")

    text = "Parcel.content is deprecated since version 1.1 of the program API and goes with 3.0: use Parcel.contents"
    assert told(caught) == [(__file__, text)]


def test_a_renamed_name_warns_and_is_the_new_one(made_up: ModuleType) -> None:
    with pytest.warns(ProgramDeprecationWarning) as caught:
        from ksbb.program.made_up import Box  # type: ignore[import-not-found]  # noqa: PLC0415 - made up above

    assert Box is made_up.Parcel
    text = "Box is deprecated since version 1.3 of the program API and goes with 2.0: use Parcel"
    assert set(told(caught)) == {(__file__, text)}


def test_a_name_that_never_was_is_not_found(made_up: ModuleType) -> None:
    with pytest.raises(AttributeError, match=r"^module 'ksbb.program.made_up' has no attribute 'Crate'$"):
        made_up.Crate  # noqa: B018 - asking is the point


def test_a_place_warns_once(made_up: ModuleType) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            made_up.answer("you")

    assert len(caught) == 1


@pytest.mark.parametrize(("since", "removal"), [("1.2", "1.3"), ("1.2", "2.1"), ("2.0", "2.0"), ("2.1", "1.0")])
def test_removals_come_with_a_later_major_version(since: str, removal: str) -> None:
    with pytest.raises(ValueError, match="must be a major version after") as refused:
        Deprecated("answer", since=since, removal=removal, instead="reply")

    major = int(since[0]) + 1
    expected = f"answer: removal must be a major version after {since}, such as {major}.0, given {removal}"
    assert str(refused.value) == expected
