"""What must hold of the stored rows after every act, computed from the rows alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ksbb.domain.areas import city_of
from ksbb.domain.document_number import report_number, travel_document_number
from ksbb.domain.events import Event, broken_at
from ksbb.domain.quantities import LineBalance
from ksbb.program import Stage
from ksbb.usecases.desk import Programs, jakarta_day

Row = Mapping[str, Any]
Rows = Mapping[str, list[dict[str, Any]]]
"""All tables: name → rows."""

QUANTITIES = (
    "committed",
    "cancelled",
    "received",
    "written_off",
    "allocated",
    "dispatched",
    "accepted",
    "rejected",
    "lost",
)
STAGES = {str(stage): stage for stage in Stage}
SUBJECTS = {"received": "id", "dispatched": "id", "handed_over": "handover_id"}
"""Events whose work is about something else than the commitment, and where their payload names it."""


def check(rows: Rows, programs: Programs) -> None:
    """Raises AssertionError for the first law that doesn't hold."""
    lines_conserve(rows)
    degrees_follow_from_lines(rows)
    promises_add_up(rows)
    goods_on_their_way_add_up(rows)
    needs_add_up(rows)
    coverage_adds_up(rows)
    pledges_add_up(rows)
    statistics_add_up(rows)
    parties_and_targets_are_noted(rows)
    chains_are_sound(rows)
    numbers_have_no_gaps(rows)
    outbox_is_what_events_caused(rows, programs)


def lines_conserve(rows: Rows) -> None:
    for row in rows["commitment_lines"]:
        line = LineBalance(**{name: row[name] for name in QUANTITIES})
        assert line.committed == line.cancelled + line.received + line.outstanding
        assert line.received == line.free + line.reserved + line.dispatched + line.written_off
        assert line.dispatched == line.in_transit + line.accepted + line.rejected + line.lost
        assert line.allocated <= line.committed - line.cancelled - line.written_off
        moved = Counter[str]()
        kinds = {one["id"]: one["kind"] for one in rows["receipts"]}
        for one in rows["receipt_lines"]:
            if one["line_id"] == row["id"]:
                moved[kinds[one["receipt_id"]]] += one["quantity"]
        assert (moved["receipt"], moved["write_off"]) == (line.received, line.written_off)


def degrees_follow_from_lines(rows: Rows) -> None:
    """Complete when every line has all that is due, none when no line has anything, else partial."""
    done = {"allocated": "allocated", "received": "received", "handed_over": "accepted"}
    for row in rows["commitments"]:
        lines = [line for line in rows["commitment_lines"] if line["commitment_id"] == row["id"]]
        for degree, name in done.items():
            whole = [line[name] >= line["committed"] - line["cancelled"] for line in lines]
            begun = any(line[name] for line in lines) or any(whole)
            assert row[degree] == ("complete" if all(whole) else "partial" if begun else "none")


def promises_add_up(rows: Rows) -> None:
    lines = by_id(rows["commitment_lines"])
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows["allocations"]:
        assert lines[row["line_id"]]["commitment_id"] == row["commitment_id"]
        assert row["quantity"] >= row["released"] + row["dispatched"]
        sums[row["line_id"]]["allocated"] += row["quantity"] - row["released"]
        for name in ("dispatched", "accepted", "rejected", "lost"):
            sums[row["line_id"]][name] += row[name]
    for line_id, line in lines.items():
        names = ("allocated", "dispatched", "accepted", "rejected", "lost")
        assert {name: sums[line_id][name] for name in names} == {name: line[name] for name in names}


def goods_on_their_way_add_up(rows: Rows) -> None:
    """Dispatch lines make the allocations, confirmed handover lines make the dispatch lines."""
    sent: dict[str, Counter[str]] = defaultdict(Counter)
    allocations, dispatches = by_id(rows["allocations"]), by_id(rows["dispatches"])
    for row in rows["dispatch_lines"]:
        allocation = allocations[row["allocation_id"]]
        assert (allocation["line_id"], allocation["target_id"]) == (
            row["line_id"],
            dispatches[row["dispatch_id"]]["target_id"],
        )
        sent[row["allocation_id"]]["dispatched"] += row["quantity"]
        for name in ("accepted", "rejected", "lost"):
            sent[row["allocation_id"]][name] += row[name]
    for allocation_id, allocation in allocations.items():
        names = ("dispatched", "accepted", "rejected", "lost")
        assert {name: sent[allocation_id][name] for name in names} == {name: allocation[name] for name in names}
    given: dict[str, Counter[str]] = defaultdict(Counter)
    status = {row["id"]: row["status"] for row in rows["handovers"]}
    for row in rows["handover_lines"]:
        assert row["delivered"] == row["accepted"] + row["rejected"] + row["lost"]
        if status[row["handover_id"]] == "confirmed":
            for name in ("accepted", "rejected", "lost"):
                given[row["dispatch_line_id"]][name] += row[name]
    for row in rows["dispatch_lines"]:
        assert {name: given[row["id"]][name] for name in ("accepted", "rejected", "lost")} == {
            name: row[name] for name in ("accepted", "rejected", "lost")
        }


def needs_add_up(rows: Rows) -> None:
    promised, accepted = Counter[str](), Counter[str]()
    for row in rows["allocations"]:
        settled = row["released"] + row["accepted"] + row["rejected"] + row["lost"]
        promised[row["need_id"]] += row["quantity"] - settled
        accepted[row["need_id"]] += row["accepted"]
    for row in rows["needs"]:
        assert (row["promised"], row["accepted"]) == (promised[row["id"]], accepted[row["id"]])
        assert row["promised"] + row["accepted"] <= row["quantity"]


def coverage_adds_up(rows: Rows) -> None:
    area = {row["id"]: row["area_code"] for row in rows["targets"]}
    sums: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for row in rows["needs"]:
        sums[row["program_id"], row["aid_type"], area[row["target_id"]]].update(
            targets=1, need=row["quantity"], promised=row["promised"], accepted=row["accepted"]
        )
    assert {
        (row["program_id"], row["aid_type"], row["area_code"]): tuple(
            row[name] for name in ("targets", "need", "promised", "accepted")
        )
        for row in rows["coverage"]
        if row["targets"]
    } == {key: tuple(one[name] for name in ("targets", "need", "promised", "accepted")) for key, one in sums.items()}


def pledges_add_up(rows: Rows) -> None:
    """What is handed in and not yet promised, by the area that its collaborator wishes."""
    standing = {"submitted", "revision_requested", "approved"}
    pledged, stored = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    commitments = by_id(rows["commitments"])
    for row in rows["commitment_lines"]:
        commitment = commitments[row["commitment_id"]]
        if commitment["status"] in standing:
            key = (commitment["program_id"], row["aid_type"], commitment["area_code"])
            pledged[key] += row["committed"] - row["cancelled"] - row["written_off"] - row["allocated"]
    for row in (*rows["coverage"], *rows["pledged_wider"]):
        stored[row["program_id"], row["aid_type"], row["area_code"]] += row["pledged"]
    assert {key: quantity for key, quantity in stored.items() if quantity} == +pledged


def statistics_add_up(rows: Rows) -> None:
    """The daily sums are those of the movements in the events."""
    sums: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    commitments, lines, targets = (by_id(rows[name]) for name in ("commitments", "commitment_lines", "targets"))
    for event in rows["events"]:
        commitment = commitments.get(event["stream"].removeprefix("commitment:"))
        if commitment is None:
            continue
        day = jakarta_day(event["at"])
        for measure, line_id, target_id, quantity in movements(event, rows):
            line = lines[line_id] if line_id else None
            target = targets[target_id] if target_id else None
            key = (
                commitment["program_id"],
                day,
                measure,
                city_of(target["area_code"] if target else commitment["area_code"]),
                "enterprises",
                target["kind"] if target else commitment["target_kind"],
                line["aid_type"] if line else "",
                True,
            )
            worth = [
                one["committed"] * (one["unit_value"] or 0)
                for one in lines.values()
                if one["commitment_id"] == commitment["id"]
            ]
            sums[key][0] += 1
            sums[key][1] += quantity
            sums[key][2] += quantity * (line["unit_value"] or 0) if line else sum(worth)
    names = ("program_id", "day", "measure", "city", "donor_class", "target_kind", "aid_type", "synthetic")
    stored: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in rows["statistics_daily"]:
        for position, figure in enumerate(("count", "quantity", "value")):
            stored[tuple(row[name] for name in names)][position] += row[figure]
    assert stored == sums


Movement = tuple[str, str, str, int]
"""Measure, line, target and quantity; the ids are empty where the movement has none."""


def movements(event: Row, rows: Rows) -> Iterable[Movement]:
    """All that an event moved."""
    kind, payload = event["kind"], event["payload"]
    if kind in {"received", "written_off", "cancelled"}:
        return [(kind, line["line_id"], "", line["quantity"]) for line in payload["lines"]]
    if kind == "allocated":
        return [(kind, payload["line_id"], payload["target_id"], payload["quantity"])]
    if kind in {"released", "refused"}:
        allocation = by_id(rows["allocations"])[payload["allocation_id"]]
        return [(kind, allocation["line_id"], allocation["target_id"], payload["quantity"])]
    if kind == "dispatched":
        return [(kind, line["line_id"], payload["target_id"], line["quantity"]) for line in payload["lines"]]
    if kind == "handed_over":
        return handed_over(payload, rows)
    return approved(event, rows) if kind == "approved" else []


def approved(event: Row, rows: Rows) -> Iterable[Movement]:
    yield "commitment", "", "", 0
    for line in rows["commitment_lines"]:
        if line["commitment_id"] == event["stream"].removeprefix("commitment:"):
            yield "committed", line["id"], "", line["committed"]


def handed_over(payload: Mapping[str, Any], rows: Rows) -> Iterable[Movement]:
    sent, dispatches = by_id(rows["dispatch_lines"]), by_id(rows["dispatches"])
    for line in payload["lines"]:
        dispatched = sent[line["dispatch_line_id"]]
        target_id = dispatches[dispatched["dispatch_id"]]["target_id"]
        for measure in ("accepted", "rejected", "lost"):
            if line[measure]:
                yield measure, dispatched["line_id"], target_id, line[measure]


def parties_and_targets_are_noted(rows: Rows) -> None:
    commitments, lines = by_id(rows["commitments"]), by_id(rows["commitment_lines"])
    approved = [one for one in commitments.values() if one["approved_at"] is not None]
    took_part = {(one["program_id"], "collaborator", one["collaborator_id"]) for one in approved}
    took_part |= {
        (commitments[one["commitment_id"]]["program_id"], "aggregator", one["aggregator_id"])
        for one in rows["receipts"]
        if one["kind"] == "receipt"
    }
    assert {(row["program_id"], row["role"], row["party_id"]) for row in rows["participants"]} == took_part
    reached = {
        (commitments[one["commitment_id"]]["program_id"], lines[one["line_id"]]["aid_type"], one["target_id"])
        for one in rows["allocations"]
        if one["accepted"]
    }
    assert {(row["program_id"], row["aid_type"], row["target_id"]) for row in rows["reached"]} == reached


def chains_are_sound(rows: Rows) -> None:
    """Every chain of hashes is whole, and as long as its record's version says."""
    streams: dict[str, list[Event]] = defaultdict(list)
    for row in sorted(rows["events"], key=lambda row: (row["stream"], row["sequence"])):
        streams[row["stream"]].append(Event(**row))
    for stream, events in streams.items():
        assert broken_at(events) is None, stream
    versions = {
        f"{name}:{row['id']}": row["version"]
        for name, table in (
            ("commitment", "commitments"),
            ("need", "needs"),
            ("target", "targets"),
            ("party", "parties"),
        )
        for row in rows[table]
    }
    assert {stream: len(events) for stream, events in streams.items()} == versions


def numbers_have_no_gaps(rows: Rows) -> None:
    handovers, targets = by_id(rows["handovers"]), by_id(rows["targets"])
    confirmed = {row["id"] for row in rows["handovers"] if row["status"] == "confirmed"}
    assert {row["handover_id"] for row in rows["reports"]} == confirmed
    reports: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in rows["reports"]:
        handover = handovers[row["handover_id"]]
        day = jakarta_day(handover["handed_over_at"])
        area = targets[handover["target_id"]]["area_code"]
        assert row["year"] == day.year
        assert row["number"] == report_number(row["sequence"], row["program_id"], area, day)
        reports[row["program_id"], row["year"]].append(row["sequence"])
    programs = {row["id"]: row["program_id"] for row in rows["commitments"]}
    books: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in rows["dispatches"]:
        day, program_id = jakarta_day(row["at"]), programs[row["commitment_id"]]
        sequence = int(row["number"].split("/")[0])
        area = targets[row["target_id"]]["area_code"]
        assert row["number"] == travel_document_number(sequence, program_id, area, day)
        books[f"dispatch {program_id}", day.year].append(sequence)
    for row in rows["commitments"]:
        year = jakarta_day(row["created_at"]).year
        sequence = int(row["number"].rpartition("-")[2])
        assert row["number"] == f"{row['program_id'].upper()}-{year}-{sequence:06d}"
        books[f"commitment {row['program_id']}", year].append(sequence)
    for sequences in [*reports.values(), *books.values()]:
        assert sorted(sequences) == list(range(1, len(sequences) + 1))


def outbox_is_what_events_caused(rows: Rows, programs: Programs) -> None:
    commitments = by_id(rows["commitments"])
    caused: list[tuple[str, str, str, str, str, datetime]] = []
    for event in rows["events"]:
        commitment = commitments.get(event["stream"].removeprefix("commitment:"))
        stage = STAGES.get(event["kind"])
        if commitment is None or stage is None:
            continue
        program_id = commitment["program_id"]
        consumers = [flow.name for flow in programs.require(program_id).program.flows_at(stage)]
        if stage is Stage.HANDED_OVER:
            consumers.append("handover_report")
        subject = event["payload"][SUBJECTS[stage]] if stage in SUBJECTS else commitment["id"]
        caused += [(event["id"], program_id, consumer, str(stage), subject, event["at"]) for consumer in consumers]
    posted = [
        (row["event_id"], row["program_id"], row["consumer"], row["stage"], row["subject_id"], row["available_at"])
        for row in rows["outbox"]
    ]
    assert sorted(posted) == sorted(caused)
    assert {(row["status"], row["attempts"]) for row in rows["outbox"]} <= {("pending", 0)}


def by_id(rows: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in rows}
