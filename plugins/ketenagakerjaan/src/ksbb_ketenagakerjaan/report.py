"""What the handover report says about training: how much of it, and the report that is owed after it."""

from collections.abc import Iterator

from ksbb.program import LineView, ReportSection, ReportView, Text
from ksbb_ketenagakerjaan.aid import TRAINING
from ksbb_ketenagakerjaan.plans import placement_report
from ksbb_ketenagakerjaan.settings import KetenagakerjaanSettings


def training(view: ReportView) -> Iterator[tuple[Text, Text]]:
    """Classes, hours and competence units of each committed training, and by when its results are to be reported."""
    settings: KetenagakerjaanSettings = view.settings
    if view.handover.accepted.get(TRAINING.id, 0):
        for line in view.commitment.lines_of(TRAINING.id):
            yield from _line(line)
    plan = placement_report(view.commitment, view.handover, settings.placement_days)
    if plan is not None:
        yield (
            Text("Laporan hasil peserta", "Report on the participants"),
            Text(
                f"paling lambat {plan.due_on:%d-%m-%Y} oleh agregator: banyaknya peserta yang selesai, bersertifikat, dan "
                "bekerja; hanya jumlah, tanpa nama",
                f"by {plan.due_on:%d-%m-%Y} at the latest, by the aggregator: how many participants completed, were certified, "
                "and are at work; counts only, no names",
            ),
        )


def _line(line: LineView) -> Iterator[tuple[Text, Text]]:
    given = line.attributes
    topic, batches, seats, hours = given["topic"], given["batches"], given["seats_per_batch"], given["hours"]
    yield (
        Text(f"Pelatihan {topic}", f"Training {topic}"),
        Text(
            f"{batches} kelas, masing-masing paling banyak {seats} peserta; {hours} jam per peserta",
            f"classes: {batches}, of at most {seats} participants each; hours for each participant: {hours}",
        ),
    )
    units = given.get("skkni_units", ())
    if units:
        codes = ", ".join(units[:_SHOWN]) + (" …" if len(units) > _SHOWN else "")
        yield (
            Text("Unit kompetensi SKKNI", "SKKNI competence units"),
            Text(f"{len(units)}: {codes}", f"{len(units)}: {codes}"),
        )


_SHOWN = 8

SECTIONS = (
    ReportSection(
        id="training", title=Text("Pelatihan dan kewajiban lapor", "Training and the duty to report"), content=training
    ),
)
