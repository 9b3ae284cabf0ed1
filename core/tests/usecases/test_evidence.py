"""Evidence: photos and PDFs of a handover, kept whole and once, within limits."""

import hashlib

import pytest

from ksbb.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from ksbb.domain.rights import Role
from ksbb.testing import Driven, Step, World
from ksbb.testing.driven import tiny_png
from ksbb.usecases import evidence
from ksbb.usecases.evidence import MAX_BYTES, MAX_FILES, Evidence


@pytest.fixture
async def driven(world: World) -> Driven:
    return await world.drive(Step.RECORDED)


def handover_of(driven: Driven) -> str:
    assert driven.handover is not None
    return driven.handover.id


async def attached(world: World, driven: Driven, content: bytes, name: str = "foto.png") -> Evidence:
    return await world.act(world.executor, evidence.attach, handover_of(driven), file_name=name, content=content)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (tiny_png(), "image/png"),
        (b"\xff\xd8\xff\xe0 a photo", "image/jpeg"),
        (b"%PDF-1.7 a scan", "application/pdf"),
        (b"%PDF-" + b"x" * (MAX_BYTES - 5), "application/pdf"),
    ],
    ids=["png", "jpeg", "pdf", "largest"],
)
async def test_the_content_decides_its_type_and_comes_back_whole(
    world: World, driven: Driven, content: bytes, media_type: str
) -> None:
    made = await attached(world, driven, content, "nama.exe")
    digest = hashlib.sha256(content).hexdigest()
    assert (made.media_type, made.size, made.file_sha256, made.file_name, made.added_by) == (
        media_type,
        len(content),
        digest,
        "nama.exe",
        world.executor.account_id,
    )
    assert await world.act(world.auditor, evidence.evidence_of, handover_of(driven)) == [made]
    assert await world.act(world.auditor, evidence.content_of, digest) == (media_type, content)


async def test_a_file_that_is_too_large(world: World, driven: Driven) -> None:
    with pytest.raises(InvalidInput) as caught:
        await attached(world, driven, b"%PDF-" + b"x" * (MAX_BYTES - 4))
    (problem,) = caught.value.problems
    assert (problem.code, problem.pointer, problem.given) == ("size", "/file", MAX_BYTES + 1)


async def test_at_most_ten_files(world: World, driven: Driven) -> None:
    made = [await attached(world, driven, tiny_png(shade)) for shade in range(MAX_FILES)]
    with pytest.raises(Conflict) as caught:
        await attached(world, driven, tiny_png(MAX_FILES))
    assert [(one.code, one.message.en) for one in caught.value.problems] == [("too_many", "at most 10 files")]
    assert await world.act(world.auditor, evidence.evidence_of, handover_of(driven)) == made
    assert (await world.reload(driven)).commitment.version == driven.commitment.version + MAX_FILES


async def test_the_same_file_in_two_handovers_is_kept_once(world: World, driven: Driven) -> None:
    other = await world.drive(Step.RECORDED)
    made = [await attached(world, one, tiny_png()) for one in (driven, other)]
    assert made[0].file_sha256 == made[1].file_sha256
    assert made[0].id != made[1].id


async def test_executor_and_witness_attach_and_nobody_else(world: World, driven: Driven) -> None:
    await world.act(world.witness, evidence.attach, handover_of(driven), file_name="a.png", content=tiny_png())
    strangers = [
        (world.collaborator, "right_missing"),
        (world.auditor, "right_missing"),
        (await world.account(Role.EXECUTOR, party_id=world.executor_party.id), "not_own"),
        (await world.account(Role.WITNESS), "right_missing"),
    ]
    for stranger, code in strangers:
        with pytest.raises(Forbidden) as caught:
            await world.act(stranger, evidence.attach, handover_of(driven), file_name="b.png", content=tiny_png(9))
        assert caught.value.problems[0].code == code
    assert len(await world.act(world.auditor, evidence.evidence_of, handover_of(driven))) == 1


async def test_the_name_of_a_file_is_cut_and_never_empty(world: World, driven: Driven) -> None:
    long = await attached(world, driven, tiny_png(1), "x" * 300 + ".png")
    nameless = await attached(world, driven, tiny_png(2), "")
    assert (long.file_name, nameless.file_name) == ("x" * 196 + ".png", "evidence")


async def test_unknown(world: World) -> None:
    with pytest.raises(NotFound):
        await world.act(world.executor, evidence.attach, "unknown", file_name="a.png", content=tiny_png())
    with pytest.raises(NotFound):
        await world.act(world.auditor, evidence.content_of, "0" * 64)
