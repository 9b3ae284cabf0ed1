"""Find the program to judge: in a source folder, whether it is installed or not, or among the installed ones."""

import sys
import tomllib
from collections.abc import Mapping
from importlib import invalidate_caches
from importlib.metadata import Distribution, EntryPoint, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ksbb.domain.errors import InvalidInput, invalid
from ksbb.domain.text import Text
from ksbb.program import Program
from ksbb.programs.discovery import GROUP, Installed, installed_programs
from ksbb.programs.faults import ProgramFault, repair
from ksbb.programs.loading import load
from ksbb.settings import did_you_mean
from ksbb.testing.quality.subject import Metadata, Subject

PROJECT_FILE = "pyproject.toml"
_LICENCE_CLASSIFIER = "License :: "
_UNSAID = "UNKNOWN"
_SECONDS = 60.0
"""How long the import of a program may take, on a busy machine too."""


def subject_of(target: str) -> Subject:
    """The program in the folder `target`, or the installed one with this id.

    Raises InvalidInput where there is none, ProgramFault where it can't be loaded.
    """
    folder = Path(target)
    if folder.is_dir():
        return in_folder(folder.resolve())
    if "/" in target or target.endswith(".toml"):
        raise _not_found(target, Text(f"folder {target} tidak ada", f"the folder {target} doesn't exist"))
    return installed(target)


def in_folder(folder: Path) -> Subject:
    """The program of a source folder; its package is imported from there. Raises as `subject_of`."""
    project = project_of(folder)
    entries = entry_points_of(project)
    if len(entries) != 1:
        names = ", ".join(entries) or "-"
        raise _not_found(
            str(folder),
            Text(
                f'{folder / PROJECT_FILE} harus punya tepat satu [project.entry-points."{GROUP}"]; yang ada: {names}',
                f'{folder / PROJECT_FILE} must have exactly one [project.entry-points."{GROUP}"]; it has: {names}',
            ),
        )
    (name, module), metadata = next(iter(entries.items())), _metadata_of(project)
    home = _home_of(folder, module)
    if str(home) not in sys.path:
        sys.path.insert(0, str(home))
        invalidate_caches()
    one = Installed(metadata.name, metadata.version, EntryPoint(name, module, GROUP))
    try:
        program = load(one, {}, {}, _SECONDS).program
    except ProgramFault as fault:
        # Who checks a folder is its author: an upgrade of the package is what they are about to make
        if fault.remedy == repair(one):
            fault.remedy = Text(
                "perbaiki kode program, lalu periksa lagi", "correct the program's code, then check again"
            )
        raise
    package = _package_of(module)
    if package.parent != home:
        raise _not_found(
            str(folder),
            Text(
                f"{module} diimpor dari {package}, bukan dari {home}; hapus salinan itu atau periksa di proses lain",
                f"{module} was imported from {package}, not from {home}; uninstall that copy or check in a process of its own",
            ),
        )
    return Subject(program=program, module=module, package=package, metadata=metadata, folder=folder)


def installed(program_id: str) -> Subject:
    """The installed program with this id, with its source folder where it has one. Raises as `subject_of`."""
    known = installed_programs()
    entries = known.get(program_id, ())
    dist = entries[0].entry.dist if len(entries) == 1 else None
    if dist is None:
        hint = did_you_mean(program_id, list(known))
        several = ", ".join(one.label for one in entries)
        raise _not_found(
            program_id,
            Text(
                f"beberapa paket mengaku sebagai program {program_id}: {several}",
                f"several packages claim to be program {program_id}: {several}",
            )
            if several
            else Text(
                f"program {program_id} tidak terpasang dan bukan folder; {hint.id}",
                f"program {program_id} is neither installed nor a folder; {hint.en}",
            ),
        )
    program, module = load(entries[0], {}, {}, _SECONDS).program, entries[0].entry.module
    package = _package_of(module)
    return Subject(
        program=program,
        module=module,
        package=package,
        metadata=_metadata_of_installed(dist),
        folder=_folder_of(package, program_id),
    )


def under_test(program: Program, test_file: Path) -> Subject:
    """The subject of a program that is imported already, for the tests in a file of its source folder.

    Raises InvalidInput when no folder above the file has the program's `pyproject.toml`.
    """
    folder = project_folder(test_file)
    entries = entry_points_of(project_of(folder)) if folder else {}
    if folder is None or program.id not in entries:
        raise _not_found(
            program.id,
            Text(
                f"di atas {test_file} tidak ada {PROJECT_FILE} dengan entry point {program.id}",
                f"no {PROJECT_FILE} above {test_file} has the entry point {program.id}",
            ),
        )
    module = entries[program.id]
    return Subject(
        program=program,
        module=module,
        package=_package_of(module),
        metadata=_metadata_of(project_of(folder)),
        folder=folder,
    )


def project_folder(file: Path) -> Path | None:
    """The nearest folder above a file that has a `pyproject.toml`."""
    return next((folder for folder in file.resolve().parents if (folder / PROJECT_FILE).is_file()), None)


def project_of(folder: Path) -> Mapping[str, Any]:
    """The table `project` of a folder's `pyproject.toml`. Raises InvalidInput when it can't be read or hasn't one."""
    file = folder / PROJECT_FILE
    try:
        project = tomllib.loads(file.read_text("utf-8")).get("project")
    except FileNotFoundError as error:
        raise _not_found(str(folder), Text(f"{file} tidak ada", f"{file} doesn't exist")) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        said = Text(f"{file} bukan TOML yang sah: {error}", f"{file} is not valid TOML: {error}")
        raise _not_found(str(folder), said) from error
    if not isinstance(project, Mapping):
        raise _not_found(str(folder), Text(f"{file} tidak punya tabel [project]", f"{file} has no table [project]"))
    return project


def entry_points_of(project: Mapping[str, Any]) -> Mapping[str, str]:
    """The programs that a project's metadata name: id → module."""
    return dict(project.get("entry-points", {}).get(GROUP, {}))


def _home_of(folder: Path, module: str) -> Path:
    """Where a source folder keeps its package."""
    top = module.split(".", maxsplit=1)[0]
    homes = [home for home in (folder / "src", folder) if (home / top / "__init__.py").is_file()]
    if not homes:
        raise _not_found(
            str(folder),
            Text(
                f"paket {top} tidak ada di {folder / 'src'} maupun {folder}; program adalah folder dengan __init__.py",
                f"the package {top} is neither in {folder / 'src'} nor in {folder}; a program is a folder with __init__.py",
            ),
        )
    return homes[0]


def _package_of(module: str) -> Path:
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise _not_found(
            module,
            Text(
                f"{module} bukan paket (folder dengan __init__.py)",
                f"{module} is no package (a folder with __init__.py)",
            ),
        )
    return Path(next(iter(spec.submodule_search_locations))).resolve()


def _folder_of(package: Path, program_id: str) -> Path | None:
    """The source folder that an editable installation points to; None for a wheel's."""
    folder = project_folder(package)
    if folder is None or program_id not in entry_points_of(project_of(folder)):
        return None
    return folder


def _metadata_of(project: Mapping[str, Any]) -> Metadata:
    name = str(project.get("name", ""))
    try:
        dist = distribution(name) if name else None
    except PackageNotFoundError:
        dist = None
    dynamic = project.get("dynamic", ())
    version = dist.version if "version" in dynamic and dist else str(project.get("version", ""))
    licence = project.get("license", "")
    if isinstance(licence, Mapping):
        licence = licence.get("text") or licence.get("file") or ""
    return Metadata(
        name=name,
        version=version,
        licence=licence or _classified(project.get("classifiers", ())),
        requirements=tuple(project.get("dependencies", ())),
        entry_points=entry_points_of(project),
    )


def _metadata_of_installed(dist: Distribution) -> Metadata:
    said = dist.metadata
    licence = next((one for name in ("License-Expression", "License") for one in said.get_all(name) or ()), "")
    return Metadata(
        name=dist.name,
        version=dist.version,
        licence="" if licence == _UNSAID else licence or _classified(said.get_all("Classifier") or ()),
        requirements=tuple(dist.requires or ()),
        entry_points={entry.name: entry.value for entry in dist.entry_points if entry.group == GROUP},
    )


def _classified(classifiers: Any) -> str:
    return next(
        (one.removeprefix(_LICENCE_CLASSIFIER) for one in classifiers if one.startswith(_LICENCE_CLASSIFIER)), ""
    )


def _not_found(given: str, message: Text) -> InvalidInput:
    return invalid("program_not_found", message, expected="a program's source folder or id", given=given)
