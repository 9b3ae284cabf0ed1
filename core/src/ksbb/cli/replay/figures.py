"""The published figures of KSBB, each with its base, as-of date and source, and how the replay counts it again.

The figures come from different days and bases and don't agree with each other, so none is derived from another one.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.cli.replay import counting as count
from ksbb.domain.text import Text

KSBB_STATEMENT = "KSBB, public statistics"
KSBB_PAGE = "KSBB, program page"
PRESS = "press, 2020–2021"


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure of a program: `published` in `unit`, what it counts (`base`), as of a day where one was given."""

    program: str
    name: Text
    published: int
    unit: str
    base: Text
    source: str
    as_of: date | None
    replayed: Callable[[AsyncConnection], Awaitable[int]]


NOVEMBER_2021 = date(2021, 11, 30)
MAY_2021 = date(2021, 5, 31)
JULY_2020 = date(2020, 7, 17)
_COMMITTED = Text("jumlah yang dikomitmenkan dan disetujui", "quantity committed and approved")
_DONORS = Text("kolaborator dengan komitmen yang disetujui", "collaborators with an approved commitment")
_AGGREGATORS = Text("agregator yang menerima bantuan", "aggregators that received aid")
_SHARE_CITY = Text(
    "bagian komitmen pangan yang disetujui, menurut kota tujuan",
    "share of approved food commitments, by city of destination",
)
_SHARE_CLASS = Text(
    "bagian komitmen pangan yang disetujui, menurut golongan donatur",
    "share of approved food commitments, by donor class",
)
_SHARE_TARGET = Text(
    "bagian komitmen pangan yang disetujui, menurut jenis sasaran", "share of approved food commitments, by target kind"
)
_SHARE_KIND = Text("bagian baris komitmen pangan, menurut jenis bantuan", "share of food commitment lines, by aid type")
_NEED = Text("jumlah kebutuhan sasaran", "sum of the targets' needs")


def _committed(program: str, aid_type: str, name: Text, published: int, unit: str, as_of: date | None) -> Figure:
    return Figure(
        program, name, published, unit, _COMMITTED, KSBB_STATEMENT, as_of, count.committed(program, aid_type, as_of)
    )


def _parties(program: str, role: str, published: int, as_of: date | None) -> Figure:
    donors = role == "collaborator"
    name = Text("kolaborator", "collaborators") if donors else Text("agregator", "aggregators")
    base = _DONORS if donors else _AGGREGATORS
    return Figure(
        program,
        Text(f"{program}: {name.id}", f"{program}: {name.en}"),
        published,
        "parties",
        base,
        KSBB_STATEMENT,
        as_of,
        count.participants(program, role, as_of),
    )


CITY_SHARES = {"31.74": 32, "31.75": 21, "31.72": 16, "31.71": 15, "31.73": 14, "31.01": 2}
CITY_NAMES = {
    "31.74": Text("Selatan", "South"),
    "31.75": Text("Timur", "East"),
    "31.72": Text("Utara", "North"),
    "31.71": Text("Pusat", "Central"),
    "31.73": Text("Barat", "West"),
    "31.01": Text("Kepulauan Seribu", "Kepulauan Seribu"),
}
CLASS_SHARES = {"social_organisations": 51, "enterprises": 31, "individuals": 9, "communities": 5, "government": 4}
CLASS_NAMES = {
    "social_organisations": Text("organisasi sosial", "social organisations"),
    "enterprises": Text("perusahaan", "enterprises"),
    "individuals": Text("perorangan", "individuals"),
    "communities": Text("komunitas", "communities"),
    "government": Text("pemerintah", "government"),
}
INSTITUTIONS = ("orphanage", "boarding_school", "nursing_home", "disability_home")
FAST_AND_EID = ("ready_meal", "eid_package", "holiday_allowance")

FIGURES: tuple[Figure, ...] = (
    _committed(
        "pangan",
        "staple_food",
        Text("pangan: paket sembako", "food: staple packages"),
        64_464,
        "package",
        NOVEMBER_2021,
    ),
    _committed(
        "pangan", "ready_meal", Text("pangan: makanan siap saji", "food: ready meals"), 174_948, "meal", NOVEMBER_2021
    ),
    _committed(
        "pangan", "eid_package", Text("pangan: paket lebaran", "food: Eid packages"), 33_687, "package", NOVEMBER_2021
    ),
    _committed(
        "pangan",
        "holiday_allowance",
        Text("pangan: THR", "food: holiday allowances"),
        2_344,
        "allowance",
        NOVEMBER_2021,
    ),
    _parties("pangan", "collaborator", 126, NOVEMBER_2021),
    _parties("pangan", "aggregator", 9, NOVEMBER_2021),
    _parties("umkm", "collaborator", 197, None),
    _parties("umkm", "aggregator", 10, None),
    Figure(
        "umkm",
        Text("umkm: komitmen pelatihan", "umkm: training commitments"),
        280,
        "commitments",
        Text("baris komitmen pelatihan yang disetujui", "approved commitment lines of training"),
        KSBB_PAGE,
        None,
        count.lines("umkm", "training"),
    ),
    Figure(
        "umkm",
        Text("umkm: komitmen fasilitas", "umkm: facilities commitments"),
        59,
        "commitments",
        Text("baris komitmen fasilitas yang disetujui", "approved commitment lines of facilities"),
        KSBB_PAGE,
        None,
        count.lines("umkm", "facilities"),
    ),
    Figure(
        "umkm",
        Text("umkm: usaha penerima modal", "umkm: enterprises given capital"),
        16,
        "enterprises",
        Text("sasaran yang menerima modal", "targets that accepted capital"),
        KSBB_PAGE,
        None,
        count.reached("umkm", "capital"),
    ),
    _parties("pendidikan", "collaborator", 54, None),
    _committed(
        "pendidikan",
        "student_device",
        Text("pendidikan: gawai siswa", "education: student devices"),
        1_708,
        "device",
        None,
    ),
    _committed(
        "pendidikan",
        "teacher_computer",
        Text("pendidikan: komputer guru", "education: teacher computers"),
        188,
        "computer",
        None,
    ),
    _committed(
        "pendidikan", "sim_card", Text("pendidikan: kartu perdana", "education: SIM cards"), 61_500, "card", None
    ),
    Figure(
        "pendidikan",
        Text("pendidikan: siswa tanpa gawai", "education: students without a device"),
        171_998,
        "students",
        _NEED,
        PRESS,
        None,
        count.need("pendidikan", "student_device"),
    ),
    Figure(
        "pendidikan",
        Text("pendidikan: guru tanpa komputer", "education: teachers without a computer"),
        12_649,
        "teachers",
        _NEED,
        PRESS,
        None,
        count.need("pendidikan", "teacher_computer"),
    ),
    _parties("ketenagakerjaan", "collaborator", 38, None),
    Figure(
        "ketenagakerjaan",
        Text("ketenagakerjaan: pelatihan sejak Januari 2021", "employment: trainings since January 2021"),
        55,
        "trainings",
        Text(
            "baris komitmen pelatihan yang disetujui sejak 1 Januari 2021",
            "approved commitment lines of training since 1 January 2021",
        ),
        KSBB_PAGE,
        None,
        count.lines("ketenagakerjaan", "training", since=date(2021, 1, 1)),
    ),
    Figure(
        "ketenagakerjaan",
        Text("ketenagakerjaan: peserta", "employment: participants"),
        2_404,
        "participants",
        Text(
            "peserta yang hadir (kursi yang diterima pada serah terima)",
            "participants who attended (seats accepted at the handover)",
        ),
        KSBB_PAGE,
        None,
        count.accepted("ketenagakerjaan", "training"),
    ),
    *(
        Figure(
            "pangan",
            Text(f"menurut kota: {CITY_NAMES[city].id}", f"by city: {CITY_NAMES[city].en}"),
            share,
            "%",
            _SHARE_CITY,
            KSBB_STATEMENT,
            MAY_2021,
            count.share("city", (city,), MAY_2021),
        )
        for city, share in CITY_SHARES.items()
    ),
    *(
        Figure(
            "pangan",
            Text(f"menurut donatur: {CLASS_NAMES[donor].id}", f"by donor class: {CLASS_NAMES[donor].en}"),
            share,
            "%",
            _SHARE_CLASS,
            KSBB_STATEMENT,
            None,
            count.share("donor_class", (donor,), None),
        )
        for donor, share in CLASS_SHARES.items()
    ),
    Figure(
        "pangan",
        Text("menurut sasaran: RW", "by target: RW"),
        85,
        "%",
        _SHARE_TARGET,
        KSBB_STATEMENT,
        None,
        count.share("target_kind", ("rw",), None),
    ),
    Figure(
        "pangan",
        Text("menurut sasaran: panti, pesantren, yayasan", "by target: homes and boarding schools"),
        15,
        "%",
        _SHARE_TARGET,
        KSBB_STATEMENT,
        None,
        count.share("target_kind", INSTITUTIONS, None),
    ),
    Figure(
        "pangan",
        Text("menurut jenis: sembako", "by aid kind: staples"),
        90,
        "%",
        _SHARE_KIND,
        KSBB_STATEMENT,
        None,
        count.share_of_lines(("staple_food",)),
    ),
    Figure(
        "pangan",
        Text("menurut jenis: siap saji dan lebaran", "by aid kind: fast food and Eid gifts"),
        10,
        "%",
        _SHARE_KIND,
        KSBB_STATEMENT,
        None,
        count.share_of_lines(FAST_AND_EID),
    ),
    Figure(
        "pangan",
        Text("nilai komitmen", "value of commitments"),
        15_000_000_000,
        "Rp",
        Text("nilai acuan komitmen pangan yang disetujui", "reference value of approved food commitments"),
        KSBB_STATEMENT,
        JULY_2020,
        count.value("pangan", JULY_2020),
    ),
    Figure(
        "pangan",
        Text("warga rentan di Jakarta", "vulnerable people in Jakarta"),
        2_400_000,
        "people",
        Text(
            "rumah tangga yang membutuhkan sembako di RW × 4 orang", "households in need of staples in RWs × 4 people"
        ),
        KSBB_STATEMENT,
        None,
        count.people_in_need,
    ),
)
"""Every published figure of the field, in the order of publication by program, then overall."""


def figures_of(program: str | None) -> tuple[Figure, ...]:
    """The figures of one program, or of all."""
    return tuple(figure for figure in FIGURES if program in (None, figure.program))
