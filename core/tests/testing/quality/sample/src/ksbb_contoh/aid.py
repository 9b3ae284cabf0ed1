"""The one aid type."""

from collections.abc import Mapping
from typing import Any

from ksbb.program import AidType, Identifier, PersonalData, Text, Unit, choice, described, object_schema


def with_colour(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """From version 1, which had no colours."""
    return {"colour": "red", **attributes}


KIT = AidType(
    id="kit",
    name=Text("Paket contoh", "Sample kit"),
    unit=Unit("kit", Text("paket", "kit")),
    schema_version=2,
    schema=object_schema(
        {
            "colour": choice(
                {"red": Text("merah", "red"), "blue": Text("biru", "blue")},
                Text("Warna", "Colour"),
                Text("Warna paket.", "The colour of the kit."),
            ),
            "serial": described(
                {"type": "array", "items": {"type": "string", "pattern": "^[0-9]{4}$"}, "x-in-documents": False},
                Text("Nomor seri", "Serial numbers"),
                Text("Satu per paket.", "One for each kit."),
            ),
            "contact": described(
                {
                    "type": "object",
                    "properties": {
                        "name": described(
                            {"type": "string", "minLength": 1, "maxLength": 40},
                            Text("Nama", "Name"),
                            Text("Siapa yang dihubungi.", "Whom to call."),
                        )
                    },
                    "required": ["name"],
                    "additionalProperties": False,
                    "x-in-documents": False,
                },
                Text("Kontak", "Contact"),
                Text("Orang yang menyiapkan paket.", "The person who gets the kits ready."),
            ),
        },
        ["colour"],
        Text("Paket contoh", "Sample kit"),
        Text("Paket untuk uji.", "A kit for tests."),
    ),
    identifiers=(Identifier("serial", "serial"),),
    examples=({"colour": "red", "serial": ["0001"], "contact": {"name": "Siti Contoh"}},),
    counter_examples=({"colour": "green"},),
    personal_data=(
        PersonalData(
            attribute="contact/name",
            purpose=Text("Menjemput paket pada waktunya.", "To pick the kits up when they are ready."),
            retention_days=30,
        ),
    ),
    upgrades={1: with_colour},
)
