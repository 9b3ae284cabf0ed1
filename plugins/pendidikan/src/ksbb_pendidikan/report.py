"""What the handover report says about devices: how they are registered, and whose they are."""

from collections.abc import Iterator

from ksbb.program import AidType, ReportSection, ReportView, Text
from ksbb_pendidikan.aid import STUDENT_DEVICE, TEACHER_COMPUTER, imeis

_HARDWARE = (STUDENT_DEVICE, TEACHER_COMPUTER)


def devices(view: ReportView) -> Iterator[tuple[Text, Text]]:
    """How many of the committed devices are registered by IMEI and serial number; to whom they belong from now on."""
    handed_over = [aid_type for aid_type in _HARDWARE if view.handover.accepted.get(aid_type.id, 0)]
    for aid_type in handed_over:
        lines = view.commitment.lines_of(aid_type.id)
        committed = sum(line.quantity for line in lines)
        if aid_type is STUDENT_DEVICE:
            yield _registered("IMEI", aid_type, sum(len(imeis(line.attributes)) for line in lines), committed)
        serials = sum(len(line.attributes.get("serial", ())) for line in lines)
        yield _registered("Nomor seri", aid_type, serials, committed, "Serial numbers")
    if TEACHER_COMPUTER in handed_over:
        yield (
            Text("Kepemilikan komputer guru", "Ownership of the teacher computers"),
            Text(
                "milik sekolah penerima, dicatat dalam inventarisnya, dan dipinjamkan kepada guru",
                "the receiving school's, kept in its inventory, and lent to the teachers",
            ),
        )
    if any(
        line.attributes.get("condition") == "used" for kind in handed_over for line in view.commitment.lines_of(kind.id)
    ):
        yield (
            Text("Data pemilik lama", "Data of former owners"),
            Text("dinyatakan sudah dihapus oleh pemberi", "declared wiped by the giver"),
        )


def _registered(
    what: str, aid_type: AidType, registered: int, committed: int, in_english: str = ""
) -> tuple[Text, Text]:
    return (
        Text(f"{what} {aid_type.name.id.lower()}", f"{in_english or what}, {aid_type.name.en.lower()}"),
        Text(
            f"tercatat {registered} dari {committed} {aid_type.unit.name.id} pada komitmen",
            f"{registered} recorded of the {committed} committed",
        ),
    )


SECTIONS = (ReportSection(id="devices", title=Text("Keterangan perangkat", "About the devices"), content=devices),)
