"""How many seats of training a group needs: one for each job seeker who wants one. Counts only, no names."""

from ksbb.program import NeedFigure, NeedPlan, Period, TargetFacts, Text, Unmet
from ksbb_ketenagakerjaan.aid import TRAINING
from ksbb_ketenagakerjaan.settings import KetenagakerjaanSettings

_SEEKERS = NeedFigure(id="job_seekers", title=Text("Pencari kerja yang ingin dilatih", "Job seekers who want training"))


def _seats(facts: TargetFacts, _: KetenagakerjaanSettings) -> int | None:
    return facts.figures.get(_SEEKERS.id)


NEEDS = (
    NeedPlan(
        aid_type=TRAINING.id,
        title=Text("Satu kursi per pencari kerja", "One seat for each job seeker"),
        source="Pendataan pencari kerja kelompok sasaran; jumlah saja, tanpa nama",
        estimate=_seats,
        figures=(_SEEKERS,),
        period=Period.YEAR,
        unmet=Unmet.REMAINS,
    ),
)
