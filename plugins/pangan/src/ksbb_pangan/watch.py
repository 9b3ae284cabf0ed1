"""Which goods in custody must move on, and by when."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from ksbb.program import Custody, FollowUpPlan, Role, Text
from ksbb_pangan.aid import AID_TYPES, EID_AID
from ksbb_pangan.settings import PanganSettings

GOODS_EXPIRE = "goods_expire"
EID_WINDOW_CLOSES = "eid_window_closes"

_NAMES = {aid_type.id: aid_type.name for aid_type in AID_TYPES}


def expiring(custody: Iterable[Custody], today: date, settings: PanganSettings) -> list[tuple[str, FollowUpPlan]]:
    """Commitment id and follow-up for goods that expire within `expiry_watch_days`, or have expired.

    One follow-up per commitment and expiry day, due on that day, so that a daily run opens it once.
    """
    until = today + timedelta(days=settings.expiry_watch_days)
    goods: dict[tuple[str, date], list[Custody]] = {}
    for held in custody:
        if held.expires_on is not None and held.expires_on <= until:
            goods.setdefault((held.commitment_id, held.expires_on), []).append(held)
    return [
        (
            commitment_id,
            FollowUpPlan(
                kind=GOODS_EXPIRE,
                due_on=day,
                owner=Role.AGGREGATOR,
                title=_title(
                    held, Text(f"kedaluwarsa {day}: salurkan sebelumnya", f"expire on {day}: hand them over before")
                ),
            ),
        )
        for (commitment_id, day), held in sorted(goods.items(), key=lambda item: item[0])
    ]


def left_after_eid(custody: Iterable[Custody], today: date, settings: PanganSettings) -> list[tuple[str, FollowUpPlan]]:
    """Commitment id and follow-up for Eid aid in custody when the Eid window closes within `eid_watch_days`.

    One follow-up per commitment and window, due on the window's last day.
    """
    ahead = timedelta(days=settings.eid_watch_days)
    closing = [window.end for window in settings.eid_windows if window.end - ahead <= today <= window.end]
    if not closing:
        return []
    end = min(closing)
    goods: dict[str, list[Custody]] = {}
    for held in custody:
        if held.aid_type in EID_AID:
            goods.setdefault(held.commitment_id, []).append(held)
    reason = Text(
        f"masa Lebaran berakhir {end}: salurkan sebelumnya", f"the Eid window closes on {end}: hand them over before"
    )
    return [
        (
            commitment_id,
            FollowUpPlan(kind=EID_WINDOW_CLOSES, due_on=end, owner=Role.AGGREGATOR, title=_title(held, reason)),
        )
        for commitment_id, held in sorted(goods.items())
    ]


def _title(goods: Sequence[Custody], reason: Text) -> Text:
    names = [_NAMES[aid_type] for aid_type in sorted({held.aid_type for held in goods}) if aid_type in _NAMES]
    number = goods[0].commitment_number
    return Text(
        f"{number}, {', '.join(name.id for name in names)} — {reason.id}",
        f"{number}, {', '.join(name.en for name in names)} — {reason.en}",
    )
