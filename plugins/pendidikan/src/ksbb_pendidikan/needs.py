"""How many devices a school needs: as many as its pupils and teachers are without. Counts only, never who they are."""

from ksbb.program import ControlSum, NeedFigure, NeedPlan, Period, TargetFacts, Text, Unmet
from ksbb_pendidikan.aid import STUDENT_DEVICE, TEACHER_COMPUTER
from ksbb_pendidikan.settings import PendidikanSettings

_PUPILS = NeedFigure(id="pupils_without_device", title=Text("Siswa tanpa gawai sendiri", "Pupils without a device"))
_TEACHERS = NeedFigure(
    id="teachers_without_computer",
    title=Text("Guru non-ASN tanpa komputer", "Non-civil-servant teachers without a computer"),
)


def _devices(facts: TargetFacts, _: PendidikanSettings) -> int | None:
    return facts.figures.get(_PUPILS.id)


def _computers(facts: TargetFacts, _: PendidikanSettings) -> int | None:
    return facts.figures.get(_TEACHERS.id)


NEEDS = (
    NeedPlan(
        aid_type=STUDENT_DEVICE.id,
        title=Text("Satu gawai per siswa tanpa gawai", "One device for each pupil without one"),
        source="KSBB Pendidikan: siswa yang tidak mempunyai gawai sendiri, menurut pendataan sekolah",
        estimate=_devices,
        figures=(_PUPILS,),
        period=Period.YEAR,
        unmet=Unmet.REMAINS,
        controls=(ControlSum(total=171_998, source="Kebutuhan gawai siswa yang diumumkan KSBB Pendidikan"),),
    ),
    NeedPlan(
        aid_type=TEACHER_COMPUTER.id,
        title=Text("Satu komputer per guru tanpa komputer", "One computer for each teacher without one"),
        source="KSBB Pendidikan: guru non-ASN yang tidak mempunyai komputer, menurut pendataan sekolah",
        estimate=_computers,
        figures=(_TEACHERS,),
        period=Period.YEAR,
        unmet=Unmet.REMAINS,
        controls=(ControlSum(total=12_649, source="Kebutuhan komputer guru yang diumumkan KSBB Pendidikan"),),
    ),
)
