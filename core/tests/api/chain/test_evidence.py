"""Evidence by HTTP: its limits, who fetches it, and that a file comes back as it was."""

from typing import Any

import pytest

from ksbb.testing import Driven, Step, World, tiny_png
from ksbb.usecases.evidence import MAX_BYTES

PDF = b"%PDF-1.7\n"


async def _attach(
    api: Any, world: World, driven: Driven, name: str, content: bytes, media_type: str = "image/png"
) -> Any:
    assert driven.handover is not None
    path = f"/handovers/{driven.handover.id}/evidence"
    return await api.send(world.executor, "POST", path, files={"file": (name, content, media_type)})


async def test_a_file_comes_back_as_it_was(world: World, api: Any) -> None:
    driven = await world.drive(Step.RECORDED)
    assert driven.handover is not None
    added = await _attach(api, world, driven, "C:\\foto\\serah terima é.png", tiny_png(3))
    assert added.status_code == 201, added.text
    listed = (await api.get(world.recipient, f"/handovers/{driven.handover.id}/evidence")).json()
    assert listed == [added.json()]
    assert (listed[0]["file_name"], listed[0]["size"]) == ("serah terima é.png", len(tiny_png(3)))
    file = await api.client.get(
        added.headers["location"],
        headers={"Authorization": (await api.get(world.auditor, "/auth/me")).request.headers["Authorization"]},
    )
    assert (file.status_code, file.content, file.headers["content-type"]) == (200, tiny_png(3), "image/png")
    assert file.headers["content-disposition"] == "attachment; filename*=UTF-8''serah%20terima%20%C3%A9.png"
    assert file.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("head", "size", "status", "code"),
    [
        (b"", 0, 422, "size"),
        (b"GIF89a", 6, 422, "media_type"),
        (b"<svg/>", 6, 422, "media_type"),
        (PDF, MAX_BYTES, 201, ""),
        (PDF, MAX_BYTES + 1, 422, "size"),
        (PDF, MAX_BYTES * 2, 413, ""),
    ],
)
async def test_limits_of_a_file(head: bytes, size: int, status: int, code: str, world: World, api: Any) -> None:
    content = head + bytes(size - len(head))
    driven = await world.drive(Step.RECORDED)
    answer = await _attach(api, world, driven, "bukti.pdf", content, "application/pdf")
    assert answer.status_code == status, answer.text[:500]
    if status != 201:
        assert answer.headers["content-type"] == "application/problem+json"
        assert [item["code"] for item in answer.json()["errors"]] == ([code] if code else [])


async def test_ten_files_and_none_twice(world: World, api: Any) -> None:
    driven = await world.drive(Step.RECORDED)
    for shade in range(10):
        assert (await _attach(api, world, driven, "foto.png", tiny_png(shade))).status_code == 201
        if shade == 0:
            same = await _attach(api, world, driven, "lagi.png", tiny_png(0))
            assert (same.status_code, same.json()["errors"][0]["code"]) == (409, "same_file")
    answer = await _attach(api, world, driven, "foto.png", tiny_png(10))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "too_many")


async def test_a_form_without_the_file_is_refused(world: World, api: Any) -> None:
    driven = await world.drive(Step.RECORDED)
    assert driven.handover is not None
    path = f"/handovers/{driven.handover.id}/evidence"
    contents: tuple[dict[str, Any], ...] = (
        {"files": {"other": ("a.png", tiny_png(), "image/png")}},
        {"data": {"file": "text"}},
        {"json": {}},
    )
    for content in contents:
        answer = await api.send(world.executor, "POST", path, **content)
        assert answer.status_code in {400, 415, 422}, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


async def test_evidence_of_a_decided_handover_stays(world: World, api: Any) -> None:
    driven = await world.drive(Step.CONFIRMED)
    answer = await _attach(api, world, driven, "baru.png", tiny_png(9))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "wrong_status")


async def test_a_file_of_another_handover_is_not_found(world: World, api: Any) -> None:
    one, other = await world.drive(Step.EVIDENCED), await world.drive(Step.EVIDENCED)
    assert one.handover is not None
    assert other.evidence is not None
    answer = await api.get(world.auditor, f"/handovers/{one.handover.id}/evidence/{other.evidence.id}")
    assert answer.status_code == 404
