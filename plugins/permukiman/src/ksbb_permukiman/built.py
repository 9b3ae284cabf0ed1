"""What all aid that is built on site has in common: its attributes, an example, and what makes one wrong."""

from collections.abc import Mapping
from typing import Any

from ksbb.program import JsonSchema, PersonalData, Text, choice, described
from ksbb_permukiman.names import LAND_STATUSES, SLUM_INDICATORS

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


PLACE: dict[str, JsonSchema] = {"slum_indicators": _indicators(), "action_plan_year": _year()}
"""The attributes that say why there: the RW's state and its plan."""

BUILT_SCHEMAS: dict[str, JsonSchema] = {
    **PLACE,
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
"""The attributes of all that is built."""

BUILT_REQUIRED = (
    "slum_indicators",
    "action_plan_year",
    "planned_start_on",
    "planned_end_on",
    "land_status",
    "structural",
)

EXAMPLE: dict[str, Any] = {
    "slum_indicators": ["building_density", "drainage", "road_condition", "human_waste_disposal"],
    "action_plan_year": 2025,
    "planned_start_on": "2026-06-01",
    "planned_end_on": "2026-07-31",
    "land_status": "government_permitted",
    "budget_rupiah": 86_400_000,
    "structural": False,
    "consent": {"document_number": "014/BA-RW003/III/2026", "signed_on": "2026-03-14"},
}
"""The attributes of a good line, but for those of its own kind."""

WRONG: tuple[dict[str, Any], ...] = (
    {"slum_indicators": ["banjir"]},
    {"action_plan_year": "2025"},
    {"planned_start_on": "1 Juni 2026"},
    {"planned_end_on": "31-07-2026"},
    {"land_status": "milik sendiri"},
    {"structural": "tidak"},
    {"consent": {"document_number": "014/BA-RW003/III/2026"}},
    {"owner_name": "Siti Contoh"},
)
"""What makes an otherwise good line of built aid wrong."""

OF_ONE_HOUSE: dict[str, JsonSchema] = {
    name: {**BUILT_SCHEMAS[name], "x-in-documents": False} for name in ("building_permit_number", "consent")
}
"""The attributes whose values lead to one owner where a single house is repaired; the public report leaves them out."""
_DOCUMENTS_KEPT_DAYS = 5 * 365
OWNER = tuple(
    PersonalData(
        attribute=attribute,
        purpose=Text(
            "Memeriksa izin dan persetujuan pemilik sebelum rumahnya diperbaiki, dan bila hasilnya dipersoalkan.",
            "To check permit and consent before the owner's house is repaired, and when the result is disputed.",
        ),
        retention_days=_DOCUMENTS_KEPT_DAYS,
    )
    for attribute in ("building_permit_number", "consent/document_number")
)
"""What is told of the owner of a repaired house."""


def spoilt(good: Mapping[str, Any], *wrong: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """A good line again and again, each time with one thing wrong."""
    return tuple({**good, **one} for one in wrong)
