"""The aid types of the settlement program.

No attribute invites names or addresses: residents and owners appear by counts and document numbers only. The documents of a single
house lead to its owner, and are declared as personal data.
"""

from ksbb.program import AidType, Text, Unit, choice, described, object_schema
from ksbb_permukiman.built import BUILT_REQUIRED, BUILT_SCHEMAS, EXAMPLE, OF_ONE_HOUSE, OWNER, PLACE, WRONG, spoilt
from ksbb_permukiman.names import (
    DIMENSIONS,
    FACILITIES,
    MATERIALS,
    PARTS,
    WORK_TYPES,
)

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
            **BUILT_SCHEMAS,
        },
        ["work_type", "dimension", *BUILT_REQUIRED],
        Text("Pekerjaan lingkungan", "Neighbourhood works"),
        Text(
            "Pekerjaan fisik di lingkungan RW. Jumlah pada baris dalam m².",
            "Physical works in the RW's neighbourhood. The line's quantity is in m².",
        ),
    ),
    examples=(
        {**EXAMPLE, "work_type": "drain", "dimension": "linear", "length_m": 120, "width_cm": 60},
        {
            **EXAMPLE,
            "work_type": "communal_building",
            "dimension": "area",
            "structural": True,
            "building_permit_number": "SK-PBG-317106-12052026-001",
        },
    ),
    counter_examples=spoilt(
        {**EXAMPLE, "work_type": "drain", "dimension": "linear"},
        {"work_type": "selokan"},
        {"dimension": "panjang"},
        {"length_m": 12.5},
        *WRONG,
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
            **BUILT_SCHEMAS,
        },
        ["facility", *BUILT_REQUIRED],
        Text("Unit sanitasi", "Sanitation unit"),
        Text("Sarana sanitasi yang dibangun di RW sasaran.", "Sanitation facilities that are built in the target RW."),
    ),
    examples=(
        {**EXAMPLE, "facility": "septic_tank", "households_served": 1, "land_status": "owned"},
        {
            **EXAMPLE,
            "facility": "communal_toilet",
            "households_served": 25,
            "structural": True,
            "building_permit_number": "SK-PBG-317106-19052026-002",
        },
    ),
    counter_examples=spoilt(
        {**EXAMPLE, "facility": "septic_tank"}, {"facility": "WC"}, {"households_served": 0}, *WRONG
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
            **BUILT_SCHEMAS,
            **OF_ONE_HOUSE,
        },
        ["parts", *BUILT_REQUIRED],
        Text("Perbaikan rumah", "House repair"),
        Text("Perbaikan rumah tidak layak huni; satuan: rumah.", "Repair of substandard houses; the unit is a house."),
    ),
    examples=(
        {**EXAMPLE, "parts": ["roof", "ventilation"], "land_status": "owned"},
        {
            **EXAMPLE,
            "parts": ["structure", "walls", "roof"],
            "land_status": "owner_permitted",
            "structural": True,
            "building_permit_number": "SK-PBG-317106-26052026-003",
        },
    ),
    counter_examples=spoilt({**EXAMPLE, "parts": ["roof"]}, {"parts": []}, *WRONG),
    personal_data=OWNER,
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
            **PLACE,
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
    counter_examples=spoilt(
        {"material": "cement", "specification": "Sak 50 kg", "slum_indicators": [], "action_plan_year": 2025},
        {"material": "semen"},
        {"specification": ""},
        {"slum_indicators": ["drainage", "drainage"]},
        {"action_plan_year": 25},
    ),
)

AID_TYPES = (WORKS, SANITATION_UNIT, HOUSE_REPAIR, MATERIAL)

BUILT = (WORKS.id, SANITATION_UNIT.id, HOUSE_REPAIR.id)
"""The aid types that are built on site and photographed at 0, 50 and 100 %."""
