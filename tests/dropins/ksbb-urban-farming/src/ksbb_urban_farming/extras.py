"""What the program shows beyond its aid: seed that a garden needs, animals in the report, gardens to import."""

from collections.abc import Iterator
from typing import Any

from ksbb.program import (
    ImportMapping,
    ImportTable,
    ReportSection,
    ReportView,
    Route,
    RouteRequest,
    Text,
    described,
)

from ksbb_urban_farming.aid import FISH_SET, POULTRY_SET


def _seed_need(request: RouteRequest) -> dict[str, Any]:
    area = int(request.parameters["m2"])
    packets = -(-area * request.settings.packets_per_10_m2 // 10)
    return {"m2": area, "packets": packets, "packets_per_10_m2": request.settings.packets_per_10_m2}


SEED_NEED = Route(
    path="seed-need",
    title=Text("Kebutuhan benih", "Seed that is needed"),
    description=Text("Bungkus benih untuk bedeng seluas sekian meter persegi.", "Packets of seed for so many m²."),
    answer=_seed_need,
    parameters={
        "m2": described(
            {"type": "string", "pattern": "^[1-9][0-9]{0,4}$"},
            Text("Luas bedeng (m²)", "Area of the beds (m²)"),
            Text("Meter persegi, bilangan bulat.", "Square metres, a whole number."),
        )
    },
    required=("m2",),
)


def _animals(view: ReportView) -> Iterator[tuple[Text, Text]]:
    for line in view.commitment.lines_of(FISH_SET.id, POULTRY_SET.id):
        certificate = line.attributes.get("health_certificate")
        if certificate and view.handover.accepted.get(line.aid_type):
            yield (
                Text(
                    f"Surat kesehatan {line.attributes.get('species', '')}",
                    f"Health of {line.attributes.get('species', '')}",
                ),
                Text(f"nomor {certificate}", f"certificate {certificate}"),
            )


ANIMALS = ReportSection(id="animals", title=Text("Kesehatan hewan", "Animal health"), content=_animals)

GARDENS = ImportMapping(
    id="garden_register",
    title=Text("Daftar kebun warga", "Register of community gardens"),
    source="Ekspor daftar kebun dari kantor dinas",
    table=ImportTable.TARGETS,
    columns={"kode": "code", "nama_kebun": "name", "kode_kelurahan": "area_code"},
    constants={"kind": "community_garden", "contact_office": "Pengelola kebun"},
)
