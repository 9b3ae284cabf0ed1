"""Schemas are JSON Schema 2020-12, complete in themselves, and every validator of the platform understands them."""

from collections.abc import Iterator

import jsonschema_rs
from jsonschema import Draft202012Validator

from ksbb.program import AidType
from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.schemas import below
from ksbb.testing.quality.subject import Subject

_DRAFT = str(Draft202012Validator.META_SCHEMA["$id"])
_REMEDY = "Make the schema with `object_schema`, `described` and `choice`"


def check(subject: Subject) -> Iterator[Flaw]:
    """Draft and references of every aid type's schema, and whether it compiles; its construction saw to the rest."""
    for aid_type in subject.program.aid_types:
        yield from _check_draft(aid_type)
        references = list(_check_references(aid_type))
        yield from references or _check_compiled(aid_type)


def _check_draft(aid_type: AidType) -> Iterator[Flaw]:
    given = aid_type.schema.get("$schema")
    if given != _DRAFT:
        yield Flaw(where=aid_type.id, expected=f"$schema {_DRAFT}", given=repr(given), remedy=_REMEDY)


def _check_references(aid_type: AidType) -> Iterator[Flaw]:
    for place, inner in below(aid_type.id, aid_type.schema):
        for keyword in ("$ref", "$dynamicRef"):
            if not str(inner.get(keyword, "#")).startswith("#"):
                yield Flaw(
                    where=place,
                    expected="a schema that is complete in itself",
                    given=f"{keyword} {inner[keyword]!r}",
                    remedy="Write the referenced schema out: nothing is fetched",
                )


def _check_compiled(aid_type: AidType) -> Iterator[Flaw]:
    try:
        jsonschema_rs.Draft202012Validator(dict(aid_type.schema), validate_formats=True)
    except ValueError as error:
        yield Flaw(
            where=aid_type.id,
            expected="a schema that the compiled validator reads, too",
            given=str(error).splitlines()[0],
            remedy="Write plain regular expressions, anchored with ^ and $",
        )


RULE = QualityRule(
    id="schema_valid",
    tier=Tier.BRONZE,
    title="Schemas are valid JSON Schema 2020-12",
    asks="Each aid type's schema names its draft, satisfies the meta-schema, refers to nothing outside, and is read by both "
    "validators of the platform.",
    why="A schema that only one validator understands would refuse good commitments on the fast path, or accept bad ones.",
    waiver=Waiver.NEVER,
    check=check,
)
