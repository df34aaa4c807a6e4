"""`fundapp stripe …`: fetch what no event told, or act again on stored events."""

from __future__ import annotations

import click

from fundapp.cli.context import opened
from fundapp.cli.main import Fault
from fundapp.core.db import transaction
from fundapp.core.errors import FundError
from fundapp.giving import inbox, queries, sweeping
from fundapp.giving.tasks import SWEEP
from fundapp.jobs import queries as jobs


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
@click.argument("event_ids", metavar="[EVENT]...", nargs=-1)
def replay(event_ids: tuple[str, ...]) -> None:
    """Act again on these stored events; without any, on all that were not acted on yet."""
    failed = 0
    with opened(application_name="fundapp stripe replay") as fund, fund.session() as session:
        with transaction(session):
            chosen = event_ids or tuple(queries.unanswered_events(session))
        for event_id in chosen:
            try:
                inbox.act_again(session, fund.gateways.stripe, event_id)
                click.echo(f"{event_id} answered")
            except FundError as error:
                failed += 1
                click.echo(f"{event_id} failed: {error.sentence}")
    click.echo(f"{len(chosen) - failed} of {len(chosen)} events answered.", err=True)
    if failed:
        raise Fault(f"{failed} could not be answered.")
