"""Why a program can't run, and what to do about it."""

import re
from collections.abc import Sequence

import ksbb.program
from ksbb.domain.text import Text
from ksbb.program import API_VERSION
from ksbb.programs.discovery import Installed
from ksbb.programs.limits import Overrun
from ksbb.programs.status import ProgramState
from ksbb.settings import closest, did_you_mean

_UNKNOWN_ARGUMENT = re.compile(r"^(\w+)\.__init__\(\) got an unexpected keyword argument")


class ProgramFault(Exception):
    """Why a program can't run: the state it gets, the reason, and what to do about it."""

    def __init__(self, state: ProgramState, reason: Text, remedy: Text) -> None:
        self.state = state
        self.reason = reason
        self.remedy = remedy
        super().__init__(reason.en)


def broken(reason: Text, remedy: Text | None = None) -> ProgramFault:
    """A program that doesn't do what the surface asks of it."""
    return ProgramFault(
        ProgramState.BROKEN,
        reason,
        remedy or Text("perbaiki program itu, lalu mulai ulang", "repair the program, then restart"),
    )


def repair(one: Installed) -> Text:
    """What to do about a distribution whose code is at fault."""
    return repaired(one.entry.name, one.distribution)


def repaired(program_id: str, distribution: str) -> Text:
    """What to do about a program's code that is at fault."""
    return Text(
        f"perbarui paket {distribution} (pip install -U {distribution}) atau minta pembuatnya memperbaikinya; "
        f"sementara itu keluarkan {program_id} dari programs.enabled",
        f"upgrade the package {distribution} (pip install -U {distribution}) or have its authors repair it; "
        f"until then take {program_id} out of programs.enabled",
    )


def failed(one: Installed, step: Text, said: str, error: BaseException) -> ProgramFault:
    """Code of the program that raised at a step of its loading."""
    if _asks_for_more(error):
        return ProgramFault(
            ProgramState.INCOMPATIBLE,
            Text(
                f"meminta yang tidak ada pada API program {API_VERSION}: {said}",
                f"asks for what the program API {API_VERSION} hasn't: {said}",
            ),
            _another_version(one),
        )
    lacks = error.name if isinstance(error, ModuleNotFoundError) else None
    remedy = repair(one)
    if lacks and lacks.partition(".")[0] != one.package:
        remedy = Text(
            f"pasang paket yang berisi modul {lacks} (`pip check` menyebut yang kurang), lalu mulai ulang",
            f"install the package that has the module {lacks} (`pip check` names what is lacking), then restart",
        )
    return broken(Text(f"{step.id} gagal: {said}", f"{step.en} failed: {said}"), remedy)


def overrun(one: Installed, step: Text, error: Overrun) -> ProgramFault:
    """Code of the program that didn't come back in time."""
    return broken(
        Text(f"{step.id} {error.told.id}", f"{step.en} {error.told.en}"),
        Text(
            f"bila hanya lambat, naikkan programs.load_seconds; selain itu {repair(one).id}",
            f"if it is only slow, raise programs.load_seconds; otherwise {repair(one).en}",
        ),
    )


def incompatible(one: Installed, requires_api: str) -> ProgramFault:
    """A program that was written for another version of the surface."""
    return ProgramFault(
        ProgramState.INCOMPATIBLE,
        Text(
            f"memerlukan API program {requires_api}, platform ini menyediakan {API_VERSION}",
            f"needs the program API {requires_api}, this platform offers {API_VERSION}",
        ),
        _another_version(one),
    )


def conflicting_names(program_id: str, claimants: Sequence[Installed]) -> ProgramFault:
    """Several distributions with an entry point of the same name; none of them was imported."""
    named = ", ".join(one.label for one in claimants)
    commands = [f"pip uninstall {name}" for name in dict.fromkeys(one.distribution for one in claimants)]
    return ProgramFault(
        ProgramState.CONFLICT,
        Text(
            f"beberapa paket mengaku sebagai program {program_id}: {named}",
            f"several packages claim to be program {program_id}: {named}",
        ),
        Text(
            f"sisakan satu: {' atau '.join(commands)}, lalu mulai ulang",
            f"leave one of them: {' or '.join(commands)}, then restart",
        ),
    )


def conflicting_ids(program_id: str, claimants: Sequence[Installed]) -> ProgramFault:
    """Entry points of different names whose programs have the same id."""
    named = ", ".join(f"{one.entry.name} ({one.label})" for one in claimants)
    names = [one.entry.name for one in claimants]
    return ProgramFault(
        ProgramState.CONFLICT,
        Text(
            f"beberapa entry point mendaftarkan program {program_id}: {named}",
            f"several entry points register the program {program_id}: {named}",
        ),
        Text(
            f"sisakan satu di programs.enabled: {' atau '.join(names)}, lalu mulai ulang",
            f"leave one of them in programs.enabled: {' or '.join(names)}, then restart",
        ),
    )


def misnamed(one: Installed, program_id: str) -> ProgramFault:
    """A program that has another id than its entry point."""
    return broken(
        Text(
            f"entry point bernama {one.entry.name}, tetapi programnya {program_id}; keduanya harus sama",
            f"the entry point is named {one.entry.name}, but the program {program_id}; both must be the same",
        ),
        repair(one),
    )


def missing(program_id: str, known: Sequence[str], *, enabled: bool) -> ProgramFault:
    """A program that the configuration names and nobody installed; `enabled`: it isn't only a table of settings."""
    hint = did_you_mean(program_id, known)
    place = Text("programs.enabled", "programs.enabled")
    if not enabled:
        variables = f"KSBB_PROGRAMS__{program_id.upper()}__…"
        place = Text(
            f"tabel [programs.{program_id}] atau variabel {variables}",
            f"the table [programs.{program_id}] or the variables {variables}",
        )
    # Whoever mistyped an id must not be told to install what has the mistyped name
    package = f"ksbb-{program_id.replace('_', '-')}"
    remedy = Text(
        f"pasang paketnya (biasanya pip install {package}) atau perbaiki {place.id}, lalu mulai ulang",
        f"install its package (usually pip install {package}), or correct {place.en}, then restart",
    )
    if closest(program_id, known):
        remedy = Text(
            f"perbaiki {place.id}, lalu mulai ulang; bila {program_id} benar, pasang paketnya",
            f"correct {place.en}, then restart; if {program_id} is right, install its package",
        )
    return ProgramFault(
        ProgramState.MISSING,
        Text(f"program {program_id} tidak terpasang; {hint.id}", f"program {program_id} is not installed; {hint.en}"),
        remedy,
    )


def _asks_for_more(error: BaseException) -> bool:
    """Whether code failed because it was written for a surface that has more: such a program can't even say so by `requires_api`."""
    if isinstance(error, ImportError):
        return error.name is not None and (f"{error.name}.").startswith(f"{ksbb.program.__name__}.")
    asked = _UNKNOWN_ARGUMENT.match(str(error)) if isinstance(error, TypeError) else None
    return asked is not None and asked[1] in ksbb.program.__all__


def _another_version(one: Installed) -> Text:
    return Text(
        f"pasang versi {one.distribution} untuk API program {API_VERSION}, atau perbarui ksbb",
        f"install a version of {one.distribution} for the program API {API_VERSION}, or upgrade ksbb",
    )
