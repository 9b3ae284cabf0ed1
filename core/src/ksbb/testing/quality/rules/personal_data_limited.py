"""Personal data have a purpose and an end, and stay out of documents."""

from collections.abc import Iterator

from ksbb.program import AidType, JsonSchema, PersonalData
from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject

_SHORTEST = 20
_LONGEST_DAYS = 3650


def check(subject: Subject) -> Iterator[Flaw]:
    """Purpose, retention and `x-in-documents` of every declared attribute."""
    for aid_type in subject.program.aid_types:
        for personal in aid_type.personal_data:
            yield from _check_one(aid_type, personal)


def _check_one(aid_type: AidType, personal: PersonalData) -> Iterator[Flaw]:
    where = f"{aid_type.id}/{personal.attribute}"
    purpose = personal.purpose
    if purpose.id == purpose.en or min(len(purpose.id), len(purpose.en)) < _SHORTEST:
        yield Flaw(
            where=where,
            expected=f"its purpose in both languages, {_SHORTEST} characters or more",
            given=f"{purpose.id!r} and {purpose.en!r}",
            remedy="Say what it is needed for, and by whom",
        )
    if not 0 < personal.retention_days <= _LONGEST_DAYS:
        yield Flaw(
            where=where,
            expected=f"1 to {_LONGEST_DAYS} days of retention",
            given=str(personal.retention_days),
            remedy="Keep it as long as its purpose lasts; leave out what is needed for no day",
        )
    if not _kept_out(aid_type.schema, personal.attribute.split("/")):
        yield Flaw(
            where=where,
            expected="x-in-documents false",
            given="an attribute that the handover report prints",
            remedy='Add `"x-in-documents": False` to its schema',
        )


def _kept_out(schema: JsonSchema, path: list[str]) -> bool:
    """Whether the attribute, or one that it is inside of, stays out of documents."""
    if schema.get("x-in-documents") is False:
        return True
    if not path:
        return False
    inner = schema.get("items", {}) if path[0] == "*" else schema.get("properties", {}).get(path[0], {})
    return _kept_out(inner, path[1:])


RULE = QualityRule(
    id="personal_data_limited",
    tier=Tier.GOLD,
    title="Personal data have a purpose and an end",
    asks="Each declared attribute has a purpose of 20 characters or more in both languages, 1 to 3650 days of retention after the "
    "close, and `x-in-documents: false`.",
    why="The handover report is public to whoever holds its QR code.",
    check=check,
)
