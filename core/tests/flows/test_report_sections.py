"""What programs add to handover reports: kept with the report, and never in its way."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pypdf
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from ksbb.documents.render import render_report
from ksbb.domain.handover_report import HandoverReport, ReportSection
from ksbb.domain.rights import SYSTEM
from ksbb.domain.text import Text
from ksbb.flows.report_sections import FAILED
from ksbb.programs import host_of
from ksbb.storage import tables
from ksbb.testing import Driven, Step
from ksbb.usecases.evidence import content_of
from ksbb.usecases.platform import Platform
from ksbb.usecases.read.reports import gather_report

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("prefect")]

URL = "https://ksbb.example"


async def printed(rig: Any, driven: Driven) -> tuple[HandoverReport, bytes]:
    """The report as it is gathered now, and the PDF that was made of it."""
    assert driven.handover is not None
    async with rig.world.platform.reading_desk(SYSTEM) as desk:
        report = await gather_report(desk, driven.handover.id, URL)
        query = select(tables.reports.c.file_sha256).where(tables.reports.c.handover_id == driven.handover.id)
        _, content = await content_of(desk, (await desk.unit.connection.execute(query)).scalar_one())
    return report, content


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(pdf)).pages)


async def test_a_section_is_kept_with_its_report_for_good(rig: Any) -> None:
    driven = await rig.world.drive(
        Step.CONFIRMED, program_id="ketenagakerjaan", lines=rig.lines("ketenagakerjaan", "training", 50)
    )
    await rig.engine.drain()
    report, pdf = await printed(rig, driven)
    (section,) = report.sections
    assert section.title == Text("Pelatihan dan kewajiban lapor", "Training and the duty to report")
    assert [what.id for what, _ in section.pairs] == [
        "Pelatihan Pemrograman web dasar",
        "Unit kompetensi SKKNI",
        "Laporan hasil peserta",
    ]
    for said in (
        "Pelatihan dan kewajiban lapor",
        "2 kelas, masing-masing paling banyak 25 peserta; 40 jam per peserta",
    ):
        assert said in text_of(pdf)
    assert report.content_sha256 in text_of(pdf)
    assert render_report(report) == pdf
    english = text_of(render_report(report, "en"))
    assert "Training and the duty to report" in english
    assert "classes: 2, of at most 25 participants each" in english
    gone = Platform(rig.database, host_of((), {}), rig.clock)
    assert driven.handover is not None
    async with gone.reading_desk(SYSTEM) as desk:
        later = await gather_report(desk, driven.handover.id, URL)
    assert later == report
    assert later.content_sha256 == report.content_sha256
    assert render_report(later) == pdf


async def test_sections_that_fail_stop_no_report_which_says_that_they_are_missing(rig: Any) -> None:
    async with rig.pause():
        driven = await rig.world.drive(Step.CONFIRMED, program_id="talkative")
    rig.host._calls.seconds = 0.3
    with capture_logs() as logs:
        await rig.engine.drain()
    report, pdf = await printed(rig, driven)
    sound = ReportSection(
        title=Text("Bagian sound", "Section sound"),
        pairs=((Text("Contoh", "Example"), Text("10 paket", "packages")),),
    )
    declared = rig.host.require("talkative").program.report_sections
    missing = (Text("Tidak tersedia", "Not available"), FAILED)
    assert report.sections == tuple(
        sound if one.id == "sound" else ReportSection(title=one.title, pairs=(missing,))
        for one in declared
        if one.id != "empty"
    )
    assert "Bagian sound Contoh : 10 paket" in text_of(pdf)
    assert "Bagian raises Tidak tersedia : Program gagal menyusun bagian ini" in text_of(pdf)
    assert {log["program"] for log in logs if log["event"] == "report_section_left_out"} == {"talkative"}
    (never,) = (one for one in declared if one.id == "never")
    waits = never.content.__code__.co_firstlineno
    left_out = [log["reason"] for log in logs if log["event"] == "report_section_left_out"]
    assert left_out == [
        f"program talkative, report section {reason}"
        for reason in (
            "raises: failed: LookupError: no such table",
            f"never: hasn't come back within 0.3 s; it stands at core/tests/flows/conftest.py, line {waits}",
            "endless: failed: ValueError: a section has at most 40 pairs",
            "no_pairs: failed: ValueError: too many values to unpack (expected 2)",
            "no_texts: failed: TypeError: a section consists of pairs of Text, given ('a', 'b')",
            "too_long: failed: ValueError: a text of a section has at most 500 characters, given 501",
            "unprintable: failed: UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800' in position 0: "
            "surrogates not allowed",
            "nothing: failed: TypeError: 'NoneType' object is not iterable",
        )
    ]


async def test_a_report_made_while_its_program_is_away_says_so_for_good(
    rig: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with rig.pause():
        driven = await rig.world.drive(Step.CONFIRMED, program_id="talkative")
    with monkeypatch.context() as away:
        away.delitem(rig.host._active, "talkative")
        await rig.engine.drain()
        report, pdf = await printed(rig, driven)
    said = (
        "Keterangan program Tidak tersedia : Program tidak berjalan ketika berita acara ini dibuat. "
        "Bagian dari program, bila ada, tidak termuat."
    )
    assert said in text_of(pdf)
    assert "What the program adds Not available : The program wasn't running when this report was made." in (
        text_of(render_report(report, "en"))
    )
    assert report.content_sha256 in text_of(pdf)
    assert (await printed(rig, driven)) == (report, pdf)


async def test_a_program_without_sections_leaves_the_report_as_it_was(rig: Any) -> None:
    driven = await rig.world.drive(Step.CONFIRMED, program_id="pangan")
    await rig.engine.drain()
    report, pdf = await printed(rig, driven)
    assert report.sections == ()
    assert render_report(replace(report)) == pdf
