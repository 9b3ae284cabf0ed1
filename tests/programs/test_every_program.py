"""What every installed program owes the platform, whoever wrote it."""

from collections.abc import Iterator
from importlib.metadata import entry_points

import pytest
from jsonschema import Draft202012Validator
from prefect import Flow

from ksbb.flows.catalog import load_flow
from ksbb.program import AidType, Program, ProgramSettings, Stage
from ksbb.program.validation import attribute_problems
from ksbb.programs.host import ProgramHost, load_programs
from ksbb.programs.status import ProgramState
from ksbb.settings import PROGRAM_IDS, Settings


@pytest.fixture(scope="module")
def host() -> ProgramHost:
    return load_programs(Settings())


@pytest.fixture(params=PROGRAM_IDS)
def program(request: pytest.FixtureRequest, host: ProgramHost) -> Program:
    return host.require(request.param).program


def test_the_six_are_installed_and_active(host: ProgramHost) -> None:
    assert {status.id: status.state for status in host.statuses() if status.id in PROGRAM_IDS} == dict.fromkeys(
        PROGRAM_IDS, ProgramState.ACTIVE
    )
    assert set(PROGRAM_IDS) <= {entry.name for entry in entry_points(group="ksbb.programs")}


def test_flows_can_be_loaded_and_their_names_say_whose_they_are(program: Program) -> None:
    for flow in program.flows:
        loaded = load_flow(flow.entrypoint)
        assert isinstance(loaded, Flow)
        assert loaded.name.startswith(f"{program.id}-")
        assert loaded.description


def test_a_stage_flow_takes_a_batch_and_a_scheduled_one_nothing(program: Program) -> None:
    for flow in program.flows:
        parameters = load_flow(flow.entrypoint).parameters
        assert list(parameters.properties) == (["items"] if flow.stage else [])


def test_exactly_one_assessment(program: Program) -> None:
    assert len(program.flows_at(Stage.SUBMITTED)) == 1


def test_settings_have_defaults_descriptions_and_refuse_unknown_keys(program: Program) -> None:
    assert issubclass(program.settings, ProgramSettings)
    program.settings()
    undescribed = [name for name, field in program.settings.model_fields.items() if not field.description]
    assert undescribed == []
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        program.settings(no_such_key=1)  # type: ignore[call-arg]  # the point of the test


def test_guides_in_both_languages(program: Program) -> None:
    assert program.guide.id != program.guide.en
    assert min(len(program.guide.id), len(program.guide.en)) > 800


def _every_property(schema: object) -> Iterator[dict[str, object]]:
    if isinstance(schema, dict):
        for value in schema.get("properties", {}).values():
            yield value
            yield from _every_property(value)
        yield from _every_property(schema.get("items"))


def test_schemas_are_2020_12_and_described_in_both_languages(program: Program) -> None:
    for aid_type in program.aid_types:
        assert aid_type.schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Draft202012Validator.check_schema(dict(aid_type.schema))
        for described in _every_property(dict(aid_type.schema)):
            missing = {"title", "description", "x-en-title", "x-en-description"} - set(described)
            assert missing == set(), (aid_type.id, described)


def _every_enum(schema: object) -> Iterator[dict[str, object]]:
    if isinstance(schema, dict):
        if isinstance(schema.get("enum"), list):
            yield schema
        for part in schema.values():
            yield from _every_enum(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _every_enum(part)


def test_every_choice_has_a_name_in_both_languages_for_exactly_its_values(program: Program) -> None:
    for aid_type in program.aid_types:
        for enum in _every_enum(dict(aid_type.schema)):
            labels = enum.get("x-labels", {})
            assert isinstance(labels, dict)
            assert list(labels) == enum["enum"], (aid_type.id, enum)
            nameless = [value for value, name in labels.items() if set(name) != {"id", "en"} or not all(name.values())]
            assert nameless == [], (aid_type.id, enum)


def _unknown_key(aid_type: AidType) -> dict[str, object]:
    return {**aid_type.examples[0], "no_such_attribute": True}


def test_examples_validate_and_unknown_attributes_are_refused(program: Program) -> None:
    for aid_type in program.aid_types:
        for example in aid_type.examples:
            assert attribute_problems(aid_type, example, "/lines/0/attributes") == ()
        (problem,) = attribute_problems(aid_type, _unknown_key(aid_type), "/lines/0/attributes")
        assert (problem.code, problem.pointer) == ("additionalProperties", "/lines/0/attributes/no_such_attribute")
