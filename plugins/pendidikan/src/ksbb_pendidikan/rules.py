"""The assessment rules of the education program."""

from collections import Counter
from collections.abc import Iterator

from ksbb.program import CommitmentView, Finding, LineView, Rule, Severity, Text, parse_day
from ksbb_pendidikan import aid
from ksbb_pendidikan.imei import is_valid, masked
from ksbb_pendidikan.settings import PendidikanSettings

_HARDWARE = (aid.STUDENT_DEVICE.id, aid.TEACHER_COMPUTER.id)


def _usable(commitment: CommitmentView, _settings: PendidikanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(*_HARDWARE):
        if line.attributes.get("usable") is not True:
            yield Finding(
                code="not_usable",
                severity=Severity.BLOCK,
                message=Text(
                    "perangkat dinyatakan tidak layak pakai; hanya perangkat yang layak pakai yang disalurkan",
                    "the devices are declared not usable; only usable devices are distributed",
                ),
                pointer=line.at("usable"),
            )


def _wiped(commitment: CommitmentView, _settings: PendidikanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(*_HARDWARE):
        if line.attributes.get("condition") == "used" and line.attributes.get("data_wiped") is not True:
            yield Finding(
                code="data_not_wiped",
                severity=Severity.BLOCK,
                message=Text(
                    "perangkat bekas harus bersih dari data pemilik lama; hapus datanya lalu isi data_wiped",
                    "used devices must be free of the former owner's data; wipe them, then set data_wiped",
                ),
                pointer=line.at("data_wiped"),
            )


def _device_standard(commitment: CommitmentView, settings: PendidikanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(aid.STUDENT_DEVICE.id):
        yield from _at_least(
            line, "android_version", settings.min_android_version, "android_too_old", Text("Android", "Android")
        )
        yield from _at_least(line, "ram_gb", settings.min_device_ram_gb, "ram_too_small", Text("RAM (GB)", "RAM (GB)"))
        storage = Text("penyimpanan (GB)", "storage (GB)")
        yield from _at_least(line, "storage_gb", settings.min_device_storage_gb, "storage_too_small", storage)
    for line in commitment.lines_of(aid.TEACHER_COMPUTER.id):
        yield from _at_least(
            line, "ram_gb", settings.min_computer_ram_gb, "ram_too_small", Text("RAM (GB)", "RAM (GB)")
        )


def _at_least(
    line: LineView, attribute: str, least: float, code: str, name: Text, severity: Severity = Severity.BLOCK
) -> Iterator[Finding]:
    given = line.attributes.get(attribute)
    if given is not None and given < least:
        yield Finding(
            code=code,
            severity=severity,
            message=Text(f"{name.id} {given:g}; paling sedikit {least:g}", f"{name.en} {given:g}; at least {least:g}"),
            pointer=line.at(attribute),
        )


def _imei(commitment: CommitmentView, _settings: PendidikanSettings) -> Iterator[Finding]:
    seen: Counter[str] = Counter()
    for line in commitment.lines_of(aid.STUDENT_DEVICE.id):
        given = aid.imeis(line.attributes)
        for index, imei in enumerate(given):
            pointer = line.at(f"imei/{index}")
            seen[imei] += 1
            if seen[imei] > 1:
                yield Finding(
                    code="imei_repeated",
                    severity=Severity.BLOCK,
                    message=Text(
                        f"IMEI {masked(imei)} sudah ditulis di atas; setiap gawai punya IMEI sendiri",
                        f"the IMEI {masked(imei)} is given above already; each device has its own",
                    ),
                    pointer=pointer,
                )
            elif not is_valid(imei):
                yield Finding(
                    code="imei_invalid",
                    severity=Severity.BLOCK,
                    message=Text(
                        f"IMEI {masked(imei)} tidak sah: harus 15 angka dengan angka pemeriksa yang benar; "
                        "tekan *#06# pada gawai untuk membacanya",
                        f"the IMEI {masked(imei)} is not valid: it must be 15 digits with a right check digit; "
                        "dial *#06# on the device to read it",
                    ),
                    pointer=pointer,
                )
        yield from _imei_count(line, len(given))


def _imei_count(line: LineView, given: int) -> Iterator[Finding]:
    if given > line.quantity:
        yield Finding(
            code="imei_more_than_quantity",
            severity=Severity.BLOCK,
            message=Text(
                f"{given} IMEI untuk {line.quantity} gawai; tulis satu per gawai",
                f"{given} IMEIs for {line.quantity} devices; give one for each device",
            ),
            pointer=line.at("imei"),
        )
    elif given < line.quantity:
        yield Finding(
            code="imei_missing",
            severity=Severity.WARN,
            message=Text(
                f"{given} IMEI untuk {line.quantity} gawai; minta direvisi agar lengkap sebelum disetujui "
                "(tablet tanpa SIM: nomor seri)",
                f"{given} IMEIs for {line.quantity} devices; ask for a revision to complete them before you approve "
                "(tablets without SIM: serial numbers)",
            ),
            pointer=line.at("imei"),
        )


def _serial(commitment: CommitmentView, _settings: PendidikanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(*_HARDWARE):
        given = len(line.attributes.get("serial", ()))
        if given > line.quantity:
            yield Finding(
                code="serial_more_than_quantity",
                severity=Severity.BLOCK,
                message=Text(
                    f"{given} nomor seri untuk {line.quantity} perangkat; tulis satu per perangkat",
                    f"{given} serial numbers for {line.quantity} devices; give one for each device",
                ),
                pointer=line.at("serial"),
            )
        elif given < line.quantity and line.aid_type == aid.TEACHER_COMPUTER.id:
            yield Finding(
                code="serial_missing",
                severity=Severity.WARN,
                message=Text(
                    f"{given} nomor seri untuk {line.quantity} laptop; minta direvisi agar lengkap sebelum disetujui, "
                    "sekolah mencatatnya sebagai inventaris",
                    f"{given} serial numbers for {line.quantity} laptops; ask for a revision to complete them before you approve, "
                    "the school keeps them in its inventory",
                ),
                pointer=line.at("serial"),
            )


def _lending(commitment: CommitmentView, _settings: PendidikanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(aid.TEACHER_COMPUTER.id):
        if line.attributes.get("lent") is not True:
            yield Finding(
                code="not_lent",
                severity=Severity.BLOCK,
                message=Text(
                    "laptop guru harus dipinjamkan kepada guru; dinyatakan tidak dipinjamkan",
                    "a teacher computer must be lent to the teacher; it is declared not lent",
                ),
                pointer=line.at("lent"),
            )
        if line.attributes.get("owned_by_school") is not True:
            yield Finding(
                code="not_school_property",
                severity=Severity.BLOCK,
                message=Text(
                    "laptop guru harus menjadi milik sekolah; dinyatakan bukan milik sekolah",
                    "a teacher computer must belong to the school; it is declared not to",
                ),
                pointer=line.at("owned_by_school"),
            )


def _sim(commitment: CommitmentView, settings: PendidikanSettings) -> Iterator[Finding]:
    handover = commitment.planned_handover_on
    for line in commitment.lines_of(aid.SIM_CARD.id):
        quota, days = Text("kuota (GB)", "quota (GB)"), Text("masa berlaku (hari)", "validity (days)")
        yield from _at_least(line, "quota_gb", settings.min_sim_quota_gb, "quota_too_small", quota, Severity.WARN)
        yield from _at_least(line, "valid_days", settings.min_sim_valid_days, "validity_too_short", days, Severity.WARN)
        given = line.attributes.get("activate_before")
        if given is None:
            continue
        last_day = parse_day(given)
        if last_day is None or last_day < handover:
            yield Finding(
                code="sim_expired_at_handover",
                severity=Severity.BLOCK,
                message=Text(
                    f"batas aktivasi kartu {given}; paling awal hari rencana serah terima, {handover}",
                    f"the card must be activated by {given}; the earliest is the planned handover, {handover}",
                ),
                pointer=line.at("activate_before"),
            )


_TERMS = "Pemberitaan dan ketentuan KSBB pada masanya"
_DESIGN = "Pilihan rancangan platform, dapat diatur"

RULES = (
    Rule(
        id="usable",
        title=Text("Perangkat layak pakai", "Devices are usable"),
        source=_DESIGN,
        codes=("not_usable",),
        check=_usable,
    ),
    Rule(
        id="data_wiped",
        title=Text("Perangkat bekas bersih dari data", "Used devices are wiped"),
        source="UU 27/2022 tentang Pelindungan Data Pribadi",
        codes=("data_not_wiped",),
        check=_wiped,
    ),
    Rule(
        id="device_standard",
        title=Text("Spesifikasi perangkat", "Devices are good enough"),
        source=_DESIGN,
        codes=("android_too_old", "ram_too_small", "storage_too_small"),
        check=_device_standard,
    ),
    Rule(
        id="imei",
        title=Text("IMEI sah dan lengkap", "IMEIs are valid and complete"),
        source="3GPP TS 23.003; Permenperin 29/2019 tentang IMEI",
        codes=("imei_invalid", "imei_repeated", "imei_more_than_quantity", "imei_missing"),
        check=_imei,
    ),
    Rule(
        id="serial",
        title=Text("Nomor seri lengkap", "Serial numbers are complete"),
        source=_DESIGN,
        codes=("serial_more_than_quantity", "serial_missing"),
        check=_serial,
    ),
    Rule(
        id="lending",
        title=Text("Laptop milik sekolah, dipinjamkan kepada guru", "Laptops belong to the school and are lent"),
        source=_TERMS,
        codes=("not_lent", "not_school_property"),
        check=_lending,
    ),
    Rule(
        id="sim_card",
        title=Text("Kartu SIM berguna saat diterima", "SIM cards are of use when they arrive"),
        source=_DESIGN,
        codes=("quota_too_small", "validity_too_short", "sim_expired_at_handover"),
        check=_sim,
    ),
)
