"""The assessment rules of the waste program: pure, and total over all attributes that the schemas allow."""

from collections.abc import Iterator

from ksbb.program import CommitmentView, Finding, Rule, Severity, Text, parse_day
from ksbb_persampahan.aid import BIN, MAINTAINED, WASTE_BANK_KIT, WITH_CAPACITY
from ksbb_persampahan.settings import PersampahanSettings

_WASTE_BANK_SOURCE = "Permen LHK 14/2021 (pengelolaan sampah pada bank sampah); syarat KSBB: lahan, pengurus, SK lurah"
_LAND_REFUSED = {"disputed": Text("disengketakan", "disputed"), "none": Text("belum ada", "not there yet")}
_STREAMS = ("organic", "inorganic")


def _waste_bank_land(commitment: CommitmentView, _: PersampahanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(WASTE_BANK_KIT.id):
        status = str(line.attributes.get("land_status"))
        reason = _LAND_REFUSED.get(status)
        if reason:
            yield Finding(
                code="waste_bank_land_missing",
                severity=Severity.BLOCK,
                message=Text(
                    f"lahan bank sampah {reason.id} ({status}); harus owned, government_permitted, atau "
                    "owner_permitted",
                    f"the land of the waste bank is {reason.en} ({status}); must be owned, government_permitted or "
                    "owner_permitted",
                ),
                pointer=line.at("land_status"),
            )


def _waste_bank_management(commitment: CommitmentView, settings: PersampahanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(WASTE_BANK_KIT.id):
        managers = int(line.attributes.get("managers", 0))
        if managers < settings.min_managers:
            yield Finding(
                code="waste_bank_managers_too_few",
                severity=Severity.BLOCK,
                message=Text(
                    f"bank sampah memerlukan paling sedikit {settings.min_managers} pengurus, diberikan {managers}",
                    f"a waste bank needs at least {settings.min_managers} managers, given {managers}",
                ),
                pointer=line.at("managers"),
            )


def _lurah_decree(commitment: CommitmentView, _: PersampahanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(WASTE_BANK_KIT.id):
        decree = line.attributes.get("lurah_decree") or {}
        if not str(decree.get("number", "")).strip():
            yield Finding(
                code="lurah_decree_missing",
                severity=Severity.BLOCK,
                message=Text(
                    "SK lurah tentang bank sampah belum ada; isi nomor dan tanggalnya",
                    "the lurah's decree on the waste bank is missing; give its number and date",
                ),
                pointer=line.at("lurah_decree"),
            )
            continue
        issued = parse_day(decree.get("issued_on"))
        if issued and issued > commitment.submitted_on:
            yield Finding(
                code="lurah_decree_not_yet_issued",
                severity=Severity.BLOCK,
                message=Text(
                    f"SK lurah harus sudah ditetapkan saat komitmen diajukan {commitment.submitted_on}, diberikan "
                    f"{issued}",
                    "the lurah's decree must be issued when the commitment is submitted on "
                    f"{commitment.submitted_on}, given {issued}",
                ),
                pointer=line.at("lurah_decree/issued_on"),
            )


def _bins(commitment: CommitmentView, settings: PersampahanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(BIN.id):
        streams = line.attributes.get("streams", ())
        missing = [stream for stream in _STREAMS if stream not in streams]
        if missing:
            yield Finding(
                code="bin_streams_missing",
                severity=Severity.BLOCK,
                message=Text(
                    f"tempat sampah harus memilah {' dan '.join(_STREAMS)}; belum ada {', '.join(missing)}, "
                    f"diberikan {', '.join(streams)}",
                    f"the bins must separate {' and '.join(_STREAMS)}; missing {', '.join(missing)}, given "
                    f"{', '.join(streams)}",
                ),
                pointer=line.at("streams"),
            )
        if line.attributes.get("households") is None:
            continue
        households = int(line.attributes["households"])
        wanted = households * settings.bins_per_household
        if line.quantity == wanted:
            continue
        few = line.quantity < wanted
        yield Finding(
            code="bins_too_few" if few else "bins_more_than_needed",
            severity=Severity.BLOCK if few else Severity.WARN,
            message=Text(
                f"{households} KK × {settings.bins_per_household} tempat sampah memerlukan {wanted} unit, diberikan "
                f"{line.quantity}",
                f"{households} households × {settings.bins_per_household} bins need {wanted} units, given "
                f"{line.quantity}",
            ),
            pointer=f"/lines/{line.position}/quantity",
        )


def _maintenance_owner(commitment: CommitmentView, _: PersampahanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(*MAINTAINED):
        owner = line.attributes.get("maintenance_owner")
        if owner in (None, "none"):
            yield Finding(
                code="maintenance_owner_missing",
                severity=Severity.BLOCK,
                message=Text(
                    "belum ada lembaga yang memelihara setelah serah terima; pilih rw, waste_bank, kelurahan, dlh, "
                    "atau collaborator",
                    "no institution maintains it after the handover; choose rw, waste_bank, kelurahan, dlh or "
                    "collaborator",
                ),
                pointer=line.at("maintenance_owner"),
            )


def _capacity(commitment: CommitmentView, settings: PersampahanSettings) -> Iterator[Finding]:
    for line in commitment.lines_of(*WITH_CAPACITY):
        each = line.attributes.get("capacity_kg_per_day")
        if each is None:
            continue
        total = int(each) * line.quantity
        if total < settings.min_capacity_kg_per_day:
            yield Finding(
                code="capacity_low",
                severity=Severity.WARN,
                message=Text(
                    f"{line.quantity} unit × {int(each)} kg/hari adalah {total} kg/hari; "
                    f"paling sedikit {settings.min_capacity_kg_per_day} kg/hari",
                    f"{line.quantity} units × {int(each)} kg a day are {total} kg a day; "
                    f"expected at least {settings.min_capacity_kg_per_day} kg a day",
                ),
                pointer=line.at("capacity_kg_per_day"),
            )


RULES = (
    Rule(
        id="waste_bank_land",
        title=Text("Bank sampah punya lahan", "The waste bank has land"),
        source=_WASTE_BANK_SOURCE,
        codes=("waste_bank_land_missing",),
        check=_waste_bank_land,
    ),
    Rule(
        id="waste_bank_management",
        title=Text("Bank sampah punya pengurus", "The waste bank has a management"),
        source=_WASTE_BANK_SOURCE,
        codes=("waste_bank_managers_too_few",),
        check=_waste_bank_management,
    ),
    Rule(
        id="lurah_decree",
        title=Text("Bank sampah ditetapkan dengan SK lurah", "The waste bank is established by the lurah's decree"),
        source=_WASTE_BANK_SOURCE,
        codes=("lurah_decree_missing", "lurah_decree_not_yet_issued"),
        check=_lurah_decree,
    ),
    Rule(
        id="bins",
        title=Text("Dua tempat sampah per KK: organik dan anorganik", "Two bins per household: organic and inorganic"),
        source="Rancangan KSBB; UU 18/2008 tentang pengelolaan sampah (pemilahan di sumber)",
        codes=("bin_streams_missing", "bins_too_few", "bins_more_than_needed"),
        check=_bins,
    ),
    Rule(
        id="maintenance_owner",
        title=Text("Ada penanggung jawab pemeliharaan", "A maintenance owner is there"),
        source="Rancangan KSBB: barang tanpa pemelihara tidak bertahan",
        codes=("maintenance_owner_missing",),
        check=_maintenance_owner,
    ),
    Rule(
        id="capacity",
        title=Text("Kapasitas kg per hari", "Capacity in kg a day"),
        source="Rancangan KSBB",
        codes=("capacity_low",),
        check=_capacity,
    ),
)
