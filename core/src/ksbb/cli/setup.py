"""`ksbb init` and `ksbb db`: the data folder and its database."""

from pathlib import Path

import click
from sqlalchemy import select

from ksbb.cli.running import OPERATOR, data_option, platform_of, quiet_logs, run, settings_for
from ksbb.domain.rights import Grant, Role
from ksbb.settings import Settings
from ksbb.storage import migrate, tables
from ksbb.storage.database import Database
from ksbb.usecases import accounts, areas


@click.command()
@data_option
@click.option("--admin", "email", default=None, help="E-mail of the first admin; the password is asked for.")
@click.option("--password", envvar="KSBB_ADMIN_PASSWORD", default=None, hidden=True)
def init(data: Path | None, email: str | None, password: str | None) -> None:
    """Set up the data folder: secret, database, the areas of Jakarta and, where named, the first admin.

    Run again, it does what is missing and leaves the rest.
    """
    settings = settings_for(data)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    made = settings.make_secret()
    click.echo(f"data folder: {settings.data_dir.resolve()}")
    click.echo(f"secret: {'made' if made else 'there already'}")
    click.echo(f"database: at {run(lambda: _upgrade(settings))}")
    if email and password is None:
        password = click.prompt("Password of the first admin", hide_input=True, confirmation_prompt=True)
    run(lambda: _fill(settings, email, password or ""))
    click.echo("next: ksbb serve")


@click.group()
def db() -> None:
    """Upgrade or check the database."""


@db.command()
@data_option
def upgrade(data: Path | None) -> None:
    """Bring the database to the present schema."""
    settings = settings_for(data)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    click.echo(f"at {run(lambda: _upgrade(settings))}")


@db.command()
@data_option
def check(data: Path | None) -> None:
    """Say whether this version can work on the database's schema; ends with 1 and what to do when it can't."""
    settings = settings_for(data)
    click.echo(f"at {run(lambda: _check(settings))}")


async def _upgrade(settings: Settings) -> str:
    database = Database(settings.database_url, pool_size=1)
    try:
        return await migrate.upgrade(database)
    finally:
        await database.close()


async def _check(settings: Settings) -> migrate.Standing:
    database = Database(settings.database_url, pool_size=1)
    try:
        return await migrate.check(database)
    finally:
        await database.close()


async def _fill(settings: Settings, email: str | None, password: str) -> None:
    quiet_logs()
    async with platform_of(settings) as platform:
        async with platform.desk(OPERATOR) as desk:
            if (await desk.unit.connection.execute(select(tables.areas.c.code).limit(1))).first() is None:
                imported = await areas.import_areas(desk, areas.jakarta())
                click.echo(f"areas: {imported.new} of Jakarta")
        if email:
            async with platform.desk(OPERATOR) as desk:
                address = email.strip().lower()
                if address in {account.email for account in await accounts.find(desk)}:
                    click.echo(f"admin: {address} there already")
                    return
                grants = [Grant(role=Role.ADMIN), Grant(role=Role.SECRETARIAT)]
                account = await accounts.create(desk, email=address, name="Admin", password=password, grants=grants)
            click.echo(f"admin: {account.email}")
