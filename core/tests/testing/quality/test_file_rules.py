"""Rules about the package around a program: a copy of the sample's folder, with one text of it changed."""

from dataclasses import replace

import pytest

from ksbb.testing.quality.subject import Metadata, Subject

from .conftest import Spoil
from .spoiling import broken

_IMPORT = "from ksbb_contoh.rules import RULES\n"
CASES = [
    (
        "codes_tested",
        ("tests/test_contoh.py", '["too_few"]', "[RULES[0].codes[0]]"),
        "rule enough, too_few: expected a test that expects this code; given none in tests. "
        "Test a commitment that brings it about, and its whole finding.",
    ),
    (
        "import_light",
        (
            "src/ksbb_contoh/visits.py",
            "from datetime import timedelta",
            "from datetime import timedelta\n\nfrom prefect import flow",
        ),
        "src/ksbb_contoh/visits.py:5: expected no import of Prefect when the program is imported; "
        "given `from prefect import flow`. Keep flows in a module of their own, named by `ProgramFlow.entrypoint` "
        "and imported by nobody.",
    ),
    (
        "imports_surface",
        (
            "src/ksbb_contoh/visits.py",
            "from ksbb.program import",
            "from ksbb.domain.text import Text\nfrom ksbb.program import",
        ),
        "src/ksbb_contoh/visits.py:5: expected imports of `ksbb.program` only; "
        "given `from ksbb.domain.text import Text`. Import what you need from `ksbb.program`; ask for what it lacks.",
    ),
    (
        "imports_surface",
        ("src/ksbb_contoh/__init__.py", _IMPORT, f"{_IMPORT}import ksbb_pangan\n"),
        "src/ksbb_contoh/__init__.py:26: expected imports of `ksbb.program` only; "
        "given `import ksbb_pangan`. Copy what you need: another program may not be installed.",
    ),
    (
        "packaging_readme",
        ("README.md", "enabled", "switched on"),
        "README.md: expected how the program is enabled; given no `enabled` in it. "
        'Show `enabled = ["contoh"]` in the table `[programs]`.',
    ),
    (
        "packaging_typed",
        ("src/ksbb_contoh/py.typed", "*", ""),
        "ksbb_contoh: expected the file py.typed; given none. Add the empty file beside `__init__.py`.",
    ),
    (
        "readme_covers",
        ("README.md", "`visit_days`", "the days until a visit"),
        "README.md: expected every setting by its name; given nothing about visit_days. Name it, and say what it is for.",
    ),
    (
        "tests_contract",
        ("tests/test_contoh.py", "(ProgramContract)", ""),
        "tests: expected a test class that derives from `ksbb.testing.ProgramContract`; given none in 1 files. "
        "Write `class TestContract(ProgramContract): program = PROGRAM`.",
    ),
]


@pytest.mark.parametrize(("rule_id", "change", "flaw"), CASES, ids=[f"{one[0]}: {one[1][0]}" for one in CASES])
def test_a_file_breaks_one_rule(rule_id: str, change: tuple[str, str, str], flaw: str, spoil: Spoil) -> None:
    assert broken(spoil(*change)) == {rule_id: [flaw]}


METADATA = Metadata(
    name="ksbb-contoh",
    version="1.2.0",
    licence="Apache-2.0",
    requirements=("ksbb", "prefect>=3.8,<3.9", "pydantic>=2.10"),
    entry_points={"contoh": "ksbb_contoh"},
)


@pytest.mark.parametrize(
    ("rule_id", "metadata", "flaws"),
    [
        (
            "entry_point",
            replace(METADATA, entry_points={"contohh": "ksbb_contoh"}, version="first"),
            [
                "entry points ksbb.programs: expected contoh = 'ksbb_contoh' alone; given contohh = 'ksbb_contoh'. "
                'Write `[project.entry-points."ksbb.programs"]` with this one line.',
                "version: expected a version such as 0.1.0 (PEP 440); given 'first'. "
                "Give the distribution a version, and a new one with each release.",
            ],
        ),
        (
            "packaging_licence",
            replace(METADATA, licence=""),
            [
                "licence: expected an SPDX expression such as Apache-2.0; given none. "
                'Write `license = "Apache-2.0"`, or your own choice, into `[project]`.'
            ],
        ),
        (
            "requirements_declared",
            replace(METADATA, requirements=("ksbb", "Prefect")),
            [
                "src/ksbb_contoh/settings.py:3: expected a requirement on pydantic; "
                "given requirements ksbb, prefect. Add it to `[project] dependencies`."
            ],
        ),
    ],
)
def test_metadata_break_one_rule(rule_id: str, metadata: Metadata, flaws: list[str], sample: Subject) -> None:
    assert sample.metadata == METADATA
    assert broken(replace(sample, metadata=metadata)) == {rule_id: flaws}
