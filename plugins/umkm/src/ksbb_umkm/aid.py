"""The aid types of the enterprise program: what a donor tells about each, and what one unit is worth."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ksbb.program import AidType, PersonalData, ReferenceValue, Text, Unit, choice, described, object_schema

LOAN_TERMS = ("principal", "tenor_months", "rate_percent_per_year", "provider", "ojk_licence")
"""The attributes that only a loan has, except `principal`, which a grant may name, too."""

_NIBS = described(
    {
        "type": "array",
        "uniqueItems": True,
        "minItems": 1,
        "maxItems": 1000,
        "items": {"type": "string", "pattern": "^[0-9]{13}$", "maxLength": 13},
        "x-in-documents": False,
    },
    Text("NIB", "NIB"),
    Text(
        "Nomor Induk Berusaha (13 angka) usaha yang dibantu. Nomor usaha saja: jangan menulis nama atau NIK pemilik.",
        "Business identification numbers (13 digits) of the enterprises. The business's number only: "
        "write no owner's name or NIK.",
    ),
)
_JAKPRENEUR_IDS = described(
    {
        "type": "array",
        "uniqueItems": True,
        "minItems": 1,
        "maxItems": 1000,
        "items": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9./-]{3,29}$", "maxLength": 30},
        "x-in-documents": False,
    },
    Text("ID Jakpreneur", "Jakpreneur ids"),
    Text(
        "ID Jakpreneur usaha yang belum punya NIB. Jangan menulis nama atau NIK pemilik.",
        "Jakpreneur ids of enterprises that have no NIB yet. Write no owner's name or NIK.",
    ),
)
_ENTERPRISES = {"nibs": _NIBS, "jakpreneur_ids": _JAKPRENEUR_IDS}
# Many of these businesses are one person's: their number leads to the owner.
_NUMBERS_KEPT_DAYS = 5 * 365
_OWNERS = tuple(
    PersonalData(
        attribute=f"{name}/*",
        purpose=Text(
            "Memeriksa bahwa bantuan sampai ke usaha yang benar-benar ada, dan tidak dua kali untuk hal yang sama.",
            "To check that the aid reaches a business that exists, and not twice for the same.",
        ),
        retention_days=_NUMBERS_KEPT_DAYS,
    )
    for name in _ENTERPRISES
)

TRAINING = AidType(
    id="training",
    name=Text("Pelatihan usaha", "Business training"),
    unit=Unit("seat", Text("kursi", "seat")),
    service=True,
    schema=object_schema(
        {
            "topic": described(
                {"type": "string", "minLength": 3, "maxLength": 120},
                Text("Topik", "Topic"),
                Text("Apa yang dipelajari, misalnya pemasaran digital.", "What is taught, such as digital marketing."),
            ),
            "hours": described(
                {"type": "number", "exclusiveMinimum": 0, "maximum": 1000},
                Text("Jam pelatihan", "Training hours"),
                Text("Jam pelatihan untuk satu peserta.", "Hours of training for one participant."),
            ),
            "mode": choice(
                {
                    "onsite": Text("tatap muka", "on site"),
                    "online": Text("daring", "online"),
                    "hybrid": Text("gabungan tatap muka dan daring", "both on site and online"),
                },
                Text("Cara", "Mode"),
                Text("Tatap muka, daring, atau gabungan.", "On site, online or both."),
            ),
            **_ENTERPRISES,
        },
        ["topic", "hours"],
        Text("Pelatihan usaha", "Business training"),
        Text(
            "Pelatihan bagi pelaku usaha; satu kursi untuk satu usaha. Jangan menulis nama peserta.",
            "Training for entrepreneurs; one seat for one enterprise. Write no names of participants.",
        ),
    ),
    examples=(
        {"topic": "Pemasaran digital untuk usaha kuliner", "hours": 16, "mode": "hybrid"},
        {
            "topic": "Pencatatan keuangan sederhana",
            "hours": 6,
            "nibs": ["1234567890123"],
            "jakpreneur_ids": ["JP-000123"],
        },
    ),
    counter_examples=(
        {"topic": "IT", "hours": 16},
        {"topic": "Pemasaran digital", "hours": 0},
        {"topic": "Pemasaran digital", "hours": 16, "nibs": ["123456789012"]},
        {"topic": "Pemasaran digital", "hours": 16, "participant_names": ["Siti Contoh"]},
    ),
    personal_data=_OWNERS,
)

FACILITIES = AidType(
    id="facilities",
    name=Text("Sarana usaha", "Business facilities"),
    unit=Unit("unit", Text("unit", "unit")),
    schema=object_schema(
        {
            "facility": choice(
                {
                    "cart": Text("gerobak", "cart"),
                    "stall": Text("kios", "stall"),
                    "tool": Text("alat", "tool"),
                    "machine": Text("mesin", "machine"),
                    "packaging": Text("kemasan", "packaging"),
                    "device": Text("perangkat digital", "digital device"),
                    "renovation": Text("renovasi tempat usaha", "renovation of premises"),
                    "other": Text("sarana lain", "other facility"),
                },
                Text("Jenis sarana", "Kind of facility"),
                Text(
                    "Gerobak, kios, alat, mesin, kemasan, perangkat digital, renovasi tempat usaha, atau lainnya.",
                    "Cart, stall, tool, machine, packaging, digital device, renovation of premises, or other.",
                ),
            ),
            "description": described(
                {"type": "string", "minLength": 3, "maxLength": 200},
                Text("Uraian", "Description"),
                Text("Merek, ukuran, atau kegunaannya.", "Make, size or purpose."),
            ),
            "condition": choice(
                {"new": Text("baru", "new"), "used": Text("bekas pakai", "used")},
                Text("Kondisi", "Condition"),
                Text("Baru atau bekas pakai.", "New or used."),
            ),
            "usable": described(
                {"type": "boolean"},
                Text("Layak pakai", "Usable"),
                Text(
                    "Pernyataan donatur bahwa semua unit berfungsi dan aman.",
                    "The donor's declaration that all units work and are safe.",
                ),
            ),
            **_ENTERPRISES,
        },
        ["facility", "condition", "usable"],
        Text("Sarana usaha", "Business facilities"),
        Text(
            "Peralatan atau tempat usaha. Jangan menulis nama penerima.",
            "Equipment or premises for a business. Write no names of recipients.",
        ),
    ),
    examples=(
        {
            "facility": "cart",
            "description": "Gerobak rangka baja ringan 150 × 60 cm",
            "condition": "new",
            "usable": True,
            "nibs": ["1234567890123"],
        },
        {
            "facility": "machine",
            "description": "Mesin jahit portabel",
            "condition": "used",
            "usable": True,
            "jakpreneur_ids": ["JP-000123"],
        },
    ),
    counter_examples=(
        {"facility": "gerobak", "condition": "new", "usable": True},
        {"facility": "cart", "condition": "baru", "usable": True},
        {"facility": "cart", "condition": "new", "usable": "ya"},
        {"facility": "cart", "condition": "new", "usable": True, "owner_nik": "3171000000000001"},
    ),
    personal_data=_OWNERS,
)

CAPITAL = AidType(
    id="capital",
    name=Text("Modal usaha", "Business capital"),
    unit=Unit("rupiah", Text("rupiah", "rupiah")),
    schema=object_schema(
        {
            "form": choice(
                {"grant": Text("hibah", "grant"), "loan": Text("pinjaman", "loan")},
                Text("Bentuk", "Form"),
                Text("Hibah atau pinjaman.", "Grant or loan."),
            ),
            "principal": described(
                {"type": "integer", "minimum": 1, "maximum": 10_000_000_000},
                Text("Pokok per usaha (Rp)", "Principal per enterprise (Rp)"),
                Text(
                    "Modal satu usaha dalam rupiah penuh; wajib untuk pinjaman.",
                    "The capital of one enterprise in whole rupiah; needed for loans.",
                ),
            ),
            "tenor_months": described(
                {"type": "integer", "minimum": 1, "maximum": 360},
                Text("Tenor (bulan)", "Tenor (months)"),
                Text("Jangka waktu pinjaman dalam bulan.", "The term of the loan in months."),
            ),
            "rate_percent_per_year": described(
                {"type": "number", "minimum": 0, "maximum": 100},
                Text("Bunga atau margin (% per tahun)", "Rate (% per year)"),
                Text(
                    "Bunga atau margin efektif dalam persen per tahun; 0 untuk pinjaman kebajikan.",
                    "Effective interest or margin in percent per year; 0 for a benevolent loan.",
                ),
            ),
            "provider": described(
                {"type": "string", "minLength": 3, "maxLength": 120},
                Text("Penyedia pinjaman", "Loan provider"),
                Text("Lembaga yang memberi pinjaman.", "The institution that gives the loan."),
            ),
            "ojk_licence": described(
                {"type": "string", "minLength": 1, "maxLength": 60},
                Text("Izin OJK", "OJK licence"),
                Text(
                    "Nomor izin usaha penyedia dari OJK, misalnya KEP-12/D.05/2021.",
                    "The number of the provider's OJK licence, such as KEP-12/D.05/2021.",
                ),
            ),
            **_ENTERPRISES,
        },
        ["form"],
        Text("Modal usaha", "Business capital"),
        Text(
            "Modal dalam rupiah untuk usaha yang disebut nomornya. Jangan menulis nama atau NIK pemilik.",
            "Capital in rupiah for enterprises given by their number. Write no owner's name or NIK.",
        ),
    ),
    reference_values=(
        ReferenceValue(rupiah=1, valid_from=date(2020, 4, 1), source="Satu satuan modal adalah satu rupiah"),
    ),
    examples=(
        {"form": "grant", "principal": 2_500_000, "nibs": ["1234567890123", "1234567890124"]},
        {
            "form": "loan",
            "principal": 10_000_000,
            "tenor_months": 24,
            "rate_percent_per_year": 6,
            "provider": "Bank Contoh",
            "ojk_licence": "KEP-12/D.05/2021",
            "jakpreneur_ids": ["JP-000123"],
        },
    ),
    counter_examples=(
        {"form": "hibah", "principal": 2_500_000, "nibs": ["1234567890123"]},
        {"form": "loan", "principal": 2_500_000.5, "nibs": ["1234567890123"]},
        {"form": "grant", "nibs": []},
    ),
    personal_data=_OWNERS,
)

AID_TYPES = (TRAINING, FACILITIES, CAPITAL)


def enterprises(attributes: Mapping[str, Any]) -> int:
    """How many enterprises a line names, by NIB or Jakpreneur id."""
    return len(attributes.get("nibs", ())) + len(attributes.get("jakpreneur_ids", ()))
