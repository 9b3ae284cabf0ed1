"""The aid types of the education program: what a donor tells about each."""

from collections.abc import Mapping
from typing import Any

from ksbb.program import AidType, Identifier, PersonalData, Text, Unit, choice, described, object_schema

_DAY = r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"

_CONDITION = choice(
    {"new": Text("baru", "new"), "used": Text("bekas pakai", "used")},
    Text("Kondisi", "Condition"),
    Text("Baru atau bekas pakai.", "New or used."),
)
_USABLE = described(
    {"type": "boolean"},
    Text("Layak pakai", "Usable"),
    Text(
        "Pernyataan donatur bahwa semua perangkat menyala, layar dan baterainya baik, dan tidak terkunci.",
        "The donor's declaration that all devices start, have a good screen and battery, and are not locked.",
    ),
)
_DATA_WIPED = described(
    {"type": "boolean"},
    Text("Data sudah dihapus", "Data wiped"),
    Text(
        "Untuk perangkat bekas: data pemilik lama dan akunnya sudah dihapus.",
        "For used devices: the former owner's data and accounts have been removed.",
    ),
)
_MODEL = described(
    {"type": "string", "minLength": 2, "maxLength": 80},
    Text("Merek dan model", "Make and model"),
    Text("Merek dan model perangkat.", "The make and model of the devices."),
)
_RAM = described(
    {"type": "number", "exclusiveMinimum": 0, "maximum": 1024},
    Text("RAM (GB)", "RAM (GB)"),
    Text("Memori kerja satu perangkat dalam gigabita.", "Working memory of one device in gigabytes."),
)
_SERIAL = described(
    {
        "type": "array",
        "uniqueItems": True,
        "maxItems": 5000,
        "items": {"type": "string", "pattern": "^[A-Za-z0-9./-]+$", "minLength": 4, "maxLength": 40},
        "x-in-documents": False,
    },
    Text("Nomor seri", "Serial numbers"),
    Text("Nomor seri, satu per perangkat.", "Serial numbers, one for each device."),
)
_NPSN = described(
    {"type": "string", "pattern": "^[0-9]{8}$", "maxLength": 8},
    Text("NPSN sekolah", "School's NPSN"),
    Text(
        "Nomor Pokok Sekolah Nasional (8 angka) bila sekolahnya sudah dipilih. Cukup sekolahnya: "
        "jangan menulis nama siswa atau guru.",
        "The school's national number (8 digits), if a school is chosen already. The school is enough: "
        "write no names of pupils or teachers.",
    ),
)


def _aid_text(text: Text) -> Text:
    return Text(
        f"{text.id} Jangan menulis nama atau data siswa dan guru: cukup sekolah dan jumlah.",
        f"{text.en} Write no names or data of pupils and teachers: school and counts are enough.",
    )


# A used device's numbers lead to its former owner, and any device's to the pupil or teacher who gets it.
_NUMBERS_KEPT_DAYS = 3 * 365


def _numbers(attribute: str, purpose: Text) -> PersonalData:
    return PersonalData(attribute=f"{attribute}/*", purpose=purpose, retention_days=_NUMBERS_KEPT_DAYS)


_SERIAL_NUMBERS = _numbers(
    "serial",
    Text(
        "Mencocokkan perangkat yang diterima agregator dan sekolah dengan yang dijanjikan.",
        "To compare the devices that aggregator and school receive with those that were promised.",
    ),
)

_DEVICE_EXAMPLE: dict[str, Any] = {
    "device_kind": "tablet",
    "condition": "new",
    "usable": True,
    "model": "Tablet 8,7 inci LTE",
    "android_version": 13,
    "ram_gb": 4,
    "storage_gb": 64,
    "imei": ["490154203237518", "356938035643809"],
    "serial": ["R9XW100ABCD", "R9XW100ABCE"],
}

STUDENT_DEVICE = AidType(
    id="student_device",
    name=Text("Gawai siswa", "Student device"),
    unit=Unit("device", Text("unit", "device")),
    schema=object_schema(
        {
            "device_kind": choice(
                {"tablet": Text("tablet", "tablet"), "phone": Text("telepon pintar", "smartphone")},
                Text("Jenis gawai", "Kind of device"),
                Text("Tablet atau telepon pintar.", "Tablet or smartphone."),
            ),
            "condition": _CONDITION,
            "usable": _USABLE,
            "data_wiped": _DATA_WIPED,
            "model": _MODEL,
            "android_version": described(
                {"type": "integer", "minimum": 1, "maximum": 99},
                Text("Versi Android", "Android version"),
                Text(
                    "Versi utama Android yang terpasang, misalnya 13.",
                    "The installed major version of Android, such as 13.",
                ),
            ),
            "ram_gb": _RAM,
            "storage_gb": described(
                {"type": "number", "exclusiveMinimum": 0, "maximum": 65_536},
                Text("Penyimpanan (GB)", "Storage (GB)"),
                Text("Penyimpanan internal satu gawai dalam gigabita.", "Internal storage of one device in gigabytes."),
            ),
            "imei": described(
                {
                    "type": "array",
                    "uniqueItems": True,
                    "maxItems": 5000,
                    "items": {"type": "string", "pattern": "^[0-9]{15}$", "maxLength": 15},
                    "x-in-documents": False,
                },
                Text("IMEI", "IMEI"),
                Text(
                    "IMEI 15 angka, satu per gawai (untuk SIM ganda: slot 1). Dapat dilengkapi sampai disetujui.",
                    "15-digit IMEIs, one for each device (with two SIM slots: slot 1). Can be completed until the approval.",
                ),
            ),
            "serial": _SERIAL,
            "school_npsn": _NPSN,
        },
        ["device_kind", "condition", "usable", "android_version", "ram_gb", "storage_gb"],
        Text("Gawai siswa", "Student device"),
        _aid_text(Text("Gawai untuk siswa yang belum punya gawai sendiri.", "A device for a pupil who has none.")),
    ),
    identifiers=(Identifier("imei", "imei"),),
    examples=(
        _DEVICE_EXAMPLE,
        {
            "device_kind": "phone",
            "condition": "used",
            "usable": True,
            "data_wiped": True,
            "android_version": 11,
            "ram_gb": 3,
            "storage_gb": 32,
            "school_npsn": "99999991",
        },
    ),
    counter_examples=(
        {**_DEVICE_EXAMPLE, "device_kind": "laptop"},
        {**_DEVICE_EXAMPLE, "condition": "bekas"},
        {**_DEVICE_EXAMPLE, "usable": "ya"},
        {**_DEVICE_EXAMPLE, "android_version": "13"},
        {**_DEVICE_EXAMPLE, "ram_gb": 0},
        {**_DEVICE_EXAMPLE, "storage_gb": "64 GB"},
        {**_DEVICE_EXAMPLE, "imei": ["49015420323751"]},
        {**_DEVICE_EXAMPLE, "pupil_names": ["Siti Contoh"]},
    ),
    personal_data=(
        _numbers(
            "imei",
            Text(
                "Memastikan satu gawai tidak diberikan dua kali, dan gawai yang hilang dapat dilacak.",
                "To make sure that no device is given twice, and that a lost one can be traced.",
            ),
        ),
        _SERIAL_NUMBERS,
    ),
)

_COMPUTER_EXAMPLE: dict[str, Any] = {
    "condition": "new",
    "usable": True,
    "model": "Laptop 14 inci",
    "ram_gb": 8,
    "lent": True,
    "owned_by_school": True,
    "serial": ["LPT-23110017"],
}

TEACHER_COMPUTER = AidType(
    id="teacher_computer",
    name=Text("Komputer guru", "Teacher computer"),
    unit=Unit("computer", Text("unit", "computer")),
    schema=object_schema(
        {
            "condition": _CONDITION,
            "usable": _USABLE,
            "data_wiped": _DATA_WIPED,
            "model": _MODEL,
            "ram_gb": _RAM,
            "lent": described(
                {"type": "boolean"},
                Text("Dipinjamkan kepada guru", "Lent to the teacher"),
                Text(
                    "Guru memakainya sebagai pinjaman, bukan hak milik.",
                    "The teacher uses it on loan and does not own it.",
                ),
            ),
            "owned_by_school": described(
                {"type": "boolean"},
                Text("Milik sekolah", "Owned by the school"),
                Text(
                    "Setelah serah terima, laptop menjadi milik sekolah.",
                    "After the handover the laptop belongs to the school.",
                ),
            ),
            "serial": _SERIAL,
            "school_npsn": _NPSN,
        },
        ["condition", "usable", "ram_gb", "lent", "owned_by_school"],
        Text("Komputer guru", "Teacher computer"),
        _aid_text(
            Text(
                "Laptop yang dipinjamkan sekolah kepada guru non-PNS.",
                "A laptop that the school lends to a teacher who is not a civil servant.",
            )
        ),
    ),
    examples=(
        _COMPUTER_EXAMPLE,
        {
            "condition": "used",
            "usable": True,
            "data_wiped": True,
            "ram_gb": 4,
            "lent": True,
            "owned_by_school": True,
            "school_npsn": "99999991",
        },
    ),
    counter_examples=(
        {**_COMPUTER_EXAMPLE, "condition": "baru"},
        {**_COMPUTER_EXAMPLE, "usable": "ya"},
        {**_COMPUTER_EXAMPLE, "ram_gb": "8 GB"},
        {**_COMPUTER_EXAMPLE, "lent": "ya"},
        {**_COMPUTER_EXAMPLE, "owned_by_school": None},
        {**_COMPUTER_EXAMPLE, "teacher_name": "Budi Contoh"},
    ),
    personal_data=(_SERIAL_NUMBERS,),
)

SIM_CARD = AidType(
    id="sim_card",
    name=Text("Kartu SIM berkuota", "SIM card with quota"),
    unit=Unit("card", Text("kartu", "card")),
    schema=object_schema(
        {
            "quota_gb": described(
                {"type": "number", "exclusiveMinimum": 0, "maximum": 10_000},
                Text("Kuota (GB)", "Quota (GB)"),
                Text("Kuota internet satu kartu dalam gigabita.", "Data quota of one card in gigabytes."),
            ),
            "valid_days": described(
                {"type": "integer", "minimum": 1, "maximum": 3650},
                Text("Masa berlaku kuota (hari)", "Validity of the quota (days)"),
                Text(
                    "Berapa hari kuota berlaku sejak kartu aktif.",
                    "For how many days the quota lasts once the card is active.",
                ),
            ),
            "activate_before": described(
                {"type": "string", "format": "date", "pattern": _DAY},
                Text("Batas aktivasi", "Activate before"),
                Text(
                    "Hari terakhir kartu dapat diaktifkan (TTTT-BB-HH).",
                    "The last day to activate the card (YYYY-MM-DD).",
                ),
            ),
            "operator": described(
                {"type": "string", "minLength": 2, "maxLength": 40},
                Text("Operator", "Operator"),
                Text("Operator seluler.", "The mobile operator."),
            ),
            "school_npsn": _NPSN,
        },
        ["quota_gb", "valid_days"],
        Text("Kartu SIM berkuota", "SIM card with quota"),
        _aid_text(Text("Kartu SIM dengan kuota internet untuk belajar.", "A SIM card with data quota for learning.")),
    ),
    expiry_attribute="activate_before",
    examples=(
        {"quota_gb": 30, "valid_days": 30, "activate_before": "2027-12-31", "operator": "Operator Contoh"},
        {"quota_gb": 10, "valid_days": 90, "school_npsn": "99999991"},
    ),
    counter_examples=(
        {"quota_gb": 0, "valid_days": 30},
        {"quota_gb": 30, "valid_days": 30.5},
        {"quota_gb": 30, "valid_days": 30, "msisdn": "081200000000"},
    ),
)

AID_TYPES = (STUDENT_DEVICE, TEACHER_COMPUTER, SIM_CARD)


def imeis(attributes: Mapping[str, Any]) -> tuple[str, ...]:
    """The IMEIs of a line, in the order given."""
    return tuple(attributes.get("imei", ()))
