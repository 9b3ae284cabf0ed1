"""The metadata lead to the program."""

from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from ksbb.programs.discovery import GROUP
from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """The entry point, and the distribution's name and version."""
    metadata, program = subject.metadata, subject.program
    if dict(metadata.entry_points) != {program.id: subject.module}:
        yield Flaw(
            where=f"entry points {GROUP}",
            expected=f"{program.id} = {subject.module!r} alone",
            given=", ".join(f"{name} = {value!r}" for name, value in metadata.entry_points.items()) or "none",
            remedy=f'Write `[project.entry-points."{GROUP}"]` with this one line',
        )
    try:
        sound = Version(metadata.version) > Version("0")
    except InvalidVersion:
        sound = False
    if not sound:
        yield Flaw(
            where="version",
            expected="a version such as 0.1.0 (PEP 440)",
            given=repr(metadata.version),
            remedy="Give the distribution a version, and a new one with each release",
        )


RULE = QualityRule(
    id="entry_point",
    tier=Tier.BRONZE,
    title="The metadata lead to the program",
    asks="The distribution has one entry point in `ksbb.programs`, named by the program's id, and a version.",
    why="The host reads nothing else before it imports the program; status and log name the version.",
    waiver=Waiver.NEVER,
    check=check,
)
