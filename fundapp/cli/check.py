"""`fundapp check`: what is wrong, in plain words."""

from __future__ import annotations

from collections.abc import Iterator

import click
from sqlalchemy.orm import Session

from fundapp.cli import demo_key, keys
from fundapp.cli.context import opened
from fundapp.cli.main import Fault
from fundapp.config import Settings
from fundapp.core.money import pounds
from fundapp.giving import hearing
from fundapp.giving.bank import balancing
from fundapp.giving.bank.models import StripeProof
from fundapp.giving.hearing import Heard
from fundapp.grants.policy import seats as policy_seats
from fundapp.grants.policy import standing as policy
from fundapp.ledger import checkpoints, signing
from fundapp.ledger.errors import CannotSign
from fundapp.ledger.notes import BadNote, Signer
from fundapp.people import queries
from fundapp.people.seats import SEATS
from fundapp.web.filters import moment


@click.command("check")
def command() -> None:
    """Check settings and database; exit 1 with a sentence for each fault."""
    with opened() as fund:
        with fund.session() as session:
            faults = [*filter(None, [keys.missing(session)]), *empty_seats(session), *policy_faults(session)]
            faults += key_faults(session, fund.settings)
            heard = hearing.heard(session)
            faults += stripe_faults(heard)
            faults += balance_faults(balancing.latest(session))
        if faults:
            raise Fault("\n".join(faults))
        rang = f"Stripe last rang on {moment(heard.last_at)}" if heard.last_at else "Stripe has not rung yet"
        click.echo(f"All is well: {fund.settings.env}, {fund.settings.base_url}. {rang}.", err=True)


def stripe_faults(heard: Heard) -> Iterator[str]:
    """A sentence when Stripe is not heard, or is heard and not understood."""
    if heard.silent_since:
        last = f"last rang on {moment(heard.last_at)}" if heard.last_at else "has never rung"
        yield f"A gift was paid on {moment(heard.silent_since)}, and Stripe {last}. See the webhook’s page at Stripe."
    if heard.unanswered:
        yield f"{heard.unanswered} of Stripe’s bells are not recorded. See /finance/stripe, or: fundapp stripe replay"


def balance_faults(proof: StripeProof | None) -> Iterator[str]:
    """A sentence when Stripe's balance and the ledger did not agree at the last comparison. Before the first, nothing is said."""
    if proof and not proof.holds:
        gap = f"{pounds(proof.gap_pence)} is not explained" if proof.gap_pence else "what is on its way does not add up"
        yield f"On {moment(proof.proved_at)} Stripe’s balance and the ledger did not agree: {gap}. See: fundapp stripe prove"


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


def policy_faults(session: Session) -> list[str]:
    """A sentence for each kind of request that nobody could decide or pay under the policy that holds."""
    return [f"{sentence} See /admin/policy" for sentence in policy_seats.sentences(session, policy.now(session))]


def key_faults(session: Session, settings: Settings) -> Iterator[str]:
    """A sentence for whatever keeps the ledger from being signed."""
    if not any(key.is_current for key in signing.known_keys(session)):
        yield "The ledger knows no key to sign with. Make one: fundapp ledger keys make"
    line, lag = demo_key.line(settings), checkpoints.lag(session)
    if line:
        yield from _own_key_faults(session, line, settings.ledger_origin)
    elif lag.is_late:
        # Where all is signed, another process has the key, and this one need not.
        yield "LEDGER_SIGNING_KEY is not set here. The worker needs it, and nothing else does."
    if lag.is_late:
        yield lag.sentence


def _own_key_faults(session: Session, line: str, origin: str) -> Iterator[str]:
    try:
        signing.standing(session, signer=Signer.parse(line), origin=origin)
    except CannotSign as fault:
        yield fault.sentence
    except BadNote as fault:
        yield f"LEDGER_SIGNING_KEY cannot be used. {fault}"
