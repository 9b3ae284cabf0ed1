"""`ksbb programs check`: what it says of a program, and how it ends."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ksbb.testing.quality.readme import README

SAMPLE = Path(__file__).parents[1] / "testing" / "quality" / "sample"
SPOILT = """\
contoh · ksbb-contoh 1.2.0 · {folder}

bronze: 21 of 21 rules hold

silver: 19 of 20 rules hold
  ✗ guide_links: Links in the guide lead somewhere
      guide.en.md: expected links that lead somewhere; given '#steps': no heading makes the anchor steps
        → Correct the link, or take it out
  – personal_data_declared, kit/contact/name: exempted, The name of the team that packs, never a person's

gold: 6 of 6 rules hold

Every rule and why it is one: {readme}
contoh is bronze; for silver it lacks: guide_links.
"""
EXEMPTION = (
    'exemptions={"personal_data_declared:kit/contact/name": "The name of the team that packs, never a person\'s"},'
)


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own: Prefect's settings are a process's."""
    return subprocess.run(
        [sys.executable, "-m", "ksbb.cli", "programs", "check", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample, which nobody has installed."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "contoh", ignore=shutil.ignore_patterns("__pycache__")))


def test_a_program_that_keeps_every_rule(folder: Path) -> None:
    done = check(folder, ".", "--tier", "gold", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    answer = json.loads(done.stdout)
    rules = answer.pop("rules")
    assert answer == {
        "program": "contoh",
        "distribution": "ksbb-contoh",
        "version": "1.2.0",
        "tier": "gold",
        "next_tier": None,
        "exemptions": {},
    }
    assert {rule["holds"] for rule in rules} == {True}
    assert rules[0] == {
        "rule": "choices_labelled",
        "tier": "bronze",
        "title": "Choices have names",
        "holds": True,
        "flaws": [],
        "excused": [],
        "unseen": None,
        "documentation": "core/src/ksbb/testing/quality/README.md#choices_labelled",
    }


def test_what_is_missing_for_the_next_tier(folder: Path) -> None:
    package = folder / "src" / "ksbb_contoh"
    changes = {
        "guide.en.md": ("#step-by-step", "#steps"),
        "aid.py": ('attribute="contact/name"', 'attribute="serial/*"'),
        "__init__.py": ("import_mappings=(", f"{EXEMPTION}\n    import_mappings=("),
    }
    for name, (old, new) in changes.items():
        text = (package / name).read_text("utf-8")
        assert old in text
        (package / name).write_text(text.replace(old, new), "utf-8")

    done = check(folder.parent, str(folder), "--tier", "silver")

    assert (done.stdout, done.stderr) == (SPOILT.format(folder=folder, readme=README), "")
    assert done.returncode == 1


def test_what_is_no_program(ksbb: Callable[..., Any]) -> None:
    said = ksbb("programs", "check", "pangann")
    assert (said.code, said.out) == (1, "")
    assert said.err == ("Invalid input:\n  program pangann is neither installed nor a folder; did you mean pangan?\n")


def test_a_program_that_cannot_be_loaded(ksbb: Callable[..., Any], tmp_path: Path) -> None:
    entry = '[project.entry-points."ksbb.programs"]\nrobek = "ksbb_robek"\n'
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "ksbb-robek"\nversion = "1"\n{entry}', "utf-8")
    package = tmp_path / "ksbb_robek"
    package.mkdir()
    (package / "__init__.py").write_text("1 / 0\n", "utf-8")
    reason = "import of ksbb_robek failed: ZeroDivisionError: division by zero, at ksbb_robek/__init__.py, line 1"

    said = ksbb("programs", "check", ".")
    assert (said.code, said.err) == (1, "")
    first, remedy = said.out.splitlines()
    assert first == f". is broken: {reason}"
    assert remedy == "  → correct the program's code, then check again"

    answer = json.loads(ksbb("programs", "check", ".", "--json").out)
    assert (answer["program"], answer["tier"], answer["fault"]["reason"]) == (".", None, reason)


def test_the_kit_is_not_installed(ksbb: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr("ksbb.cli.programs_check.find_spec", lambda name: None if name == "hypothesis" else found(name))
    said = ksbb("programs", "check", "pangan")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "Unavailable:\n  the kit for authors of programs isn't installed (hypothesis); "
        "install it: pip install 'ksbb[testing]'\n"
    )
