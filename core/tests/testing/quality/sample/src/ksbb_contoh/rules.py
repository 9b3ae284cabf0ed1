"""The one rule."""

from collections.abc import Iterator

from ksbb.program import CommitmentView, Finding, Rule, Severity, Text
from ksbb_contoh.settings import ContohSettings


def enough(commitment: CommitmentView, settings: ContohSettings) -> Iterator[Finding]:
    """A line has `least` kits or more."""
    for line in commitment.lines:
        if line.quantity < settings.least:
            yield Finding(
                code="too_few",
                severity=Severity.BLOCK,
                message=Text(f"hanya {line.quantity} paket", f"only {line.quantity} kits"),
                pointer=f"/lines/{line.position}/quantity",
            )


RULES = (
    Rule(
        id="enough",
        title=Text("Cukup banyak", "Enough of them"),
        source="Keputusan contoh 1/2026",
        codes=("too_few",),
        check=enough,
    ),
)
