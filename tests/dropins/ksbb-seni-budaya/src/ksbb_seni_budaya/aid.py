"""The aid types: fees, stage slots, equipment and studio hours, and what a donor tells about each.

Artists and studios appear by their register numbers only, never by a person's name.
"""

from collections.abc import Mapping
from typing import Any

from ksbb.program import AidType, JsonSchema, PersonalData, Text, Unit, choice, described, object_schema

from ksbb_seni_budaya.reference import CULTURE_OBJECTS

_REGISTER_PATTERN = "^[A-Z0-9][A-Z0-9./-]{3,39}$"
_REGISTERED_DAYS = 5 * 365


def _text(title: Text, description: Text, most: int = 160) -> JsonSchema:
    return described({"type": "string", "minLength": 3, "maxLength": most}, title, description)


def _day(title: Text, description: Text) -> JsonSchema:
    return described({"type": "string", "format": "date"}, title, description)


def _count(title: Text, description: Text, most: int) -> JsonSchema:
    return described({"type": "integer", "minimum": 1, "maximum": most}, title, description)


def _spoilt(good: Mapping[str, Any], **wrong: Any) -> tuple[Mapping[str, Any], ...]:
    """The attributes `good`, each time with one of them wrong."""
    return tuple({**good, name: value} for name, value in wrong.items())


_CULTURE = choice(
    {row["code"]: Text(row["name_id"], row["name_en"]) for row in CULTURE_OBJECTS.rows},
    Text("Objek kebudayaan", "Object of culture"),
    Text("Bidang kebudayaan menurut UU 5/2017.", "The field of culture by Law 5/2017."),
)

_CONSENT = described(
    {"type": "boolean"},
    Text("Izin pemegang hak cipta", "Consent of the copyright holders"),
    Text(
        "Pemegang hak cipta karya yang ditampilkan sudah mengizinkan. Ya atau tidak; simpan suratnya.",
        "The holders of the copyright in the works shown have consented. Yes or no; keep the letter.",
    ),
)

_ARTIST_REGISTER = described(
    {"type": "string", "pattern": _REGISTER_PATTERN, "x-in-documents": False},
    Text("Nomor induk seniman atau sanggar", "Register number of the artist or studio"),
    Text(
        "Nomor pada daftar Dinas Kebudayaan; tanpa nama orang. Wajib ada sebelum disetujui.",
        "Number in the register of the Dinas Kebudayaan; no person's name. Needed before approval.",
    ),
)

_REGISTER_IS_PERSONAL = (
    PersonalData(
        attribute="register_number",
        purpose=Text(
            "Memeriksa bahwa honor dibayarkan kepada seniman atau sanggar yang terdaftar.",
            "To check that the fee goes to an artist or studio that is registered.",
        ),
        retention_days=_REGISTERED_DAYS,
    ),
)

_FEE = {
    "culture": "art",
    "event": "Pentas lenong warga",
    "performed_on": "2026-06-10",
    "amount": 750_000,
    "copyright_consent": True,
}

FEE = AidType(
    id="fee",
    name=Text("Honor pementasan", "Performance fee"),
    unit=Unit("fee", Text("honor", "fee")),
    service=True,
    schema=object_schema(
        {
            "culture": _CULTURE,
            "event": _text(
                Text("Acara", "Event"),
                Text("Acara yang dibayar honornya; tanpa nama orang.", "The event that is paid for; no person's name."),
            ),
            "performed_on": _day(
                Text("Hari tampil", "Day of the performance"),
                Text("Hari seniman tampil.", "The day on which the artist performs."),
            ),
            "amount": _count(
                Text("Besar honor (rupiah)", "Amount (rupiah)"),
                Text("Rupiah untuk satu seniman dan satu penampilan.", "Rupiah for one artist and one performance."),
                100_000_000,
            ),
            "register_number": _ARTIST_REGISTER,
            "copyright_consent": _CONSENT,
        },
        ["culture", "event", "performed_on", "amount", "copyright_consent"],
        Text("Honor pementasan", "Performance fee"),
        Text(
            "Satu honor adalah bayaran satu seniman untuk satu penampilan.",
            "One fee is what one artist is paid for one performance.",
        ),
    ),
    examples=(
        {**_FEE, "register_number": "SB/2025/00123"},
        {
            "culture": "oral_tradition",
            "event": "Palang pintu pada hari jadi RW",
            "performed_on": "2026-06-14",
            "amount": 500_000,
            "register_number": "SB/2024/00077",
            "copyright_consent": True,
        },
    ),
    counter_examples=_spoilt(
        _FEE,
        culture="painting",
        event="",
        performed_on="besok",
        amount=0,
        copyright_consent="ya",
        register_number="lenong",
        artist_name="Siti Contoh",
    ),
    personal_data=_REGISTER_IS_PERSONAL,
)

_SLOT = {
    "venue": "Balai warga RW 03",
    "event_on": "2026-06-12",
    "minutes": 90,
    "seats": 150,
    "free_entry": True,
    "copyright_consent": True,
}

STAGE_SLOT = AidType(
    id="stage_slot",
    name=Text("Jadwal panggung", "Stage slot"),
    unit=Unit("slot", Text("jadwal", "slot")),
    service=True,
    schema=object_schema(
        {
            "venue": _text(
                Text("Tempat", "Venue"), Text("Gedung atau lapangan tempat pentas.", "The building or ground.")
            ),
            "venue_permit": _text(
                Text("Nomor izin keramaian", "Number of the event permit"),
                Text(
                    "Nomor izin atau pemberitahuan keramaian. Wajib ada sebelum disetujui.",
                    "Number of the permit, or of the notice of a public event. Needed before approval.",
                ),
                60,
            ),
            "permit_valid_until": _day(
                Text("Izin berlaku sampai", "Permit valid until"),
                Text("Hari terakhir izin berlaku.", "The last day on which the permit is valid."),
            ),
            "event_on": _day(Text("Hari acara", "Day of the event"), Text("Hari pentas.", "The day of the show.")),
            "minutes": _count(
                Text("Lama (menit)", "Duration (minutes)"),
                Text("Menit untuk satu jadwal.", "Minutes of one slot."),
                720,
            ),
            "seats": _count(
                Text("Tempat penonton", "Places for the audience"),
                Text("Banyaknya penonton yang muat.", "How many people the venue holds."),
                100_000,
            ),
            "free_entry": described(
                {"type": "boolean"},
                Text("Gratis bagi penonton", "Free for the audience"),
                Text("Penonton masuk tanpa membayar.", "The audience pays nothing."),
            ),
            "copyright_consent": _CONSENT,
        },
        ["venue", "event_on", "minutes", "seats", "free_entry", "copyright_consent"],
        Text("Jadwal panggung", "Stage slot"),
        Text("Satu jadwal pentas bagi sanggar.", "One slot on a stage for a studio."),
    ),
    examples=(
        {**_SLOT, "venue_permit": "IK/112/VI/2026", "permit_valid_until": "2026-06-30"},
        {
            "venue": "Lapangan RPTRA Contoh",
            "venue_permit": "IK/118/VI/2026",
            "permit_valid_until": "2026-06-20",
            "event_on": "2026-06-15",
            "minutes": 60,
            "seats": 300,
            "free_entry": True,
            "copyright_consent": True,
        },
    ),
    counter_examples=_spoilt(
        _SLOT,
        venue=3,
        event_on="2026-13-01",
        minutes=0,
        seats="banyak",
        free_entry=None,
        copyright_consent=1,
        permit_valid_until="selamanya",
        ticket_price=10_000,
    ),
)

_EQUIPMENT = {"description": "Gamelan pelog satu perangkat", "condition": "used_good"}

EQUIPMENT = AidType(
    id="equipment",
    name=Text("Peralatan seni", "Equipment"),
    unit=Unit("item", Text("buah", "item")),
    schema=object_schema(
        {
            "description": _text(
                Text("Uraian", "Description"),
                Text("Apa barangnya, misalnya jenis dan ukurannya.", "What it is, such as its kind and size."),
            ),
            "condition": choice(
                {"new": Text("baru", "new"), "used_good": Text("bekas, berfungsi baik", "used, in good order")},
                Text("Kondisi", "Condition"),
                Text("Baru, atau bekas dan berfungsi baik.", "New, or used and in good order."),
            ),
            "lent_until": _day(
                Text("Dipinjamkan sampai", "Lent until"),
                Text("Hari terakhir peminjaman; kosong bila diberikan.", "Last day of the loan; empty for a gift."),
            ),
        },
        ["description", "condition"],
        Text("Peralatan seni", "Equipment"),
        Text(
            "Alat musik, kostum, pengeras suara, dan sejenisnya.", "Instruments, costumes, sound systems and the like."
        ),
    ),
    examples=(_EQUIPMENT, {"description": "Pengeras suara 500 W", "condition": "new", "lent_until": "2027-06-30"}),
    counter_examples=_spoilt(_EQUIPMENT, description="", condition="rusak", lent_until="tahun depan"),
)

_HOURS = {"activity": "rehearsal", "people": 20, "open_from": "2026-06-01", "open_until": "2026-08-31"}

STUDIO_HOURS = AidType(
    id="studio_hours",
    name=Text("Jam studio", "Studio hours"),
    unit=Unit("hour", Text("jam", "hour")),
    service=True,
    schema=object_schema(
        {
            "activity": choice(
                {
                    "rehearsal": Text("latihan", "rehearsal"),
                    "recording": Text("rekaman", "recording"),
                    "workshop": Text("lokakarya", "workshop"),
                },
                Text("Kegiatan", "Activity"),
                Text("Untuk apa studio dipakai.", "What the studio is used for."),
            ),
            "people": _count(
                Text("Daya tampung", "Capacity"), Text("Banyaknya orang yang muat.", "How many people it holds."), 1_000
            ),
            "register_number": _ARTIST_REGISTER,
            "open_from": _day(Text("Mulai", "From"), Text("Hari pertama dapat dipakai.", "First day of use.")),
            "open_until": _day(Text("Sampai", "Until"), Text("Hari terakhir dapat dipakai.", "Last day of use.")),
        },
        ["activity", "people", "open_from", "open_until"],
        Text("Jam studio", "Studio hours"),
        Text("Jam pemakaian studio tanpa sewa.", "Hours in a studio, free of rent."),
    ),
    examples=(
        {**_HOURS, "register_number": "SB/2025/00123"},
        {
            "activity": "recording",
            "people": 6,
            "register_number": "SB/2023/00310",
            "open_from": "2026-05-01",
            "open_until": "2026-12-31",
        },
    ),
    counter_examples=_spoilt(
        _HOURS, activity="pesta", people=0, open_from="Senin", open_until=20261231, register_number="x"
    ),
    personal_data=_REGISTER_IS_PERSONAL,
)

AID_TYPES = (FEE, STAGE_SLOT, EQUIPMENT, STUDIO_HOURS)
