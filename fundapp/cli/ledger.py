"""`fundapp ledger …`: verify the books; open the accounts and funds that a new Fund begins with."""

from __future__ import annotations

from datetime import datetime

import click

from fundapp.cli import ledger_verify
from fundapp.cli.context import opened
from fundapp.core.actor import SYSTEM
from fundapp.core.db import transaction
from fundapp.ledger import queries, service
from fundapp.ledger.chart import Restriction

DAY = click.DateTime(["%Y-%m-%d"])


@click.group("ledger")
def command() -> None:
    """Verify the books; open accounts and funds."""


command.add_command(ledger_verify.verify)


@command.command("open-accounts")
def open_accounts() -> None:
    """Open whichever of the accounts that every Fund has are not open yet."""
    with opened() as fund, fund.session() as session:
        before = len(queries.accounts(session))
        with transaction(session):
            service.open_standard_accounts(session, actor=SYSTEM.reference)
        after = len(queries.accounts(session))
    click.echo(f"Opened {after - before} accounts; {after} are open.", err=True)


@command.command("open-fund")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--restriction", type=click.Choice([kind.value for kind in Restriction]), required=True)
@click.option("--purpose", required=True, help="What the money may be used for, in the giver's terms.")
@click.option("--starts-on", type=DAY, help="The first day on which awards may be made.")
@click.option("--ends-on", type=DAY, help="The last one.")
@click.option("--grantor", default="", help="The organisation that gives it.")
def open_fund(
    code: str, name: str, restriction: str, purpose: str, starts_on: datetime | None, ends_on: datetime | None, grantor: str
) -> None:
    """Open the fund CODE with the terms it is given on. They cannot be changed later."""
    with opened() as fund, fund.session() as session, transaction(session):
        posted = service.open_fund(
            session,
            code=code,
            name=name,
            restriction=restriction,
            purpose=purpose,
            starts_on=starts_on.date() if starts_on else None,
            ends_on=ends_on.date() if ends_on else None,
            grantor=grantor,
            actor=SYSTEM.reference,
        )
    click.echo(f"{name} is open: entry {posted.number:,}.", err=True)
