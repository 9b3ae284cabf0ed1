"""Two programs drop in beside core: enabled by configuration only, lived with, taken away with a case open, and put back."""

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from pypdf import PdfReader
from tests.broken.server import serving, until
from tests.dropins.caller import AREA, Caller, Town, address, found, recipient_of
from tests.dropins.case import Case, day
from tests.dropins.content import SETTINGS, Content, agenda, seni_budaya, urban_farming
from tests.dropins.machine import ROOT, Machine, Wheels

from ksbb.testing import PASSWORD

pytestmark = pytest.mark.xdist_group("dropins")
ARTS = "ksbb-seni-budaya"
NEED = 20
_ORIGIN = """
import importlib, json, sys
from importlib.metadata import distribution

told = {"paths": sys.path}
for name in ("ksbb", "ksbb-seni-budaya", "ksbb-urban-farming"):
    one = distribution(name)
    told[name] = {
        "file": importlib.import_module(name.replace("-", "_")).__file__,
        "from": json.loads(one.read_text("direct_url.json")),
        "recorded": len(one.files),
    }
print(json.dumps(told))
"""


def test_all_of_it_comes_from_the_wheels(machine: Machine, wheels: Wheels) -> None:
    told = json.loads(machine.run("python", "-I", "-c", _ORIGIN))
    assert [path for path in told.pop("paths") if path.startswith(str(ROOT))] == []
    assert sorted(told) == sorted(wheels.built)
    for name, wheel in wheels.built.items():
        package = name.replace("-", "_")
        assert told[name]["file"] == str(machine.site_packages / package / "__init__.py")
        assert told[name]["from"]["url"] == wheel.as_uri()
        assert "dir_info" not in told[name]["from"], "installed from a folder"
        assert told[name]["recorded"] > 10


def test_they_drop_in_out_and_in_again(machine: Machine, wheels: Wheels) -> None:
    contents = (seni_budaya(), urban_farming())
    _set_up(machine)
    with serving(machine.work, machine.environment, command=machine.command("ksbb")) as server:
        caller = Caller(server.client)
        town = found(caller)
        for content in contents:
            _it_is_there(caller, content)
            town.targets[content.program_id] = _register(caller, content)
        recipient_of(caller, town.targets["seni_budaya"])
        lived = _lived(machine, caller, town, contents)
        waiting, held = (Case(caller=caller, town=town, program_id="seni_budaya") for _ in range(2))
        for case in (waiting, held):
            case.draft(contents[0].sound)
            case.submit()
        assert [case.assessment() for case in (waiting, held)] == [("passed", [])] * 2
        held.approve()
        held.receive()
        cases = [*lived, waiting, held]
        known = _read_all(caller, cases)
    exported = _exported(machine)

    machine.uninstall(ARTS)
    missing = _told_to_be_missing(machine)
    assert _exported(machine) == exported
    with serving(machine.work, machine.environment, command=machine.command("ksbb")) as server:
        caller = Caller(server.client)
        assert _read_all(caller, cases) == _without_newest(known, [lived[0], waiting, held])
        _it_is_missing(caller, missing, contents[0], waiting)
        other = Case(caller=caller, town=town, program_id="urban_farming")
        other.draft(contents[1].sound)
        other.submit()
        assert other.assessment() == ("passed", [])

    machine.install(str(wheels.built[ARTS]))
    with serving(machine.work, machine.environment, command=machine.command("ksbb")) as server:
        waiting.caller = held.caller = Caller(server.client)
        waiting.approve()
        handover_id = held.hand_over()
        assert held.follow_up()["kind"] == contents[0].follow_up[0]
        assert contents[0].section[0] in _text(held.report(handover_id))
        held.close()
        until(lambda: agenda(machine.work)[-1] == ("closed", held.read()["number"]))
        assert [case.read()["status"] for case in (waiting, held)] == ["approved", "closed"]


def _set_up(machine: Machine) -> None:
    """As an operator does: a configuration, a data folder, the first accounts."""
    (machine.work / "ksbb.toml").write_text(SETTINGS, "utf-8")
    machine.run("ksbb", "init", "--admin", address("admin"), KSBB_ADMIN_PASSWORD=PASSWORD)
    auditor = ("users", "add", address("auditor"), "--name", "Inspektorat contoh", "--role", "auditor")
    machine.run("ksbb", *auditor, KSBB_PASSWORD=PASSWORD)


def _it_is_there(caller: Caller, content: Content) -> None:
    """A program is in the list, shows what it takes and brings, and stands in the API's description."""
    program_id = content.program_id
    (status,) = [one for one in caller.read("", "/programs") if one["id"] == program_id]
    assert (status["state"], status["version"], status["reason"]) == ("active", "0.1.0", None)
    shown = caller.read("", f"/programs/{program_id}")
    assert shown["name"] == dict(zip(("id", "en"), content.names, strict=True))
    described = caller.read("", "/openapi.json")
    schemas = described["components"]["schemas"]
    for aid_type in shown["aid_types"]:
        schema = schemas[f"{program_id}.{aid_type['id']}.v1"]
        assert {**aid_type["schema"], "examples": aid_type["examples"]} == schema
    assert tuple(aid_type["id"] for aid_type in shown["aid_types"]) == content.aid_types
    assert f"/api/v1/programs/{program_id}/{content.route.partition('?')[0]}" in described["paths"]
    assert caller.read("", f"/programs/{program_id}/{content.route}") == content.answer
    for one in shown["brings"]["reference"]:
        path = f"/programs/{program_id}/reference/{one['id']}"
        rows = caller.read("", path)["items"]
        table = caller.send("", "GET", path, params={"format": "csv"}).text
        assert (len(rows), list(csv.DictReader(io.StringIO(table)))) == (one["count"], rows)
    assert [one["id"] for one in shown["brings"]["reference"]] == list(content.reference)


def _register(caller: Caller, content: Content) -> str:
    """A target, from the table of another system, and its needs; the target's id."""
    code, kind, name = content.target
    files = {"file": ("register.csv", content.table.encode())}
    path = f"/targets/import?mapping={content.mapping}"
    assert caller.act("assessor", path, files=files) == {"new": 1, "changed": 0, "unchanged": 0}
    (target,) = caller.read("assessor", "/targets", code=code)["items"]
    assert (target["kind"], target["name"], target["area_code"]) == (kind, name, AREA)
    for aid_type in content.aid_types:
        body = {"quantity": NEED, "source": "Data contoh", "as_of": day(0)}
        path = f"/needs/{target['id']}/{content.program_id}/{aid_type}"
        assert caller.send("assessor", "PUT", path, new=True, json=body).status_code == 200
    return str(target["id"])


def _lived(machine: Machine, caller: Caller, town: Town, contents: Sequence[Content]) -> list[Case]:
    """A commitment of each program, from a flawed draft to its close."""
    cases = [Case(caller=caller, town=town, program_id=content.program_id) for content in contents]
    for case, content in zip(cases, contents, strict=True):
        case.draft(content.flawed)
        case.submit()
    for case, content in zip(cases, contents, strict=True):
        assert case.assessment() == ("blocked", list(content.findings))
        refused = caller.send("assessor", "POST", f"{case.path}/approve", version=case.read()["version"], json={})
        blocking = [code for severity, code, _ in content.findings if severity == "block"]
        assert (refused.status_code, [one["code"] for one in refused.json()["errors"]]) == (409, blocking)
        case.revise(content.sound, "lengkapi yang kurang")
    handovers = []
    for case in cases:
        assert case.assessment() == ("passed", [])
        case.approve()
        case.receive()
        handovers.append(case.hand_over())
    for case, content, handover_id in zip(cases, contents, handovers, strict=True):
        role = "recipient" if content.program_id == "seni_budaya" else "auditor"
        for language, line in zip(("id", "en"), content.section, strict=True):
            assert line in _text(case.report(handover_id, language, role))
        _reported(case, content)
        case.close()
    numbers = [case.read()["number"] for case in cases]
    acts = [(act, numbers[0]) for act in ("approved", "handed_over", "closed")]
    until(lambda: agenda(machine.work) == acts)
    return cases


def _reported(case: Case, content: Content) -> None:
    """What is owed after the handover is reported; it counts as the program's success, and as aid given."""
    owed, (kind, days) = case.follow_up(), content.follow_up
    assert (owed["kind"], owed["due_on"], owed["status"]) == (kind, day(days), "open")
    path, body = f"/follow-ups/{owed['id']}/complete", {"result": content.result}
    assert case.caller.act("aggregator", path, body, version=owed["version"])["status"] == "completed"
    figures = case.caller.read("auditor", f"/programs/{content.program_id}/figures")
    assert {figure["id"]: figure["value"] for figure in figures} == content.result
    given = {aid_type: quantity for aid_type, quantity, _ in content.sound}
    query = {"program_id": content.program_id}
    sums = case.caller.read("auditor", "/statistics", **query)["figures"]
    assert {one["measure"]: one["quantity"] for one in sums if one["measure"].startswith(("accepted", "reported"))} == {
        "accepted": sum(given.values()),
        **{f"reported:{name}": value for name, value in content.result.items()},
    }
    rows = case.caller.read("auditor", "/coverage", **query)["rows"]
    assert {row["aid_type"]: row["delivered"] for row in rows} == {**dict.fromkeys(content.aid_types, 0), **given}
    assert {row["need"] for row in rows} == {NEED}


def _read_all(caller: Caller, cases: Sequence[Case]) -> dict[str, Any]:
    """All that can be read of the cases, by its address."""
    paths = ["/commitments", "/statistics", "/coverage", "/needs", "/targets", "/follow-ups", "/aid-schemas"]
    for case in cases:
        paths += [case.path, f"{case.path}/history", f"{case.path}/assessments"]
    answers = {path: caller.read("auditor", path) for path in paths}
    for case in cases:
        for handover in answers[case.path]["handovers"]:
            code = handover["report"].pop("verify_url").rpartition("/")[2]
            report = caller.send("auditor", "GET", f"/handovers/{handover['id']}/report")
            assert hashlib.sha256(report.content).hexdigest() == handover["report"]["file_sha256"]
            answers[code] = _verified(caller, code)
    return answers


def _verified(caller: Caller, code: str) -> tuple[Any, str]:
    told = caller.read("", f"/verify/{code}")
    assert told["verdict"] == "genuine", told
    page = caller.client.get(f"/verify/{code}", params={"lang": "en"})
    return told, page.text


def _without_newest(known: dict[str, Any], cases: Sequence[Case]) -> dict[str, Any]:
    """The same, as it is read while the program of these cases is away: nobody knows what it would ask for now."""
    away = dict(known)
    for case in cases:
        lines = [{**line, "newest_schema_version": None} for line in known[case.path]["lines"]]
        away[case.path] = {**known[case.path], "lines": lines}
    return away


def _exported(machine: Machine) -> list[dict[str, str]]:
    """What is exported of all commitments."""
    rows = list(csv.DictReader(io.StringIO(machine.run("ksbb", "export", "commitments"))))
    assert {row["program_id"] for row in rows} == {"seni_budaya", "urban_farming"}
    return rows


def _told_to_be_missing(machine: Machine) -> dict[str, Any]:
    """The status that the command line tells of the program that is gone."""
    statuses = {one["id"]: one for one in json.loads(machine.run("ksbb", "programs", "list", "--json"))}
    missing: dict[str, Any] = statuses["seni_budaya"]
    assert {name: status["state"] for name, status in statuses.items()} == {
        "seni_budaya": "missing",
        "urban_farming": "active",
    }
    reason, remedy = missing["reason"]["en"], missing["remedy"]["en"]
    assert reason == "program seni_budaya is not installed; known are: urban_farming"
    assert remedy.startswith("install its package (usually pip install ksbb-seni")
    lines = {line["what"]: line for line in json.loads(machine.run("ksbb", "doctor", "--json", code=1))}
    line = lines["program seni_budaya"]
    assert (line["health"], line["message"], line["remedy"]) == ("fault", f"missing: {reason}", remedy)
    assert lines["program urban_farming"]["health"] == "ok"
    waits = lines["records of seni_budaya"]
    assert waits["health"] == "warning"
    assert waits["message"] == "2 commitments are open, 0 items wait for it, and the program is missing"
    return missing


def _it_is_missing(caller: Caller, missing: dict[str, Any], content: Content, waiting: Case) -> None:
    """The API tells the same, and what needs the program is refused with the reason."""
    (status,) = [one for one in caller.read("", "/programs") if one["id"] == content.program_id]
    assert status == {**missing, "name": status["name"], "lead_agency": status["lead_agency"]}
    assert status["name"] == dict(zip(("id", "en"), content.names, strict=True))
    ready = caller.read("", "/health/ready")
    assert (ready["status"], ready["programs_at_fault"]) == ("ready", {content.program_id: missing["reason"]})
    told = f"program {content.program_id} is missing; {missing['reason']['en']} ({missing['remedy']['en']})"
    version = caller.read("auditor", waiting.path)["version"]
    files = {"file": ("register.csv", content.table.encode())}
    for answer in (
        caller.send("assessor", "POST", f"{waiting.path}/approve", version=version, json={}),
        caller.send("collaborator", "POST", "/commitments", json=waiting.body(content.sound)),
        caller.send("assessor", "POST", f"/targets/import?mapping={content.mapping}", files=files),
        caller.send("", "GET", f"/programs/{content.program_id}"),
        caller.send("", "GET", f"/programs/{content.program_id}/{content.route}"),
        caller.send("", "GET", f"/programs/{content.program_id}/figures"),
    ):
        assert (answer.status_code, answer.json()["detail"]) == (503, told), answer.request.url
    assert f"{content.program_id}.fee.v1" not in caller.read("", "/openapi.json")["components"]["schemas"]


def _text(report: bytes) -> str:
    """The words of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(report)).pages)
