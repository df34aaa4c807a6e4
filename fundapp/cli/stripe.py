"""`fundapp stripe …`: fetch what no event told, or act again on stored events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from fundapp.cli.context import opened
from fundapp.cli.main import Fault
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import FundError
from fundapp.core.money import pounds
from fundapp.giving import hearing, inbox, sweeping
from fundapp.giving.bank import balancing
from fundapp.giving.tasks import SWEEP
from fundapp.jobs import queries as jobs

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def read_moment(_context: click.Context, _option: click.Parameter, said: str | None) -> datetime | None:
    """A day, a day and a time (UTC), or how long ago."""
    if said is None:
        return None
    number, unit = said[:-1], said[-1:]
    if unit in UNITS and number.isascii() and number.isdigit() and len(number) <= 6:
        return clock.now() - timedelta(**{UNITS[unit]: int(number)})
    try:
        read = datetime.fromisoformat(said)
    except ValueError:
        raise click.BadParameter(
            f"Write a day like 2026-11-22, a moment like 2026-11-22T14:30, or 90m, 6h, 3d. You wrote {said}."
        ) from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


@click.group("stripe")
def command() -> None:
    """Fetch what no event told, or act again on stored events."""


@command.command("sweep")
def sweep() -> None:
    """Ask about every open gift, answer events left over, and record every movement of the Stripe balance that is missing."""
    with opened(application_name="fundapp stripe sweep") as fund, fund.session() as session:
        with transaction(session):
            last_good = jobs.last_good_turn(session, SWEEP)
        swept = sweeping.sweep_all(session, fund.gateways.stripe, last_good=last_good)
    click.echo(swept.words)
    if swept.failed:
        raise Fault("Not everything could be recorded. What failed stands among “needs a look” on the finance desk.")


@command.command("replay")
@click.option(
    "--since",
    callback=read_moment,
    metavar="WHEN",
    help="every event taken in since 2026-11-22, 2026-11-22T14:30 (UTC), or 90m, 6h, 3d ago",
)
@click.argument("event_ids", metavar="[EVENT]...", nargs=-1)
def replay(since: datetime | None, event_ids: tuple[str, ...]) -> None:
    """Act again on these stored events; without any, on all that were not acted on yet. Nothing is ever recorded twice."""
    failed = 0
    with opened(application_name="fundapp stripe replay") as fund, fund.session() as session:
        with transaction(session):
            known = () if event_ids and not since else hearing.events_since(session, since) if since else hearing.unanswered_events(session)
        chosen = tuple(dict.fromkeys([*event_ids, *known]))
        for event_id in chosen:
            try:
                inbox.act_again(session, fund.gateways.stripe, event_id)
                click.echo(f"{event_id} answered")
            except FundError as error:
                failed += 1
                click.echo(f"{event_id} failed: {error.sentence}")
    click.echo(f"{len(chosen) - failed} of {len(chosen)} events answered.", err=True)
    if failed:
        raise Fault(f"{failed} could not be answered. They stand on the finance desk's page about Stripe, with what stood in the way.")


@command.command("prove")
def prove() -> None:
    """Compare what stands at Stripe with what the ledger has there, and name what explains the difference."""
    with opened(application_name="fundapp stripe prove") as fund, fund.session() as session:
        proof = balancing.prove(session, fund.gateways.stripe)
        lines = (
            ("Stripe says", proof.at_stripe_pence),
            ("The ledger says", proof.in_ledger_pence),
            ("Payouts that wait for their funds", proof.payouts_pence),
            ("Come within the hour", proof.recent_pence),
            ("Not explained", proof.gap_pence),
            ("Held by banks, as disputes say", proof.held_pence),
            ("Held by banks, as the ledger says", proof.held_in_ledger_pence),
        )
    for words, pence in lines:
        click.echo(f"{words}: {pounds(pence)}")
    click.echo(f"Gifts that wait for their fee too long: {proof.late_fees}")
    if not proof.holds:
        raise Fault("Stripe and the ledger do not agree. An alarm stands on the finance desk.")
