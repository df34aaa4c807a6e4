"""`fundapp check`: what is wrong, in plain words."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from fundapp.cli.context import opened
from fundapp.cli.main import Fault
from fundapp.core.roles import Role
from fundapp.people import queries

# How many people a seat needs before a request can go all the way. A payment has two people.
SEATS = {Role.KEY_WORKER: 1, Role.APPROVER: 1, Role.FINANCE: 2, Role.ADMIN: 1}


@click.command("check")
def command() -> None:
    """Check settings and database; exit 1 with a sentence for each fault."""
    with opened() as fund:
        with fund.session() as session:
            faults = empty_seats(session)
        if faults:
            raise Fault("\n".join(faults))
        click.echo(f"All is well: {fund.settings.env}, {fund.settings.base_url}.", err=True)


def empty_seats(session: Session) -> list[str]:
    """A sentence for each seat that too few people hold."""
    faults = []
    for role, needed in SEATS.items():
        held = queries.count_holders(session, role)
        if held < needed:
            seat = f"{'an' if role.words[0] in 'aeiou' else 'a'} {role.words}"
            short = f"Nobody is {seat}" if held == 0 else f"Only {held} person is {seat}"
            faults.append(f"{short}; {needed} must be. Invite one: fundapp user invite EMAIL --role {role} --organisation … --team …")
    return faults
