"""Needs over the API: dry runs, workbooks, planned periods, estimates, and a target's own needs."""

import io
from typing import Any

from openpyxl import Workbook

from ksbb.testing import World

HEADING = ("target_code", "program_id", "aid_type", "quantity", "source", "as_of", "tier", "period")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def upload(*rows: tuple[Any, ...], name: str = "needs.xlsx") -> dict[str, Any]:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADING, *rows):
        sheet.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return {"files": {"file": (name, written.getvalue(), XLSX)}}


async def test_a_dry_run_then_the_import_with_the_same_key(api: Any, world: World) -> None:
    code = world.targets["pangan"][0].code
    table = upload((code, "pangan", "staple_food", 120.0, "Kelurahan", "2026-08-01", "high", None), name="needs.csv")
    to = ("POST", "/needs/import")
    told = await api.send(world.secretariat, *to, key="same-key-1", params={"dry_run": True}, **table)
    assert (told.status_code, told.json()) == (
        200,
        {
            "new": 0,
            "changed": 1,
            "unchanged": 0,
            "rows": [
                {
                    "row": 1,
                    "key": f"{code}/pangan/staple_food",
                    "new": False,
                    "before": {"quantity": 100, "tier": "normal", "source": "Data contoh", "as_of": "2026-08-03"},
                    "after": {"quantity": 120, "tier": "high", "source": "Kelurahan", "as_of": "2026-08-01"},
                }
            ],
        },
    )
    done = await api.send(world.secretariat, *to, key="same-key-1", **table)
    assert (done.json(), "idempotency-replayed" in done.headers) == ({"new": 0, "changed": 1, "unchanged": 0}, False)
    again = await api.send(world.secretariat, *to, params={"dry_run": True}, **table)
    assert again.json() == {"new": 0, "changed": 0, "unchanged": 1, "rows": []}
    refused = await api.send(world.auditor, *to, params={"dry_run": True}, **table)
    assert refused.status_code == 403


async def test_what_is_planned_is_shown(api: Any, world: World) -> None:
    first = world.targets["pangan"][0]
    path = f"/needs/{first.id}/pangan/staple_food"
    body = {"quantity": 40, "source": "Kelurahan", "as_of": "2026-08-01", "tier": "high", "period": "2026-08"}
    present = await api.send(world.assessor, "PUT", path, version=1, json=body)
    assert (present.json()["tier"], present.json()["period"], present.json()["open"]) == ("high", "2026-08", 40)
    later = await api.send(
        world.assessor, "PUT", path, version=2, json={**body, "quantity": 50, "period": "2026-09", "tier": None}
    )
    assert (later.status_code, later.json()["quantity"], later.headers["etag"]) == (200, 40, '"3"')
    shown = await api.get(None, f"{path}/periods")
    assert shown.json() == [
        {
            "period": "2026-09",
            "state": "planned",
            "quantity": 50,
            "accepted": 0,
            "suppressed": False,
            "tier": "high",
            "source": "Kelurahan",
            "as_of": "2026-08-01",
        }
    ]
    assert (await api.get(None, f"/needs/{first.id}/pangan/rice/periods")).status_code == 404
    odd = await api.send(world.assessor, "PUT", path, version=3, json={**body, "tier": "huge"})
    assert (odd.status_code, odd.json()["errors"][0]["pointer"]) == (422, "/tier")


async def test_a_recipient_sets_the_own_need_and_no_other(api: Any, world: World) -> None:
    first, second = world.targets["pangan"]
    body = {"quantity": 90, "source": "Ketua RW", "as_of": "2026-08-01"}
    own = await api.send(world.recipient, "PUT", f"/needs/{first.id}/pangan/staple_food", version=1, json=body)
    assert (own.status_code, own.json()["source"]) == (200, f"{first.code}: Ketua RW")
    other = await api.send(world.recipient, "PUT", f"/needs/{second.id}/pangan/staple_food", version=1, json=body)
    assert other.status_code == 403
    tier = await api.send(
        world.recipient, "PUT", f"/needs/{first.id}/pangan/staple_food", version=2, json={**body, "tier": "extreme"}
    )
    assert (tier.status_code, tier.json()["errors"][0]["pointer"]) == (403, "/tier")


async def test_estimates(api: Any, world: World) -> None:
    asked: dict[str, Any] = {"data": {"program_id": "pangan", "aid_type": "staple_food"}}
    asked["files"] = {"file": ("figures.csv", b"target_code,residents\n", "text/csv")}
    told = await api.send(world.assessor, "POST", "/needs/estimates", params={"dry_run": True}, **asked)
    assert (told.status_code, told.json()["dry_run"], len(told.json()["rows"])) == (200, True, 2)
    done = await api.send(world.assessor, "POST", "/needs/estimates", key="estimate-1", **asked)
    again = await api.send(world.assessor, "POST", "/needs/estimates", key="estimate-1", **asked)
    assert (again.json(), again.headers["idempotency-replayed"]) == (done.json(), "true")
    assert done.json() == {
        "new": 0,
        "changed": 2,
        "unchanged": 0,
        "sum": 116,
        "controls": [
            {
                "total": 600000,
                "source": "2,4 juta warga rentan di Jakarta (pernyataan KSBB) ÷ 4 orang × 1 paket per minggu",
                "as_of": None,
                "difference": -599884,
            }
        ],
        "left_out": [],
        "dry_run": False,
        "rows": [],
    }
    del asked["files"]
    asked["files"] = {"aid_type": (None, "rice")}
    asked["data"] = {"program_id": "pangan"}
    unknown = await api.send(world.assessor, "POST", "/needs/estimates", **asked)
    assert (unknown.status_code, unknown.json()["errors"][0]["expected"]) == (
        422,
        ["staple_food", "ready_meal", "eid_package"],
    )
    plans = (await api.get(None, "/programs/persampahan")).json()["brings"]["needs"]
    assert plans == [
        {
            "aid_type": "bin",
            "title": {
                "id": "Rumah tangga × tempat sampah per rumah tangga",
                "en": "Households × bins per household",
            },
            "source": "Pemilahan sampah: satu tempat sampah organik dan satu anorganik per rumah tangga",
            "estimated": True,
            "figures": [],
            "period": None,
            "unmet": "lapses",
            "controls": [],
        }
    ]
