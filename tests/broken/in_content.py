"""Faults in what a program is made of: schemas, rules, flows, settings, reference data, routes."""

from tests.broken.at_loading import MADE, AtLoading, at_import, examined, failed
from tests.broken.shelf import program

_SCHEMA = "described({'type': 'object', 'additionalProperties': False, 'properties': %s}, NAME, NAME)"
_RULE = "(Rule(id='rule', title=NAME, source='-', codes=%s, check=%s),)"
_FLOW = "(ProgramFlow(name='assess', entrypoint=__name__ + '.flows:assess', title=NAME, stage=Stage.SUBMITTED), %s)"
_SWEEP = "ProgramFlow(name=%r, entrypoint=__name__ + '.flows:assess', title=NAME, schedule=%r)"

MAKING = (
    AtLoading(
        id="bad_schema",
        code=program("bad_schema", aid_type={"schema": _SCHEMA % "{'size': described({'type': 'whole'}, NAME, NAME)}"}),
        reason=at_import(
            "bad_schema",
            "ValueError: aid type 'thing': schema is not valid JSON Schema 2020-12 at /properties/size/type: 'whole' is not valid "
            "under any of the given schemas",
            MADE,
        ),
    ),
    AtLoading(
        id="open_schema",
        code=program("open_schema", aid_type={"schema": "described({'type': 'object'}, NAME, NAME)"}),
        reason=at_import(
            "open_schema",
            "ValueError: aid type 'thing': schema must be of type object with additionalProperties false",
            MADE,
        ),
    ),
    AtLoading(
        id="one_language",
        code=program("one_language", aid_type={"schema": _SCHEMA % "{'size': {'title': 'Ukuran'}}"}),
        reason=at_import(
            "one_language",
            "ValueError: aid type 'thing': schema property 'size' lacks ['description', 'x-en-description', 'x-en-title']; use "
            "described()",
            MADE,
        ),
    ),
    AtLoading(
        id="bad_example",
        code=program("bad_example", aid_type={"examples": "({'colour': 'red'},)"}),
        reason=at_import(
            "bad_example",
            "ValueError: aid type 'thing': example {'colour': 'red'} does not validate: Additional properties are not allowed "
            "('colour' was unexpected)",
            MADE,
        ),
    ),
    AtLoading(
        id="bad_pattern",
        code=program(
            "bad_pattern",
            aid_type={"schema": _SCHEMA % "{'size': described({'type': 'string', 'pattern': '('}, NAME, NAME)}"},
        ),
        reason=at_import(
            "bad_pattern",
            "ValueError: aid type 'thing': schema is not valid JSON Schema 2020-12 at /properties/size/pattern: '(' is not a 'regex'",
            MADE,
        ),
    ),
    AtLoading(
        id="bad_reference",
        code=program(
            "bad_reference",
            before="from datetime import date",
            given={
                "reference_data": "(ReferenceData(id='register', title=NAME, source='-', as_of=date(2026, 1, 1), package=__name__,"
                " file='register.csv', columns={'number': NAME, 'name': NAME}),)"
            },
        ),
        files={"register.csv": "number;name\n1;x"},
        reason=at_import(
            "bad_reference",
            "ValueError: reference data 'register': register.csv has the columns ['number;name'], declared are ['number', 'name']",
            MADE,
        ),
    ),
    AtLoading(
        id="bad_route",
        code=program(
            "bad_route",
            given={
                "routes": "(Route(path='/Daftar', title=NAME, description=NAME, answer=lambda asked: 1),)",
            },
        ),
        reason=at_import(
            "bad_route", "ValueError: route '/Daftar': path must match ^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)*$", MADE
        ),
    ),
    AtLoading(
        id="no_assessment",
        code=program("no_assessment", given={"flows": "()"}),
        reason=at_import(
            "no_assessment",
            "ValueError: program 'no_assessment': exactly one flow must start from stage 'submitted': the assessment",
            MADE,
        ),
    ),
)
"""Found by the surface itself, when the program is made."""

EXAMINED = (
    AtLoading(
        id="untyped",
        code=program("untyped", given={"name": "'Contoh'", "rules": _RULE % ("('code')", "None"), "settings": "dict"}),
        reason=examined(
            "program.name must be Text, given 'Contoh'; program.rules[0].codes must be tuple[str, ...], given 'code'; "
            "program.rules[0].check must be Callable[[CommitmentView, Any], Iterable[Finding]], given None"
        ),
    ),
    AtLoading(
        id="bad_settings",
        code=program("bad_settings", given={"settings": "dict"}),
        reason=examined("program.settings must be type[ProgramSettings], given <class 'dict'>"),
    ),
    AtLoading(
        id="lost_flow",
        code=program("lost_flow", given={"flows": _FLOW.replace(".flows:", ".flow:") % ""}),
        reason=examined("flow 'assess': there is no module ksbb_lost_flow.flow"),
    ),
    AtLoading(
        id="bad_schedule",
        code=program("bad_schedule", given={"flows": _FLOW % (_SWEEP % ("sweep", "61 5 * * *"))}),
        reason=examined("flow 'sweep': schedule '61 5 * * *' is not cron: minute must be within 0-59, given '61'"),
    ),
    AtLoading(
        id="bad_flow_name",
        code=program("bad_flow_name", given={"flows": _FLOW % (_SWEEP % ("a/b", "0 5 * * *"))}),
        reason=examined(r"flow 'a/b': name must match ^[A-Za-z][\w-]{0,39}$"),
    ),
    AtLoading(
        id="no_json",
        code=program(
            "no_json",
            aid_type={
                "schema": _SCHEMA % "{'size': described({}, NAME, NAME)}",
                "examples": "({'size': object},)",
            },
        ),
        reason=examined(
            "aid type 'thing': schema, examples and where must be JSON: Encoding objects of type type is unsupported"
        ),
    ),
    AtLoading(
        id="lost_reference",
        code=program(
            "lost_reference", aid_type={"schema": _SCHEMA % "{'size': described({'$ref': '#/$defs/size'}, NAME, NAME)}"}
        ),
        reason=examined("aid type 'thing': schema can't be compiled: Pointer '/$defs/size' does not exist"),
    ),
    AtLoading(
        id="strict",
        code=program("strict"),
        reason=examined("program 'strict': its id is a setting of the platform, programs.strict"),
    ),
    AtLoading(
        id="settings_raise",
        code=program(
            "settings_raise",
            before="""
            class Settings(ProgramSettings):
                key: SecretStr = SecretStr("-")

                @field_validator("key")
                @classmethod
                def checked(cls, value):
                    raise RuntimeError(f"the vault refuses {value.get_secret_value()}")
            """,
            given={"settings": "Settings"},
        ),
        reason=failed(
            "pemeriksaan pengaturan",
            "check of its settings",
            "RuntimeError: the vault refuses ***, at ksbb_settings_raise/__init__.py, line 13",
        ),
    ),
)
"""Found by the host: Python doesn't look at types."""
FAULTS = (*MAKING, *EXAMINED)
