"""The plan: who gets how much of which commitment."""

from collections.abc import Mapping
from dataclasses import dataclass

from ksbb.allocation.wishes import Wish


@dataclass(frozen=True, slots=True)
class Fair:
    """The fair shares: `given[wish, j]` units of the offers of a wish go to the j-th demand; `prices`, what one more unit of each
    wish would be worth. The prices prove that no other shares are better (`certificate`).
    """

    given: Mapping[tuple[Wish, int], int]
    prices: Mapping[Wish, int]

    def totals(self, count: int) -> list[int]:
        """Units that each of `count` demands gets."""
        totals = [0] * count
        for (_, j), quantity in self.given.items():
            totals[j] += quantity
        return totals


@dataclass(frozen=True, slots=True, order=True)
class Drop:
    """So many units of a commitment line for a target."""

    target_id: str
    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The drops of one aid type, by target and line, and the fair shares that guided them."""

    drops: tuple[Drop, ...]
    fair: Fair
