"""A package's contents against the standard package."""

from collections.abc import Mapping, Sequence
from typing import Any

from ksbb.program import Text
from ksbb_pangan.foods import FOOD_NAMES, amounts, in_base
from ksbb_pangan.settings import StandardItem


def shortfalls(contents: Sequence[Mapping[str, Any]], standard: Sequence[StandardItem]) -> tuple[Text, ...]:
    """What is missing from the standard package, one text per food.

    A food in another kind of measure (instant noodles in grams, not pieces) can't be compared and counts as there.
    """
    held = amounts(contents)
    found: list[Text] = []
    for item in standard:
        name = FOOD_NAMES[item.food]
        if item.food not in held:
            found.append(Text(f"{name.id} tidak ada", f"no {name.en}"))
            continue
        if item.amount is None:
            continue
        base, wanted = in_base(item.amount, item.unit)
        given = held[item.food].get(base)
        if given is not None and given < wanted:
            found.append(
                Text(f"{name.id} {given:g} dari {wanted:g} {base}", f"{name.en} {given:g} of {wanted:g} {base}")
            )
    return tuple(found)
