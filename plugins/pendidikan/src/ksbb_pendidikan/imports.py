"""School lists as coordinators have them: read as targets, and as needs for devices."""

import re
from datetime import date

from ksbb.program import ImportMapping, ImportTable, Text
from ksbb_pendidikan.aid import STUDENT_DEVICE, TEACHER_COMPUTER

_SOURCE = "ekspor daftar sekolah"
_NPSN = re.compile(r"[0-9]{8}")
_AREA = re.compile(r"([0-9]{2})\.?([0-9]{2})\.?([0-9]{2})\.?([0-9]{4})")
_DAY = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})")


def school_code(npsn: str) -> str:
    """A school's code as a target: `NPSN-20100001`. Raises ValueError for what isn't 8 digits."""
    # Spreadsheets mark numbers that they keep as text by an apostrophe
    digits = npsn.removeprefix("'")
    if not _NPSN.fullmatch(digits):
        raise ValueError(Text(f"NPSN harus 8 angka, diberikan {npsn!r}", f"an NPSN has 8 digits, given {npsn!r}"))
    return f"NPSN-{digits}"


def area_code(code: str) -> str:
    """A sub-district's Kemendagri code with full stops, from one with or without. Raises ValueError for anything else."""
    found = _AREA.fullmatch(code.removeprefix("'"))
    if found is None:
        expected = "31.71.06.1002 / 3171061002"
        raise ValueError(
            Text(
                f"kode kelurahan (Kemendagri) harus seperti {expected}, diberikan {code!r}",
                f"a sub-district's code (Kemendagri) is like {expected}, given {code!r}",
            )
        )
    return ".".join(found.groups())


def day(written: str) -> str:
    """A day as `YYYY-MM-DD`, from day/month/year or as it is. Raises ValueError for what is no day."""
    found = _DAY.fullmatch(written)
    try:
        if found is None:
            return date.fromisoformat(written).isoformat()
        of_month, month, year = map(int, found.groups())
        return date(year, month, of_month).isoformat()
    except ValueError:
        raise ValueError(
            Text(
                f"tanggal harus seperti 31/12/2026 atau 2026-12-31, diberikan {written!r}",
                f"a day is written 31/12/2026 or 2026-12-31, given {written!r}",
            )
        ) from None


def _needs(mapping_id: str, title: Text, column: str, aid_type: str) -> ImportMapping:
    return ImportMapping(
        id=mapping_id,
        title=title,
        source=_SOURCE,
        table=ImportTable.NEEDS,
        columns={"NPSN": "target_code", column: "quantity", "Tanggal Data": "as_of"},
        constants={"program_id": "pendidikan", "aid_type": aid_type, "source": _SOURCE},
        convert={"target_code": school_code, "as_of": day},
    )


MAPPINGS = (
    ImportMapping(
        id="school_list",
        title=Text("Daftar sekolah", "List of schools"),
        source=_SOURCE,
        table=ImportTable.TARGETS,
        columns={"NPSN": "code", "Nama Sekolah": "name", "Kode Kelurahan": "area_code"},
        constants={"kind": "school"},
        convert={"code": school_code, "area_code": area_code},
    ),
    _needs(
        "student_device_needs",
        Text("Kebutuhan gawai siswa dari daftar sekolah", "Needs for student devices from a list of schools"),
        "Siswa Tanpa Gawai",
        STUDENT_DEVICE.id,
    ),
    _needs(
        "teacher_computer_needs",
        Text("Kebutuhan komputer guru dari daftar sekolah", "Needs for teacher computers from a list of schools"),
        "Guru Non-PNS Tanpa Komputer",
        TEACHER_COMPUTER.id,
    ),
)
