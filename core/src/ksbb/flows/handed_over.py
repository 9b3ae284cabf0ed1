"""A handover as programs see it."""

from ksbb.domain.commitments import Commitment
from ksbb.program import HandedOver
from ksbb.usecases.chain import load_commitment, load_target
from ksbb.usecases.desk import Desk, jakarta_day
from ksbb.usecases.hand_over import load_dispatch, load_handover


async def handed_over(desk: Desk, handover_id: str) -> tuple[Commitment, HandedOver, str]:
    """The commitment of a handover, the handover as programs see it, and the id of its executor."""
    handover = await load_handover(desk, handover_id)
    commitment = await load_commitment(desk, handover.commitment_id)
    sent = await load_dispatch(desk, handover.dispatch_id)
    aid_types = {line.id: line.aid_type for line in commitment.lines}
    line_of = {line.id: line.line_id for line in sent.lines}
    accepted: dict[str, int] = {}
    for line in handover.lines:
        aid_type = aid_types[line_of[line.dispatch_line_id]]
        accepted[aid_type] = accepted.get(aid_type, 0) + line.accepted
    target = await load_target(desk, handover.target_id)
    day = jakarta_day(handover.handed_over_at)
    return commitment, HandedOver(handed_over_on=day, target_kind=target.kind, accepted=accepted), sent.executor_id
