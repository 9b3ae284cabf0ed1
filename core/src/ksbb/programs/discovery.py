"""Which programs are installed: by entry-point metadata alone, nothing of them is imported."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

GROUP = "ksbb.programs"
"""The entry-point group; the name of an entry point is the program's id, its value the module that registers it."""


def installed_programs() -> Mapping[str, tuple[EntryPoint, ...]]:
    """The entry points by program id, sorted; an id that several distributions claim has several."""
    found: dict[str, tuple[EntryPoint, ...]] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, distribution_of(entry))):
        found[entry.name] = (*found.get(entry.name, ()), entry)
    return found


def distribution_of(entry: EntryPoint) -> str:
    """The name of the distribution that an entry point comes from."""
    return entry.dist.name if entry.dist else ""


def version_of(entry: EntryPoint) -> str:
    """The version of the distribution that an entry point comes from."""
    return entry.dist.version if entry.dist else ""
