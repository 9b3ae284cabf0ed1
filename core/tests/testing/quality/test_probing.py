"""What rules of quality look at more closely: patterns, links, personal words, schemas at any depth."""

from collections.abc import Sequence
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from ksbb.program import CommitmentView, Finding, Text, described, object_schema
from ksbb.testing.quality import engine
from ksbb.testing.quality.engine import RULES, Inspection
from ksbb.testing.quality.privacy import looks_personal, personal_words
from ksbb.testing.quality.schemas import below
from ksbb.testing.quality.subject import Subject
from ksbb_contoh import PROGRAM
from ksbb_contoh.aid import KIT

from .spoiling import rule


def said(subject: Subject, rule_id: str) -> list[str]:
    """What one rule says."""
    (rule,) = (one for one in RULES if one.id == rule_id)
    return [str(flaw) for flaw in Inspection(subject).judgement(rule).flaws]


@pytest.mark.parametrize(
    ("link", "wrong"),
    [
        ("https://example.org/a#b", None),
        ("/api/v1/programs", None),
        ("guide.id.md", None),
        ("guide.id.md#bertanya", None),
        ("mailto:a@example.org", None),
        ("https:///a", "no host"),
        ("http://example", "no host"),
        ("mailto:a", "no address"),
        ("ftp://example.org", "the scheme ftp is none of http, https and mailto"),
        ("guide.fr.md", "no such file in ksbb_contoh"),
        ("guide.id.md#questions", "no heading makes the anchor questions"),
        ("", "nothing is given"),
        ("http://[::1", "Invalid IPv6 URL"),
    ],
)
def test_links_of_every_kind(sample: Subject, link: str, wrong: str | None) -> None:
    guide = replace(
        PROGRAM.guide, en=f"{PROGRAM.guide.en}\nSee [it]({link}).\n\n```\n[not](this)\n```\nand `[nor](that)`.\n"
    )
    expected = (
        f"guide.en.md: expected links that lead somewhere; given {link!r}: {wrong}. Correct the link, or take it out."
    )
    changed = replace(sample, program=replace(PROGRAM, guide=guide))
    assert said(changed, "guide_links") == ([expected] if wrong else [])


@pytest.mark.parametrize(
    ("attribute", "schema", "personal"),
    [
        ("artist_name", {"type": "string"}, True),
        ("phones", {"type": "array", "items": {"type": "string"}}, True),
        ("born_on", {"type": "string", "format": "date"}, True),
        ("given_on", {"type": "string", "format": "date"}, False),
        ("participants", {"type": "integer"}, False),
        ("trainer_kind", {"type": "string", "enum": ["own", "hired"]}, False),
        ("owned_by_school", {"type": "boolean"}, False),
        ("namespace", {"type": "string"}, False),
    ],
)
def test_words_that_speak_of_persons(attribute: str, schema: dict[str, Any], personal: bool) -> None:  # noqa: FBT001
    words = Text("Ini", "This")
    aid_type = replace(
        KIT,
        schema=object_schema({attribute: described(schema, words, words)}, [], words, words),
        identifiers=(),
        examples=({},),
        counter_examples=(),
        personal_data=(),
    )
    assert [place for place, _ in looks_personal(aid_type)] == ([f"kit/{attribute}"] if personal else [])


def test_titles_in_either_language_speak_of_persons() -> None:
    assert personal_words("x", "Nomor telepon", "Owner's mobile") == ["telepon", "owner", "mobile"]


def test_schemas_are_found_whatever_holds_them() -> None:
    schema = {
        "properties": {"a": {"items": {"type": "string"}}},
        "anyOf": [{"title": "one"}],
        "$defs": {"d": {}},
        "if": {"not": {}},
    }
    assert [place for place, _ in below("kit", schema)] == [
        "kit",
        "kit/a",
        "kit/a/*",
        "kit/$defs/d",
        "kit/if",
        "kit/if/not",
        "kit/anyOf/0",
    ]


@pytest.mark.parametrize(
    ("keyword", "told"),
    [
        (
            {"pattern": r"^[A-Z].*\Z"},
            r'kit: expected a schema that the compiled validator reads, too; given "^[A-Z].*\\Z" is not a "regex". '
            "Write plain regular expressions, anchored with ^ and $.",
        ),
        (
            {"$ref": "https://example.org/schema"},
            "kit/contact/name: expected a schema that is complete in itself; given $ref 'https://example.org/schema'. "
            "Write the referenced schema out: nothing is fetched.",
        ),
    ],
)
def test_what_only_one_validator_understands(sample: Subject, keyword: dict[str, str], told: str) -> None:
    schema: Any = KIT.schema
    inner = {**schema["properties"]["contact"]["properties"]["name"], **keyword}
    contact = {**schema["properties"]["contact"], "properties": {"name": inner}}
    changed = {**schema, "properties": {**schema["properties"], "contact": contact}}
    kit = replace(KIT, schema=changed, examples=({"colour": "red"},))
    assert said(replace(sample, program=replace(PROGRAM, aid_types=(kit,))), "schema_valid") == [told]


def waits_for_ever(_commitment: CommitmentView, _settings: Any) -> Sequence[Finding]:
    Event().wait()
    return ()


def test_a_rule_that_never_returns_is_waited_for_once(sample: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_SECONDS", 0.5)
    subject = replace(sample, program=rule(waits_for_ever), memo={})
    line = waits_for_ever.__code__.co_firstlineno + 1
    judged = "contoh: expected a program that lets itself be judged; given "
    assert said(subject, "rules_total") == [
        f"{judged}a function that hasn't come back within 0.5 s; it stands at test_probing.py, line {line}. "
        "Repair what it says."
    ]
    assert said(subject, "rules_pure") == [
        f"{judged}RuleNotBack: a rule that doesn't come back, as another check says. Repair what it says."
    ]
