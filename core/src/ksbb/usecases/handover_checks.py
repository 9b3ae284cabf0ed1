"""What a handover must satisfy before it is recorded."""

from collections.abc import Sequence

from ksbb.domain.commitments import Commitment
from ksbb.domain.errors import conflict, forbidden, invalid
from ksbb.domain.handovers import OutcomeInput
from ksbb.domain.rights import Permission, Role
from ksbb.domain.targets import Target
from ksbb.domain.text import Text
from ksbb.usecases.accounts import load_actor
from ksbb.usecases.chain import refuse_doubles
from ksbb.usecases.desk import Desk
from ksbb.usecases.dispatch import Dispatch


async def require_witness(desk: Desk, commitment: Commitment, sent: Dispatch, target: Target, account_id: str) -> None:
    """Raises InvalidInput unless the account may witness there, Forbidden unless it is independent of all who had the goods."""
    witness = await load_actor(desk.unit.link, account_id)
    if witness is None or witness.role_for(Permission.WITNESS, commitment.program_id, target.area_code) is None:
        raise invalid(
            "witness_unknown",
            Text(
                f"saksi haruslah petugas dengan peran witness untuk wilayah {target.area_code}",
                f"the witness must be an officer with the role witness for area {target.area_code}",
            ),
            "/witness_account_id",
            {"role": str(Role.WITNESS), "area": target.area_code},
            account_id,
        )
    parties = {commitment.collaborator_id, sent.aggregator_id, sent.executor_id}
    if account_id == desk.actor.account_id or (witness.party_id is not None and witness.party_id in parties):
        raise forbidden(
            "witness_not_independent",
            Text(
                "saksi tidak boleh berasal dari pemberi, agregator, atau pelaksana bantuan ini",
                "the witness may not belong to the donor, the aggregator or the executor of this aid",
            ),
        )


def refuse_second_pending(pending: int) -> None:
    """Raises Conflict while an earlier handover of the dispatch waits for its witness."""
    if pending:
        raise conflict(
            "handover_pending",
            Text(
                "serah terima sebelumnya dari pengiriman ini masih menunggu saksi",
                "an earlier handover of this dispatch still waits for its witness",
            ),
        )


def check_outcomes(sent: Dispatch, lines: Sequence[OutcomeInput]) -> None:
    """Raises InvalidInput for a line that isn't the dispatch's, an outcome that doesn't add up, or more than is in transit."""
    if not lines:
        raise invalid(
            "lines", Text("sebutkan paling sedikit satu baris", "name at least one line"), "/lines", {"minItems": 1}, 0
        )
    refuse_doubles([line.dispatch_line_id for line in lines], "/lines")
    known = {line.id: line for line in sent.lines}
    for position, given in enumerate(lines):
        line = known.get(given.dispatch_line_id)
        if line is None:
            raise invalid(
                "unknown_line",
                Text(
                    f"surat jalan {sent.number} tidak memuat baris ini",
                    f"travel document {sent.number} has no such line",
                ),
                f"/lines/{position}/dispatch_line_id",
                sorted(known),
                given.dispatch_line_id,
            )
        outcome = given.outcome(position)
        if outcome.delivered > line.in_transit:
            raise invalid(
                "over_quantity",
                Text(
                    f"dalam perjalanan {line.in_transit}, diberikan {outcome.delivered}",
                    f"{line.in_transit} are in transit, given {outcome.delivered}",
                ),
                f"/lines/{position}/delivered",
                {"maximum": line.in_transit},
                outcome.delivered,
            )
