"""The values that the aid types of the settlement program choose from, and their names for people."""

from collections.abc import Mapping

from ksbb.program import Text
from ksbb_permukiman.reference import SLUM_INDICATOR_REGISTER

SLUM_INDICATORS: Mapping[str, Text] = {
    row["id"]: Text(row["name_id"], row["name_en"]) for row in SLUM_INDICATOR_REGISTER.rows
}
"""The 11 indicators of an RW kumuh, as their register lists them."""

LAND_STATUSES: Mapping[str, Text] = {
    "owned": Text("bersertifikat", "titled"),
    "government_permitted": Text("lahan pemerintah berizin", "public land with permission"),
    "owner_permitted": Text("milik pihak lain dengan izin", "another owner's, with permission"),
    "untitled": Text("tanpa alas hak, tidak disengketakan", "untitled and undisputed"),
    "disputed": Text("sengketa", "disputed"),
    "unknown": Text("belum diketahui", "not known yet"),
}
"""How the land of the works is held; `untitled` is occupied without a title and undisputed."""

WORK_TYPES: Mapping[str, Text] = {
    "footpath": Text("jalan lingkungan", "footpath"),
    "drain": Text("saluran", "drain"),
    "retaining_wall": Text("turap", "retaining wall"),
    "public_space": Text("ruang terbuka", "public space"),
    "communal_building": Text("bangunan bersama", "communal building"),
    "other": Text("pekerjaan lain", "other works"),
}
"""Kinds of works in the neighbourhood."""

DIMENSIONS: Mapping[str, Text] = {
    "area": Text("sebagai luas", "as an area"),
    "linear": Text("memanjang", "along a line"),
}
"""How works are measured."""

FACILITIES: Mapping[str, Text] = {
    "household_toilet": Text("jamban keluarga", "household toilet"),
    "communal_toilet": Text("MCK komunal", "communal toilet and bath"),
    "septic_tank": Text("tangki septik", "septic tank"),
    "communal_wastewater": Text("IPAL komunal", "communal wastewater plant"),
    "clean_water": Text("sarana air bersih", "clean water point"),
}
"""Kinds of sanitation units."""

PARTS: Mapping[str, Text] = {
    "roof": Text("atap", "roof"),
    "walls": Text("dinding", "walls"),
    "floor": Text("lantai", "floor"),
    "ventilation": Text("ventilasi", "ventilation"),
    "toilet": Text("jamban", "toilet"),
    "structure": Text("struktur", "structure"),
}
"""Parts of a house that are repaired."""

MATERIALS: Mapping[str, Text] = {
    "cement": Text("semen", "cement"),
    "sand": Text("pasir", "sand"),
    "brick": Text("bata", "brick"),
    "steel": Text("baja", "steel"),
    "timber": Text("kayu", "timber"),
    "roofing": Text("penutup atap", "roofing"),
    "pipe": Text("pipa", "pipe"),
    "paint": Text("cat", "paint"),
    "sanitary_ware": Text("saniter", "sanitary ware"),
    "lamp": Text("lampu", "lamp"),
    "other": Text("bahan lain", "other material"),
}
"""Building materials."""
