"""IMEIs: the numbers that tell one mobile device from every other."""

import re

_FIFTEEN = re.compile(r"[0-9]{15}")
_SHOWN = 4


def is_valid(imei: str) -> bool:
    """Whether these are 15 digits with a right check digit (Luhn, 3GPP TS 23.003), and not all zero."""
    if not _FIFTEEN.fullmatch(imei) or not imei.strip("0"):
        return False
    total = 0
    for index, digit in enumerate(reversed(imei)):
        doubled = int(digit) * (1 + index % 2)
        total += doubled // 10 + doubled % 10
    return total % 10 == 0


def masked(imei: str) -> str:
    """The IMEI with all but its last four characters hidden."""
    return "*" * max(0, len(imei) - _SHOWN) + imei[-_SHOWN:]
