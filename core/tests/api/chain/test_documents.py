"""The report, the travel document, and the public verification of both."""

import hashlib
import io
from typing import Any

import pypdf

from ksbb.documents.render import render_report
from ksbb.domain.parties import CollaboratorClass
from ksbb.domain.rights import SYSTEM, Role
from ksbb.storage import tables
from ksbb.storage.rows import change
from ksbb.testing import Driven, Step, World
from ksbb.testing.databases import SETUP
from ksbb.usecases import parties
from ksbb.usecases.evidence import keep_file
from ksbb.usecases.read.reports import gather_report


async def _render(world: World, driven: Driven, public_url: str) -> bytes:
    """What the flow does once the witness has confirmed."""
    assert driven.handover is not None
    assert driven.report is not None
    async with world.platform.desk(SYSTEM) as desk:
        content = render_report(await gather_report(desk, driven.handover.id, public_url))
        digest = keep_file(desk.unit, content, "application/pdf")
        desk.unit.change(tables.reports, {"id": driven.report.id}, file_sha256=digest)
    return content


async def test_the_report_once_it_is_made(world: World, api: Any) -> None:
    driven = await world.drive(Step.CONFIRMED)
    assert driven.handover is not None
    path = f"/handovers/{driven.handover.id}/report"
    waiting = await api.get(world.recipient, path)
    assert (waiting.status_code, waiting.headers["retry-after"]) == (409, "5")
    assert waiting.json()["errors"][0]["code"] == "not_ready"
    content = await _render(world, driven, str(api.client.base_url).rstrip("/"))
    ready = await api.get(world.recipient, path)
    assert (ready.status_code, ready.headers["content-type"]) == (200, "application/pdf")
    assert ready.content == content
    assert ready.headers["content-disposition"].endswith("''0001-BAST-KSBB-PANGAN-31.71.06.1002-VIII-2026.pdf")
    english = await api.get(world.recipient, path, language="en")
    assert english.status_code == 200
    assert english.content.startswith(b"%PDF-")
    assert english.content != content
    shown = (await api.get(world.recipient, f"/handovers/{driven.handover.id}")).json()["report"]
    assert shown["ready"]


async def test_no_report_before_the_witness_confirmed(world: World, api: Any) -> None:
    driven = await world.drive(Step.EVIDENCED)
    assert driven.handover is not None
    answer = await api.get(world.executor, f"/handovers/{driven.handover.id}/report")
    assert answer.status_code == 409
    assert answer.json()["errors"] == [
        {
            "code": "not_confirmed",
            "pointer": "/status",
            "message": "this handover is recorded; its report exists once the witness has confirmed it",
            "expected": "confirmed",
            "given": "recorded",
        }
    ]


async def test_the_travel_document(world: World, api: Any) -> None:
    driven = await world.drive(Step.DISPATCHED)
    assert driven.dispatch is not None
    answer = await api.get(world.executor, f"/dispatches/{driven.dispatch.id}/travel-document")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert driven.dispatch.number == "0001/SJ/KSBB-PANGAN/31.71.06.1002/VIII/2026"
    name = "0001-SJ-KSBB-PANGAN-31.71.06.1002-VIII-2026.pdf"
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"


async def test_a_genuine_report_is_confirmed_to_anybody(world: World, api: Any) -> None:
    driven = await world.drive(Step.CONFIRMED)
    assert driven.report is not None
    answer = await api.get(None, f"/verify/{driven.report.verify_code}")
    found = answer.json()
    assert found == {
        "verdict": "genuine",
        "document": {
            "kind": "handover_report",
            "number": "0001/BAST/KSBB-PANGAN/31.71.06.1002/VIII/2026",
            "on": "2026-08-03",
            "area_code": "31.71.06.1002",
            "area_name": "Pegangsaan",
            "target_name": "Sasaran contoh 1",
            "commitment_number": "PANGAN-2026-000001",
            "collaborator": {"id": "PT Contoh Berbagi", "en": "PT Contoh Berbagi"},
            "aggregator": "Lembaga Contoh Peduli",
            "executor": "Relawan Contoh",
            "items": [
                {
                    "name": {"id": "Paket sembako", "en": "Staple food package"},
                    "unit": {"id": "paket", "en": "package"},
                    "quantity": 10,
                    "accepted": 10,
                    "rejected": 0,
                    "lost": 0,
                }
            ],
            "synthetic": True,
            "content_sha256": None,
            "file_sha256": None,
        },
    }
    assert "Siti Contoh" not in answer.text
    content = await _render(world, driven, "http://ksbb.example")
    printed = (await api.get(None, f"/verify/{driven.report.verify_code}")).json()["document"]
    assert printed["file_sha256"] == hashlib.sha256(content).hexdigest()
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    assert printed["content_sha256"] in " ".join(page.extract_text() for page in pages)


async def test_void_and_unknown_reports(world: World, api: Any) -> None:
    driven = await world.drive(Step.CONFIRMED)
    assert driven.report is not None
    async with world.platform.desk(SYSTEM) as desk:
        await change(desk.unit.connection, tables.reports, driven.report.id, status="void")
    assert (await api.get(None, f"/verify/{driven.report.verify_code}")).json()["verdict"] == "void"
    for code in ("nonsense", "x" * 500, "%E2%9C%93", driven.commitment.id, driven.report.id):
        assert (await api.get(None, f"/verify/{code}")).json() == {"verdict": "unknown", "document": None}


async def test_an_individual_is_not_named_to_the_public(world: World, api: Any) -> None:
    person = await world.act(
        SETUP, parties.register_collaborator, name="Ibu Rahasia", collaborator_class=CollaboratorClass.INDIVIDUAL
    )
    world.collaborator = await world.account(Role.COLLABORATOR, party_id=person.id)
    driven = await world.drive(Step.CONFIRMED)
    assert driven.report is not None
    answer = await api.get(None, f"/verify/{driven.report.verify_code}")
    assert answer.json()["document"]["collaborator"] == {"id": "perorangan", "en": "an individual"}
    assert "Rahasia" not in answer.text


async def test_the_page_for_people(world: World, api: Any) -> None:
    driven = await world.drive(Step.CONFIRMED)
    assert driven.dispatch is not None
    assert driven.report is not None
    page = await api.client.get(f"/verify/{driven.report.verify_code}")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Asli: tercatat di KSBB dan berlaku" in page.text
    assert "3 Agustus 2026" in page.text
    assert "Siti Contoh" not in page.text
    assert "<script" not in page.text
    assert len(page.content) < 6000
    english = await api.client.get(f"/verify/{driven.dispatch.id}", params={"lang": "en"})
    assert "Genuine: on KSBB" in english.text
    assert "Travel document" in english.text
    assert "Accepted" not in english.text
    unknown = await api.client.get("/verify/%3Cscript%3E")
    assert "Tidak dikenal" in unknown.text
    assert "<script" not in unknown.text
