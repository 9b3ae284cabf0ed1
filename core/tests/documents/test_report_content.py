"""What a handover report says, before it is set."""

from dataclasses import replace
from datetime import UTC, datetime

from ksbb.documents.report_content import MAX_INLINE_LINES, report_content
from ksbb.domain.handover_report import HandoverReport, ReportEvidence

EVIDENCE = ReportEvidence(
    file_name="serah-terima.jpg",
    sha256="ab" * 32,
    media_type="image/jpeg",
    taken_at=datetime(2026, 11, 22, 7, 45, tzinfo=UTC),
    place="Balai RW 003",
    image=b"...",
)


def test_the_opening_gives_day_time_and_place_on_the_clock_of_jakarta(report: HandoverReport) -> None:
    assert report_content(report, "id")["opening"] == (
        "Pada hari ini, Minggu tanggal dua puluh dua bulan November tahun dua ribu dua puluh enam (22-11-2026), "
        "pukul 14.30 WIB, bertempat di Balai RW 003, kami yang bertanda tangan di bawah ini:"
    )
    late = replace(report, handed_over_at=datetime(2026, 12, 31, 17, 5, tzinfo=UTC))
    assert report_content(late, "en")["opening"] == (
        "On this day, Friday, the first of January two thousand and twenty-seven (01-01-2027), at 00.05 WIB, "
        "at Balai RW 003, we, the undersigned:"
    )


def test_the_statement_names_the_commitment_and_the_value_in_figures_and_words(report: HandoverReport) -> None:
    assert report_content(report, "id")["statement"] == (
        "Berdasarkan Komitmen Nomor PANGAN-2026-000123 dan "
        "Surat Jalan Nomor 0001/SJ/KSBB-PANGAN/31.71.06.1002/XI/2026, PIHAK PERTAMA menyerahkan bantuan Program Pangan "
        "kepada PIHAK KEDUA, dan PIHAK KEDUA menerima bantuan tersebut dengan nilai Rp198.000.000 "
        "(seratus sembilan puluh delapan juta rupiah), dengan rincian sebagai berikut:"
    )


def test_the_statement_says_which_lines_have_no_value(report: HandoverReport) -> None:
    line = report.lines[0]
    partly = report_content(replace(report, lines=(line, replace(line, unit_value=None))), "id")
    assert partly["statement"].endswith(
        "menerima bantuan tersebut dengan nilai Rp198.000.000 (seratus sembilan puluh delapan juta rupiah), "
        "tidak termasuk 1 (satu) jenis barang yang tidak dinyatakan nilainya, dengan rincian sebagai berikut:"
    )

    assert [row["value"] for row in partly["lines"]] == ["198.000.000", "\N{EN DASH}"]
    without = report_content(replace(report, lines=(replace(line, unit_value=None),)), "id")
    assert without["statement"].endswith("PIHAK KEDUA menerima bantuan tersebut, dengan rincian sebagai berikut:")
    assert without["total"] == ""


def test_a_handover_of_which_nothing_was_accepted_does_not_claim_receipt(report: HandoverReport) -> None:
    refused = replace(report.lines[0], accepted=0, rejected=998)
    content = report_content(replace(report, lines=(refused,)), "id")
    assert content["statement"].endswith(
        "kepada PIHAK KEDUA, dan PIHAK KEDUA tidak menerima satu pun barang, dengan rincian sebagai berikut:"
    )


def test_a_line_shows_every_quantity_and_its_value(report: HandoverReport) -> None:
    assert report_content(report, "id")["lines"] == [
        {
            "number": "1",
            "description": "Paket sembako",
            "specification": "Beras 5 kg, minyak goreng 2 L, gula 1 kg",
            "quantities": ["1.000", "990", "8", "2"],
            "unit": "paket",
            "value": "198.000.000",
            "unit_value": "@ 200.000",
            "condition": "Baik",
            "remark": "",
        }
    ]


def test_a_witness_whom_the_platform_does_not_know_writes_by_hand(report: HandoverReport) -> None:
    known, other = report_content(report, "id")["witnesses"]
    blank = {"name": "", "office": "", "organisation": "", "address": ""}
    assert other["name"] == "Maria Lestari"
    assert report_content(replace(report, witnesses=report.witnesses[:1]), "id")["witnesses"] == [known, blank]


def test_notes_appear_only_where_they_apply(report: HandoverReport) -> None:
    assert report_content(report, "en")["notes"] == (
        "The value counts the accepted quantity. Rejected goods go back with the FIRST PARTY. "
        "Lost goods are recorded as a loss."
    )
    plain = replace(report.lines[0], accepted=1_000, rejected=0, lost=0, unit_value=None)
    assert report_content(replace(report, lines=(plain,)), "en")["notes"] == ""


def test_annexes_are_numbered_in_the_order_they_are_present(report: HandoverReport) -> None:
    assert report_content(report, "id")["annexes"] == {}
    some = report_content(replace(report, evidence=(EVIDENCE,), integrity_pact=True), "id")
    assert some["annexes_line"] == (
        "Lampiran yang tidak terpisahkan dari Berita Acara ini: Lampiran I Dokumentasi; Lampiran II Pakta Integritas."
    )
    lines = report.lines * (MAX_INLINE_LINES + 1)
    everything = report_content(replace(report, lines=lines, evidence=(EVIDENCE,), integrity_pact=True), "id")
    assert [annex["heading"] for annex in everything["annexes"].values()] == [
        "LAMPIRAN I",
        "LAMPIRAN II",
        "LAMPIRAN III",
    ]


def test_a_long_list_is_summed_up_per_unit(report: HandoverReport) -> None:
    line = report.lines[0]
    lines = (line,) * 10 + (replace(line, unit="kg", unit_value=None),) * 3
    content = report_content(replace(report, lines=lines), "id")
    assert content["statement"].endswith(
        "tidak termasuk 3 (tiga) jenis barang yang tidak dinyatakan nilainya, "
        "terdiri atas 13 (tiga belas) jenis barang dengan rincian pada Lampiran I dan rekapitulasi sebagai berikut:"
    )
    assert content["summary"] == [
        {"unit": "paket", "kinds": "10", "quantities": ["10.000", "9.900", "80", "20"], "value": "1.980.000.000"},
        {"unit": "kg", "kinds": "3", "quantities": ["3.000", "2.970", "24", "6"], "value": "\N{EN DASH}"},
    ]


def test_evidence_says_when_and_where_or_that_it_is_not_known(report: HandoverReport) -> None:
    unknown = ReportEvidence(
        file_name="daftar-hadir.pdf", sha256="cd" * 32, media_type="application/pdf", image=b"%PDF"
    )
    assert report_content(replace(report, evidence=(EVIDENCE, unknown)), "id")["evidence"] == [
        {
            "label": "Foto 1",
            "file_name": "serah-terima.jpg",
            "sha256": "ab" * 32,
            "media_type": "image/jpeg",
            "taken_at": "22 November 2026, 14.45 WIB",
            "place": "Balai RW 003",
            "image": "evidence-1.jpg",
        },
        {
            "label": "Foto 2",
            "file_name": "daftar-hadir.pdf",
            "sha256": "cd" * 32,
            "media_type": "application/pdf",
            "taken_at": "tidak dicatat",
            "place": "tidak dicatat",
            "image": "",
        },
    ]


def test_braces_in_the_data_are_only_text(report: HandoverReport) -> None:
    content = report_content(replace(report, place="Balai {number} {0}"), "id")
    assert "bertempat di Balai {number} {0}, kami" in content["opening"]
