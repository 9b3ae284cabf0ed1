"""The record under examination: chains of hashes, and every projection told anew from the events and compared.

`python -m tests.faults.audit DATABASE_URL` examines any database and prints what differs.
"""

import asyncio
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from typing import Any

import click
from sqlalchemy import Table, select

from ksbb.domain.commitments import HANDED_IN
from ksbb.domain.events import Event, broken_at
from ksbb.domain.quantities import Fulfilment, LineBalance
from ksbb.programs.host import load_programs
from ksbb.settings import Settings
from ksbb.storage import tables
from ksbb.storage.database import Database
from ksbb.usecases.desk import Programs

from .client import Acknowledged
from .ledger import OUTCOMES, SUMS, Ledger, Row

_SHOWN = 5
_READ = (
    *("events", "outbox", "idempotency", "commitments", "commitment_lines", "allocations", "receipts", "receipt_lines"),
    *("dispatches", "dispatch_lines", "handovers", "handover_lines", "evidence", "reports", "assessments", "needs"),
    *(
        "coverage",
        "pledged_wider",
        "targets",
        "parties",
        "statistics_daily",
        "participants",
        "reached",
        "counters",
        "follow_ups",
    ),
)
Tables = Mapping[str, list[Row]]


async def read(url: str) -> Tables:
    """The tables, while nobody writes."""
    database = Database(url, pool_size=0)
    found: dict[str, list[Row]] = {}
    async with database.read() as connection:
        for name in _READ:
            table: Table = getattr(tables, name)
            found[name] = [dict(row) for row in (await connection.execute(select(table))).mappings()]
    await database.close()
    return found


def examine(found: Tables, programs: Programs) -> list[str]:
    """What differs between ledger, projections and outbox; empty for a sound record."""
    events = sorted(found["events"], key=lambda row: (row["stream"], row["sequence"]))
    ledger = Ledger(programs, _by_id(found["parties"]), _by_id(found["targets"]))
    ledger.tell(event for event in events if event["stream"].startswith("need:"))
    ledger.tell(event for event in events if event["stream"].startswith("commitment:"))
    ledger.tell(event for event in events if event["stream"].startswith("follow_up:"))
    ledger.tell(event for event in events if event["stream"].startswith(("allocation_run:", "proposal:")))
    return [
        *_chains(events, found),
        *_records(ledger, found),
        *_sums(ledger, found),
        *_numbers(ledger, found),
        *_differ("outbox", ledger.outbox, _outbox(found["outbox"])),
    ]


def undone(found: Tables) -> list[str]:
    """Work of the outbox that isn't done, and effects that aren't there exactly once after all of it is."""
    submitted = Counter(row["stream"].partition(":")[2] for row in found["events"] if row["kind"] == "submitted")
    assessed = Counter(row["commitment_id"] for row in found["assessments"])
    work = Counter((row["consumer"], row["status"]) for row in found["outbox"] if row["status"] != "done")
    printed = {row["handover_id"]: row["file_sha256"] is not None for row in found["reports"]}
    placed = {row["subject_id"]: 1 for row in found["outbox"] if row["consumer"] == "placement"}
    opened = Counter(row["subject_id"] for row in found["follow_ups"] if row["program_id"] == "ketenagakerjaan")
    return [
        *_differ("work left", {}, work),
        *_differ("assessments of a commitment", submitted, assessed),
        *_differ("reports printed", dict.fromkeys(printed, True), printed),
        *_differ("follow-ups of a handover", placed, opened),
    ]


def acts(
    found: Tables, acknowledged: Sequence[Acknowledged], before: Tables | None = None
) -> tuple[list[str], int, int]:
    """Acknowledged acts against the ledger: what differs, and how many were lost and how many doubled.

    What stood there `before` is left out.
    """
    old = {row["id"] for row in before["events"]} if before else set()
    people = {act.account_id for act in acknowledged}
    told = Counter((act.commitment_id, act.version, act.kind, act.account_id) for act in acknowledged)
    kept = Counter(
        (row["stream"].partition(":")[2], row["sequence"], row["kind"], row["account_id"])
        for row in found["events"]
        if row["stream"].startswith("commitment:") and row["account_id"] in people and row["id"] not in old
    )
    keys = Counter((row["account_id"], row["key"]) for row in found["idempotency"])
    keys -= Counter((row["account_id"], row["key"]) for row in before["idempotency"]) if before else Counter()
    differences = [
        *_differ("acknowledged acts and events", told, kept),
        *_differ("acknowledged keys", Counter((act.account_id, act.key) for act in acknowledged), keys),
    ]
    return differences, sum((told - kept).values()), sum((kept - told).values())


def _chains(events: Iterable[Row], found: Tables) -> list[str]:
    """Every chain of hashes is whole, and as long as its record's version says."""
    streams: dict[str, list[Event]] = defaultdict(list)
    for row in events:
        streams[row["stream"]].append(Event(**row))
    broken = {stream: at for stream, chain in streams.items() if (at := broken_at(chain)) is not None}
    records = (("commitment", "commitments"), ("need", "needs"), ("target", "targets"), ("party", "parties"))
    versions = {f"{kind}:{row['id']}": row["version"] for kind, name in records for row in found[name]}
    lengths = {stream: len(chain) for stream, chain in streams.items() if stream.split(":")[0] in dict(records)}
    return [*_differ("broken chains", {}, broken), *_differ("versions", lengths, versions)]


def _records(ledger: Ledger, found: Tables) -> list[str]:
    movements = (*OUTCOMES, "quantity")
    compared: list[tuple[str, Mapping[str, Row], str, Sequence[str]]] = [
        ("commitments", ledger.commitments, "id", ("number", "status", "assessment", "aggregator_id", "version")),
        ("commitment_lines", ledger.lines, "id", ("commitment_id", "committed", "unit_value", *SUMS)),
        ("allocations", ledger.allocations, "id", ("line_id", "target_id", "released", "dispatched", *movements)),
        ("receipts", ledger.receipts, "id", ("commitment_id", "kind")),
        ("dispatches", ledger.dispatches, "id", ("commitment_id", "number", "target_id")),
        ("dispatch_lines", ledger.dispatch_lines, "id", ("dispatch_id", "allocation_id", *movements)),
        ("handovers", ledger.handovers, "id", ("dispatch_id", "status", "witness_account_id")),
        ("reports", ledger.reports, "handover_id", ("program_id", "year", "sequence", "number")),
        ("needs", ledger.needs, "id", ("target_id", "aid_type", "quantity", "promised", "accepted", "version")),
    ]
    differences = []
    for name, told, key, columns in compared:
        expected = {identity: _only(row, columns) for identity, row in told.items()}
        stored = {row[key]: _only(row, columns) for row in found[name]}
        differences += _differ(name, expected, stored)
    received = {
        (receipt["id"], line["line_id"]): line["quantity"]
        for receipt in ledger.receipts.values()
        for line in receipt["lines"]
    }
    outcomes = {
        (handover["id"], line["dispatch_line_id"]): _only(line, ("delivered", *OUTCOMES))
        for handover in ledger.handovers.values()
        for line in handover["lines"]
    }
    return [
        *differences,
        *_differ(
            "receipt_lines",
            received,
            {(row["receipt_id"], row["line_id"]): row["quantity"] for row in found["receipt_lines"]},
        ),
        *_differ(
            "handover_lines",
            outcomes,
            {
                (row["handover_id"], row["dispatch_line_id"]): _only(row, ("delivered", *OUTCOMES))
                for row in found["handover_lines"]
            },
        ),
        *_differ(
            "evidence",
            {key: (row["handover_id"], row["file_sha256"]) for key, row in ledger.evidence.items()},
            {row["id"]: (row["handover_id"], row["file_sha256"]) for row in found["evidence"]},
        ),
        *_differ(
            "assessments",
            ledger.assessments,
            Counter((row["commitment_id"], row["state"]) for row in found["assessments"]),
        ),
    ]


def _sums(ledger: Ledger, found: Tables) -> list[str]:
    names = ("program_id", "day", "measure", "city", "donor_class", "target_kind", "aid_type", "synthetic")
    # One statistic may stand in several rows, so that those who count at the same time don't wait for each other
    stored: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in found["statistics_daily"]:
        sums = stored[_only(row, names)]
        for position, figure in enumerate(("count", "quantity", "value")):
            sums[position] += row[figure]
    covered: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for need in ledger.needs.values():
        area = ledger.targets[need["target_id"]]["area_code"]
        sums = covered[need["program_id"], need["aid_type"], area]
        for position, figure in enumerate((1, need["quantity"], need["promised"], need["accepted"])):
            sums[position] += figure
    pledged: dict[tuple[str, str, str], int] = defaultdict(int)
    for line in ledger.lines.values():
        commitment = ledger.commitments[line["commitment_id"]]
        if commitment["status"] in HANDED_IN:
            balance = LineBalance(**{name: line[name] for name in ("committed", *SUMS)})
            pledged[commitment["program_id"], line["aid_type"], commitment["area_code"]] += balance.unallocated
    held: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in (*found["coverage"], *found["pledged_wider"]):
        held[_only(row, ("program_id", "aid_type", "area_code"))] += row["pledged"]
    lines: dict[str, list[Fulfilment]] = defaultdict(list)
    for line in ledger.lines.values():
        lines[line["commitment_id"]].append(
            LineBalance(**{name: line[name] for name in ("committed", *SUMS)}).fulfilment()
        )
    return [
        *_differ(
            "fulfilment",
            {commitment_id: astuple(Fulfilment.combined(tuple(parts))) for commitment_id, parts in lines.items()},
            {row["id"]: _only(row, ("allocated", "received", "handed_over")) for row in found["commitments"]},
        ),
        *_differ("statistics_daily", ledger.statistics, stored),
        *_differ(
            "coverage",
            covered,
            {
                (row["program_id"], row["aid_type"], row["area_code"]): list(
                    _only(row, ("targets", "need", "promised", "accepted"))
                )
                for row in found["coverage"]
                if row["targets"]
            },
        ),
        *_differ(
            "pledged",
            {key: quantity for key, quantity in pledged.items() if quantity},
            {key: quantity for key, quantity in held.items() if quantity},
        ),
        *_differ(
            "participants",
            dict.fromkeys(ledger.participants, 1),
            {_only(row, ("program_id", "role", "party_id")): 1 for row in found["participants"]},
        ),
        *_differ(
            "reached",
            dict.fromkeys(ledger.reached, 1),
            {_only(row, ("program_id", "aid_type", "target_id")): 1 for row in found["reached"]},
        ),
    ]


def _numbers(ledger: Ledger, found: Tables) -> list[str]:
    """Numbers are gap-free, and the counters stand at the last one."""
    given: dict[str, list[int]] = defaultdict(list)
    programs = {row["id"]: row["program_id"] for row in found["commitments"]}
    for row in found["commitments"]:
        program, year, sequence = row["number"].rsplit("-", 2)
        given[f"commitment:{program.lower()}:{year}"].append(int(sequence))
    for row in found["dispatches"]:
        sequence, year = row["number"].split("/")[0], row["number"].split("/")[-1]
        given[f"dispatch:{programs[row['commitment_id']]}:{year}"].append(int(sequence))
    for row in found["reports"]:
        given[f"report:{row['program_id']}:{row['year']}"].append(row["sequence"])
    for program_id, number in ledger.runs:
        _, year, sequence = number.rsplit("-", 2)
        given[f"allocation:{program_id}:{year}"].append(int(sequence))
    gaps = {name: len(numbers) for name, numbers in given.items() if sorted(numbers) != _first(len(numbers))}
    counters = {row["name"]: row["value"] for row in found["counters"]}
    last = {name: len(numbers) for name, numbers in given.items()}
    return [*_differ("gaps in numbers", {}, gaps), *_differ("counters", last, counters)]


def _outbox(rows: Iterable[Row]) -> "Counter[tuple[str, ...]]":
    return Counter(_only(row, ("event_id", "program_id", "consumer", "stage", "subject_id")) for row in rows)


def _first(count: int) -> list[int]:
    return list(range(1, count + 1))


def _only(row: Row, columns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[column] for column in columns)


def _by_id(rows: Iterable[Row]) -> dict[str, Row]:
    return {row["id"]: row for row in rows}


def _differ(name: str, expected: Mapping[Any, Any], stored: Mapping[Any, Any]) -> list[str]:
    wrong = [key for key in {**expected, **stored} if expected.get(key) != stored.get(key)]
    shown = [f"{name} {key}: expected {expected.get(key)}, stored {stored.get(key)}" for key in wrong[:_SHOWN]]
    return [*shown, *([f"{name}: {len(wrong) - _SHOWN} more differ"] if len(wrong) > _SHOWN else [])]


def main(url: str) -> int:
    """Examine a database; the number of differences."""
    differences = examine(asyncio.run(read(url)), load_programs(Settings()))
    for difference in differences:
        click.echo(difference)
    click.echo(f"{len(differences)} differences")
    return len(differences)


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1])))
