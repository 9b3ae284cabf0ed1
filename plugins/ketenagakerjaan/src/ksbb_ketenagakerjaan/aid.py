"""The aid types of the employment program.

No attribute invites personal data: participants and trainers appear by counts and certificate numbers only.
"""

from ksbb.program import AidType, JsonSchema, PersonalData, Text, Unit, choice, described, object_schema

# Codes of 2012 are A.000000.000.00; units in force also have five digits, a letter group or an older form.
SKKNI_PATTERN = r"^[A-Z]{1,3}\.[0-9A-Z]{4,7}\.[0-9]{3}\.[0-9]{1,2}$"
"""Code of a unit of the national work competence standards, such as `J.620100.004.02`."""


def _count(title: Text, description: Text, maximum: int) -> JsonSchema:
    return described({"type": "integer", "minimum": 1, "maximum": maximum}, title, description)


def _text(title: Text, description: Text, maximum: int = 120, *, printed: bool = True) -> JsonSchema:
    schema = {"type": "string", "minLength": 3, "maxLength": maximum}
    return described(schema if printed else {**schema, "x-in-documents": False}, title, description)


_SKKNI_UNITS = described(
    {"type": "array", "items": {"type": "string", "pattern": SKKNI_PATTERN}, "uniqueItems": True, "maxItems": 60},
    Text("Unit SKKNI", "SKKNI units"),
    Text(
        "Kode unit kompetensi SKKNI yang dicakup, misalnya J.620100.004.02. Wajib ada sebelum disetujui.",
        "Codes of the SKKNI competence units that are covered, such as J.620100.004.02. Needed before approval.",
    ),
)

_RESIDENTS_ONLY = described(
    {"type": "boolean"},
    Text("Hanya warga Jakarta", "Jakarta residents only"),
    Text(
        "Pesertanya hanya warga yang berdomisili di Jakarta. Cukup ya atau tidak; jangan kirim data peserta.",
        "All participants live in Jakarta. Yes or no; don't send data of participants.",
    ),
)

_CERTIFICATES_KEPT_DAYS = 2 * 365

TRAINING = AidType(
    id="training",
    name=Text("Pelatihan kerja", "Vocational training"),
    unit=Unit("seat", Text("kursi", "seat")),
    service=True,
    schema=object_schema(
        {
            "topic": _text(
                Text("Topik", "Topic"),
                Text("Keterampilan yang dilatih; tanpa nama orang.", "The skill that is trained; no names of people."),
            ),
            "batches": _count(
                Text("Banyaknya angkatan", "Number of batches"),
                Text("Berapa kelas yang diadakan.", "How many classes are held."),
                1_000,
            ),
            "seats_per_batch": _count(
                Text("Kursi per angkatan", "Seats per batch"),
                Text(
                    "Peserta dalam satu kelas; jumlah pada baris adalah angkatan × kursi.",
                    "Participants in one class; the line's quantity is batches × seats.",
                ),
                1_000,
            ),
            "hours": _count(
                Text("Jam pelatihan", "Training hours"),
                Text("Jam pelatihan yang diterima tiap peserta.", "Training hours that each participant gets."),
                5_000,
            ),
            "skkni_units": _SKKNI_UNITS,
            "trainer_certificate": described(
                {
                    "type": "object",
                    "properties": {
                        "number": _text(
                            Text("Nomor sertifikat", "Certificate number"),
                            Text(
                                "Nomor sertifikat pelatih, tanpa nama.", "Number of the trainer's certificate, no name."
                            ),
                            60,
                            printed=False,
                        ),
                        "expires_on": described(
                            {"type": "string", "format": "date"},
                            Text("Berlaku sampai", "Valid until"),
                            Text("Hari terakhir sertifikat berlaku.", "Last day on which the certificate is valid."),
                        ),
                    },
                    "required": ["number", "expires_on"],
                    "additionalProperties": False,
                },
                Text("Sertifikat pelatih", "Trainer's certificate"),
                Text(
                    "Sertifikat kompetensi pelatih, berlaku sampai pelatihan selesai. Wajib ada sebelum disetujui.",
                    "The trainer's certificate of competence, valid until the training ends. Needed before approval.",
                ),
            ),
            "jakarta_residents_only": _RESIDENTS_ONLY,
        },
        ["topic", "batches", "seats_per_batch", "hours", "jakarta_residents_only"],
        Text("Pelatihan kerja", "Vocational training"),
        Text(
            "Kursi pelatihan bagi pencari kerja. Hanya jumlah, tanpa nama peserta.",
            "Training seats for job seekers. Counts only, no names of participants.",
        ),
    ),
    examples=(
        {
            "topic": "Pemrograman web dasar",
            "batches": 2,
            "seats_per_batch": 25,
            "hours": 40,
            "skkni_units": ["J.620100.004.02", "J.620100.017.02"],
            "trainer_certificate": {"number": "62010.2513.4.0001234.2025", "expires_on": "2028-05-31"},
            "jakarta_residents_only": True,
        },
        {
            "topic": "Barista",
            "batches": 1,
            "seats_per_batch": 20,
            "hours": 24,
            "skkni_units": ["I.561001.001.01"],
            "trainer_certificate": {"number": "56100.5132.3.0000417.2024", "expires_on": "2027-09-30"},
            "jakarta_residents_only": True,
        },
    ),
    counter_examples=tuple(
        {
            "topic": "Barista",
            "batches": 1,
            "seats_per_batch": 20,
            "hours": 24,
            "jakarta_residents_only": True,
            **wrong,
        }
        for wrong in (
            {"topic": ""},
            {"batches": 0},
            {"seats_per_batch": "20 orang"},
            {"hours": 24.5},
            {"jakarta_residents_only": "ya"},
            {"skkni_units": ["Barista"]},
            {"participant_names": ["Siti Contoh"]},
        )
    ),
    personal_data=(
        PersonalData(
            attribute="trainer_certificate/number",
            purpose=Text(
                "Memeriksa bahwa pelatih memegang sertifikat yang berlaku sampai pelatihan selesai.",
                "To check that the trainer holds a certificate that is valid until the training ends.",
            ),
            retention_days=_CERTIFICATES_KEPT_DAYS,
        ),
    ),
)

CERTIFICATION = AidType(
    id="certification",
    name=Text("Sertifikasi kompetensi", "Certification of competence"),
    unit=Unit("assessment_seat", Text("kursi uji", "assessment seat")),
    service=True,
    schema=object_schema(
        {
            "scheme": _text(
                Text("Skema sertifikasi", "Certification scheme"),
                Text(
                    "Skema atau okupasi yang diujikan; tanpa nama orang.",
                    "Scheme or occupation assessed; no names of people.",
                ),
            ),
            "skkni_units": _SKKNI_UNITS,
            "lsp_licence_number": _text(
                Text("Nomor lisensi LSP", "Licence number of the LSP"),
                Text(
                    "Nomor lisensi BNSP dari lembaga sertifikasi profesi penguji.",
                    "Licence number by BNSP of the certification body that assesses.",
                ),
                60,
            ),
            "jakarta_residents_only": _RESIDENTS_ONLY,
        },
        ["scheme", "jakarta_residents_only"],
        Text("Sertifikasi kompetensi", "Certification of competence"),
        Text(
            "Kursi uji kompetensi bagi pencari kerja. Hanya jumlah, tanpa nama peserta.",
            "Seats in competence assessments for job seekers. Counts only, no names of participants.",
        ),
    ),
    examples=(
        {
            "scheme": "Pengembang web pratama",
            "skkni_units": ["J.620100.004.02"],
            "lsp_licence_number": "BNSP-LSP-1203-ID",
            "jakarta_residents_only": True,
        },
        {
            "scheme": "Juru las SMAW",
            "skkni_units": ["C.24LAS01.024.1"],
            "lsp_licence_number": "BNSP-LSP-0456-ID",
            "jakarta_residents_only": True,
        },
    ),
    counter_examples=(
        {"scheme": "", "jakarta_residents_only": True},
        {"scheme": "Juru las SMAW", "jakarta_residents_only": None},
    ),
)

TOOLS = AidType(
    id="tools",
    name=Text("Alat kerja", "Tools"),
    unit=Unit("set", Text("set", "set")),
    schema=object_schema(
        {
            "trade": _text(
                Text("Bidang kerja", "Trade"),
                Text(
                    "Pekerjaan yang memakai alat ini; tanpa nama orang.",
                    "The work that the tools are for; no names of people.",
                ),
            ),
            "contents": _text(
                Text("Isi satu set", "Contents of one set"),
                Text("Alat dalam satu set.", "The tools in one set."),
                300,
            ),
            "condition": choice(
                {"new": Text("baru", "new"), "used_good": Text("bekas, berfungsi baik", "used, in good working order")},
                Text("Kondisi", "Condition"),
                Text(
                    "new: baru; used_good: bekas dan berfungsi baik.",
                    "new, or used_good: used and in good working order.",
                ),
            ),
        },
        ["trade", "contents"],
        Text("Alat kerja", "Tools"),
        Text(
            "Set alat untuk kelompok pencari kerja atau balai pelatihan.",
            "Tool sets for job-seeker groups or training centres.",
        ),
    ),
    examples=(
        {"trade": "Las listrik", "contents": "Mesin las 160 A, helm, sarung tangan, sikat kawat", "condition": "new"},
        {
            "trade": "Menjahit",
            "contents": "Mesin jahit portabel, gunting, meteran, benang 12 warna",
            "condition": "used_good",
        },
    ),
    counter_examples=(
        {"trade": "", "contents": "Mesin las 160 A, helm"},
        {"trade": "Las listrik", "contents": ["Mesin las 160 A", "helm"]},
    ),
)

JOB_PLACEMENT = AidType(
    id="job_placement",
    name=Text("Penempatan kerja", "Job placement"),
    unit=Unit("position", Text("lowongan", "position")),
    service=True,
    schema=object_schema(
        {
            "occupation": _text(
                Text("Jabatan", "Occupation"),
                Text("Jabatan yang ditawarkan; tanpa nama orang.", "The occupation offered; no names of people."),
            ),
            "contract": choice(
                {
                    "permanent": Text("tetap (PKWTT)", "permanent (PKWTT)"),
                    "fixed_term": Text("waktu tertentu (PKWT)", "fixed term (PKWT)"),
                    "apprenticeship": Text("magang", "apprenticeship"),
                    "daily": Text("harian", "daily"),
                    "partnership": Text("kemitraan", "partnership"),
                },
                Text("Jenis hubungan kerja", "Kind of contract"),
                Text(
                    "Tetap (PKWTT), waktu tertentu (PKWT), magang, harian, atau kemitraan.",
                    "Permanent (PKWTT), fixed term (PKWT), apprenticeship, daily, or partnership.",
                ),
            ),
            "months": _count(
                Text("Lama (bulan)", "Duration (months)"),
                Text("Lama kontrak, bila berjangka.", "Duration of the contract where it has a term."),
                120,
            ),
            "jakarta_residents_only": _RESIDENTS_ONLY,
        },
        ["occupation", "contract", "jakarta_residents_only"],
        Text("Penempatan kerja", "Job placement"),
        Text(
            "Lowongan yang disediakan bagi pencari kerja. Hanya jumlah, tanpa nama pelamar.",
            "Positions that are held for job seekers. Counts only, no names of applicants.",
        ),
    ),
    examples=(
        {"occupation": "Operator gudang", "contract": "fixed_term", "months": 12, "jakarta_residents_only": True},
        {"occupation": "Teknisi pendingin udara", "contract": "permanent", "jakarta_residents_only": True},
    ),
    counter_examples=(
        {"occupation": "", "contract": "permanent", "jakarta_residents_only": True},
        {"occupation": "Operator gudang", "contract": "kontrak", "jakarta_residents_only": True},
        {"occupation": "Operator gudang", "contract": "permanent", "jakarta_residents_only": 1},
    ),
)

AID_TYPES = (TRAINING, CERTIFICATION, TOOLS, JOB_PLACEMENT)

WITH_PARTICIPANTS = (TRAINING.id, CERTIFICATION.id, JOB_PLACEMENT.id)
"""The aid types whose units are places for people; they are followed up."""
