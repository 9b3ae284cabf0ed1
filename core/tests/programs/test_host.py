"""The program host: each program stands for itself, whatever it does at loading or in a hook."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from ksbb.domain.errors import InvalidInput, Unavailable
from ksbb.domain.text import Text
from ksbb.program import API_VERSION, LifecycleEvent
from ksbb.programs import ProgramHost, ProgramState, ProgramStatus, host_of, load_programs
from ksbb.programs.faults import ProgramFault
from ksbb.settings import PROGRAM_IDS, load_settings


def repair(program_id: str) -> str:
    """The remedy for a program whose code is at fault."""
    return (
        f"upgrade the package ksbb-{program_id} (pip install -U ksbb-{program_id}) or have its authors repair it; "
        f"until then take {program_id} out of programs.enabled"
    )


EVENT = LifecycleEvent(
    program_id="good",
    stage="closed",
    commitment_id="1",
    commitment_number="GOOD-2026-000001",
    at=datetime(2026, 8, 3, tzinfo=UTC),
    data={},
)


def loaded(*enabled: str, **programs: Any) -> ProgramHost:
    return load_programs(load_settings(programs={"enabled": enabled, **programs}))


def status_of(host: ProgramHost, program_id: str) -> ProgramStatus:
    return next(status for status in host.statuses() if status.id == program_id)


def why(host: ProgramHost, program_id: str) -> tuple[ProgramState, str, str]:
    status = status_of(host, program_id)
    assert status.reason is not None
    assert status.remedy is not None
    return status.state, status.reason.en, status.remedy.en


def test_active(shelf: Any) -> None:
    shelf.put_sound("good")
    host = loaded("good", good={"limit": 9})
    assert host.statuses() == (
        ProgramStatus(id="good", state=ProgramState.ACTIVE, distribution="ksbb-good", version="1.2.3"),
    )
    assert [one.program.id for one in host.active()] == ["good"]
    assert host.require("good").settings.model_dump() == {"limit": 9, "names": ()}
    assert not host.listens


def test_disabled_is_not_imported(shelf: Any) -> None:
    shelf.put("quiet", "raise RuntimeError('imported')")
    host = loaded()
    assert host.statuses() == (
        ProgramStatus(
            id="quiet",
            state=ProgramState.DISABLED,
            distribution="ksbb-quiet",
            version="1.2.3",
            reason=Text("terpasang, tetapi tidak ada di programs.enabled", "installed, but not in programs.enabled"),
            remedy=Text(
                "tambahkan quiet ke programs.enabled lalu mulai ulang", "add quiet to programs.enabled, then restart"
            ),
        ),
    )


def test_missing_says_what_was_meant(shelf: Any) -> None:
    shelf.put_sound("good")
    host = loaded("good", "goood", god={"limit": 1})
    assert why(host, "goood") == (
        ProgramState.MISSING,
        "program goood is not installed; did you mean good?",
        "correct programs.enabled, then restart; if goood is right, install its package",
    )
    assert why(host, "god") == (
        ProgramState.MISSING,
        "program god is not installed; did you mean good?",
        "correct the table [programs.god] or the variables KSBB_PROGRAMS__GOD__…, then restart; if god is right, install its package",
    )
    assert status_of(host, "goood").distribution is None


def test_missing_names_the_distribution_as_they_are_called(shelf: Any) -> None:
    shelf.put_sound("good")
    assert why(loaded("seni_budaya"), "seni_budaya") == (
        ProgramState.MISSING,
        "program seni_budaya is not installed; known are: good",
        "install its package (usually pip install ksbb-seni-budaya), or correct programs.enabled, then restart",
    )


def test_conflict(shelf: Any) -> None:
    shelf.put_sound("good")
    shelf.put_sound("good", distribution="other-good")
    host = loaded("good")
    assert why(host, "good") == (
        ProgramState.CONFLICT,
        "several packages claim to be program good: ksbb-good 1.2.3, other-good 1.2.3",
        "leave one of them: pip uninstall ksbb-good or pip uninstall other-good, then restart",
    )


def test_incompatible(shelf: Any) -> None:
    shelf.put_sound("future", requires_api=">=2,<3")
    assert why(loaded("future"), "future") == (
        ProgramState.INCOMPATIBLE,
        f"needs the program API >=2,<3, this platform offers {API_VERSION}",
        f"install a version of ksbb-future for the program API {API_VERSION}, or upgrade ksbb",
    )


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            "import ksbb_bad.rules",
            "import of ksbb_bad failed: ModuleNotFoundError: No module named 'ksbb_bad.rules'; "
            "'ksbb_bad' is not a package, at ksbb_bad.py, line 1",
        ),
        ("raise SystemExit(3)", "import of ksbb_bad failed: SystemExit: 3, at ksbb_bad.py, line 1"),
        ("raise KeyboardInterrupt", "import of ksbb_bad failed: KeyboardInterrupt, at ksbb_bad.py, line 1"),
        ("def f(:", "import of ksbb_bad failed: SyntaxError: invalid syntax (ksbb_bad.py, line 1)"),
        ("x = 1", "ksbb_bad has no hook ksbb_program"),
        (
            "from ksbb.program import hookimpl\n@hookimpl\ndef ksbb_program():\n    return 'bad'",
            "the hook ksbb_program must return a Program, it returned 'bad'",
        ),
        (
            "from ksbb.program import hookimpl\n@hookimpl\ndef ksbb_program():\n    raise SystemExit('out')",
            "hook ksbb_program failed: SystemExit: out, at ksbb_bad.py, line 4",
        ),
        (
            "from ksbb.program import hookimpl\n@hookimpl\ndef ksbb_progam():\n    return 1",
            "hook ksbb_progam is not known; did you mean ksbb_program?",
        ),
        (
            "from ksbb.program import hookimpl\n@hookimpl\nasync def ksbb_lifecycle(event):\n    pass",
            "the hook ksbb_lifecycle can't be async; use a flow for long work",
        ),
    ],
)
def test_broken_stands_alone(shelf: Any, code: str, reason: str) -> None:
    shelf.put("bad", code)
    shelf.put_sound("good")
    host = loaded("bad", "good")
    assert why(host, "bad") == (ProgramState.BROKEN, reason, repair("bad"))
    assert [one.program.id for one in host.active()] == ["good"]
    assert not host.listens


def test_another_id_than_its_entry_point(shelf: Any) -> None:
    shelf.put_sound("good")
    source = (Path(shelf._folder) / "ksbb_good.py").read_text()
    shelf.put("alias", source)
    assert why(loaded("alias"), "alias") == (
        ProgramState.BROKEN,
        "the entry point is named alias, but the program good; both must be the same",
        repair("alias"),
    )


@pytest.mark.parametrize("requires_api", ["1.0", "any"])
def test_requires_api_is_a_specifier(shelf: Any, requires_api: str) -> None:
    shelf.put_sound("good", requires_api=requires_api)
    assert why(loaded("good"), "good") == (
        ProgramState.BROKEN,
        f"requires_api {requires_api!r} is not a version specifier such as >=1.0,<2",
        repair("good"),
    )


def test_unknown_and_wrong_settings(shelf: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put_sound("good")
    file = tmp_path / "ksbb.toml"
    file.write_text('[programs]\nenabled = ["good"]\n[programs.good]\nlimti = 4\n')
    monkeypatch.setenv("KSBB_PROGRAMS__GOOD__LIMIT", "0")
    host = load_programs(load_settings(file))
    assert why(host, "good") == (
        ProgramState.BROKEN,
        "setting programs.good.limit '0' (environment variable KSBB_PROGRAMS__GOOD__LIMIT) is not valid: "
        "Input should be greater than or equal to 1; "
        f"setting programs.good.limti (file {file}) is not known; did you mean limit?",
        "correct it where it stands, in the table [programs.good] or a variable, then restart",
    )


def test_settings_from_the_environment(shelf: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put_sound("good")
    monkeypatch.setenv("KSBB_PROGRAMS__GOOD__LIMIT", "8")
    monkeypatch.setenv("KSBB_PROGRAMS__GOOD__NAMES", '["a", "b"]')
    host = loaded("good")
    assert host.require("good").settings.model_dump() == {"limit": 8, "names": ("a", "b")}


def test_require_of_what_does_not_run(shelf: Any) -> None:
    shelf.put_sound("good")
    shelf.put("bad", "import nothing_here")
    host = loaded("good", "bad")
    with pytest.raises(InvalidInput) as unknown:
        host.require("food")
    problem = unknown.value.problems[0]
    assert (problem.code, problem.pointer, problem.message.en) == (
        "program_unknown",
        "/program_id",
        "program food is not known; did you mean good?",
    )
    assert (problem.expected, problem.given) == (["bad", "good"], "food")
    with pytest.raises(Unavailable) as away:
        host.require("bad")
    problem = away.value.problems[0]
    assert (problem.code, problem.given, problem.message.en) == (
        "program_broken",
        "broken",
        "program bad is broken; import of ksbb_bad failed: ModuleNotFoundError: No module named 'nothing_here', "
        "at ksbb_bad.py, line 1 (install the package that has the module nothing_here (`pip check` names what is lacking), "
        "then restart)",
    )


def test_strict_raises_and_names_all_at_fault(shelf: Any) -> None:
    shelf.put_sound("good")
    shelf.put("bad", "import nothing_here")
    with pytest.raises(Unavailable) as caught:
        loaded("good", "bad", "gone", strict=True)
    assert [problem.code for problem in caught.value.problems] == ["program_broken", "program_missing"]
    assert [one.program.id for one in loaded("good", strict=True).active()] == ["good"]


def test_each_status_is_logged(shelf: Any) -> None:
    shelf.put_sound("good")
    shelf.put("bad", "import nothing_here")
    with capture_logs() as logs:
        loaded("good", "bad")
    told = [(log["log_level"], log["event"], log["program"], log.get("state"), log.get("version")) for log in logs]
    assert told == [
        ("info", "program_status", "good", "active", "1.2.3"),
        ("error", "program_status", "bad", "broken", "1.2.3"),
        ("info", "program_traceback", "bad", None, None),
    ]
    assert logs[1]["reason"] == (
        "import of ksbb_bad failed: ModuleNotFoundError: No module named 'nothing_here', at ksbb_bad.py, line 1"
    )
    assert isinstance(logs[2]["exc_info"], ModuleNotFoundError)


def test_broadcast_is_isolated_and_counted(shelf: Any) -> None:
    told = "HEARD = []\n@hookimpl\ndef ksbb_lifecycle(event):\n    HEARD.append(event)\n"
    shelf.put_sound("first", told)
    shelf.put_sound("loud", "@hookimpl\ndef ksbb_lifecycle(event):\n    raise ValueError('no')\n")
    shelf.put_sound("exits", "@hookimpl\ndef ksbb_lifecycle():\n    raise SystemExit\n")
    shelf.put_sound("last", told)
    shelf.put_sound("silent")
    host = loaded("first", "loud", "exits", "last", "silent")
    assert host.listens
    with capture_logs() as logs:
        host.broadcast(EVENT)
        host.broadcast(EVENT)
    heard = [__import__(f"ksbb_{name}").HEARD for name in ("first", "last")]
    assert heard == [[EVENT, EVENT], [EVENT, EVENT]]
    assert host.failures == {"loud": 2, "exits": 2}
    assert [
        (log["event"], log["program"], log["failures"], log["commitment"]) for log in logs if log["program"] == "loud"
    ] == [
        ("lifecycle_hook_failed", "loud", 1, "GOOD-2026-000001"),
        ("lifecycle_hook_failed", "loud", 2, "GOOD-2026-000001"),
    ]


def test_a_hook_that_hangs_is_not_called_again(shelf: Any) -> None:
    shelf.put_sound(
        "deaf",
        "import threading\nHEARD = []\n@hookimpl\ndef ksbb_lifecycle(event):\n    HEARD.append(1)\n    "
        "threading.Event().wait()\n",
    )
    shelf.put_sound("last", "HEARD = []\n@hookimpl\ndef ksbb_lifecycle(event):\n    HEARD.append(event)\n")
    host = loaded("deaf", "last", hook_seconds=0.3)
    with capture_logs() as logs:
        host.broadcast(EVENT)
        host.broadcast(EVENT)
    assert __import__("ksbb_deaf").HEARD == [1]
    assert __import__("ksbb_last").HEARD == [EVENT, EVENT]
    reason = (
        "its hook ksbb_lifecycle, told of closed GOOD-2026-000001, hasn't come back within 0.3 s; it stands at ksbb_deaf.py, "
        "line 40; it isn't called any more"
    )
    assert why(host, "deaf") == (
        ProgramState.ACTIVE,
        reason,
        "restart the platform once the program is repaired; if the hook is only slow, raise programs.hook_seconds",
    )
    assert host.at_fault() == (status_of(host, "deaf"),)
    assert host.require("deaf").program.id == "deaf"
    assert host.failures == {"deaf": 1}
    assert [(log["event"], log["log_level"], log["program"], log["reason"]) for log in logs] == [
        ("lifecycle_hook_hangs", "error", "deaf", reason)
    ]


def test_two_programs_of_one_id_are_both_out(shelf: Any) -> None:
    shelf.put_sound("good")
    shelf.put("alias", (Path(shelf._folder) / "ksbb_good.py").read_text())
    shelf.put_sound("other")
    host = loaded("good", "alias", "other")
    expected = (
        ProgramState.CONFLICT,
        "several entry points register the program good: good (ksbb-good 1.2.3), alias (ksbb-alias 1.2.3)",
        "leave one of them in programs.enabled: good or alias, then restart",
    )
    assert [why(host, "good"), why(host, "alias")] == [expected, expected]
    assert [one.program.id for one in host.active()] == ["other"]
    assert [one.program.id for one in loaded("good", "other").active()] == ["good", "other"]


def test_safe_mode_imports_nothing(shelf: Any) -> None:
    shelf.put("good", "raise RuntimeError('imported')")
    host = loaded("good", "gone", safe_mode=True, strict=True)
    assert why(host, "good") == (
        ProgramState.DISABLED,
        "the platform was started in safe mode: no program is loaded",
        "restart it without --safe-mode and without programs.safe_mode",
    )
    assert status_of(host, "gone").state is ProgramState.MISSING
    assert host.active() == ()


def test_nothing_of_a_broken_program_is_left(shelf: Any) -> None:
    shelf.put("bad", "import sys\nsys.modules['ksbb_bad'].half = 1\nraise ValueError('no')")
    shelf.put(
        "half",
        "from ksbb.program import hookimpl\n@hookimpl\ndef ksbb_lifecycle(event):\n    raise ValueError('heard')",
    )
    host = loaded("bad", "half")
    assert "ksbb_bad" not in sys.modules
    assert [status.state for status in host.statuses()] == [ProgramState.BROKEN, ProgramState.BROKEN]
    assert not host.listens
    host.broadcast(EVENT)
    assert host.failures == {}


def test_a_program_that_was_refused_hears_nothing(shelf: Any) -> None:
    listening = "HEARD = []\n@hookimpl\ndef ksbb_lifecycle(event):\n    HEARD.append(event)\n"
    shelf.put_sound("future", listening, requires_api=">=2")
    assert not loaded("future").listens


def test_host_of_programs_at_hand(programs: ProgramHost) -> None:
    pangan = programs.require("pangan").program
    host = host_of([pangan], {"pangan": {"meal_hours": 2}})
    assert host.statuses() == (ProgramStatus(id="pangan", state=ProgramState.ACTIVE),)
    assert host.require("pangan").settings.model_dump()["meal_hours"] == 2
    assert host.require("pangan").program is pangan
    with pytest.raises(
        ProgramFault, match=r"programs\.pangan\.meal_hurs \(argument\) is not known; did you mean meal_hours"
    ):
        host_of([pangan], {"pangan": {"meal_hurs": 2}})


def test_the_six_programs_are_active() -> None:
    host = load_programs(load_settings())
    found = {status.id: (status.state, status.reason) for status in host.statuses()}
    assert {program_id: found[program_id] for program_id in PROGRAM_IDS} == dict.fromkeys(
        PROGRAM_IDS, (ProgramState.ACTIVE, None)
    )
