"""The aid types of the waste program.

No attribute invites personal data: households and managers appear as counts, maintenance owners as institutions.
"""

from ksbb.program import AidType, JsonSchema, Text, Unit, choice, described, object_schema
from ksbb_persampahan.names import (
    LAND_STATUSES,
    MAINTENANCE_OWNERS,
    MATERIALS,
    METHODS,
    STREAMS,
    TOPICS,
    VEHICLES,
)

_UNIT = Unit("unit", Text("unit", "unit"))


def _count(title: Text, description: Text, *, maximum: int, minimum: int = 1) -> JsonSchema:
    return described({"type": "integer", "minimum": minimum, "maximum": maximum}, title, description)


_SPECIFICATION = described(
    {"type": "string", "minLength": 3, "maxLength": 200},
    Text("Spesifikasi", "Specification"),
    Text("Merek, bahan, ukuran, atau isi; tanpa nama orang.", "Brand, material, size or contents; no names of people."),
)

_MAINTENANCE = choice(
    MAINTENANCE_OWNERS,
    Text("Penanggung jawab pemeliharaan", "Maintenance owner"),
    Text(
        "Lembaga yang memelihara setelah serah terima: rw, waste_bank (bank sampah), kelurahan, dlh, collaborator, "
        "atau none "
        "bila belum ada. Wajib ada sebelum disetujui.",
        "Institution that maintains it after the handover: rw, waste_bank, kelurahan, dlh, collaborator, or none "
        "when nobody has "
        "taken it on. Needed before approval.",
    ),
)

_CAPACITY = _count(
    Text("Kapasitas per unit (kg/hari)", "Capacity per unit (kg a day)"),
    Text("Sampah yang dapat ditangani satu unit dalam sehari.", "Waste that one unit can handle in a day."),
    maximum=100_000,
)

WASTE_BANK_KIT = AidType(
    id="waste_bank_kit",
    name=Text("Paket bank sampah", "Waste bank kit"),
    unit=Unit("kit", Text("paket", "kit")),
    schema=object_schema(
        {
            "land_status": choice(
                LAND_STATUSES,
                Text("Lahan bank sampah", "Land of the waste bank"),
                Text(
                    "owned: milik bank sampah atau RW; government_permitted: lahan pemerintah berizin; "
                    "owner_permitted: milik pihak lain "
                    "dengan izin; disputed: sengketa; none: belum ada.",
                    "owned: by the waste bank or RW; government_permitted: public land with permission; "
                    "owner_permitted: another "
                    "owner's, with permission; disputed; none: no land yet.",
                ),
            ),
            "managers": _count(
                Text("Banyaknya pengurus", "Number of managers"),
                Text(
                    "Berapa jabatan pengurus yang terisi; hanya jumlah, tanpa nama.",
                    "How many offices are filled; a count, no names.",
                ),
                minimum=0,
                maximum=100,
            ),
            "lurah_decree": described(
                {
                    "type": "object",
                    "properties": {
                        "number": described(
                            {"type": "string", "minLength": 1, "maxLength": 60},
                            Text("Nomor SK", "Number of the decree"),
                            Text("Nomor surat keputusan lurah.", "Number of the lurah's decree."),
                        ),
                        "issued_on": described(
                            {"type": "string", "format": "date"},
                            Text("Tanggal SK", "Date of the decree"),
                            Text("Hari surat keputusan ditetapkan.", "Day on which the decree was issued."),
                        ),
                    },
                    "required": ["number", "issued_on"],
                    "additionalProperties": False,
                },
                Text("SK lurah", "Decree of the lurah"),
                Text(
                    "Surat keputusan lurah tentang pembentukan bank sampah. Wajib ada sebelum disetujui.",
                    "Decree by which the lurah establishes the waste bank. Needed before approval.",
                ),
            ),
            "capacity_kg_per_day": _CAPACITY,
            "maintenance_owner": _MAINTENANCE,
            "specification": _SPECIFICATION,
        },
        ["land_status", "managers", "capacity_kg_per_day"],
        Text("Paket bank sampah", "Waste bank kit"),
        Text("Perlengkapan awal satu bank sampah unit.", "What one neighbourhood waste bank needs to start."),
    ),
    examples=(
        {
            "land_status": "government_permitted",
            "managers": 5,
            "lurah_decree": {"number": "27/2026", "issued_on": "2026-02-10"},
            "capacity_kg_per_day": 60,
            "maintenance_owner": "waste_bank",
            "specification": "Timbangan duduk 150 kg, rak pilah 6 sekat, 40 karung, buku tabungan 200 buah",
        },
        {
            "land_status": "owner_permitted",
            "managers": 3,
            "lurah_decree": {"number": "SK-112/1.711.2/2025", "issued_on": "2025-11-03"},
            "capacity_kg_per_day": 25,
            "maintenance_owner": "rw",
        },
    ),
    counter_examples=(
        {"land_status": "milik RW", "managers": 3, "capacity_kg_per_day": 25},
        {"land_status": "owned", "managers": "Siti, Budi", "capacity_kg_per_day": 25},
        {"land_status": "owned", "managers": 3, "capacity_kg_per_day": 0},
        {"land_status": "owned", "managers": 3, "capacity_kg_per_day": 25, "lurah_decree": {"number": "27/2026"}},
    ),
)

BIN = AidType(
    id="bin",
    name=Text("Tempat sampah terpilah", "Sorted waste bin"),
    unit=_UNIT,
    schema=object_schema(
        {
            "households": _count(
                Text("Banyaknya KK", "Number of households"),
                Text(
                    "Berapa KK yang mendapat tempat sampah dari baris ini; hanya jumlah.",
                    "How many households get bins from this line; a count only.",
                ),
                maximum=100_000,
            ),
            "streams": described(
                {
                    "type": "array",
                    "items": choice(
                        STREAMS,
                        Text("Pilahan", "Stream"),
                        Text("Satu jenis sampah yang dipilah.", "One waste stream that is separated."),
                    ),
                    "uniqueItems": True,
                    "minItems": 1,
                },
                Text("Jenis pilahan", "Streams"),
                Text(
                    "Jenis sampah yang dipilah dengan tempat sampah baris ini: organik, anorganik, B3, residu. "
                    "Satu baris memuat semua jenis untuk KK yang sama.",
                    "Waste streams that the bins of this line separate: organic, inorganic, hazardous, residual. "
                    "One line holds all streams for the same households.",
                ),
            ),
            "volume_litres": _count(
                Text("Volume (liter)", "Volume (litres)"),
                Text("Isi satu tempat sampah.", "What one bin holds."),
                maximum=2_000,
            ),
            "maintenance_owner": _MAINTENANCE,
            "specification": _SPECIFICATION,
        },
        ["households", "streams"],
        Text("Tempat sampah terpilah", "Sorted waste bin"),
        Text("Tempat sampah untuk pemilahan di rumah.", "Bins for sorting waste at home."),
    ),
    examples=(
        {"households": 120, "streams": ["organic", "inorganic"], "volume_litres": 25, "maintenance_owner": "rw"},
        {
            "households": 60,
            "streams": ["organic", "inorganic"],
            "volume_litres": 15,
            "maintenance_owner": "waste_bank",
            "specification": "HDPE, tutup injak, hijau dan kuning",
        },
    ),
    counter_examples=(
        {"households": 0, "streams": ["organic", "inorganic"]},
        {"households": 60, "streams": []},
    ),
)

COMPOSTER = AidType(
    id="composter",
    name=Text("Komposter", "Composter"),
    unit=_UNIT,
    schema=object_schema(
        {
            "method": choice(
                METHODS,
                Text("Cara pengomposan", "Method"),
                Text(
                    "Takakura, drum, bata terawang, maggot (BSF), biodigester, atau lainnya.",
                    "Takakura basket, drum, open brick, black soldier fly, biodigester, or other.",
                ),
            ),
            "capacity_kg_per_day": _CAPACITY,
            "maintenance_owner": _MAINTENANCE,
            "specification": _SPECIFICATION,
        },
        ["method", "capacity_kg_per_day"],
        Text("Komposter", "Composter"),
        Text("Alat pengolah sampah organik.", "Equipment that turns organic waste into compost."),
    ),
    examples=(
        {
            "method": "drum",
            "capacity_kg_per_day": 5,
            "maintenance_owner": "rw",
            "specification": "Drum 200 liter dengan aerator",
        },
        {"method": "black_soldier_fly", "capacity_kg_per_day": 50, "maintenance_owner": "waste_bank"},
    ),
    counter_examples=(
        {"method": "ember", "capacity_kg_per_day": 5},
        {"method": "drum", "capacity_kg_per_day": 2.5},
    ),
)

SCALE = AidType(
    id="scale",
    name=Text("Timbangan", "Scale"),
    unit=_UNIT,
    schema=object_schema(
        {
            "max_load_kg": _count(
                Text("Beban maksimum (kg)", "Maximum load (kg)"),
                Text(
                    "Beban terberat yang dapat ditimbang sekaligus.", "The heaviest load that can be weighed at once."
                ),
                maximum=5_000,
            ),
            "maintenance_owner": _MAINTENANCE,
            "specification": _SPECIFICATION,
        },
        ["max_load_kg"],
        Text("Timbangan", "Scale"),
        Text("Timbangan untuk bank sampah.", "Scales for a waste bank."),
    ),
    examples=(
        {"max_load_kg": 150, "maintenance_owner": "waste_bank", "specification": "Digital, duduk, bertanda tera sah"},
        {"max_load_kg": 50, "maintenance_owner": "rw", "specification": "Gantung, mekanik"},
    ),
    counter_examples=({"max_load_kg": "150 kg"}, {"max_load_kg": 150, "maintenance_owner": "Pak Budi"}),
)

COLLECTION_VEHICLE = AidType(
    id="collection_vehicle",
    name=Text("Kendaraan pengumpul", "Collection vehicle"),
    unit=_UNIT,
    schema=object_schema(
        {
            "vehicle": choice(
                VEHICLES,
                Text("Jenis kendaraan", "Kind of vehicle"),
                Text(
                    "Gerobak, sepeda angkut, motor roda tiga, roda tiga listrik, atau pikap.",
                    "Handcart, cargo bike, motor tricycle, electric tricycle, or pickup.",
                ),
            ),
            "capacity_kg_per_day": _CAPACITY,
            "maintenance_owner": _MAINTENANCE,
            "specification": _SPECIFICATION,
        },
        ["vehicle", "capacity_kg_per_day"],
        Text("Kendaraan pengumpul", "Collection vehicle"),
        Text("Kendaraan pengumpul sampah lingkungan.", "Vehicles that collect waste in the neighbourhood."),
    ),
    examples=(
        {"vehicle": "motor_tricycle", "capacity_kg_per_day": 900, "maintenance_owner": "dlh"},
        {
            "vehicle": "handcart",
            "capacity_kg_per_day": 150,
            "maintenance_owner": "rw",
            "specification": "Gerobak pilah dua sekat",
        },
    ),
    counter_examples=(
        {"vehicle": "truk", "capacity_kg_per_day": 900},
        {"vehicle": "handcart", "capacity_kg_per_day": 0},
    ),
)

TRAINING = AidType(
    id="training",
    name=Text("Pelatihan pengelolaan sampah", "Waste management training"),
    unit=Unit("seat", Text("kursi", "seat")),
    service=True,
    schema=object_schema(
        {
            "topic": choice(
                TOPICS,
                Text("Topik", "Topic"),
                Text(
                    "Pemilahan, pengomposan, pengelolaan bank sampah, daur ulang kreatif, maggot (BSF), atau lainnya.",
                    "Sorting, composting, running a waste bank, upcycling, black soldier fly, or other.",
                ),
            ),
            "hours": _count(
                Text("Lama (jam)", "Duration (hours)"),
                Text("Jam pelatihan per peserta.", "Training hours per participant."),
                maximum=500,
            ),
        },
        ["topic"],
        Text("Pelatihan pengelolaan sampah", "Waste management training"),
        Text(
            "Kursi pelatihan bagi warga dan pengurus bank sampah. Hanya jumlah, tanpa nama peserta.",
            "Training seats for residents and managers of waste banks. Counts only, no names of participants.",
        ),
    ),
    examples=({"topic": "sorting", "hours": 4}, {"topic": "waste_bank_management", "hours": 16}),
    counter_examples=({"topic": "pemilahan"}, {"topic": "sorting", "participants": ["Siti Contoh"]}),
)

RECYCLABLE_OFFTAKE = AidType(
    id="recyclable_offtake",
    name=Text("Penyerapan sampah daur ulang", "Recyclables offtake"),
    unit=Unit("kg_per_month", Text("kg/bulan", "kg/month")),
    service=True,
    schema=object_schema(
        {
            "materials": described(
                {
                    "type": "array",
                    "items": choice(
                        MATERIALS,
                        Text("Bahan", "Material"),
                        Text("Satu jenis bahan yang diserap.", "One kind of material that is taken."),
                    ),
                    "uniqueItems": True,
                    "minItems": 1,
                },
                Text("Bahan yang diserap", "Materials taken"),
                Text(
                    "Plastik, kertas, logam, kaca, minyak jelantah, elektronik, tekstil, atau organik.",
                    "Plastic, paper, metal, glass, used cooking oil, electronics, textile, or organic.",
                ),
            ),
            "pickups_per_month": _count(
                Text("Penjemputan per bulan", "Pick-ups per month"),
                Text("Berapa kali bahan dijemput dalam sebulan.", "How often the materials are picked up in a month."),
                maximum=31,
            ),
        },
        ["materials"],
        Text("Penyerapan sampah daur ulang", "Recyclables offtake"),
        Text(
            "Kesanggupan menyerap sampah terpilah secara rutin; jumlah pada baris dalam kg per bulan.",
            "A promise to take sorted waste regularly; the line's quantity is in kg a month.",
        ),
    ),
    examples=(
        {"materials": ["plastic", "paper", "metal"], "pickups_per_month": 4},
        {"materials": ["used_cooking_oil"], "pickups_per_month": 2},
    ),
    counter_examples=({"materials": []}, {"materials": ["plastic"], "pickups_per_month": 60}),
)

AID_TYPES = (WASTE_BANK_KIT, BIN, COMPOSTER, SCALE, COLLECTION_VEHICLE, TRAINING, RECYCLABLE_OFFTAKE)

MAINTAINED = (WASTE_BANK_KIT.id, BIN.id, COMPOSTER.id, SCALE.id, COLLECTION_VEHICLE.id)
"""Goods that need a maintenance owner."""

WITH_CAPACITY = (WASTE_BANK_KIT.id, COMPOSTER.id, COLLECTION_VEHICLE.id)
"""Goods with a capacity in kg a day."""
