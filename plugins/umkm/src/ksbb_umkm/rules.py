"""The assessment rules of the enterprise program."""

import re
from collections.abc import Iterator

from ksbb.program import CommitmentView, Finding, LineView, Rule, Severity, Text
from ksbb_umkm import aid
from ksbb_umkm.settings import UmkmSettings

_OJK_LICENCE = re.compile(r"[A-Z]{1,5}[-. ]?[0-9]{1,5}/[A-Z0-9./-]+/(?:19|20)[0-9]{2}")
_FIELD_NAMES = {
    "principal": Text("pokok pinjaman per usaha", "the principal per enterprise"),
    "tenor_months": Text("tenor dalam bulan", "the term in months"),
    "rate_percent_per_year": Text("bunga atau margin per tahun", "the rate per year"),
    "provider": Text("nama penyedia", "the provider's name"),
    "ojk_licence": Text("nomor izin OJK penyedia", "the provider's OJK licence number"),
}


def _rupiah(value: int) -> Text:
    grouped = f"{int(value):,}"
    return Text(f"Rp{grouped.replace(',', '.')}", f"Rp{grouped}")


def _is_loan(line: LineView) -> bool:
    return line.attributes.get("form") == "loan"


def _enterprises(commitment: CommitmentView, _settings: UmkmSettings) -> Iterator[Finding]:
    for line in commitment.lines:
        named = aid.enterprises(line.attributes)
        if named == 0 and line.aid_type in (aid.CAPITAL.id, aid.FACILITIES.id):
            capital = line.aid_type == aid.CAPITAL.id
            yield Finding(
                code="enterprise_missing" if capital else "enterprise_not_named",
                severity=Severity.BLOCK if capital else Severity.WARN,
                message=Text(
                    "belum ada usaha yang disebut; isi NIB (13 angka) atau ID Jakpreneur",
                    "no enterprise is named; give an NIB (13 digits) or a Jakpreneur id",
                ),
                pointer=line.at("nibs"),
            )
        elif named > line.quantity and line.aid_type != aid.CAPITAL.id:
            yield Finding(
                code="more_enterprises_than_quantity",
                severity=Severity.WARN,
                message=Text(
                    f"{named} usaha disebut untuk jumlah {line.quantity}; sebagian tidak akan terlayani",
                    f"{named} enterprises are named for a quantity of {line.quantity}; some will not be served",
                ),
                pointer=line.at("nibs" if "nibs" in line.attributes else "jakpreneur_ids"),
            )


def _training(commitment: CommitmentView, settings: UmkmSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(aid.TRAINING.id):
        hours = line.attributes.get("hours", 0)
        if hours < settings.min_training_hours:
            yield Finding(
                code="training_too_short",
                severity=Severity.WARN,
                message=Text(
                    f"pelatihan {hours:g} jam per peserta; paling sedikit {settings.min_training_hours:g} jam",
                    f"{hours:g} hours of training per participant; at least {settings.min_training_hours:g}",
                ),
                pointer=line.at("hours"),
            )


def _facilities(commitment: CommitmentView, _settings: UmkmSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(aid.FACILITIES.id):
        if line.attributes.get("usable") is not True:
            yield Finding(
                code="not_usable",
                severity=Severity.BLOCK,
                message=Text(
                    "sarana dinyatakan tidak layak pakai; hanya sarana yang berfungsi dan aman yang disalurkan",
                    "the facilities are declared not usable; only ones that work and are safe are distributed",
                ),
                pointer=line.at("usable"),
            )
        if line.attributes.get("facility") == "other" and "description" not in line.attributes:
            yield Finding(
                code="facility_not_described",
                severity=Severity.WARN,
                message=Text(
                    "sarana lain tanpa uraian; tulis apa bendanya dan untuk apa",
                    "another facility without a description; say what it is and what it is for",
                ),
                pointer=line.at("description"),
            )


def _loan_terms(commitment: CommitmentView, _settings: UmkmSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(aid.CAPITAL.id):
        if not _is_loan(line):
            continue
        for name in aid.LOAN_TERMS:
            if name in line.attributes:
                continue
            field = _FIELD_NAMES[name]
            yield Finding(
                code="loan_provider_unlicensed" if name == "ojk_licence" else "loan_term_missing",
                severity=Severity.BLOCK,
                message=Text(f"pinjaman perlu {field.id}; belum diisi", f"a loan needs {field.en}; none is given"),
                pointer=line.at(name),
            )


def _loan_fairness(commitment: CommitmentView, settings: UmkmSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(aid.CAPITAL.id):
        if not _is_loan(line):
            continue
        rate, tenor = line.attributes.get("rate_percent_per_year", 0), line.attributes.get("tenor_months", 0)
        most = settings.max_loan_rate_percent
        if rate > most:
            yield Finding(
                code="loan_rate_high",
                severity=Severity.WARN,
                message=Text(
                    f"bunga atau margin {rate:g} % per tahun; wajarnya paling tinggi {most:g} %",
                    f"the rate is {rate:g} % per year; reasonable is at most {most:g} %",
                ),
                pointer=line.at("rate_percent_per_year"),
            )
        if tenor > settings.max_loan_tenor_months:
            yield Finding(
                code="loan_tenor_long",
                severity=Severity.WARN,
                message=Text(
                    f"tenor {tenor:g} bulan; wajarnya paling lama {settings.max_loan_tenor_months} bulan",
                    f"the term is {tenor:g} months; reasonable is at most {settings.max_loan_tenor_months}",
                ),
                pointer=line.at("tenor_months"),
            )
        licence = line.attributes.get("ojk_licence")
        if licence is not None and not _OJK_LICENCE.fullmatch(" ".join(licence.upper().split())):
            yield Finding(
                code="ojk_licence_doubtful",
                severity=Severity.WARN,
                message=Text(
                    f"nomor izin OJK tertulis {licence!r}; lazimnya KEP-12/D.05/2021: cocokkan dengan daftar OJK",
                    f"the OJK licence reads {licence!r}; the usual form is KEP-12/D.05/2021: compare with OJK's list",
                ),
                pointer=line.at("ojk_licence"),
            )


def _grant(commitment: CommitmentView, _settings: UmkmSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(aid.CAPITAL.id):
        given = [name for name in aid.LOAN_TERMS if name != "principal" and name in line.attributes]
        if not _is_loan(line) and given:
            names = [_FIELD_NAMES[name] for name in given]
            yield Finding(
                code="grant_with_loan_terms",
                severity=Severity.WARN,
                message=Text(
                    f"hibah tidak dikembalikan, tetapi memuat {', '.join(name.id for name in names)}; "
                    "pastikan ini bukan pinjaman",
                    f"a grant is not paid back, but this one gives {', '.join(name.en for name in names)}; "
                    "make sure that it is no loan",
                ),
                pointer=line.at(given[0]),
            )


def _principal(commitment: CommitmentView, _settings: UmkmSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(aid.CAPITAL.id):
        principal, named = line.attributes.get("principal"), aid.enterprises(line.attributes)
        if principal is None or named == 0 or principal * named == line.quantity:
            continue
        each, total, given = _rupiah(principal), _rupiah(principal * named), _rupiah(line.quantity)
        yield Finding(
            code="principal_mismatch",
            severity=Severity.WARN,
            message=Text(
                f"{named} usaha × {each.id} = {total.id}, tetapi jumlah modal {given.id}",
                f"{named} enterprises × {each.en} = {total.en}, but the quantity is {given.en}",
            ),
            pointer=line.at("principal"),
        )


_DESIGN = "Pilihan rancangan platform, dapat diatur"

RULES = (
    Rule(
        id="enterprises",
        title=Text("Usaha terdaftar", "Enterprises are registered"),
        source=f"{_DESIGN}; PP 5/2021 tentang NIB",
        codes=("enterprise_missing", "enterprise_not_named", "more_enterprises_than_quantity"),
        check=_enterprises,
    ),
    Rule(
        id="training_hours",
        title=Text("Pelatihan cukup lama", "Training is long enough"),
        source=_DESIGN,
        codes=("training_too_short",),
        check=_training,
    ),
    Rule(
        id="facilities",
        title=Text("Sarana layak pakai", "Facilities are usable"),
        source=_DESIGN,
        codes=("not_usable", "facility_not_described"),
        check=_facilities,
    ),
    Rule(
        id="loan_terms",
        title=Text(
            "Syarat pinjaman lengkap, penyedia berizin OJK", "Loan terms are complete, the provider is licensed"
        ),
        source=f"{_DESIGN}; UU 4/2023 tentang Pengembangan dan Penguatan Sektor Keuangan",
        codes=("loan_term_missing", "loan_provider_unlicensed"),
        check=_loan_terms,
    ),
    Rule(
        id="loan_fairness",
        title=Text("Pinjaman wajar", "Loans are fair"),
        source="Bunga Kredit Usaha Rakyat 6 % per tahun, Permenko Perekonomian 8/2019",
        codes=("loan_rate_high", "loan_tenor_long", "ojk_licence_doubtful"),
        check=_loan_fairness,
    ),
    Rule(
        id="grant",
        title=Text("Hibah tidak dikembalikan", "Grants are not paid back"),
        source=_DESIGN,
        codes=("grant_with_loan_terms",),
        check=_grant,
    ),
    Rule(
        id="principal",
        title=Text("Pokok sesuai jumlah", "Principal adds up"),
        source=_DESIGN,
        codes=("principal_mismatch",),
        check=_principal,
    ),
)
