"""The printed documents: PDF/A, the same bytes for the same data, every word of the data on paper."""

import base64
import io
import re
from dataclasses import replace
from typing import Any, cast

import pytest
from pypdf import PdfReader

from ksbb.documents.render import RenderError, check_fonts, render_report, render_travel_document
from ksbb.domain.handover_report import HandoverReport, ReportEvidence, ReportSection
from ksbb.domain.text import Text
from ksbb.domain.travel_document import TravelDocument

ONE_PIXEL_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PHOTO = ReportEvidence(file_name="serah-terima.png", sha256="ab" * 32, media_type="image/png", image=ONE_PIXEL_PNG)
INJECTION = '#panic("x") $a_b$ *tebal* _miring_ <a> @b `c` \\ "q" {number} // é Ж'


def pages(pdf: bytes) -> list[str]:
    """Text of each page with single spaces, without the break opportunities inside long words."""
    texts = (page.extract_text().replace("\u200b", "") for page in PdfReader(io.BytesIO(pdf)).pages)
    return [" ".join(text.split()) for text in texts]


def test_the_fonts_come_with_typst() -> None:
    check_fonts()


def test_a_report_is_pdf_a_2b_on_a4_with_its_own_fonts(report: HandoverReport) -> None:
    pdf = render_report(report)
    assert re.search(rb"<pdfaid:part>2</pdfaid:part>", pdf)
    assert re.search(rb"<pdfaid:conformance>B</pdfaid:conformance>", pdf)
    page = PdfReader(io.BytesIO(pdf)).pages[0]
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]
    fonts: list[Any] = [font.get_object() for font in cast("Any", page)["/Resources"]["/Font"].values()]
    families = {re.sub(r"^/[A-Z]{6}\+(\w+).*$", r"\1", font["/BaseFont"]) for font in fonts}
    assert families == {"LibertinusSerif", "DejaVuSansMono"}


def test_equal_reports_give_equal_bytes_and_others_do_not(report: HandoverReport) -> None:
    assert render_report(report) == render_report(replace(report))
    assert render_report(report) != render_report(replace(report, place="Balai RW 004"))


def test_a_report_of_one_line_fits_on_one_page_with_all_that_belongs_to_it(report: HandoverReport) -> None:
    [page] = pages(render_report(report))
    in_order = [
        "PEMERINTAH PROVINSI DAERAH KHUSUS JAKARTA",
        "KELOMPOK KERJA KSBB PANGAN",
        "BERITA ACARA SERAH TERIMA BANTUAN",
        "Nomor: 0001/BAST/KSBB-PANGAN/31.71.06.1002/XI/2026",
        "Pada hari ini, Minggu tanggal dua puluh dua bulan November",
        "PIHAK PERTAMA",
        "PIHAK KEDUA",
        "Rp198.000.000",
        "Paket sembako",
        "Demikian Berita Acara",
        "Yang menerima",
        "Yang menyerahkan",
        "Saksi-saksi",
        "Bambang Sutejo",
        "Maria Lestari",
        "Mengetahui,",
        "Ahmad Fauzi",
    ]
    places = [page.find(text) for text in in_order]
    assert -1 not in places, in_order[places.index(-1)]
    assert places == sorted(places)
    assert "Halaman 1 dari 1" in page
    assert report.verify_url in page
    assert report.content_sha256 in page
    assert "SINTETIS" not in page


def test_the_english_version_says_that_it_does_not_bind(report: HandoverReport) -> None:
    [page] = pages(render_report(report, "en"))
    assert "OFFICIAL REPORT ON THE HANDOVER OF AID" in page
    assert "English reading version, not for signature. The Indonesian version is the binding one." in page


@pytest.mark.parametrize("count", [2, 4, 6, 10, 12, 60])
def test_the_signatures_stay_together_whatever_the_number_of_lines(report: HandoverReport, count: int) -> None:
    lines = tuple(replace(report.lines[0], description=f"Barang ke-{number}") for number in range(1, count + 1))
    printed = pages(render_report(replace(report, lines=lines)))
    signed = [page for page in printed if "Yang menerima" in page]
    assert len(signed) == 1
    for text in ("Demikian Berita Acara", "Yang menyerahkan", "Saksi-saksi", "Maria Lestari", "Ahmad Fauzi"):
        assert text in signed[0]
    for line in lines:
        assert sum(page.count(f"{line.description} ") for page in printed) == 1


def test_every_page_is_numbered_and_carries_the_report_number(report: HandoverReport) -> None:
    full = replace(report, lines=report.lines * 60, evidence=(PHOTO,), integrity_pact=True)
    printed = pages(render_report(full))
    assert "LAMPIRAN I \N{EN DASH} Daftar Barang" in printed[1]
    assert "LAMPIRAN II \N{EN DASH} Dokumentasi" in printed[-2]
    assert "LAMPIRAN III \N{EN DASH} Pakta Integritas" in printed[-1]
    for number, page in enumerate(printed, 1):
        assert f"Halaman {number} dari {len(printed)}" in page
        assert report.number in page


def test_synthetic_data_are_marked_on_every_page(report: HandoverReport) -> None:
    printed = pages(render_report(replace(report, synthetic=True, integrity_pact=True)))
    assert len(printed) >= 2
    for page in printed:
        assert page.count("DATA SINTETIS / SYNTHETIC") >= 2


def test_data_are_never_read_as_markup(report: HandoverReport) -> None:
    line = replace(report.lines[0], description=INJECTION)
    first = replace(report.first_party, address=INJECTION)
    printed = " ".join(pages(render_report(replace(report, place=INJECTION, first_party=first, lines=(line,)))))
    assert f"bertempat di {INJECTION}, kami" in printed
    assert f"Alamat : {INJECTION}" in printed


def test_photos_are_printed_and_other_files_listed(report: HandoverReport) -> None:
    attendance = ReportEvidence(file_name="daftar-hadir.pdf", sha256="cd" * 32, media_type="application/pdf")
    pdf = render_report(replace(report, evidence=(PHOTO, attendance)))
    reader = PdfReader(io.BytesIO(pdf))
    assert [len(page.images) for page in reader.pages][-1] == 1
    text = pages(pdf)[-1].replace(" ", "")
    assert all(part in text for part in ("serah-terima.png", "daftar-hadir.pdf", "ab" * 32, "cd" * 32))


def test_long_texts_leave_nothing_out(report: HandoverReport) -> None:
    words = " ".join(f"kata{number}" for number in range(300))
    printed = " ".join(pages(render_report(replace(report, lines=(replace(report.lines[0], remark=words),)))))
    assert re.findall(r"kata\d+", printed) == words.split()


def test_characters_without_a_glyph_appear_as_their_code(report: HandoverReport) -> None:
    [page] = pages(render_report(replace(report, place="Balai 😀 中\u202e\x07\nRW  003")))
    assert "bertempat di Balai [U+1F600] [U+4E2D][U+202E][U+0007] RW 003, kami" in page


def test_an_image_that_cannot_be_read_is_named(report: HandoverReport) -> None:
    broken = replace(PHOTO, file_name="rusak.png", image=b"no image")
    with pytest.raises(RenderError) as error:
        render_report(replace(report, evidence=(broken,)))
    assert re.fullmatch(
        r"evidence: expected RGB or grey JPEG or PNG images, got one that can't be printed among rusak\.png \(.+\); "
        r"convert it, or give its image as None to list the file without printing it",
        str(error.value),
    )


def test_a_travel_document_fits_on_one_page(travel_document: TravelDocument) -> None:
    pdf = render_travel_document(travel_document)
    [page] = pages(pdf)
    for text in (
        "SURAT JALAN",
        "Nomor: 0001/SJ/KSBB-PANGAN/31.71.06.1002/XI/2026",
        "Waktu berangkat : Minggu, 22 November 2026, pukul 14.30 WIB",
        "Kendaraan : Truk B 9123 XYZ",
        "Makanan siap saji",
        "1.000 paket 50 dus",
        "Yang menerima,",
        "Yang membawa,",
        "Yang mengirim,",
    ):
        assert text in page
    assert page.count("DATA SINTETIS / SYNTHETIC") >= 2
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert pdf == render_travel_document(travel_document)


def test_a_long_travel_document_keeps_its_signatures_together(travel_document: TravelDocument) -> None:
    on_foot = replace(travel_document, vehicle="", lines=travel_document.lines * 40)
    printed = pages(render_travel_document(on_foot, "en"))
    assert "Vehicle : no vehicle" in printed[0]
    assert len(printed) > 2
    assert [("Received by," in page, "Sent by," in page) for page in printed if "by," in page] == [(True, True)]


def test_a_programs_sections_stand_in_the_language_of_the_document(report: HandoverReport) -> None:
    section = ReportSection(
        title=Text("Pelatihan", "Training"),
        pairs=((Text("Lama", "Duration"), Text("40 jam", "40 hours")), (Text("Kelas", "Classes"), Text("dua", "two"))),
    )
    full = replace(report, sections=(section,))
    for language, said, unsaid in (
        ("id", "Pelatihan Lama : 40 jam Kelas : dua Demikian", "40 hours"),
        ("en", "Training Duration : 40 hours Classes : two This report", "40 jam"),
    ):
        [page] = pages(render_report(full, language))  # type: ignore[arg-type]  # one of the two
        assert said in page
        assert unsaid not in page
    assert render_report(full) == render_report(replace(full))


def test_nothing_of_a_long_or_strange_section_is_lost(report: HandoverReport) -> None:
    pairs = tuple((Text(f"Hal {n}", f"Item {n}"), Text(INJECTION, "x" * 500)) for n in range(40))
    printed = pages(
        render_report(replace(report, sections=(ReportSection(title=Text(INJECTION, "T"), pairs=pairs),) * 3))
    )
    assert " ".join(printed).count(INJECTION) == 123
    assert all(f"Hal {n} :" in " ".join(printed) for n in range(40))
