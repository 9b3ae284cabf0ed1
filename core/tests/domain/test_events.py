"""The chain of hashes: whatever is done to a stored event is found, at the place where it was done."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksbb.domain.events import GENESIS, Event, broken_at, event_hash

AT = datetime(2026, 8, 3, 2, tzinfo=UTC)
WORDS = st.text(max_size=8)
PAYLOADS = st.dictionaries(
    WORDS,
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=3,
)


def signed(stream: str, sequence: int, previous: str, **contents: Any) -> Event:
    event_id = f"{stream}-{sequence}"
    body = {
        "stream": stream,
        "sequence": sequence,
        "previous": previous,
        "kind": "tested",
        "at": AT + timedelta(seconds=sequence),
        "account_id": "u1",
        "role": "admin",
        "reason": "",
        "payload": {},
        **contents,
    }
    return Event(id=event_id, **body, hash=event_hash(event_id=event_id, **body))


@st.composite
def chains(draw: st.DrawFn, least: int = 1) -> list[Event]:
    """A sound stream of one to six events."""
    events: list[Event] = []
    for sequence in range(1, draw(st.integers(min_value=least, max_value=6)) + 1):
        previous = events[-1].hash if events else GENESIS
        events.append(
            signed(
                "commitment:1",
                sequence,
                previous,
                kind=draw(st.sampled_from(["drafted", "submitted", "approved"])),
                reason=draw(WORDS),
                payload=draw(PAYLOADS),
            )
        )
    return events


CHANGES: dict[str, Any] = {
    "id": "other",
    "stream": "commitment:2",
    "sequence": 99,
    "kind": "forged",
    "at": AT + timedelta(microseconds=1),
    "account_id": "u2",
    "role": "auditor",
    "reason": "a reason that nobody gave",
    "payload": {"quantity": 1_000_001},
    "previous": "f" * 64,
    "hash": "e" * 64,
}


def test_an_empty_stream_is_sound() -> None:
    assert broken_at([]) is None


@given(chains())
def test_a_sound_chain(events: list[Event]) -> None:
    assert broken_at(events) is None


def test_every_field_has_a_change() -> None:
    assert set(CHANGES) == {field.name for field in fields(Event)}


@pytest.mark.parametrize("field", CHANGES)
@given(events=chains(), data=st.data())
def test_a_changed_field_is_found(field: str, events: list[Event], data: st.DataObject) -> None:
    place = data.draw(st.integers(min_value=0, max_value=len(events) - 1))
    events[place] = replace(events[place], **{field: CHANGES[field]})
    assert broken_at(events) == place + 1


@given(events=chains(least=2), data=st.data())
def test_a_removed_event_is_found(events: list[Event], data: st.DataObject) -> None:
    place = data.draw(st.integers(min_value=0, max_value=len(events) - 2))
    del events[place]
    assert broken_at(events) == place + 1


@given(events=chains(least=2))
def test_a_cut_off_end_shows_in_the_version_only(events: list[Event]) -> None:
    """The record's version says how many events there must be: the chain itself can't."""
    assert broken_at(events[:-1]) is None
    assert len(events[:-1]) != events[-1].sequence


@given(events=chains(), data=st.data())
def test_an_inserted_event_is_found(events: list[Event], data: st.DataObject) -> None:
    place = data.draw(st.integers(min_value=0, max_value=len(events) - 1))
    previous = events[place - 1].hash if place else GENESIS
    events.insert(place, signed("commitment:1", place + 1, previous, kind="forged"))
    assert broken_at(events) == place + 2


@given(events=chains(least=2), data=st.data())
def test_two_events_in_each_others_place_are_found(events: list[Event], data: st.DataObject) -> None:
    places = st.integers(min_value=0, max_value=len(events) - 1)
    one, other = data.draw(st.tuples(places, places).filter(lambda both: both[0] < both[1]))
    events[one], events[other] = events[other], events[one]
    assert broken_at(events) == one + 1


@given(events=chains(least=2), data=st.data())
def test_a_changed_event_signed_anew_breaks_the_next(events: list[Event], data: st.DataObject) -> None:
    place = data.draw(st.integers(min_value=0, max_value=len(events) - 2))
    old = events[place]
    events[place] = signed(old.stream, old.sequence, old.previous, kind="forged")
    assert broken_at(events) == place + 2


@pytest.mark.parametrize(
    ("one", "other"),
    [(5.0, 5), (1e20, 10**20), (-0.0, 0), ([1.0, {"a": 2.0}], [1, {"a": 2}]), ((1, 2), [1, 2])],
)
def test_a_number_counts_not_how_it_is_written(one: object, other: object) -> None:
    assert signed("s", 1, GENESIS, payload={"n": one}).hash == signed("s", 1, GENESIS, payload={"n": other}).hash


@pytest.mark.parametrize(("one", "other"), [(0.5, 0), (1, True), (0, None), ("1", 1), (1e-7, 0)])
def test_other_values_make_another_hash(one: object, other: object) -> None:
    assert signed("s", 1, GENESIS, payload={"n": one}).hash != signed("s", 1, GENESIS, payload={"n": other}).hash


def test_the_order_of_keys_does_not_count() -> None:
    one = signed("s", 1, GENESIS, payload={"a": 1, "b": 2})
    assert one.hash == signed("s", 1, GENESIS, payload={"b": 2, "a": 1}).hash
    assert len(one.hash) == len(GENESIS) == 64
