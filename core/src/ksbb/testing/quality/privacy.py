"""Which attributes look as if they said something about a person, by the words in their names and titles.

A guess by words: it asks a question, and the author answers it with `PersonalData` or an exemption.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from ksbb.program import AidType, JsonSchema
from ksbb.testing.quality.schemas import attributes

_PERSON = re.compile(
    r"""\b(?:
    (?:sur|full|nick)?name|nik|ktp|npwp|nib|imei|passport|phone|telephone|mobile|whatsapp|email|address|religion|ethnicity
    |signature|fingerprint|iban|contact|person|people|owner|holder|guardian|parent|child|pupil|student|teacher|trainer|instructor
    |participant|patient|recipient|beneficiary|volunteer|driver|artist|farmer|worker|employee
    |nama|paspor|telepon|telp|ponsel|hp|surel|alamat|agama|suku|tanda\ tangan|rekening|kontak|orang|pemilik|wali|anak|siswa|murid|guru
    |pelatih|instruktur|peserta|pasien|penerima|relawan|sopir|seniman|petani|pekerja|karyawan|pengurus|penanggung\ jawab
    )s?\b""",
    re.VERBOSE,
)
_BIRTH = re.compile(r"\b(?:birth|birthday|birthdate|born|lahir)\b")


def looks_personal(aid_type: AidType) -> Iterator[tuple[str, str]]:
    """The place of each text attribute, such as `fee/artist/name`, with the word that makes it look personal.

    Choices, days without a birth in their name, numbers and yes or no say nothing about one person.
    """
    for place, schema in attributes(aid_type.id, aid_type.schema):
        if not _is_free_text(schema):
            continue
        word = _word(place.split("/")[1:], schema)
        if word:
            yield place, word


def personal_word(*texts: str) -> str:
    """The first word that speaks of a person; nothing when none does."""
    return next(iter(personal_words(*texts)), "")


def personal_words(*texts: str) -> list[str]:
    """The words that speak of a person."""
    return [word for words in (_PERSON, _BIRTH) for word in _found(words, texts)]


def _is_free_text(schema: JsonSchema) -> bool:
    inner = schema.get("items", schema) if schema.get("type") == "array" else schema
    return isinstance(inner, Mapping) and inner.get("type") == "string" and "enum" not in inner


def _word(path: list[str], schema: JsonSchema) -> str:
    texts = [*path, str(schema.get("title", "")), str(schema.get("x-en-title", ""))]
    return (
        next(iter(_found(_BIRTH, texts)), "")
        if schema.get("format") in ("date", "date-time")
        else personal_word(*texts)
    )


def _found(words: re.Pattern[str], texts: Iterable[str]) -> list[str]:
    return [match.group() for text in texts for match in words.finditer(re.sub(r"[^a-z]+", " ", text.lower()))]
