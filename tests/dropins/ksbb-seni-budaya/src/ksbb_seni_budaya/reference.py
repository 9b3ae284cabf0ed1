"""What the law counts as culture to be advanced."""

from datetime import date

from ksbb.program import ReferenceData, Text

CULTURE_OBJECTS = ReferenceData(
    id="culture_objects",
    title=Text("Objek pemajuan kebudayaan", "Objects of the advancement of culture"),
    source="UU 5/2017 tentang Pemajuan Kebudayaan, pasal 5",
    as_of=date(2017, 5, 24),
    package="ksbb_seni_budaya",
    file="culture_objects.csv",
    columns={
        "code": Text("kode", "code"),
        "name_id": Text("nama dalam bahasa Indonesia", "name in Indonesian"),
        "name_en": Text("nama dalam bahasa Inggris", "name in English"),
    },
)
