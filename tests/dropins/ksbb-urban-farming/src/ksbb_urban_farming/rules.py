"""The assessment rules: pure functions from a commitment to findings."""

from collections.abc import Iterator
from datetime import timedelta

from ksbb.program import CommitmentView, Finding, LineView, Rule, Severity, Text, parse_day

from ksbb_urban_farming.aid import FISH_SET, HYDROPONIC_SET, POULTRY_SET, SEED, TRAINING
from ksbb_urban_farming.settings import Settings


def _block(line: LineView, attribute: str, code: str, message: Text) -> Finding:
    return Finding(code=code, severity=Severity.BLOCK, message=message, pointer=line.at(attribute))


def _warn(line: LineView, attribute: str, code: str, message: Text) -> Finding:
    return Finding(code=code, severity=Severity.WARN, message=message, pointer=line.at(attribute))


def _consent(commitment: CommitmentView, _: Settings) -> Iterator[Finding]:
    for line in commitment.lines_of(HYDROPONIC_SET.id, FISH_SET.id, POULTRY_SET.id):
        if line.attributes.get("place_consent") is not True:
            told = Text(
                "tempat belum diizinkan pemiliknya; mintalah izinnya dahulu",
                "the owner of the place hasn't consented; ask for consent first",
            )
            yield _block(line, "place_consent", "place_consent_missing", told)


def _water(commitment: CommitmentView, _: Settings) -> Iterator[Finding]:
    for line in commitment.lines_of(HYDROPONIC_SET.id, FISH_SET.id):
        if not line.attributes.get("water_source"):
            told = Text("sumber air belum disebut", "the water source isn't given")
            yield _block(line, "water_source", "water_source_missing", told)


def _certificate(commitment: CommitmentView, _: Settings) -> Iterator[Finding]:
    day = commitment.planned_handover_on
    for line in commitment.lines_of(FISH_SET.id, POULTRY_SET.id):
        if not line.attributes.get("health_certificate"):
            told = Text("surat kesehatan hewan belum ada", "the animal health certificate is missing")
            yield _block(line, "health_certificate", "health_certificate_missing", told)
            continue
        until = parse_day(line.attributes.get("certificate_until"))
        if until and until < day:
            told = Text(
                f"surat kesehatan hewan berakhir {until}, sebelum rencana serah terima {day}",
                f"the animal health certificate ends on {until}, before the planned handover on {day}",
            )
            yield _block(line, "certificate_until", "health_certificate_expires", told)


def _caged(commitment: CommitmentView, _: Settings) -> Iterator[Finding]:
    for line in commitment.lines_of(POULTRY_SET.id):
        if line.attributes.get("caged") is not True:
            told = Text(
                "unggas di Jakarta harus dikandangkan, terpisah dari hunian",
                "poultry in Jakarta must be kept in a pen, apart from dwellings",
            )
            yield _block(line, "caged", "poultry_not_caged", told)


def _seed_keeps(commitment: CommitmentView, settings: Settings) -> Iterator[Finding]:
    for line in commitment.lines_of(SEED.id):
        best_before = parse_day(line.attributes.get("best_before"))
        days = settings.min_days_to_sow
        if best_before and best_before - commitment.planned_handover_on < timedelta(days=days):
            told = Text(
                f"benih kedaluwarsa {best_before}; harus baik {days} hari sesudah serah terima",
                f"the seed expires on {best_before}; it must keep for {days} days after the handover",
            )
            yield _block(line, "best_before", "seed_expires_too_early", told)


def _germination(commitment: CommitmentView, settings: Settings) -> Iterator[Finding]:
    for line in commitment.lines_of(SEED.id):
        percent = line.attributes.get("germination_percent")
        if percent is None or percent < settings.min_germination_percent:
            shown = (
                Text("tidak disebut", "not given") if percent is None else Text(f"{percent:.0f} %", f"{percent:.0f} %")
            )
            told = Text(
                f"daya tumbuh {shown.id}; sebaiknya {settings.min_germination_percent} %",
                f"germination {shown.en}; should be {settings.min_germination_percent} %",
            )
            yield _warn(line, "germination_percent", "germination_low", told)


def _training(commitment: CommitmentView, settings: Settings) -> Iterator[Finding]:
    for line in commitment.lines_of(TRAINING.id):
        hours, seats = line.attributes.get("hours", 0), line.attributes.get("seats_per_class", 0)
        if hours < settings.min_training_hours:
            told = Text(
                f"{hours:.0f} jam; sebaiknya {settings.min_training_hours} jam",
                f"{hours:.0f} hours; should be {settings.min_training_hours} hours",
            )
            yield _warn(line, "hours", "training_too_short", told)
        if seats > settings.seat_limit:
            told = Text(
                f"{seats:.0f} peserta per kelas; sebaiknya paling banyak {settings.seat_limit}",
                f"{seats:.0f} participants in a class; should be {settings.seat_limit} at most",
            )
            yield _warn(line, "seats_per_class", "class_too_large", told)


_TERMS = "Ketentuan program"
_SETTABLE = "Ketentuan program, dapat diatur"

RULES = (
    Rule(
        id="place_consent",
        title=Text("Tempat diizinkan", "The place may be used"),
        source=_TERMS,
        codes=("place_consent_missing",),
        check=_consent,
    ),
    Rule(
        id="water_source",
        title=Text("Ada air", "There is water"),
        source=_TERMS,
        codes=("water_source_missing",),
        check=_water,
    ),
    Rule(
        id="health_certificate",
        title=Text("Hewan sehat", "The animals are healthy"),
        source="UU 18/2009 jo. UU 41/2014 tentang Peternakan dan Kesehatan Hewan",
        codes=("health_certificate_missing", "health_certificate_expires"),
        check=_certificate,
    ),
    Rule(
        id="caged",
        title=Text("Unggas dikandangkan", "Poultry is penned"),
        source="Perda DKI Jakarta 4/2007 tentang Pengendalian Pemeliharaan dan Peredaran Unggas",
        codes=("poultry_not_caged",),
        check=_caged,
    ),
    Rule(
        id="seed_keeps",
        title=Text("Benih tahan sampai ditanam", "Seed keeps until it is sown"),
        source=_SETTABLE,
        codes=("seed_expires_too_early",),
        check=_seed_keeps,
    ),
    Rule(
        id="germination",
        title=Text("Daya tumbuh benih", "Germination of seed"),
        source=_SETTABLE,
        codes=("germination_low",),
        check=_germination,
    ),
    Rule(
        id="training",
        title=Text("Pelatihan yang berguna", "Training that is of use"),
        source=_SETTABLE,
        codes=("training_too_short", "class_too_large"),
        check=_training,
    ),
)
