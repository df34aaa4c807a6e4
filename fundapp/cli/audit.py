"""`fundapp audit …`: is the audit trail what the ledger sealed?"""

from __future__ import annotations

import click

from fundapp.cli.context import opened
from fundapp.cli.main import Fault
from fundapp.privacy import sealing


@click.group("audit")
def command() -> None:
    """Check the audit trail against its seals in the ledger."""


@command.command("verify")
def verify() -> None:
    """Make each sealed day's root again out of the trail. Exits 1 with the first day that differs. Words may have been erased."""
    with opened(application_name="fundapp audit verify") as fund, fund.database.snapshot() as session:
        found = sealing.verify(session)
    if found.day:
        raise Fault(f"The audit trail of {found.day.isoformat()} is not as it was sealed. {found.fault}")
    click.echo(f"The audit trail holds: {found.days:,} sealed days with {found.events:,} events.", err=True)
