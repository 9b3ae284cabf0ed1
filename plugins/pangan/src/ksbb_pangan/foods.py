"""The foods that a package is made of, and how their amounts compare."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any

from ksbb.program import Text


class Food(StrEnum):
    """The foods of the KSBB package, what donors use to add, and `other`."""

    RICE = "rice"
    COOKING_OIL = "cooking_oil"
    FLOUR = "flour"
    SUGAR = "sugar"
    SALT = "salt"
    CONDENSED_MILK = "condensed_milk"
    TEA = "tea"
    COFFEE = "coffee"
    SARDINES = "sardines"
    INSTANT_NOODLES = "instant_noodles"
    EGGS = "eggs"
    VEGETABLES = "vegetables"
    BISCUITS = "biscuits"
    SYRUP = "syrup"
    DATES = "dates"
    OTHER = "other"


class Measure(StrEnum):
    """Units of amounts inside a package."""

    KILOGRAM = "kg"
    GRAM = "g"
    LITRE = "l"
    MILLILITRE = "ml"
    PIECE = "pcs"


FOOD_NAMES: Mapping[str, Text] = {
    Food.RICE: Text("beras", "rice"),
    Food.COOKING_OIL: Text("minyak goreng", "cooking oil"),
    Food.FLOUR: Text("tepung terigu", "flour"),
    Food.SUGAR: Text("gula", "sugar"),
    Food.SALT: Text("garam", "salt"),
    Food.CONDENSED_MILK: Text("susu kental", "condensed milk"),
    Food.TEA: Text("teh", "tea"),
    Food.COFFEE: Text("kopi", "coffee"),
    Food.SARDINES: Text("sarden", "sardines"),
    Food.INSTANT_NOODLES: Text("mi instan", "instant noodles"),
    Food.EGGS: Text("telur", "eggs"),
    Food.VEGETABLES: Text("sayur dan buah", "vegetables and fruit"),
    Food.BISCUITS: Text("biskuit", "biscuits"),
    Food.SYRUP: Text("sirup", "syrup"),
    Food.DATES: Text("kurma", "dates"),
    Food.OTHER: Text("pangan lain", "other food"),
}

MEASURE_NAMES: Mapping[str, Text] = {
    Measure.KILOGRAM: Text("kg", "kg"),
    Measure.GRAM: Text("g", "g"),
    Measure.LITRE: Text("liter", "litres"),
    Measure.MILLILITRE: Text("ml", "ml"),
    Measure.PIECE: Text("buah", "pieces"),
}

_BASE = {
    Measure.KILOGRAM: (Measure.GRAM, 1000),
    Measure.GRAM: (Measure.GRAM, 1),
    Measure.LITRE: (Measure.MILLILITRE, 1000),
    Measure.MILLILITRE: (Measure.MILLILITRE, 1),
    Measure.PIECE: (Measure.PIECE, 1),
}


@lru_cache(maxsize=1024)
def in_base(amount: float, measure: Measure) -> tuple[Measure, float]:
    """An amount in the base of its measure: grams, millilitres or pieces."""
    base, factor = _BASE[measure]
    return base, round(amount * factor, 3)


def amounts(contents: Sequence[Mapping[str, Any]]) -> dict[str, dict[Measure, float]]:
    """What a package holds of each food: food → base measure → amount. `contents` as the attribute of that name."""
    total: dict[str, dict[Measure, float]] = {}
    for item in contents:
        base, amount = in_base(item["amount"], Measure(item["unit"]))
        held = total.setdefault(item["food"], {})
        held[base] = round(held.get(base, 0.0) + amount, 3)
    return total
