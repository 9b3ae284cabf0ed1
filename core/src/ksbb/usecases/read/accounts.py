"""Accounts with their grants, page by page; for those who manage them."""

from dataclasses import replace

from sqlalchemy import select

from ksbb.domain.rights import Grant, Permission, require
from ksbb.storage import tables
from ksbb.storage.rows import as_record
from ksbb.usecases.accounts import Account
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.paging import Asked, Page, fetch_page


async def find_accounts(desk: Desk, asked: Asked) -> Page[Account]:
    """A page of accounts, by e-mail. Raises Forbidden for those who don't manage accounts."""
    require(desk.actor, Permission.MANAGE_ACCOUNTS)
    table = tables.accounts
    keys = {"email": table.c.email, "created_at": table.c.created_at}
    page = await fetch_page(desk.unit.connection, select(table), asked, Account, keys=keys, identity=table.c.id)
    grants = tables.grants
    query = (
        select(grants)
        .where(grants.c.account_id.in_([account.id for account in page.items]))
        .order_by(grants.c.position)
    )
    held: dict[str, list[Grant]] = {}
    for row in (await desk.unit.connection.execute(query)).mappings():
        held.setdefault(row["account_id"], []).append(as_record(row, Grant))
    return Page([replace(account, grants=tuple(held.get(account.id, ()))) for account in page.items], page.next)
