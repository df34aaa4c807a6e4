"""`fundapp demo-data`: a town with people, points, two whole quarters of history, and something for everybody to do.

All of it is made through the services that people use, with the clock held at the moment it tells of, in one transaction: a run
that is broken off leaves nothing (but shut days, which the next run opens again).
"""

from __future__ import annotations

from collections.abc import Callable

import click
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.cli import demo_key
from fundapp.cli.context import Context, opened
from fundapp.cli.demo_data import closing, history, lately, seals, world
from fundapp.cli.demo_data.stand_in import running_stand_in
from fundapp.cli.main import Fault
from fundapp.core.db import Database, transaction
from fundapp.core.roles import Role
from fundapp.ledger.periods_read import shut_until
from fundapp.people import app_codes, factors
from fundapp.people.models import User
from fundapp.points import queries as points

Say = Callable[[str], None]


@click.command("demo-data")
def command() -> None:
    """Fill an empty database with demonstration data. One that has data already is left as it is."""
    with opened(application_name="fundapp demo-data") as fund:
        if fund.settings.is_production:
            raise Fault("Demonstration data is never put into production.")
        fill(fund, lambda words: click.echo(words, err=True))
        click.echo(greeting(fund))


def fill(fund: Context, say: Say) -> None:
    """Fill the database if nobody is in it yet, and see that its ledger knows the demo's key."""
    signer = demo_key.signer(fund.settings)
    with fund.session() as session:
        if world.everybody(session):
            demo_key.introduce(session, signer, fund.settings.ledger_origin)
            with transaction(session):
                world.give_apps(session)
            return
        broken_off = shut_until(session) is not None
    if broken_off:
        _open_again(fund)
    say("Writing two quarters of history, through the same services that people use ...")
    with running_stand_in(fund.settings) as stripe, fund.database.engine.connect() as connection, connection.begin():
        stripe.begin_anew()
        town = Database.on(connection)
        with town.session() as session, transaction(session):
            made = world.build(session)
        nightly = seals.begin(town, made, signer=signer, origin=fund.settings.ledger_origin)
        history.live(town, made, stripe, fund.keys, nightly)
        lately.happen(town, made, stripe, fund.keys)
        # The letters of the past were sent in the past, and its bells were answered then.
        connection.execute(text("DELETE FROM procrastinate_jobs"))
        stripe.go_on()


def _sign_in_of(session: Session, user: User) -> str:
    row = f"  {user.email:<34} {', '.join(sorted(role.words for role in user.roles)):<16}"
    apps = factors.apps(session, user.id)
    return f"{row} {apps[0].secret}  now {app_codes.showing(apps[0].secret or '')[0]}" if apps else row.rstrip()


def _open_again(fund: Context) -> None:
    """Begin with open days. Only in the checkout's own database: the owner's address in the settings is for migrations alone."""
    owner_url = None if fund.settings.migration_database_url else fund.owner_url
    if owner_url is None or not closing.open_again(owner_url):
        raise Fault("An earlier run was broken off half-way, and the days that it shut stay shut. Begin with an empty database.")


def greeting(fund: Context) -> str:
    """What to open, who to be, what to try."""
    base = fund.settings.base_url
    with fund.session() as session:
        code = session.scalars(points.points(state=points.State.OPEN).limit(1)).one().code
        rows = [_sign_in_of(session, user) for user in world.everybody(session)]
        admin = next(user.email for user in world.everybody(session) if Role.ADMIN in user.roles)
    return "\n".join(
        [
            "",
            f"The Changing Lives Fund, with demonstration data: {base}",
            "",
            f"  Give at a collection point   {base}/g/{code}",
            f"  The open books               {base}/open",
            f"  Mail that would be sent      {base}/demo/mail",
            f"  Sign in                      {base}/sign-in",
            "",
            f"Everybody's password is: {world.PASSWORD}",
            "After it, all but key workers are asked for a code. Put the secret into an authenticator app, take the code shown here,",
            "or ask for the present one with: .venv/bin/fundapp demo code EMAIL. Each code is taken once, and changes every 30 seconds.",
            *rows,
            "",
            "Try: give £5 at the point and pay on the test page; ask for a phone as a key worker, and give a",
            f"paper slip to whom it is for, which opens {base}/person; agree it as an",
            f"approver; pay it as two finance officers; look at {base}/finance/ledger; add a point as {admin}.",
            "",
        ]
    )
