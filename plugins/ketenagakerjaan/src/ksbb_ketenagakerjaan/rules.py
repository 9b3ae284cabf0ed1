"""The assessment rules of the employment program: pure, and total over all attributes that the schemas allow."""

from collections.abc import Iterator

from ksbb.program import CommitmentView, Finding, Rule, Severity, Text, parse_day
from ksbb_ketenagakerjaan.aid import CERTIFICATION, TRAINING, WITH_PARTICIPANTS
from ksbb_ketenagakerjaan.settings import KetenagakerjaanSettings

_CLASS_SOURCE = "Ketentuan pelatihan KSBB Ketenagakerjaan (Disnakertransgi DKI Jakarta)"


def _seats(commitment: CommitmentView, _: KetenagakerjaanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(TRAINING.id):
        batches = int(line.attributes.get("batches", 0))
        seats = int(line.attributes.get("seats_per_batch", 0))
        if line.quantity != batches * seats:
            yield Finding(
                code="seats_not_batches",
                severity=Severity.BLOCK,
                message=Text(
                    f"{batches} angkatan × {seats} kursi adalah {batches * seats} kursi, jumlah diberikan "
                    f"{line.quantity}",
                    f"{batches} batches × {seats} seats are {batches * seats} seats, the quantity given is "
                    f"{line.quantity}",
                ),
                pointer=f"/lines/{line.position}/quantity",
            )


def _class_size(commitment: CommitmentView, settings: KetenagakerjaanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(TRAINING.id):
        seats = int(line.attributes.get("seats_per_batch", 0))
        if seats > settings.max_seats_per_class:
            yield Finding(
                code="class_too_large",
                severity=Severity.BLOCK,
                message=Text(
                    f"satu kelas paling banyak {settings.max_seats_per_class} peserta, diberikan {seats}; tambah "
                    "angkatan",
                    f"a class has at most {settings.max_seats_per_class} participants, given {seats}; add batches",
                ),
                pointer=line.at("seats_per_batch"),
            )


def _hours(commitment: CommitmentView, settings: KetenagakerjaanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(TRAINING.id):
        hours = int(line.attributes.get("hours", 0))
        if hours < settings.min_training_hours:
            yield Finding(
                code="training_too_short",
                severity=Severity.BLOCK,
                message=Text(
                    f"pelatihan paling sedikit {settings.min_training_hours} jam per peserta, diberikan {hours}",
                    f"training takes at least {settings.min_training_hours} hours per participant, given {hours}",
                ),
                pointer=line.at("hours"),
            )


def _skkni_units(commitment: CommitmentView, _: KetenagakerjaanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(TRAINING.id, CERTIFICATION.id):
        if not line.attributes.get("skkni_units"):
            yield Finding(
                code="skkni_units_missing",
                severity=Severity.BLOCK,
                message=Text(
                    "unit SKKNI belum ada; isi paling sedikit satu kode unit, misalnya J.620100.004.02",
                    "SKKNI units are missing; give at least one unit code, such as J.620100.004.02",
                ),
                pointer=line.at("skkni_units"),
            )


def _trainer_certificate(commitment: CommitmentView, _: KetenagakerjaanSettings) -> Iterator[Finding]:
    ends_on = commitment.planned_handover_on
    for line in commitment.lines_of(TRAINING.id):
        certificate = line.attributes.get("trainer_certificate") or {}
        if not str(certificate.get("number", "")).strip():
            yield Finding(
                code="trainer_certificate_missing",
                severity=Severity.BLOCK,
                message=Text(
                    "sertifikat pelatih belum ada; isi nomor dan hari berlakunya berakhir",
                    "the trainer's certificate is missing; give its number and the day on which it expires",
                ),
                pointer=line.at("trainer_certificate"),
            )
            continue
        expires = parse_day(certificate.get("expires_on"))
        if expires and expires < ends_on:
            yield Finding(
                code="trainer_certificate_expires",
                severity=Severity.BLOCK,
                message=Text(
                    f"sertifikat pelatih harus berlaku sampai rencana serah terima {ends_on}, tetapi berakhir "
                    f"{expires}",
                    f"the trainer's certificate must be valid until the planned handover on {ends_on}, but it "
                    f"expires on {expires}",
                ),
                pointer=line.at("trainer_certificate/expires_on"),
            )


def _residents(commitment: CommitmentView, _: KetenagakerjaanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(*WITH_PARTICIPANTS):
        if line.attributes.get("jakarta_residents_only") is not True:
            yield Finding(
                code="not_for_jakarta_residents",
                severity=Severity.BLOCK,
                message=Text(
                    "peserta harus warga yang berdomisili di Jakarta; diberikan tidak",
                    "participants must live in Jakarta; given no",
                ),
                pointer=line.at("jakarta_residents_only"),
            )


def _lsp_licence(commitment: CommitmentView, _: KetenagakerjaanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(CERTIFICATION.id):
        if not str(line.attributes.get("lsp_licence_number", "")).strip():
            yield Finding(
                code="lsp_licence_missing",
                severity=Severity.WARN,
                message=Text(
                    "nomor lisensi LSP belum ada; sertifikat hanya diakui bila penguji berlisensi BNSP",
                    "the licence number of the LSP is missing; a certificate counts only when BNSP has licensed the "
                    "assessor",
                ),
                pointer=line.at("lsp_licence_number"),
            )


RULES = (
    Rule(
        id="seats",
        title=Text("Jumlah kursi = angkatan × kursi per angkatan", "Seats = batches × seats per batch"),
        source=_CLASS_SOURCE,
        codes=("seats_not_batches",),
        check=_seats,
    ),
    Rule(
        id="class_size",
        title=Text("Batas peserta per kelas", "Limit of participants per class"),
        source=_CLASS_SOURCE,
        codes=("class_too_large",),
        check=_class_size,
    ),
    Rule(
        id="hours",
        title=Text("Lama pelatihan paling sedikit", "Least duration of training"),
        source=_CLASS_SOURCE,
        codes=("training_too_short",),
        check=_hours,
    ),
    Rule(
        id="skkni_units",
        title=Text("Mengacu pada SKKNI", "Based on SKKNI"),
        source="Permenaker 3/2016 (tata cara penetapan SKKNI); ketentuan KSBB Ketenagakerjaan",
        codes=("skkni_units_missing",),
        check=_skkni_units,
    ),
    Rule(
        id="trainer_certificate",
        title=Text("Pelatih bersertifikat selama pelatihan", "The trainer is certified throughout"),
        source=_CLASS_SOURCE,
        codes=("trainer_certificate_missing", "trainer_certificate_expires"),
        check=_trainer_certificate,
    ),
    Rule(
        id="residents",
        title=Text("Peserta warga Jakarta", "Participants live in Jakarta"),
        source=_CLASS_SOURCE,
        codes=("not_for_jakarta_residents",),
        check=_residents,
    ),
    Rule(
        id="lsp_licence",
        title=Text("LSP berlisensi BNSP", "Certification body licensed by BNSP"),
        source="PP 10/2018 (Badan Nasional Sertifikasi Profesi)",
        codes=("lsp_licence_missing",),
        check=_lsp_licence,
    ),
)
