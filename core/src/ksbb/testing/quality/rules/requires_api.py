"""The program says which versions of the plugin surface it is made for."""

from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from ksbb.program import API_VERSION, Program
from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.subject import Subject

_AID_TYPE_SINCE = {"1.1": ("counter_examples", "personal_data", "upgrades")}
_PROGRAM_SINCE = {"1.1": ("reference_data", "routes", "report_sections", "import_mappings", "needs", "exemptions")}


def check(subject: Subject) -> Iterator[Flaw]:
    """`requires_api` against this surface, the next major version, and the fields that the program uses."""
    program, now = subject.program, Version(API_VERSION)
    try:
        wanted = SpecifierSet(program.requires_api)
    except InvalidSpecifier:
        yield _flaw(program, "a version specifier such as >=1.1,<2")
        return
    if not wanted.contains(now):
        yield _flaw(program, f"a range with this surface, {API_VERSION}")
    if wanted.contains(Version(f"{now.major + 1}.0")):
        yield _flaw(program, f"an upper bound of <{now.major + 1}")
    for since, used in _used(program).items():
        before = Version(f"{now.major}.{Version(since).minor - 1}")
        if used and wanted.contains(before):
            yield _flaw(program, f"a lower bound of >={since}, for it uses {', '.join(used)}")


def _used(program: Program) -> dict[str, list[str]]:
    """The fields that came with later versions of the surface, and are used."""
    return {
        since: [name for name in names if any(getattr(aid_type, name) for aid_type in program.aid_types)]
        + [name for name in _PROGRAM_SINCE.get(since, ()) if getattr(program, name)]
        for since, names in _AID_TYPE_SINCE.items()
    }


def _flaw(program: Program, expected: str) -> Flaw:
    return Flaw(
        where="Program.requires_api",
        expected=expected,
        given=repr(program.requires_api),
        remedy=f'Write `requires_api=">={API_VERSION},<{Version(API_VERSION).major + 1}"`',
    )


RULE = QualityRule(
    id="requires_api",
    tier=Tier.BRONZE,
    title="The surface that it is made for is named",
    asks="`requires_api` includes this version of the surface, ends before the next major one, and starts where the fields that the "
    "program uses came in.",
    why="A platform of another version must say `incompatible` with a remedy, in place of failing somewhere inside.",
    waiver=Waiver.NEVER,
    check=check,
)
