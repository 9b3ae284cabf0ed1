"""Evidence of a handover: photos and PDFs, within limits of size and type."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from ksbb.domain.errors import conflict, forbidden, invalid, not_found
from ksbb.domain.handovers import HandoverStatus
from ksbb.domain.rights import Permission, require
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.prepared import Prepared
from ksbb.storage.rows import fetch_all
from ksbb.storage.unit import Unit, new_id
from ksbb.usecases.chain import append, load_commitment_of
from ksbb.usecases.desk import Desk
from ksbb.usecases.hand_over import load_given

MAX_BYTES = 5 * 1024 * 1024
MAX_FILES = 10
SIGNATURES = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "application/pdf": b"%PDF-"}
"""The accepted media types and the bytes that files of theirs start with: the content decides, not the name."""
_ATTACHED = Prepared(
    select(tables.evidence.c.file_sha256).where(tables.evidence.c.handover_id == bindparam("handover_id"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One file of a handover, without its content."""

    id: str
    handover_id: str
    file_sha256: str
    file_name: str
    added_by: str
    added_at: datetime
    media_type: str
    size: int


def media_type_of(content: bytes) -> str:
    """The media type by the file's first bytes. Raises InvalidInput for a type that isn't accepted."""
    for media_type, signature in SIGNATURES.items():
        if content.startswith(signature):
            return media_type
    accepted = ", ".join(SIGNATURES)
    raise invalid(
        "media_type",
        Text(f"berkas bukti harus {accepted}", f"evidence must be {accepted}"),
        "/file",
        list(SIGNATURES),
        content[:8].hex(),
    )


def keep_file(unit: Unit, content: bytes, media_type: str) -> str:
    """Keep a file's content once; its SHA-256 (hex) is its name."""
    digest = hashlib.sha256(content).hexdigest()
    row = {"sha256": digest, "media_type": media_type, "size": len(content), "content": content}
    unit.insert_row(tables.files, row, unless_known=True)
    return digest


async def attach(desk: Desk, handover_id: str, *, file_name: str, content: bytes) -> Evidence:
    """Attach evidence to a handover that its witness hasn't decided yet; by its executor or its witness.

    Raises InvalidInput for a file that is empty, too large or of another type, Conflict for too many files or the same twice.
    """
    commitment = await load_commitment_of(desk, "handover", handover_id)
    given = await load_given(desk, handover_id)
    handover, target = given.handover, given.target
    mine = desk.actor.account_id in (handover.recorded_by, handover.witness_account_id)
    permission = Permission.WITNESS if desk.actor.account_id == handover.witness_account_id else Permission.HAND_OVER
    role = require(desk.actor, permission, commitment.program_id, target.area_code)
    if not mine:
        raise forbidden(
            "not_own", Text("hanya pelaksana atau saksi serah terima ini", "only this handover's executor or witness")
        )
    if handover.status is not HandoverStatus.RECORDED:
        raise conflict(
            "wrong_status",
            Text(
                f"serah terima ini sudah {handover.status}; bukti tidak dapat ditambah",
                f"this handover is {handover.status} already; evidence can't be added",
            ),
            "/status",
            str(HandoverStatus.RECORDED),
            str(handover.status),
        )
    if not 0 < len(content) <= MAX_BYTES:
        raise invalid(
            "size",
            Text(f"berkas berukuran 1 sampai {MAX_BYTES} byte", f"a file has 1 to {MAX_BYTES} bytes"),
            "/file",
            {"maximum": MAX_BYTES},
            len(content),
        )
    media_type = media_type_of(content)
    attached = [row[0] for row in await _ATTACHED.rows(desk.unit.link, handover_id=handover_id)]
    count = len(attached)
    if count >= MAX_FILES:
        raise conflict(
            "too_many",
            Text(f"paling banyak {MAX_FILES} berkas", f"at most {MAX_FILES} files"),
            "/file",
            MAX_FILES,
            count,
        )
    digest = keep_file(desk.unit, content, media_type)
    if digest in attached:
        raise conflict(
            "same_file", Text("berkas ini sudah dilampirkan", "this file is attached already"), "/file", given=file_name
        )
    made = Evidence(
        id=new_id(),
        handover_id=handover_id,
        file_sha256=digest,
        file_name=file_name[-200:] or "evidence",
        added_by=desk.actor.account_id,
        added_at=desk.now,
        media_type=media_type,
        size=len(content),
    )
    desk.unit.insert(tables.evidence, made)
    payload = {"handover_id": handover_id, "evidence_id": made.id, "file_sha256": digest}
    await append(desk, commitment, "evidence_attached", role=role, payload=payload)
    return made


async def evidence_of(desk: Desk, handover_id: str) -> list[Evidence]:
    """The evidence of a handover, the oldest first."""
    table, file = tables.evidence, tables.files
    query = select(table, file.c.media_type, file.c.size).join(file, file.c.sha256 == table.c.file_sha256)
    return await fetch_all(
        desk.unit.connection, query.where(table.c.handover_id == handover_id).order_by(table.c.id), Evidence
    )


async def content_of(desk: Desk, sha256: str) -> tuple[str, bytes]:
    """Media type and content of a kept file. Raises NotFound."""
    table = tables.files
    row = (
        await desk.unit.connection.execute(select(table.c.media_type, table.c.content).where(table.c.sha256 == sha256))
    ).first()
    if row is None:
        raise not_found(Text("berkas", "file"), sha256)
    return str(row[0]), bytes(row[1])
