"""Reference numbers of official documents, as an Indonesian registry book writes them."""

import re
from datetime import date

_ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_PROGRAM_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_SUBDISTRICT_CODE = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}")


def report_number(sequence: int, program_id: str, subdistrict_code: str, on: date) -> str:
    """Number of a handover report, such as `0001/BAST/KSBB-PANGAN/31.71.06.1002/XI/2026`.

    `sequence` counts from 1 per year and program, `subdistrict_code` is the Kemendagri code of the kelurahan, `on` the
    local date of the handover. The sequence has at least four digits and grows beyond 9999.

    Raises ValueError naming the part that is not usable.
    """
    return _number("BAST", sequence, program_id, subdistrict_code, on)


def travel_document_number(sequence: int, program_id: str, subdistrict_code: str, on: date) -> str:
    """Number of a travel document (surat jalan), such as `0001/SJ/KSBB-PANGAN/31.71.06.1002/XI/2026`.

    Parts and errors as in `report_number`; the subdistrict is the destination, the date that of the dispatch.
    """
    return _number("SJ", sequence, program_id, subdistrict_code, on)


def _number(kind: str, sequence: int, program_id: str, subdistrict_code: str, on: date) -> str:
    if sequence < 1:
        raise ValueError(f"sequence: expected a whole number from 1, got {sequence}")
    if not _PROGRAM_ID.fullmatch(program_id):
        raise ValueError(
            f"program_id: expected lower-case words joined by '_', such as 'urban_farming', got {program_id!r}"
        )
    if not _SUBDISTRICT_CODE.fullmatch(subdistrict_code):
        raise ValueError(
            f"subdistrict_code: expected a Kemendagri code such as '31.71.06.1002', got {subdistrict_code!r}"
        )
    program = program_id.upper().replace("_", "-")
    return f"{sequence:04d}/{kind}/KSBB-{program}/{subdistrict_code}/{_ROMAN_MONTHS[on.month - 1]}/{on.year}"
