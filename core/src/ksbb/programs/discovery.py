"""Which programs are installed: by entry-point metadata alone, nothing of them is imported."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import NamedTuple

GROUP = "ksbb.programs"
"""The entry-point group; the name of an entry point is the program's id, its value the module that registers it."""


class Installed(NamedTuple):
    """An entry point, with name and version of the distribution that it comes from."""

    distribution: str
    version: str
    entry: EntryPoint

    @property
    def package(self) -> str:
        """The top-level package that the entry point leads to."""
        return self.entry.value.partition(":")[0].partition(".")[0].strip()

    @property
    def label(self) -> str:
        """Distribution and version, for people."""
        return f"{self.distribution} {self.version}".strip()


def installed_programs() -> Mapping[str, tuple[Installed, ...]]:
    """The entry points by program id, sorted; an id that several distributions claim has several."""
    found: dict[str, tuple[Installed, ...]] = {}
    entries = map(_installed, entry_points(group=GROUP))
    for one in sorted(entries, key=lambda one: (one.entry.name, one.distribution, one.entry.value)):
        found[one.entry.name] = (*found.get(one.entry.name, ()), one)
    return found


def _installed(entry: EntryPoint) -> Installed:
    # A distribution whose metadata is damaged has neither
    name, version = (entry.dist.metadata[key] if entry.dist else None for key in ("Name", "Version"))
    return Installed(name or "", version or "", entry)
