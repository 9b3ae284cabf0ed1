"""The values that the aid types of the waste program choose from, and their names for people."""

from collections.abc import Mapping

from ksbb.program import Text

MAINTENANCE_OWNERS: Mapping[str, Text] = {
    "rw": Text("RW", "the RW"),
    "waste_bank": Text("bank sampah", "the waste bank"),
    "kelurahan": Text("kelurahan", "the kelurahan"),
    "dlh": Text("Dinas Lingkungan Hidup", "the environment agency (DLH)"),
    "collaborator": Text("kolaborator", "the collaborator"),
    "none": Text("belum ada", "nobody yet"),
}
"""Which institution maintains the goods after the handover; `none` when nobody has taken it on."""

LAND_STATUSES: Mapping[str, Text] = {
    "owned": Text("milik bank sampah atau RW", "owned by the waste bank or RW"),
    "government_permitted": Text("lahan pemerintah berizin", "public land with permission"),
    "owner_permitted": Text("milik pihak lain dengan izin", "another owner's, with permission"),
    "disputed": Text("sengketa", "disputed"),
    "none": Text("belum ada", "no land yet"),
}
"""How the land of a waste bank is held; `none` when there is no land yet."""

STREAMS: Mapping[str, Text] = {
    "organic": Text("organik", "organic"),
    "inorganic": Text("anorganik", "inorganic"),
    "hazardous": Text("B3", "hazardous"),
    "residual": Text("residu", "residual"),
}
"""Waste streams that bins separate."""

METHODS: Mapping[str, Text] = {
    "takakura": Text("keranjang Takakura", "Takakura basket"),
    "drum": Text("drum", "drum"),
    "open_brick": Text("bata terawang", "open brick"),
    "black_soldier_fly": Text("maggot (BSF)", "black soldier fly"),
    "biodigester": Text("biodigester", "biodigester"),
    "other": Text("cara lain", "another method"),
}
"""Ways of composting."""

VEHICLES: Mapping[str, Text] = {
    "handcart": Text("gerobak", "handcart"),
    "cargo_bike": Text("sepeda angkut", "cargo bike"),
    "motor_tricycle": Text("motor roda tiga", "motor tricycle"),
    "electric_tricycle": Text("roda tiga listrik", "electric tricycle"),
    "pickup": Text("pikap", "pickup"),
}
"""Vehicles that collect waste."""

TOPICS: Mapping[str, Text] = {
    "sorting": Text("pemilahan", "sorting"),
    "composting": Text("pengomposan", "composting"),
    "waste_bank_management": Text("pengelolaan bank sampah", "running a waste bank"),
    "upcycling": Text("daur ulang kreatif", "upcycling"),
    "black_soldier_fly": Text("budi daya maggot (BSF)", "raising black soldier fly"),
    "other": Text("topik lain", "another topic"),
}
"""Topics of training."""

MATERIALS: Mapping[str, Text] = {
    "plastic": Text("plastik", "plastic"),
    "paper": Text("kertas", "paper"),
    "metal": Text("logam", "metal"),
    "glass": Text("kaca", "glass"),
    "used_cooking_oil": Text("minyak jelantah", "used cooking oil"),
    "electronics": Text("elektronik", "electronics"),
    "textile": Text("tekstil", "textile"),
    "organic": Text("sampah organik", "organic waste"),
}
"""Recyclable materials."""
