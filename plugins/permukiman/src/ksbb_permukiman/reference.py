"""The register that the settlement program brings along."""

from datetime import date

from ksbb.program import ReferenceData, Text

SLUM_INDICATOR_REGISTER = ReferenceData(
    id="slum_indicators",
    title=Text("Indikator RW kumuh", "Indicators of slum RWs"),
    source="BPS Provinsi DKI Jakarta, Pendataan RW Kumuh 2017",
    as_of=date(2017, 12, 31),
    package="ksbb_permukiman",
    file="slum_indicators.csv",
    columns={
        "id": Text("Nilai pada komitmen", "Value in commitments"),
        "name_id": Text("Nama (Indonesia)", "Name (Indonesian)"),
        "name_en": Text("Nama (Inggris)", "Name (English)"),
    },
)
