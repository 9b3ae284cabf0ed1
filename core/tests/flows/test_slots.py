"""Work under way: never more than the most at the same time, what must be alone is alone, and what fails is heard."""

import asyncio

import pytest

from ksbb.flows.slots import UnderWay

TURNS = 5


class Watched:
    """Work that notes how many others are at it."""

    def __init__(self) -> None:
        self.now: list[str] = []
        self.seen: dict[str, set[str]] = {}

    async def work(self, name: str) -> None:
        """Take a few turns of the loop."""
        self.now.append(name)
        for _ in range(TURNS):
            await asyncio.sleep(0)
            for one in self.now:
                self.seen.setdefault(one, set()).update(self.now)
        self.now.remove(name)


async def test_at_most_so_many_at_once() -> None:
    watched, under_way = Watched(), UnderWay(2)
    for name in "abcd":
        await under_way.room()
        under_way.begin(watched.work(name), alone=False)
    await under_way.ended()
    assert {name: len(others) > 1 for name, others in watched.seen.items()} == dict.fromkeys("abcd", True)
    assert not await under_way.one_ended()
    assert watched.seen["a"] == {"a", "b"}


async def test_alone_is_alone() -> None:
    watched, under_way = Watched(), UnderWay(3)
    for name in "aBc":
        await under_way.room()
        under_way.begin(watched.work(name), alone=name.isupper())
    await under_way.ended()
    assert watched.seen == {"a": {"a"}, "B": {"B"}, "c": {"c"}}


async def test_what_fails_is_heard_when_all_have_ended() -> None:
    watched, under_way = Watched(), UnderWay(3)

    async def fail() -> None:
        raise ZeroDivisionError("division by zero")

    under_way.begin(watched.work("a"), alone=False)
    under_way.begin(fail(), alone=False)
    with pytest.raises(ZeroDivisionError):
        await under_way.ended()
    assert watched.now == []
    under_way.begin(fail(), alone=False)
    with pytest.raises(ZeroDivisionError):
        await under_way.one_ended()
