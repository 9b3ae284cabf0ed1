"""`ksbb users`: accounts and tokens, from the machine itself."""

from pathlib import Path

import click

from ksbb.cli.running import OPERATOR, data_option, platform_of, run, settings_for
from ksbb.domain.errors import not_found
from ksbb.domain.rights import Grant, Permission, Role
from ksbb.domain.text import Text
from ksbb.settings import Settings
from ksbb.usecases import accounts

_ROLES = [role.value for role in Role if role is not Role.SYSTEM]
_SCOPES = [permission.value for permission in Permission if permission is not Permission.MACHINE_STEP]


@click.group()
def users() -> None:
    """Add accounts and tokens."""


@users.command()
@data_option
@click.argument("email")
@click.option("--name", required=True, help="The person's or system's name.")
@click.option(
    "--role", "roles", type=click.Choice(_ROLES), multiple=True, required=True, help="May be given several times."
)
@click.option("--program", default=None, help="Only in this program.")
@click.option("--area", default=None, help="Only in this area (Kemendagri code).")
@click.option("--party", default=None, help="Id of the organisation that the account belongs to.")
@click.option("--target", default=None, help="Id of the target that a recipient account belongs to.")
@click.password_option(envvar="KSBB_PASSWORD", help="Asked for when not given by KSBB_PASSWORD.")
def add(
    data: Path | None,
    email: str,
    name: str,
    roles: tuple[str, ...],
    program: str | None,
    area: str | None,
    party: str | None,
    target: str | None,
    password: str,
) -> None:
    """Add an account with its roles."""
    grants = [Grant(role=Role(role), program_id=program, area_code=area) for role in roles]
    settings = settings_for(data)

    async def work() -> accounts.Account:
        async with platform_of(settings) as platform, platform.desk(OPERATOR) as desk:
            return await accounts.create(
                desk, email=email, name=name, password=password, grants=grants, party_id=party, target_id=target
            )

    account = run(work)
    click.echo(f"{account.email} added with {', '.join(roles)}; id {account.id}")


@users.command()
@data_option
@click.argument("email")
@click.option("--name", required=True, help="What the token is for.")
@click.option(
    "--scope", "scopes", type=click.Choice(_SCOPES), multiple=True, required=True, help="May be given several times."
)
@click.option("--days", type=click.IntRange(1, 730), default=90, show_default=True, help="How long it is valid.")
def token(data: Path | None, email: str, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a token for a system that acts as an account, narrowed to scopes. It is shown once."""
    click.echo(run(lambda: _token(settings_for(data), email, name, scopes, days)))


async def _token(settings: Settings, email: str, name: str, scopes: tuple[str, ...], days: int) -> str:
    async with platform_of(settings) as platform, platform.desk(OPERATOR) as desk:
        found = [account for account in await accounts.find(desk) if account.email == email.strip().lower()]
        if not found:
            raise not_found(Text("akun", "account"), email)
        _, secret = await accounts.create_api_token(
            desk, found[0].id, name=name, days=days, scopes=[Permission(scope) for scope in scopes]
        )
        return secret
