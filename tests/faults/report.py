"""What a run of a fault test found."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import click

_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Result:
    """Figures of a run, and what didn't hold; nothing is wrong where `failures` is empty."""

    guarantee: str
    figures: Mapping[str, object]
    failures: list[str] = field(default_factory=list)

    def show(self) -> None:
        """Print it."""
        click.echo(f"{'FAILED' if self.failures else 'holds'}  {self.guarantee}")
        for name, figure in self.figures.items():
            click.echo(f"        {name}: {figure}")
        for failure in self.failures:
            click.echo(f"        ! {failure[:_SHOWN]}")


def progress(text: str) -> None:
    """Say how far a long run is, on stderr."""
    click.echo(text, err=True)
