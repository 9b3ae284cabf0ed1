"""IMEIs that stand in more than one commitment: what to tell, and whom."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from ksbb.program import Clash, CommitmentView, Finding, FollowUpPlan, Role, Severity, Text
from ksbb_pendidikan import aid
from ksbb_pendidikan.settings import PendidikanSettings

REGISTER = aid.STUDENT_DEVICE.identifiers[0].kind
IMEI_CLASH = "imei_clash"
_NAMED = 3
_SHOWN = 4


def not_unique(commitment: CommitmentView, clashes: Iterable[Clash]) -> list[Finding]:
    """A blocking finding for each IMEI of the commitment that another one carries too.

    Says neither the whole IMEI nor whose the other commitment is: the reader may be a donor.
    """
    return [
        Finding(
            code="imei_not_unique",
            severity=Severity.BLOCK,
            message=Text(
                f"IMEI {clash.value} juga tercatat pada komitmen lain; periksa gawainya, lalu perbaiki atau hapus",
                f"the IMEI {clash.value} is in another commitment, too; check the device, then correct or remove it",
            ),
            pointer=_pointer(commitment, clash.value[-_SHOWN:]),
        )
        for clash in clashes
    ]


def _pointer(commitment: CommitmentView, ending: str) -> str:
    """Where the IMEI with this ending stands, or nothing when several end alike."""
    places = [
        line.at(f"imei/{index}")
        for line in commitment.lines_of(aid.STUDENT_DEVICE.id)
        for index, imei in enumerate(aid.imeis(line.attributes))
        if imei.endswith(ending)
    ]
    return places[0] if len(places) == 1 else ""


def to_clear_up(clashes: Iterable[Clash], today: date, settings: PendidikanSettings) -> list[tuple[str, FollowUpPlan]]:
    """Commitment id and follow-up for each commitment with an IMEI that stands elsewhere too.

    Due at the end of the month in which `imei_clash_days` from today end: the same day for all the weekly runs that
    lead there, so that a clash that stands is not opened anew each week.
    """
    due_on = today + timedelta(days=settings.imei_clash_days) + relativedelta(day=31)
    values: dict[str, list[str]] = {}
    for clash in clashes:
        for commitment_id in sorted(set(clash.commitments)):
            values.setdefault(commitment_id, []).append(clash.value)
    return [
        (
            commitment_id,
            FollowUpPlan(kind=IMEI_CLASH, due_on=due_on, owner=Role.ASSESSOR, title=_title(sorted(shared))),
        )
        for commitment_id, shared in sorted(values.items())
    ]


def _title(values: Sequence[str]) -> Text:
    named, more = ", ".join(values[:_NAMED]), len(values) - _NAMED
    rest = Text(f" dan {more} lainnya", f" and {more} more") if more > 0 else None
    return Text(
        f"IMEI juga ada pada komitmen lain: {named}{rest.id if rest else ''}",
        f"IMEI also in another commitment: {named}{rest.en if rest else ''}",
    )
