"""How needs are weighed: `[allocation]`."""

from pathlib import Path

import pytest

from ksbb.domain.allocation import AllocationRules
from ksbb.domain.errors import InvalidInput
from ksbb.settings import AllocationSettings, load_settings


def test_the_tiers_of_a_city(tmp_path: Path) -> None:
    file = tmp_path / "ksbb.toml"
    file.write_text("[allocation.tiers]\nbiasa = 1\nrentan = 1.25\nsangat_rentan = 100\n")
    rules = load_settings(file).allocation.rules
    assert dict(rules.tiers) == {"biasa": 100, "rentan": 125, "sangat_rentan": 10000}
    assert rules.default_tier == "biasa"


def test_without_settings_acts_know_the_same_tiers() -> None:
    assert AllocationSettings().rules == AllocationRules()
    assert AllocationRules().tiers == {"normal": 100, "vulnerable": 150, "high": 200, "extreme": 300}


@pytest.mark.parametrize(
    ("tiers", "message"),
    [
        ("", "Dictionary should have at least 1 item after validation, not 0"),
        ("Normal = 1", "String should match pattern '^[a-z][a-z0-9_]{0,39}$'"),
        ("normal = 0", "Input should be greater than 0"),
        ("normal = -1", "Input should be greater than 0"),
        ("normal = 100.01", "Input should be less than or equal to 100"),
        ("normal = nan", "Input should be"),
        ("normal = 1.005", "the weight of normal has at most two decimals, given 1.005"),
    ],
)
def test_wrong_tiers(tmp_path: Path, tiers: str, message: str) -> None:
    file = tmp_path / "ksbb.toml"
    file.write_text(f"[allocation.tiers]\n{tiers}\n")
    with pytest.raises(InvalidInput) as caught:
        load_settings(file)
    assert message in caught.value.problems[0].message.en
