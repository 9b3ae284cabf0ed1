"""The registers that the food program brings along."""

from datetime import date

from ksbb.program import ReferenceData, Text

EID_AL_FITR = ReferenceData(
    id="eid_al_fitr",
    title=Text("Idulfitri menurut pemerintah", "Eid al-Fitr as the government sets it"),
    source="Kementerian Agama RI, penetapan 1 Syawal dalam sidang isbat (basis decided); tahun yang belum ditetapkan "
    "menurut perhitungan kalender dan dapat bergeser satu hari (basis expected)",
    as_of=date(2026, 3, 19),
    package="ksbb_pangan",
    file="eid_al_fitr.csv",
    columns={
        "year": Text("Tahun Masehi", "Year"),
        "day": Text("Hari pertama Idulfitri (1 Syawal)", "First day of Eid al-Fitr (1 Shawwal)"),
        "basis": Text(
            "Dasar: decided (ditetapkan) atau expected (perkiraan)", "Basis: decided, or expected by calculation"
        ),
    },
)


def eid_days() -> tuple[date, ...]:
    """The first days of Eid al-Fitr that are known, the earliest first."""
    return tuple(date.fromisoformat(row["day"]) for row in EID_AL_FITR.rows)
