"""The aid types: seed, sets for growing and for small animals, and training."""

from collections.abc import Mapping
from typing import Any

from ksbb.program import AidType, JsonSchema, Text, Unit, choice, described, object_schema


def _text(title: Text, description: Text, most: int = 160) -> JsonSchema:
    return described({"type": "string", "minLength": 3, "maxLength": most}, title, description)


def _day(title: Text, description: Text) -> JsonSchema:
    return described({"type": "string", "format": "date"}, title, description)


def _count(title: Text, description: Text, most: int) -> JsonSchema:
    return described({"type": "integer", "minimum": 1, "maximum": most}, title, description)


def _spoilt(good: Mapping[str, Any], **wrong: Any) -> tuple[Mapping[str, Any], ...]:
    """The attributes `good`, each time with one of them wrong."""
    return tuple({**good, name: value} for name, value in wrong.items())


_PLACE = choice(
    {
        "ground": Text("lahan", "ground"),
        "roof": Text("atap", "roof"),
        "wall": Text("dinding", "wall"),
        "alley": Text("gang", "alley"),
    },
    Text("Letak", "Place"),
    Text("Di mana dipasang.", "Where it is set up."),
)

_CONSENT = described(
    {"type": "boolean"},
    Text("Izin pemilik lahan atau atap", "Consent of the owner of land or roof"),
    Text("Pemilik atau pengelola mengizinkan. Ya atau tidak.", "The owner or manager has consented. Yes or no."),
)

_WATER = choice(
    {
        "piped": Text("air perpipaan", "piped water"),
        "well": Text("sumur", "well"),
        "rain": Text("air hujan", "rain water"),
        "recycled": Text("air daur ulang", "recycled water"),
    },
    Text("Sumber air", "Water source"),
    Text("Dari mana airnya. Wajib ada sebelum disetujui.", "Where the water comes from. Needed before approval."),
)

_CERTIFICATE = described(
    {"type": "string", "minLength": 3, "maxLength": 60},
    Text("Nomor surat kesehatan hewan", "Number of the animal health certificate"),
    Text(
        "Nomor surat keterangan kesehatan hewan atau ikan. Wajib ada sebelum disetujui.",
        "Number of the certificate of health of the animals or fish. Needed before approval.",
    ),
)

_CERTIFIED_UNTIL = _day(
    Text("Surat berlaku sampai", "Certificate valid until"),
    Text("Hari terakhir surat kesehatan berlaku.", "The last day on which the certificate is valid."),
)

_SEED = {"crop": "kangkung", "grams": 10, "best_before": "2027-03-31", "germination_percent": 90}

SEED = AidType(
    id="seed",
    name=Text("Benih", "Seed"),
    unit=Unit("packet", Text("bungkus", "packet")),
    schema=object_schema(
        {
            "crop": _text(Text("Tanaman", "Crop"), Text("Jenis dan varietas tanaman.", "Species and variety.")),
            "grams": _count(
                Text("Berat bersih (gram)", "Net weight (grams)"),
                Text("Gram dalam satu bungkus.", "Grams in a packet."),
                5_000,
            ),
            "best_before": _day(
                Text("Baik ditanam sebelum", "Best before"), Text("Hari kedaluwarsa benih.", "The seed's expiry day.")
            ),
            "germination_percent": described(
                {"type": "integer", "minimum": 0, "maximum": 100},
                Text("Daya tumbuh (%)", "Germination (%)"),
                Text("Persen benih yang tumbuh, menurut label.", "Per cent of the seed that grows, by its label."),
            ),
        },
        ["crop", "grams", "best_before"],
        Text("Benih", "Seed"),
        Text("Benih sayur, buah, dan tanaman obat.", "Seed of vegetables, fruit and medicinal plants."),
    ),
    expiry_attribute="best_before",
    examples=(_SEED, {"crop": "cabai rawit", "grams": 5, "best_before": "2027-06-30", "germination_percent": 85}),
    counter_examples=_spoilt(_SEED, crop="", grams=0, best_before="panen depan", germination_percent=101, price=15_000),
)

_HYDROPONIC = {"holes": 40, "system": "wick", "place": "roof", "place_consent": True, "water_source": "piped"}

HYDROPONIC_SET = AidType(
    id="hydroponic_set",
    name=Text("Set hidroponik", "Hydroponic set"),
    unit=Unit("set", Text("set", "set")),
    schema=object_schema(
        {
            "holes": _count(
                Text("Lubang tanam", "Planting holes"), Text("Banyaknya tanaman per set.", "Plants in one set."), 2_000
            ),
            "system": choice(
                {
                    "wick": Text("sumbu", "wick"),
                    "nft": Text("alir tipis (NFT)", "nutrient film (NFT)"),
                    "dft": Text("alir dalam (DFT)", "deep flow (DFT)"),
                    "drip": Text("tetes", "drip"),
                },
                Text("Sistem", "System"),
                Text("Cara air dan hara sampai ke akar.", "How water and nutrients reach the roots."),
            ),
            "place": _PLACE,
            "place_consent": _CONSENT,
            "water_source": _WATER,
        },
        ["holes", "system", "place", "place_consent"],
        Text("Set hidroponik", "Hydroponic set"),
        Text("Rangka, wadah, dan pompa untuk menanam tanpa tanah.", "Frame, channels and pump to grow without soil."),
    ),
    examples=(_HYDROPONIC, {**_HYDROPONIC, "holes": 100, "system": "nft", "place": "ground", "water_source": "rain"}),
    counter_examples=_spoilt(
        _HYDROPONIC, holes="banyak", system="ajaib", place="langit", place_consent="ya", water_source="laut"
    ),
)

_FISH = {
    "species": "lele",
    "litres": 80,
    "fingerlings": 60,
    "place_consent": True,
    "water_source": "well",
    "health_certificate": "SKIM/07/2026/0112",
    "certificate_until": "2026-07-31",
}

FISH_SET = AidType(
    id="fish_set",
    name=Text("Set budi daya ikan", "Fish set"),
    unit=Unit("set", Text("set", "set")),
    schema=object_schema(
        {
            "species": _text(Text("Jenis ikan", "Species"), Text("Ikan yang dipelihara.", "The fish that are kept.")),
            "litres": _count(
                Text("Isi wadah (liter)", "Tank (litres)"), Text("Liter per wadah.", "Litres of a tank."), 20_000
            ),
            "fingerlings": _count(
                Text("Benih ikan per set", "Fingerlings in a set"), Text("Banyaknya benih ikan.", "How many."), 10_000
            ),
            "place_consent": _CONSENT,
            "water_source": _WATER,
            "health_certificate": _CERTIFICATE,
            "certificate_until": _CERTIFIED_UNTIL,
        },
        ["species", "litres", "fingerlings", "place_consent"],
        Text("Set budi daya ikan", "Fish set"),
        Text(
            "Wadah, benih ikan, dan pakan awal; juga dengan kangkung di atasnya.", "Tank, fingerlings and first feed."
        ),
    ),
    examples=(_FISH, {**_FISH, "species": "nila", "litres": 500, "fingerlings": 100}),
    counter_examples=_spoilt(
        _FISH, species="", litres=0, fingerlings=-1, place_consent=1, health_certificate="", certificate_until="lama"
    ),
)

_POULTRY = {
    "species": "ayam petelur",
    "birds": 6,
    "caged": True,
    "place_consent": True,
    "health_certificate": "SKKH/06/2026/0345",
    "certificate_until": "2026-07-15",
}

POULTRY_SET = AidType(
    id="poultry_set",
    name=Text("Set unggas", "Poultry set"),
    unit=Unit("set", Text("set", "set")),
    schema=object_schema(
        {
            "species": _text(
                Text("Jenis unggas", "Species"), Text("Unggas yang dipelihara.", "The birds that are kept.")
            ),
            "birds": _count(
                Text("Ekor per set", "Birds in a set"), Text("Banyaknya unggas.", "How many birds."), 1_000
            ),
            "caged": described(
                {"type": "boolean"},
                Text("Dikandangkan", "Caged"),
                Text("Unggas selalu dalam kandang, terpisah dari hunian.", "Always in a pen, apart from dwellings."),
            ),
            "place_consent": _CONSENT,
            "health_certificate": _CERTIFICATE,
            "certificate_until": _CERTIFIED_UNTIL,
        },
        ["species", "birds", "caged", "place_consent"],
        Text("Set unggas", "Poultry set"),
        Text("Kandang, unggas, dan pakan awal.", "Pen, birds and first feed."),
    ),
    examples=(_POULTRY, {**_POULTRY, "species": "puyuh", "birds": 50}),
    counter_examples=_spoilt(_POULTRY, species=1, birds=0, caged="ya", place_consent=None, certificate_until="2026"),
)

_TRAINING = {"topic": "Hidroponik sumbu untuk pemula", "hours": 8, "seats_per_class": 20}

TRAINING = AidType(
    id="training",
    name=Text("Pelatihan bertani", "Training"),
    unit=Unit("seat", Text("kursi", "seat")),
    service=True,
    schema=object_schema(
        {
            "topic": _text(
                Text("Topik", "Topic"), Text("Apa yang dilatih; tanpa nama orang.", "What is taught; no person's name.")
            ),
            "hours": _count(Text("Jam", "Hours"), Text("Jam bagi tiap peserta.", "Hours for each participant."), 500),
            "seats_per_class": _count(
                Text("Kursi per kelas", "Seats in a class"), Text("Peserta dalam satu kelas.", "Participants."), 500
            ),
        },
        ["topic", "hours", "seats_per_class"],
        Text("Pelatihan bertani", "Training"),
        Text("Kursi pelatihan bagi warga. Hanya jumlah.", "Training seats for residents. Counts only."),
    ),
    examples=(_TRAINING, {"topic": "Kompos dan media tanam", "hours": 4, "seats_per_class": 30}),
    counter_examples=_spoilt(
        _TRAINING, topic="x", hours=0.5, seats_per_class="dua puluh", participants=["Siti Contoh"]
    ),
)

AID_TYPES = (SEED, HYDROPONIC_SET, FISH_SET, POULTRY_SET, TRAINING)
