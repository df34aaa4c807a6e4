"""`fundapp user …`: the first person is invited here, everybody else from the pages."""

from __future__ import annotations

from typing import Literal

import click
from sqlalchemy.orm import Session

from fundapp.cli.context import opened
from fundapp.core.actor import SYSTEM
from fundapp.core.db import transaction
from fundapp.core.roles import Role
from fundapp.people import queries, service
from fundapp.people.everybody import sign_everybody_out
from fundapp.people.models import Organisation, Team


@click.group("user")
def command() -> None:
    """Invite people; sign everybody out."""


@command.command("invite")
@click.argument("email")
@click.option("--role", "roles", type=click.Choice([str(role) for role in Role]), multiple=True, required=True, help="May be given twice.")
@click.option("--organisation", required=True, help="Its name. The first one there is holds the Fund; later ones are partners.")
@click.option("--team", required=True, help="A team of that organisation.")
@click.option("--mail", is_flag=True, help="Send the link by mail instead of printing it.")
def invite(email: str, roles: tuple[str, ...], organisation: str, team: str, mail: bool) -> None:
    """Invite EMAIL. Prints a link that works once, for seven days."""
    with opened() as fund, fund.session() as session:
        with transaction(session):
            seats = [Role(role) for role in roles]
            where = _team(session, _organisation(session, organisation), team)
            if mail:
                service.invite(session, actor=SYSTEM, email=email, roles=seats, team_id=where.id)
                token = None
            else:
                token = service.invite_by_link(session, actor=SYSTEM, email=email, roles=seats, team_id=where.id)
        if token is None:
            click.echo(f"The worker mails the link to {email}.", err=True)
        else:
            click.echo(f"{fund.settings.base_url}/invitations/{token}")


@command.command("sign-out-everybody")
def sign_out_everybody() -> None:
    """End every session, as when nobody knows who has got in. Accounts stay; everybody signs in again."""
    with opened() as fund, fund.session() as session:
        with transaction(session):
            count = sign_everybody_out(session, actor=SYSTEM)
        click.echo(f"{count} {'person is' if count == 1 else 'people are'} signed out.", err=True)


def _organisation(session: Session, name: str) -> Organisation:
    found = queries.organisation_by_name(session, name)
    if found is not None:
        return found
    kind: Literal["fund_holder", "partner"] = "partner" if queries.organisations(session) else "fund_holder"
    click.echo(f"New organisation: {name} ({'a partner' if kind == 'partner' else 'holds the Fund'}).", err=True)
    return service.add_organisation(session, actor=SYSTEM, name=name, kind=kind)


def _team(session: Session, organisation: Organisation, name: str) -> Team:
    found = queries.team_by_name(session, organisation.id, name)
    if found is not None:
        return found
    click.echo(f"New team of {organisation.name}: {name}.", err=True)
    return service.add_team(session, actor=SYSTEM, organisation_id=organisation.id, name=name)
