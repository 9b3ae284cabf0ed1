"""What the printed documents say."""

from dataclasses import replace

import pytest

from ksbb.documents.render import RenderError, render_report, render_travel_document
from ksbb.domain.errors import Conflict
from ksbb.domain.handover_report import HandoverReport, ReportEvidence, ReportLine, ReportParty
from ksbb.domain.rights import SYSTEM
from ksbb.domain.text import Text
from ksbb.domain.travel_document import TravelDocument, TravelLine
from ksbb.programs import host_of
from ksbb.testing import Step, World, tiny_png
from ksbb.usecases.evidence import attach
from ksbb.usecases.platform import Platform
from ksbb.usecases.read.reports import BLANK, gather_report, gather_travel_document, without_images

URL = "https://ksbb.example"
ADDRESS = "Kelurahan Pegangsaan, Kecamatan Menteng"
SPECIFICATION = (
    "Isi paket: beras 5 kg, minyak goreng 2 liter, tepung terigu 1 kg, gula 1 kg, susu kental 370 g, teh 25 buah, "
    "sarden 155 g, mi instan 5 buah; Tanggal kedaluwarsa: 2027-06-30; Halal: ya; Kemasan netral: ya; Jiwa per paket: 4"
)


async def test_the_handover_report(world: World) -> None:
    driven = await world.drive(Step.DISPATCHED)
    driven = await world.confirm(await world.attach(await world.record(driven, rejected=1, lost=2, reason="penyok")))
    assert driven.handover is not None
    assert driven.report is not None
    assert driven.dispatch is not None
    assert driven.evidence is not None
    async with world.platform.reading_desk(SYSTEM) as desk:
        report = await gather_report(desk, driven.handover.id, URL)
    assert report == HandoverReport(
        number="0001/BAST/KSBB-PANGAN/31.71.06.1002/VIII/2026",
        program_name=world.platform.programs.require("pangan").program.name.id,
        agency=world.platform.programs.require("pangan").program.lead_agency.id,
        government="Pemerintah Provinsi Daerah Khusus Ibukota Jakarta",
        handed_over_at=world.clock.now(),
        place="Balai RW",
        commitment_number=driven.commitment.number,
        travel_document_number=driven.dispatch.number,
        first_party=ReportParty(
            name="executor contoh",
            office="Pelaksana serah terima (Relawan Contoh)",
            organisation="Lembaga Contoh Peduli",
        ),
        second_party=ReportParty(
            name="Siti Contoh", office="Ketua RW", organisation="Sasaran contoh 1", address=ADDRESS
        ),
        witnesses=(ReportParty(name="witness contoh", office="Saksi kelurahan", organisation="Kelurahan Pegangsaan"),),
        acknowledged_by=ReportParty(name=BLANK, office="Lurah Pegangsaan", organisation="Kecamatan Menteng"),
        lines=(
            ReportLine(
                description="Paket sembako",
                specification=SPECIFICATION,
                delivered=10,
                accepted=7,
                rejected=1,
                lost=2,
                unit="paket",
                unit_value=200_000,
                condition="baik",
                remark="penyok",
            ),
        ),
        synthetic=True,
        verify_url=f"{URL}/verify/{driven.report.verify_code}",
        evidence=(
            ReportEvidence(
                file_name="serah-terima.png",
                sha256=driven.evidence.file_sha256,
                media_type="image/png",
                place="Balai RW",
                image=tiny_png(),
            ),
        ),
        integrity_pact=True,
    )
    assert without_images(report).content_sha256 == report.content_sha256
    assert render_report(report).startswith(b"%PDF-")


async def test_a_report_stays_printable_without_its_program(world: World) -> None:
    driven = await world.drive(Step.CONFIRMED)
    assert driven.handover is not None
    assert driven.dispatch is not None
    bare = Platform(world.platform.database, host_of((), {}), world.clock)
    said = []
    for platform in (world.platform, bare):
        async with platform.reading_desk(SYSTEM) as desk:
            said.append(
                (
                    await gather_report(desk, driven.handover.id, URL),
                    await gather_travel_document(desk, driven.dispatch.id, URL),
                )
            )
    assert said[0] == said[1]
    assert said[0][0].content_sha256 == said[1][0].content_sha256


async def test_a_report_says_what_its_program_was_called_then(world: World) -> None:
    driven = await world.drive(Step.CONFIRMED)
    assert driven.handover is not None
    assert driven.dispatch is not None
    food = world.platform.programs.require("pangan").program
    name, agency = Text("Pangan Kota", "City food"), Text("Dinas Pangan", "Food agency")
    renamed = host_of((replace(food, name=name, lead_agency=agency),), {})
    async with world.platform.reading_desk(SYSTEM) as desk:
        before = await gather_report(desk, driven.handover.id, URL)
    async with Platform(world.platform.database, renamed, world.clock).reading_desk(SYSTEM) as desk:
        assert await gather_report(desk, driven.handover.id, URL) == before
        document = await gather_travel_document(desk, driven.dispatch.id, URL)
    assert (document.program_name, document.agency) == ("Pangan Kota", "Dinas Pangan")


async def test_no_report_of_a_handover_that_is_not_confirmed(world: World) -> None:
    driven = await world.drive(Step.EVIDENCED)
    assert driven.handover is not None
    async with world.platform.reading_desk(SYSTEM) as desk:
        with pytest.raises(Conflict) as raised:
            await gather_report(desk, driven.handover.id, URL)
    assert raised.value.problems[0].code == "not_confirmed"


async def test_the_travel_document(world: World) -> None:
    driven = await world.drive(Step.DISPATCHED)
    assert driven.dispatch is not None
    async with world.platform.reading_desk(SYSTEM) as desk:
        document = await gather_travel_document(desk, driven.dispatch.id, URL)
    assert document == TravelDocument(
        number=driven.dispatch.number,
        program_name=document.program_name,
        agency=document.agency,
        government="Pemerintah Provinsi Daerah Khusus Ibukota Jakarta",
        dispatched_at=world.clock.now(),
        origin="Lembaga Contoh Peduli",
        destination=f"Sasaran contoh 1 ({driven.target.code}), {ADDRESS}",
        commitment_number=driven.commitment.number,
        sender=ReportParty(name=BLANK, office="Petugas gudang", organisation="Lembaga Contoh Peduli"),
        carrier=ReportParty(name=BLANK, office="Pelaksana", organisation="Relawan Contoh"),
        recipient=ReportParty(name=BLANK, office="Penerima", organisation="Sasaran contoh 1", address=ADDRESS),
        vehicle="B 1234 XYZ",
        lines=(TravelLine(description="Paket sembako", specification=SPECIFICATION, quantity=10, unit="paket"),),
        synthetic=True,
        verify_url=f"{URL}/verify/{driven.dispatch.id}",
    )
    assert render_travel_document(document).startswith(b"%PDF-")


async def test_a_photo_that_cannot_be_printed_is_listed(world: World) -> None:
    driven = await world.drive(Step.RECORDED)
    assert driven.handover is not None
    damaged = tiny_png().replace(b"IHDR" + bytes(3), b"IHDR\xff\xff\xff")
    await world.act(world.executor, attach, driven.handover.id, file_name="rusak.png", content=damaged)
    driven = await world.confirm(await world.reload(driven))
    assert driven.handover is not None
    async with world.platform.reading_desk(SYSTEM) as desk:
        report = await gather_report(desk, driven.handover.id, URL)
    with pytest.raises(RenderError, match=r"rusak\.png"):
        render_report(report)
    assert render_report(without_images(report)).startswith(b"%PDF-")
