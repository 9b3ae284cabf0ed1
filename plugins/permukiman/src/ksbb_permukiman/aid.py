"""The aid types of the settlement program.

No attribute invites personal data: residents and owners appear by counts and document numbers only.
"""

from typing import Any

from ksbb.program import AidType, JsonSchema, Text, Unit, choice, described, object_schema
from ksbb_permukiman.names import (
    DIMENSIONS,
    FACILITIES,
    LAND_STATUSES,
    MATERIALS,
    PARTS,
    SLUM_INDICATORS,
    WORK_TYPES,
)

_MAX_RUPIAH = 10**12


def _year() -> JsonSchema:
    return described(
        {"type": "integer", "minimum": 2000, "maximum": 2100},
        Text("Tahun rencana aksi masyarakat (CAP)", "Year of the community action plan (CAP)"),
        Text(
            "Tahun anggaran penyusunan rencana aksi masyarakat (tahun N); pelaksanaannya di tahun N+1.",
            "Budget year in which the community action plan was made (year N); it is implemented in year N+1.",
        ),
    )


def _indicators() -> JsonSchema:
    return described(
        {
            "type": "array",
            "items": choice(
                SLUM_INDICATORS,
                Text("Indikator kumuh", "Slum indicator"),
                Text("Satu indikator yang terpenuhi di RW sasaran.", "One indicator that the target RW shows."),
            ),
            "uniqueItems": True,
            "maxItems": len(SLUM_INDICATORS),
        },
        Text("Indikator kumuh RW", "Slum indicators of the RW"),
        Text(
            "Yang mana dari 11 indikator RW kumuh yang terpenuhi di RW sasaran: kepadatan penduduk, kepadatan "
            "bangunan, tata letak "
            "bangunan, konstruksi bangunan, ventilasi bangunan, keadaan jalan, drainase, air bersih, pembuangan "
            "tinja, pengangkutan "
            "sampah, penerangan jalan. Kelurahan atau DPRKP memberikannya bila belum diketahui.",
            "Which of the 11 indicators of a slum RW the target RW shows: population density, building density, "
            "building layout, "
            "building construction, building ventilation, road condition, drainage, clean water, disposal of human "
            "waste, waste "
            "transport, street lighting. The kelurahan or DPRKP tells when unknown.",
        ),
    )


def _day(title: Text, description: Text) -> JsonSchema:
    return described({"type": "string", "format": "date"}, title, description)


def _document(title: Text, description: Text) -> JsonSchema:
    return described({"type": "string", "minLength": 3, "maxLength": 60}, title, description)


_PLACE: dict[str, JsonSchema] = {"slum_indicators": _indicators(), "action_plan_year": _year()}

_BUILT: dict[str, JsonSchema] = {
    **_PLACE,
    "planned_start_on": _day(
        Text("Rencana mulai", "Planned start"),
        Text(
            "Hari pertama pekerjaan; foto 0 % diambil pada hari ini.",
            "First day of the works; the 0 % photos are due on it.",
        ),
    ),
    "planned_end_on": _day(
        Text("Rencana selesai", "Planned end"),
        Text(
            "Hari terakhir pekerjaan; foto 100 % diambil pada hari ini.",
            "Last day of the works; the 100 % photos are due on it.",
        ),
    ),
    "land_status": choice(
        LAND_STATUSES,
        Text("Status lahan", "Land status"),
        Text(
            "owned: bersertifikat; government_permitted: lahan pemerintah berizin; owner_permitted: milik pihak lain "
            "dengan izin; "
            "untitled: tanpa alas hak dan tidak disengketakan; disputed: sengketa; unknown: belum diketahui.",
            "owned: titled; government_permitted: public land with permission; owner_permitted: another owner's, "
            "with permission; "
            "untitled: no title and no dispute; disputed; unknown: not known yet.",
        ),
    ),
    "budget_rupiah": described(
        {"type": "integer", "minimum": 1, "maximum": _MAX_RUPIAH},
        Text("Nilai RAB (Rp)", "Budget (RAB) in rupiah"),
        Text(
            "Jumlah akhir rencana anggaran biaya untuk baris ini, dalam rupiah bulat. Wajib ada sebelum disetujui.",
            "Total of the bill of quantities (RAB) of this line, in whole rupiah. Needed before approval.",
        ),
    ),
    "structural": described(
        {"type": "boolean"},
        Text("Pekerjaan struktur", "Structural works"),
        Text(
            "Ya bila pondasi, kolom, balok, atau rangka atap dibangun atau diubah; perlu nomor PBG.",
            "Yes when foundations, columns, beams or the roof frame are built or changed; needs a building permit "
            "(PBG).",
        ),
    ),
    "building_permit_number": _document(
        Text("Nomor PBG", "Building permit number (PBG)"),
        Text(
            "Nomor Persetujuan Bangunan Gedung dari SIMBG; hanya untuk pekerjaan struktur.",
            "Number of the building permit (PBG) in SIMBG; for structural works only.",
        ),
    ),
    "consent": described(
        {
            "type": "object",
            "properties": {
                "document_number": _document(
                    Text("Nomor dokumen", "Document number"),
                    Text(
                        "Nomor surat atau berita acara, tanpa nama orang.",
                        "Number of the letter or minutes, no names of people.",
                    ),
                ),
                "signed_on": _day(
                    Text("Tanggal", "Date"),
                    Text("Hari dokumen ditandatangani.", "Day on which the document was signed."),
                ),
            },
            "required": ["document_number", "signed_on"],
            "additionalProperties": False,
        },
        Text("Persetujuan warga", "Residents' consent"),
        Text(
            "Surat atau berita acara persetujuan pemilik dan warga terdampak. Wajib ada sebelum disetujui; jangan "
            "tulis nama.",
            "Letter or minutes by which owners and affected residents agree. Needed before approval; give no names.",
        ),
    ),
}

_BUILT_REQUIRED = (
    "slum_indicators",
    "action_plan_year",
    "planned_start_on",
    "planned_end_on",
    "land_status",
    "structural",
)

_EXAMPLE: dict[str, Any] = {
    "slum_indicators": ["building_density", "drainage", "road_condition", "human_waste_disposal"],
    "action_plan_year": 2025,
    "planned_start_on": "2026-06-01",
    "planned_end_on": "2026-07-31",
    "land_status": "government_permitted",
    "budget_rupiah": 86_400_000,
    "structural": False,
    "consent": {"document_number": "014/BA-RW003/III/2026", "signed_on": "2026-03-14"},
}


WORKS = AidType(
    id="works",
    name=Text("Pekerjaan lingkungan", "Neighbourhood works"),
    unit=Unit("m2", Text("m²", "m²")),
    service=True,
    schema=object_schema(
        {
            "work_type": choice(
                WORK_TYPES,
                Text("Jenis pekerjaan", "Kind of works"),
                Text(
                    "Jalan lingkungan, saluran, turap, ruang terbuka, bangunan bersama, atau lainnya.",
                    "Footpath, drain, retaining wall, public space, communal building, or other.",
                ),
            ),
            "dimension": choice(
                DIMENSIONS,
                Text("Cara ukur", "How it is measured"),
                Text(
                    "area: diukur sebagai luas; linear: diukur memanjang (saluran, jalan), isi panjang dan lebar. "
                    "Jumlah pada baris selalu m².",
                    "area: measured as a surface; linear: measured along a line (drain, path), give length and width. "
                    "The line's quantity is m² in both cases.",
                ),
            ),
            "length_m": described(
                {"type": "integer", "minimum": 1, "maximum": 100_000},
                Text("Panjang (m)", "Length (m)"),
                Text("Panjang pekerjaan memanjang, meter bulat.", "Length of linear works, in whole metres."),
            ),
            "width_cm": described(
                {"type": "integer", "minimum": 1, "maximum": 10_000},
                Text("Lebar (cm)", "Width (cm)"),
                Text(
                    "Lebar rata-rata pekerjaan memanjang, sentimeter bulat.",
                    "Mean width of linear works, in whole centimetres.",
                ),
            ),
            **_BUILT,
        },
        ["work_type", "dimension", *_BUILT_REQUIRED],
        Text("Pekerjaan lingkungan", "Neighbourhood works"),
        Text(
            "Pekerjaan fisik di lingkungan RW. Jumlah pada baris dalam m².",
            "Physical works in the RW's neighbourhood. The line's quantity is in m².",
        ),
    ),
    examples=(
        {**_EXAMPLE, "work_type": "drain", "dimension": "linear", "length_m": 120, "width_cm": 60},
        {
            **_EXAMPLE,
            "work_type": "communal_building",
            "dimension": "area",
            "structural": True,
            "building_permit_number": "SK-PBG-317106-12052026-001",
        },
    ),
)

SANITATION_UNIT = AidType(
    id="sanitation_unit",
    name=Text("Unit sanitasi", "Sanitation unit"),
    unit=Unit("unit", Text("unit", "unit")),
    service=True,
    schema=object_schema(
        {
            "facility": choice(
                FACILITIES,
                Text("Jenis sarana", "Kind of facility"),
                Text(
                    "Jamban keluarga, MCK komunal, tangki septik, IPAL komunal, atau sarana air bersih.",
                    "Household toilet, communal toilet and bath, septic tank, communal wastewater plant, or clean "
                    "water point.",
                ),
            ),
            "households_served": described(
                {"type": "integer", "minimum": 1, "maximum": 10_000},
                Text("KK terlayani per unit", "Households served per unit"),
                Text(
                    "Banyaknya KK yang memakai satu unit; hanya jumlah.",
                    "How many households use one unit; a count only.",
                ),
            ),
            **_BUILT,
        },
        ["facility", *_BUILT_REQUIRED],
        Text("Unit sanitasi", "Sanitation unit"),
        Text("Sarana sanitasi yang dibangun di RW sasaran.", "Sanitation facilities that are built in the target RW."),
    ),
    examples=(
        {**_EXAMPLE, "facility": "septic_tank", "households_served": 1, "land_status": "owned"},
        {
            **_EXAMPLE,
            "facility": "communal_toilet",
            "households_served": 25,
            "structural": True,
            "building_permit_number": "SK-PBG-317106-19052026-002",
        },
    ),
)

HOUSE_REPAIR = AidType(
    id="house_repair",
    name=Text("Perbaikan rumah", "House repair"),
    unit=Unit("house", Text("rumah", "house")),
    service=True,
    schema=object_schema(
        {
            "parts": described(
                {
                    "type": "array",
                    "items": choice(
                        PARTS,
                        Text("Bagian rumah", "Part of the house"),
                        Text("Satu bagian yang diperbaiki.", "One part that is repaired."),
                    ),
                    "uniqueItems": True,
                    "minItems": 1,
                },
                Text("Bagian yang diperbaiki", "Parts repaired"),
                Text(
                    "Atap, dinding, lantai, ventilasi, jamban, atau struktur. Jangan tulis nama atau alamat penghuni.",
                    "Roof, walls, floor, ventilation, toilet, or structure. Give no names or addresses of residents.",
                ),
            ),
            **_BUILT,
        },
        ["parts", *_BUILT_REQUIRED],
        Text("Perbaikan rumah", "House repair"),
        Text("Perbaikan rumah tidak layak huni; satuan: rumah.", "Repair of substandard houses; the unit is a house."),
    ),
    examples=(
        {**_EXAMPLE, "parts": ["roof", "ventilation"], "land_status": "owned"},
        {
            **_EXAMPLE,
            "parts": ["structure", "walls", "roof"],
            "land_status": "owner_permitted",
            "structural": True,
            "building_permit_number": "SK-PBG-317106-26052026-003",
        },
    ),
)

MATERIAL = AidType(
    id="material",
    name=Text("Bahan bangunan", "Building material"),
    unit=Unit("item", Text("buah", "item")),
    schema=object_schema(
        {
            "material": choice(
                MATERIALS,
                Text("Bahan", "Material"),
                Text(
                    "Semen, pasir, bata, baja, kayu, penutup atap, pipa, cat, saniter, lampu, atau lainnya.",
                    "Cement, sand, brick, steel, timber, roofing, pipe, paint, sanitary ware, lamp, or other.",
                ),
            ),
            "specification": described(
                {"type": "string", "minLength": 3, "maxLength": 120},
                Text("Spesifikasi satu buah", "Specification of one item"),
                Text(
                    "Apa yang dihitung sebagai satu buah, misalnya 'sak 50 kg' atau 'lembar 80 × 180 cm'.",
                    "What counts as one item, such as 'bag of 50 kg' or 'sheet of 80 × 180 cm'.",
                ),
            ),
            **_PLACE,
        },
        ["material", "specification", "slum_indicators", "action_plan_year"],
        Text("Bahan bangunan", "Building material"),
        Text(
            "Bahan untuk pekerjaan yang dikerjakan warga.",
            "Material for works that the residents carry out themselves.",
        ),
    ),
    examples=(
        {
            "material": "cement",
            "specification": "Semen Portland komposit, sak 50 kg, SNI 7064",
            "slum_indicators": ["road_condition", "drainage", "building_layout"],
            "action_plan_year": 2025,
        },
        {
            "material": "lamp",
            "specification": "Lampu jalan tenaga surya 60 W, tiang 5 m",
            "slum_indicators": ["street_lighting", "road_condition", "population_density"],
            "action_plan_year": 2025,
        },
    ),
)

AID_TYPES = (WORKS, SANITATION_UNIT, HOUSE_REPAIR, MATERIAL)

BUILT = (WORKS.id, SANITATION_UNIT.id, HOUSE_REPAIR.id)
"""The aid types that are built on site and photographed at 0, 50 and 100 %."""
