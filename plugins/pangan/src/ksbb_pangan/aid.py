"""The aid types of the food program: what a donor tells about each, and what one unit is worth."""

from datetime import date
from typing import Any

from ksbb.program import AidType, ReferenceValue, Text, Unit, choice, described, object_schema
from ksbb_pangan.foods import FOOD_NAMES, MEASURE_NAMES, Food, Measure

STAPLE_VALUE = 200_000
READY_MEAL_VALUE = 45_000
EID_PACKAGE_VALUE = 85_000
ALLOWANCE_PERSON_VALUE = 50_000
ALLOWANCE_FAMILY_VALUE = 200_000

_PRICES = "Harga acuan KSBB Pangan menurut pemberitaan pada masanya"
_PRICES_FROM = date(2020, 4, 1)

_TIME = r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})$"
_DAY = r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"

_HALAL = described(
    {"type": "boolean"},
    Text("Halal", "Halal"),
    Text(
        "Pernyataan donatur bahwa seluruh isi halal. Bantuan yang tidak halal tidak dapat disalurkan.",
        "The donor's declaration that all contents are halal. Aid that is not halal can't be distributed.",
    ),
)
_NEUTRAL = described(
    {"type": "boolean"},
    Text("Kemasan netral", "Neutral packaging"),
    Text(
        "Pernyataan donatur bahwa kemasan bebas dari muatan politik, SARA, dan keterangan palsu.",
        "The donor's declaration that the packaging is free of political, racial and false content.",
    ),
)
_EXPIRES_ON = described(
    {"type": "string", "format": "date", "pattern": _DAY},
    Text("Tanggal kedaluwarsa", "Expiry day"),
    Text(
        "Tanggal kedaluwarsa paling awal di antara isi paket (TTTT-BB-HH). Sayur dan telur tidak dihitung.",
        "The earliest expiry day among the contents (YYYY-MM-DD). Vegetables and eggs don't count.",
    ),
)
MOST_VALUE = 10_000_000
"""In rupiah: more for one unit is a slip of the keyboard."""
_UNIT_VALUE = described(
    {"type": "integer", "minimum": 1, "maximum": MOST_VALUE, "x-in-documents": False},
    Text("Nilai per satuan (Rp)", "Value of one unit (Rp)"),
    Text(
        "Nilai satu satuan dalam rupiah penuh, menurut donatur.",
        "What one unit is worth in whole rupiah, as the donor says.",
    ),
)
_CONTENTS = described(
    {
        "type": "array",
        "minItems": 1,
        "maxItems": 40,
        "items": described(
            {
                "type": "object",
                "properties": {
                    "food": choice(
                        {str(food): name for food, name in FOOD_NAMES.items()},
                        Text("Jenis pangan", "Food"),
                        Text("Jenis pangan dalam paket.", "What kind of food it is."),
                    ),
                    "amount": described(
                        {"type": "number", "exclusiveMinimum": 0, "maximum": 10_000},
                        Text("Banyaknya", "Amount"),
                        Text("Banyaknya dalam satu paket.", "How much of it is in one package."),
                    ),
                    "unit": choice(
                        {str(measure): name for measure, name in MEASURE_NAMES.items()},
                        Text("Satuan", "Unit"),
                        Text("kg, g, l, ml, atau pcs (buah).", "kg, g, l, ml or pcs (pieces)."),
                    ),
                    "registration_number": described(
                        {"type": "string", "minLength": 1, "maxLength": 40, "x-in-documents": False},
                        Text("Nomor izin edar", "Registration number"),
                        Text(
                            "Nomor BPOM MD/ML atau P-IRT pada kemasan; wajib untuk pangan olahan kemasan.",
                            "The BPOM MD/ML or P-IRT number on the pack; needed for packaged processed food.",
                        ),
                    ),
                },
                "required": ["food", "amount", "unit"],
                "additionalProperties": False,
            },
            Text("Isi", "Item"),
            Text("Satu jenis pangan dalam paket.", "One food of the package."),
        ),
    },
    Text("Isi paket", "Contents"),
    Text("Isi satu paket, satu baris per jenis pangan.", "The contents of one package, one row per food."),
)


def _worth(rupiah: int, **where: str) -> ReferenceValue:
    return ReferenceValue(rupiah=rupiah, valid_from=_PRICES_FROM, source=_PRICES, where=where)


def _item(food: Food, amount: float, unit: Measure, registration_number: str | None = None) -> dict[str, Any]:
    item: dict[str, Any] = {"food": food.value, "amount": amount, "unit": unit.value}
    return item if registration_number is None else {**item, "registration_number": registration_number}


_STANDARD_CONTENTS = [
    _item(Food.RICE, 5, Measure.KILOGRAM),
    _item(Food.COOKING_OIL, 2, Measure.LITRE, "MD 123456789001"),
    _item(Food.FLOUR, 1, Measure.KILOGRAM, "MD 123456789002"),
    _item(Food.SUGAR, 1, Measure.KILOGRAM, "MD 123456789003"),
    _item(Food.CONDENSED_MILK, 370, Measure.GRAM, "MD 123456789004"),
    _item(Food.TEA, 25, Measure.PIECE, "MD 123456789005"),
    _item(Food.SARDINES, 155, Measure.GRAM, "MD 123456789006"),
    _item(Food.INSTANT_NOODLES, 5, Measure.PIECE, "MD 123456789007"),
]

_STAPLE_EXAMPLE = {
    "contents": _STANDARD_CONTENTS,
    "expires_on": "2027-06-30",
    "halal": True,
    "packaging_neutral": True,
    "people_per_package": 4,
    "unit_value": 205_000,
}

STAPLE_FOOD = AidType(
    id="staple_food",
    name=Text("Paket sembako", "Staple food package"),
    unit=Unit("package", Text("paket", "package")),
    schema=object_schema(
        {
            "contents": _CONTENTS,
            "expires_on": _EXPIRES_ON,
            "halal": _HALAL,
            "packaging_neutral": _NEUTRAL,
            "people_per_package": described(
                {"type": "integer", "minimum": 1, "maximum": 20},
                Text("Jiwa per paket", "People per package"),
                Text(
                    "Untuk berapa jiwa satu paket cukup selama seminggu; kosong berarti satu keluarga.",
                    "For how many people one package lasts a week; empty means one household.",
                ),
            ),
            "unit_value": _UNIT_VALUE,
        },
        ["contents", "expires_on", "halal", "packaging_neutral"],
        Text("Paket sembako", "Staple food package"),
        Text(
            "Kebutuhan pokok satu keluarga selama seminggu. Jangan menulis nama atau data penerima.",
            "A week of staples for one household. Don't write names or data of recipients.",
        ),
    ),
    reference_values=(_worth(STAPLE_VALUE),),
    expiry_attribute="expires_on",
    examples=(
        _STAPLE_EXAMPLE,
        {
            "contents": [
                _item(Food.RICE, 10, Measure.KILOGRAM),
                _item(Food.COOKING_OIL, 1800, Measure.MILLILITRE, "BPOM RI MD 123456789008"),
                _item(Food.EGGS, 30, Measure.PIECE),
                _item(Food.BISCUITS, 400, Measure.GRAM, "P-IRT 1234567890123-27"),
            ],
            "expires_on": "2027-03-15",
            "halal": True,
            "packaging_neutral": True,
            "unit_value": 235_000,
        },
    ),
    counter_examples=(
        {**_STAPLE_EXAMPLE, "contents": []},
        {**_STAPLE_EXAMPLE, "contents": [{"food": "rice", "amount": 5}]},
        {**_STAPLE_EXAMPLE, "expires_on": "30-06-2027"},
        {**_STAPLE_EXAMPLE, "halal": "ya"},
        {**_STAPLE_EXAMPLE, "packaging_neutral": None},
        {**_STAPLE_EXAMPLE, "recipient_name": "Siti Contoh"},
    ),
)

_MEAL_EXAMPLE = {
    "cooked_at": "2026-08-01T09:30:00+07:00",
    "eat_by": "2026-08-01T13:00:00+07:00",
    "halal": True,
    "packaging_neutral": True,
    "allergens": ["egg", "soy"],
    "menu": "Nasi, ayam kecap, tumis buncis, pisang",
}

READY_MEAL = AidType(
    id="ready_meal",
    name=Text("Makanan siap saji", "Ready meal"),
    unit=Unit("meal", Text("porsi", "meal")),
    schema=object_schema(
        {
            "cooked_at": described(
                {"type": "string", "format": "date-time", "pattern": _TIME},
                Text("Waktu selesai dimasak", "Cooked at"),
                Text(
                    "Rencana waktu selesai dimasak pengiriman pertama, dengan zona waktu: 2026-08-01T09:30:00+07:00.",
                    "When the first delivery will be cooked, with its time zone: 2026-08-01T09:30:00+07:00.",
                ),
            ),
            "eat_by": described(
                {"type": "string", "format": "date-time", "pattern": _TIME},
                Text("Dimakan sebelum", "Eat by"),
                Text(
                    "Batas waktu makan untuk pengiriman pertama; selang yang sama berlaku untuk pengiriman berikutnya.",
                    "Until when the first delivery must be eaten; the same span holds for the deliveries after it.",
                ),
            ),
            "halal": _HALAL,
            "packaging_neutral": _NEUTRAL,
            "allergens": described(
                {
                    "type": "array",
                    "uniqueItems": True,
                    "items": choice(
                        {
                            "gluten": Text("gluten", "gluten"),
                            "egg": Text("telur", "egg"),
                            "fish": Text("ikan", "fish"),
                            "shellfish": Text("krustasea dan kerang", "shellfish"),
                            "peanut": Text("kacang tanah", "peanut"),
                            "tree_nut": Text("kacang pohon", "tree nut"),
                            "milk": Text("susu", "milk"),
                            "soy": Text("kedelai", "soy"),
                            "sesame": Text("wijen", "sesame"),
                        },
                        Text("Alergen", "Allergen"),
                        Text("Satu alergen dalam menu.", "One allergen in the menu."),
                    ),
                },
                Text("Alergen", "Allergens"),
                Text(
                    "Alergen dalam menu; daftar kosong berarti tidak ada.",
                    "Allergens in the menu; an empty list means that there are none.",
                ),
            ),
            "menu": described(
                {"type": "string", "minLength": 3, "maxLength": 200},
                Text("Menu", "Menu"),
                Text("Isi satu porsi.", "What one meal consists of."),
            ),
            "unit_value": _UNIT_VALUE,
        },
        ["cooked_at", "eat_by", "halal", "packaging_neutral"],
        Text("Makanan siap saji", "Ready meal"),
        Text(
            "Makanan satu orang untuk satu hari. Jangan menulis nama atau data penerima.",
            "Food of one person for one day. Don't write names or data of recipients.",
        ),
    ),
    reference_values=(_worth(READY_MEAL_VALUE),),
    examples=(
        _MEAL_EXAMPLE,
        {
            "cooked_at": "2026-02-20T15:00:00+07:00",
            "eat_by": "2026-02-20T18:30:00+07:00",
            "halal": True,
            "packaging_neutral": True,
            "allergens": [],
            "unit_value": 45_000,
        },
    ),
    counter_examples=(
        {**_MEAL_EXAMPLE, "cooked_at": "2026-08-01 09:30"},
        {**_MEAL_EXAMPLE, "eat_by": "13:00"},
        {**_MEAL_EXAMPLE, "halal": "halal"},
        {**_MEAL_EXAMPLE, "packaging_neutral": 1},
        {**_MEAL_EXAMPLE, "allergens": ["egg", "egg"]},
    ),
)

_EID_EXAMPLE = {
    "contents": [
        _item(Food.BISCUITS, 650, Measure.GRAM, "MD 123456789009"),
        _item(Food.SYRUP, 460, Measure.MILLILITRE, "MD 123456789010"),
        _item(Food.DATES, 500, Measure.GRAM, "ML 123456789011"),
    ],
    "expires_on": "2027-01-31",
    "halal": True,
    "packaging_neutral": True,
}

EID_PACKAGE = AidType(
    id="eid_package",
    name=Text("Paket Lebaran", "Eid package"),
    unit=Unit("package", Text("paket", "package")),
    schema=object_schema(
        {
            "contents": _CONTENTS,
            "expires_on": _EXPIRES_ON,
            "halal": _HALAL,
            "packaging_neutral": _NEUTRAL,
            "unit_value": _UNIT_VALUE,
        },
        ["contents", "expires_on", "halal", "packaging_neutral"],
        Text("Paket Lebaran", "Eid package"),
        Text(
            "Bingkisan Idulfitri, hanya sekitar Lebaran. Jangan menulis nama atau data penerima.",
            "A gift for Eid al-Fitr, only around Eid. Don't write names or data of recipients.",
        ),
    ),
    reference_values=(_worth(EID_PACKAGE_VALUE),),
    expiry_attribute="expires_on",
    examples=(
        _EID_EXAMPLE,
        {
            "contents": [_item(Food.BISCUITS, 2, Measure.PIECE, "P-IRT 1234567890123-27")],
            "expires_on": "2026-12-01",
            "halal": True,
            "packaging_neutral": True,
            "unit_value": 90_000,
        },
    ),
    counter_examples=(
        {**_EID_EXAMPLE, "contents": [{"food": "kue", "amount": 1, "unit": "pcs"}]},
        {**_EID_EXAMPLE, "expires_on": "Januari 2027"},
        {**_EID_EXAMPLE, "halal": "ya"},
        {**_EID_EXAMPLE, "packaging_neutral": "ya"},
    ),
)

HOLIDAY_ALLOWANCE = AidType(
    id="holiday_allowance",
    name=Text("Tunjangan hari raya (THR)", "Holiday allowance"),
    unit=Unit("allowance", Text("tunjangan", "allowance")),
    schema=object_schema(
        {
            "per": choice(
                {"person": Text("orang", "person"), "family": Text("keluarga", "family")},
                Text("Diberikan per", "Given per"),
                Text(
                    "Satu tunjangan untuk satu orang atau satu keluarga.", "One allowance for one person or one family."
                ),
            ),
            "packaging_neutral": _NEUTRAL,
            "unit_value": _UNIT_VALUE,
        },
        ["per", "packaging_neutral"],
        Text("Tunjangan hari raya", "Holiday allowance"),
        Text(
            "Uang atau voucer belanja untuk Lebaran. Jangan menulis nama atau data penerima.",
            "Money or a shopping voucher for Eid. Don't write names or data of recipients.",
        ),
    ),
    reference_values=(_worth(ALLOWANCE_PERSON_VALUE, per="person"), _worth(ALLOWANCE_FAMILY_VALUE, per="family")),
    examples=(
        {"per": "person", "packaging_neutral": True},
        {"per": "family", "packaging_neutral": True, "unit_value": 250_000},
    ),
    counter_examples=(
        {"per": "keluarga", "packaging_neutral": True},
        {"per": "family", "packaging_neutral": "ya"},
        {"per": "person", "packaging_neutral": True, "unit_value": 50_000.5},
    ),
)

AID_TYPES = (STAPLE_FOOD, READY_MEAL, EID_PACKAGE, HOLIDAY_ALLOWANCE)
EID_AID = (EID_PACKAGE.id, HOLIDAY_ALLOWANCE.id)
"""Aid that has its meaning around Eid only."""
