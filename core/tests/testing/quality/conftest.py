"""The sample program, which keeps every rule of quality, and copies of it to spoil."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ksbb.testing.quality.engine import Inspection
from ksbb.testing.quality.find import in_folder
from ksbb.testing.quality.subject import Subject

HERE = Path(__file__).parent
SAMPLE = HERE / "sample"
collect_ignore = ["sample"]  # an author's package: tests of the plugin run its tests in a process of their own
sys.path += [str(SAMPLE / "src"), str(HERE)]

Spoil = Callable[[str, str, str], Subject]


@pytest.fixture(scope="session")
def sample() -> Subject:
    """The sample as it is."""
    subject = in_folder(SAMPLE)
    Inspection(subject).verdict()  # what is dear to find out is kept, for tests that change something else
    return subject


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample's folder."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "sample"))


@pytest.fixture
def spoil(sample: Subject, folder: Path) -> Spoil:
    """The sample with one text of one file replaced by another; the whole file is gone where the text is `*`."""

    def spoilt(file: str, old: str, new: str) -> Subject:
        path = folder / file
        if old == "*":
            path.unlink()
        else:
            text = path.read_text("utf-8")
            assert old in text, f"{file} has no {old!r}"
            path.write_text(text.replace(old, new), "utf-8")
        return replace(sample, folder=folder, package=folder / "src" / "ksbb_contoh", memo=sample.memo)

    return spoilt
