"""The photo rounds of approved works, as follow-ups to open."""

from datetime import date

from ksbb.program import CommitmentView, FollowUpPlan, Role, Text
from ksbb_permukiman.aid import AID_TYPES, BUILT

_NAMES = {aid_type.id: aid_type.name for aid_type in AID_TYPES}

INDICATORS_IMPROVED = "indicators_improved"
"""Field in the result of `photos_100`: how many slum indicators the works improved."""


def photo_rounds(commitment: CommitmentView) -> tuple[FollowUpPlan, ...]:
    """One follow-up per round and day: `photos_0`, `photos_50`, `photos_100` at start, middle and end of the works.

    Lines whose rounds fall on the same day share a follow-up. The aggregator owes the photos. Raises KeyError or
    ValueError when a line to be built lacks its planned days, which its schema requires.
    """
    rounds: dict[tuple[int, date], list[int]] = {}
    for line in commitment.lines_of(*BUILT):
        start = date.fromisoformat(line.attributes["planned_start_on"])
        end = date.fromisoformat(line.attributes["planned_end_on"])
        for percent, day in ((0, start), (50, start + (end - start) // 2), (100, end)):
            rounds.setdefault((percent, day), []).append(line.position)
    names = {line.position: _NAMES[line.aid_type] for line in commitment.lines_of(*BUILT)}
    return tuple(
        FollowUpPlan(
            kind=f"photos_{percent}",
            due_on=day,
            owner=Role.AGGREGATOR,
            title=_title(commitment, percent, names, positions),
        )
        for (percent, day), positions in sorted(rounds.items())
    )


def _title(commitment: CommitmentView, percent: int, names: dict[int, Text], positions: list[int]) -> Text:
    lines_id = ", ".join(f"baris {position + 1} {names[position].id}" for position in positions)
    lines_en = ", ".join(f"line {position + 1} {names[position].en}" for position in positions)
    ask = (
        Text(
            f"; laporkan {INDICATORS_IMPROVED}: banyaknya indikator kumuh yang membaik, tiap indikator sekali per "
            "komitmen",
            f"; report {INDICATORS_IMPROVED}: how many slum indicators improved, each once per commitment",
        )
        if percent == 100  # noqa: PLR2004 - the last round
        else None
    )
    return Text(
        f"Foto pekerjaan {percent} % komitmen {commitment.number} ({lines_id}){ask.id if ask else ''}",
        f"Photos of works at {percent} % of commitment {commitment.number} ({lines_en}){ask.en if ask else ''}",
    )
