"""Numbers, money and dates in words and figures."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksbb.documents.words import (
    Language,
    date_in_figures,
    date_in_words,
    number_in_figures,
    number_in_words,
    rupiah_in_figures,
    rupiah_in_words,
)

UNITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas")
SCALES = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (10**3, "ribu"), (100, "ratus"), (10, "puluh"))


def terbilang(number: int) -> list[str]:
    """The school rule, digit group by digit group, to check against."""
    if number < 12:
        return [UNITS[number]]
    if number < 20:
        return [UNITS[number - 10], "belas"]
    size, name = next(scale for scale in SCALES if number >= scale[0])
    count, rest = divmod(number, size)
    head = [f"se{name}"] if count == 1 and size in (100, 1000) else [*terbilang(count), name]
    return head + (terbilang(rest) if rest else [])


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (100, "seratus"),
        (1_000, "seribu"),
        (1_100, "seribu seratus"),
        (2_021, "dua ribu dua puluh satu"),
        (21_000, "dua puluh satu ribu"),
        (101_000, "seratus satu ribu"),
        (1_000_000, "satu juta"),
        (1_001_000, "satu juta seribu"),
        (1_500_000_000, "satu miliar lima ratus juta"),
        (1_000_000_001_000, "satu triliun seribu"),
        (1_000_021_000, "satu miliar dua puluh satu ribu"),
    ],
)
def test_indonesian_number_words(number: int, words: str) -> None:
    assert number_in_words(number, "id") == words


@given(st.integers(min_value=0, max_value=10**15 - 1))
def test_indonesian_number_words_follow_the_school_rule(number: int) -> None:
    assert number_in_words(number, "id") == " ".join(terbilang(number))


def test_english_number_words() -> None:
    assert number_in_words(1_001_000, "en") == "one million, one thousand"
    assert number_in_words(2_021, "en") == "two thousand and twenty-one"


@pytest.mark.parametrize(
    ("language", "figures", "money", "words"),
    [
        ("id", "1.234.567", "Rp198.000.000", "seratus sembilan puluh delapan juta rupiah"),
        ("en", "1,234,567", "Rp198,000,000", "one hundred and ninety-eight million rupiah"),
    ],
)
def test_figures_and_money_in_both_languages(language: Language, figures: str, money: str, words: str) -> None:
    assert number_in_figures(1_234_567, language) == figures
    assert rupiah_in_figures(198_000_000, language) == money
    assert rupiah_in_words(198_000_000, language) == words


def test_dates_in_both_languages() -> None:
    day = date(2026, 11, 22)
    assert date_in_figures(day, "id") == "22 November 2026"
    assert date_in_words(day, "id") == "Minggu tanggal dua puluh dua bulan November tahun dua ribu dua puluh enam"
    assert date_in_words(day, "en") == "Sunday, the twenty-second of November two thousand and twenty-six"
    assert date_in_words(date(2027, 1, 1), "id") == "Jumat tanggal satu bulan Januari tahun dua ribu dua puluh tujuh"
    assert date_in_figures(date(2027, 8, 17), "id") == "17 Agustus 2027"
    assert date_in_figures(date(2027, 8, 17), "en") == "17 August 2027"
