"""Numbers, money and dates as Indonesian and English official documents write them, in figures and in words."""

import re
from datetime import date
from typing import Literal

# num2words ships no type information
from num2words import num2words  # type: ignore[import-untyped]

Language = Literal["id", "en"]
"""`id`: Indonesian, the language of the signed document; `en`: the English reading version."""

_WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: dict[Language, tuple[str, ...]] = {
    "id": (
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}

# num2words says "satu juta satu ribu"; a lone thousand is "seribu" after every larger scale, too
_LONE_THOUSAND = re.compile(r"(?<=juta |liar |liun )satu ribu\b")


def number_in_words(number: int, language: Language) -> str:
    """The whole number in words (terbilang): 2021 is "dua ribu dua puluh satu"."""
    words = str(num2words(number, lang=language))
    return _LONE_THOUSAND.sub("seribu", words) if language == "id" else words


def rupiah_in_words(amount: int, language: Language) -> str:
    """Whole rupiah in words: 200000 is "dua ratus ribu rupiah"."""
    return f"{number_in_words(amount, language)} rupiah"


def number_in_figures(number: int, language: Language) -> str:
    """The whole number with the language's thousands separator: 1.234.567 in Indonesian, 1,234,567 in English."""
    figures = f"{number:,}"
    return figures.replace(",", ".") if language == "id" else figures


def rupiah_in_figures(amount: int, language: Language) -> str:
    """Whole rupiah in figures: Rp1.500.000 in Indonesian, Rp1,500,000 in English."""
    return f"Rp{number_in_figures(amount, language)}"


def weekday(day: date, language: Language) -> str:
    """Name of the day of the week."""
    return _WEEKDAYS[language][day.weekday()]


def month(day: date, language: Language) -> str:
    """Name of the month."""
    return _MONTHS[language][day.month - 1]


def date_in_figures(day: date, language: Language) -> str:
    """Day, month by name and year: 22 November 2026."""
    return f"{day.day} {month(day, language)} {day.year}"


def date_in_words(day: date, language: Language) -> str:
    """The date as the opening sentence of a report says it.

    `id`: "Minggu tanggal dua puluh dua bulan November tahun dua ribu dua puluh enam",
    `en`: "Sunday, the twenty-second of November two thousand and twenty-six".
    """
    year = number_in_words(day.year, language)
    if language == "id":
        return f"{weekday(day, 'id')} tanggal {number_in_words(day.day, 'id')} bulan {month(day, 'id')} tahun {year}"
    ordinal = num2words(day.day, lang="en", to="ordinal")
    return f"{weekday(day, 'en')}, the {ordinal} of {month(day, 'en')} {year}"
