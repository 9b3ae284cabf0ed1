"""Faults that a program has when it is loaded: its code, and the status that it gets for it."""

from dataclasses import dataclass, field
from typing import Any

from tests.broken.shelf import VERSION, Shelf, program

import ksbb.program
from ksbb.program import API_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLoading:
    """One fault: the package's `code`, the reason in both languages, and the remedy where it isn't to have the program repaired."""

    id: str
    code: str
    reason: tuple[str, str]
    state: str = "broken"
    remedy: tuple[str, str] | None = None
    files: dict[str, str] = field(default_factory=dict)
    entry_point: str = ""

    @property
    def distribution(self) -> str:
        """The distribution's name."""
        return f"ksbb-{self.id.replace('_', '-')}"

    def put(self, shelf: Shelf) -> None:
        """Put it on a shelf."""
        shelf.put(self.id, self.code, files=self.files, entry_point=self.entry_point)

    def status(self) -> dict[str, Any]:
        """The whole status that it gets."""
        return status(
            self.id, self.state, self.distribution, self.reason, self.remedy or repair(self.id, self.distribution)
        )


def status(
    program_id: str, state: str, distribution: str | None, reason: tuple[str, str], remedy: tuple[str, str]
) -> dict[str, Any]:
    """A whole status as JSON has it; `distribution` may name several."""
    return {
        "id": program_id,
        "state": state,
        "distribution": distribution,
        "version": ", ".join([VERSION] * len(distribution.split(", "))) if distribution else None,
        "reason": dict(zip(("id", "en"), reason, strict=True)),
        "remedy": dict(zip(("id", "en"), remedy, strict=True)),
    }


def repair(program_id: str, distribution: str) -> tuple[str, str]:
    """The remedy for a program whose code is at fault."""
    return (
        f"perbarui paket {distribution} (pip install -U {distribution}) atau minta pembuatnya memperbaikinya; "
        f"sementara itu keluarkan {program_id} dari programs.enabled",
        f"upgrade the package {distribution} (pip install -U {distribution}) or have its authors repair it; "
        f"until then take {program_id} out of programs.enabled",
    )


def another_version(distribution: str) -> tuple[str, str]:
    """The remedy for a program of another version of the surface."""
    return (
        f"pasang versi {distribution} untuk API program {API_VERSION}, atau perbarui ksbb",
        f"install a version of {distribution} for the program API {API_VERSION}, or upgrade ksbb",
    )


def failed(step: str, step_en: str, said: str) -> tuple[str, str]:
    """The reason of something that raised."""
    return f"{step} gagal: {said}", f"{step_en} failed: {said}"


def at_import(program_id: str, said: str, line: int | None = 1) -> tuple[str, str]:
    """The reason of a package that raised when it was imported, in a line of its `__init__.py`."""
    module = f"ksbb_{program_id}"
    place = f", at {module}/__init__.py, line {line}" if line else ""
    return failed(f"impor {module}", f"import of {module}", f"{said}{place}")


def examined(said: str) -> tuple[str, str]:
    """The reason of a program that isn't what its types say."""
    return failed("pemeriksaan program", "examination of the program", f"ValueError: {said}")


# The line of the package on which the program is made: after the head of the template
MADE = 7

FAULTS = (
    AtLoading(
        id="lacking",
        code="import nothing_here",
        reason=at_import("lacking", "ModuleNotFoundError: No module named 'nothing_here'"),
        remedy=(
            "pasang paket yang berisi modul nothing_here (`pip check` menyebut yang kurang), lalu mulai ulang",
            "install the package that has the module nothing_here (`pip check` names what is lacking), then restart",
        ),
    ),
    AtLoading(
        id="halved",
        code="import ksbb_halved.rules",
        reason=at_import("halved", "ModuleNotFoundError: No module named 'ksbb_halved.rules'"),
    ),
    AtLoading(
        id="illegible",
        code="def f(:",
        reason=at_import("illegible", "SyntaxError: invalid syntax (__init__.py, line 1)", None),
    ),
    AtLoading(
        id="raising",
        code="\n\nx = 1 / 0",
        reason=at_import("raising", "ZeroDivisionError: division by zero"),
    ),
    AtLoading(id="leaving", code="raise SystemExit(0)", reason=at_import("leaving", "SystemExit: 0")),
    AtLoading(id="interrupting", code="raise KeyboardInterrupt", reason=at_import("interrupting", "KeyboardInterrupt")),
    AtLoading(
        id="rude",
        code="class Rude(BaseException):\n    pass\n\nraise Rude('no')",
        reason=at_import("rude", "Rude: no", 4),
    ),
    AtLoading(
        id="mute",
        code="class Mute(Exception):\n    def __str__(self):\n        raise TypeError\n\nraise Mute",
        reason=at_import("mute", "Mute", 5),
    ),
    AtLoading(
        id="elsewhere",
        code="",
        entry_point="ksbb_elsewhere:plugin",
        reason=failed(
            "impor ksbb_elsewhere:plugin",
            "import of ksbb_elsewhere:plugin",
            "AttributeError: module 'ksbb_elsewhere' has no attribute 'plugin'",
        ),
    ),
    AtLoading(
        id="hookless",
        code="",
        reason=("ksbb_hookless tidak punya hook ksbb_program", "ksbb_hookless has no hook ksbb_program"),
    ),
    AtLoading(
        id="misspelt",
        code=program("misspelt", after="@hookimpl\ndef ksbb_lifecycel(event):\n    pass"),
        reason=(
            "hook ksbb_lifecycel tidak dikenal; mungkin maksud Anda ksbb_lifecycle?",
            "hook ksbb_lifecycel is not known; did you mean ksbb_lifecycle?",
        ),
    ),
    AtLoading(
        id="asynchronous",
        code=program("asynchronous", after="@hookimpl\nasync def ksbb_lifecycle(event):\n    pass"),
        reason=(
            "hook ksbb_lifecycle tidak boleh async; pakai flow untuk kerja yang lama",
            "the hook ksbb_lifecycle can't be async; use a flow for long work",
        ),
    ),
    AtLoading(
        id="hook_raises",
        code=program("hook_raises", hook="@hookimpl\ndef ksbb_program():\n    raise LookupError('no program today')"),
        reason=failed(
            "hook ksbb_program",
            "hook ksbb_program",
            f"LookupError: no program today, at ksbb_hook_raises/__init__.py, line {MADE + 3}",
        ),
    ),
    AtLoading(
        id="hook_leaves",
        code=program("hook_leaves", hook="@hookimpl\ndef ksbb_program():\n    raise SystemExit"),
        reason=failed(
            "hook ksbb_program", "hook ksbb_program", f"SystemExit, at ksbb_hook_leaves/__init__.py, line {MADE + 3}"
        ),
    ),
    AtLoading(
        id="hook_wrong",
        code=program("hook_wrong", hook="@hookimpl\ndef ksbb_program():\n    return {'id': 'hook_wrong'}"),
        reason=(
            "hook ksbb_program harus menghasilkan satu Program, hasilnya {'id': 'hook_wrong'}",
            "the hook ksbb_program must return a Program, it returned {'id': 'hook_wrong'}",
        ),
    ),
    AtLoading(
        id="hook_empty",
        code=program("hook_empty", hook="@hookimpl\ndef ksbb_program():\n    PROGRAM"),
        reason=(
            "hook ksbb_program harus menghasilkan satu Program, hasilnya None",
            "the hook ksbb_program must return a Program, it returned None",
        ),
    ),
    AtLoading(
        id="misnamed",
        code=program("other_name"),
        reason=(
            "entry point bernama misnamed, tetapi programnya other_name; keduanya harus sama",
            "the entry point is named misnamed, but the program other_name; both must be the same",
        ),
    ),
    AtLoading(
        id="future",
        state="incompatible",
        code=program("future", given={"requires_api": "'>=2,<3'"}),
        reason=(
            f"memerlukan API program >=2,<3, platform ini menyediakan {API_VERSION}",
            f"needs the program API >=2,<3, this platform offers {API_VERSION}",
        ),
        remedy=another_version("ksbb-future"),
    ),
    AtLoading(
        id="future_field",
        state="incompatible",
        code=program("future_field", given={"requires_api": "'>=1.9'", "weights": "{}"}),
        reason=(
            f"meminta yang tidak ada pada API program {API_VERSION}: TypeError: Program.__init__() got an unexpected keyword "
            f"argument 'weights', at ksbb_future_field/__init__.py, line {MADE}",
            f"asks for what the program API {API_VERSION} hasn't: TypeError: Program.__init__() got an unexpected keyword "
            f"argument 'weights', at ksbb_future_field/__init__.py, line {MADE}",
        ),
        remedy=another_version("ksbb-future-field"),
    ),
    AtLoading(
        id="future_name",
        state="incompatible",
        code="from ksbb.program import Weights",
        reason=(
            f"meminta yang tidak ada pada API program {API_VERSION}: ImportError: cannot import name 'Weights' from 'ksbb.program' "
            f"({ksbb.program.__file__}), at ksbb_future_name/__init__.py, line 1",
            f"asks for what the program API {API_VERSION} hasn't: ImportError: cannot import name 'Weights' from 'ksbb.program' "
            f"({ksbb.program.__file__}), at ksbb_future_name/__init__.py, line 1",
        ),
        remedy=another_version("ksbb-future-name"),
    ),
    AtLoading(
        id="unfenced",
        code=program("unfenced", given={"requires_api": "'any'"}),
        reason=(
            "requires_api 'any' bukan batas versi seperti >=1.0,<2",
            "requires_api 'any' is not a version specifier such as >=1.0,<2",
        ),
    ),
    AtLoading(
        id="fence_wrong",
        code=program("fence_wrong", given={"requires_api": "1.0"}),
        reason=(
            "requires_api 1.0 bukan batas versi seperti >=1.0,<2",
            "requires_api 1.0 is not a version specifier such as >=1.0,<2",
        ),
    ),
)
