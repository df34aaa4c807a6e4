"""Telling Stripe what a donor asked for: the row stands already, the call goes under the row's own key, and settling tells the end."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.gateways.stripe import StripeFault, StripeGateway
from fundapp.giving.monthly import letters as monthly_letters
from fundapp.giving.monthly.letters import News
from fundapp.giving.monthly.lifecycle import Deed
from fundapp.giving.monthly.models import Pledge, PledgeAct
from fundapp.giving.monthly.settling import settle_subscription

_NEWS = {Deed.CHANGE: News.CHANGED, Deed.PAUSE: News.PAUSED, Deed.RESUME: News.RESUMED}


def carry_out_act(session: Session, stripe: StripeGateway, act_id: int) -> None:
    """Do what was asked for, unless it is done. Safe to repeat, and to do twice at once: Stripe knows the call by its key.

    Raises StripeFault when Stripe does not answer: the row stays, and the worker tries again. What Stripe will not do is noted.
    """
    act, pledge = _read(session, act_id)
    if act.done_at is not None:
        return
    refusal = ""
    try:
        _call(stripe, act, pledge.subscription_id or "")
    except StripeFault as fault:
        if fault.passing or fault.http_status in {401, 403}:
            _next_attempt(session, act, fault)
            raise
        refusal = fault.code or fault.kind
    settle_subscription(session, stripe, pledge.subscription_id or "")
    with transaction(session):
        _end(session, act_id, refusal)


def _call(stripe: StripeGateway, act: PledgeAct, subscription_id: str) -> None:
    match act.deed:
        case Deed.CHANGE:
            stripe.change_amount(stripe.fetch_subscription(subscription_id), act.amount_pence or 0, idempotency_key=act.stripe_key)
        case Deed.PAUSE:
            stripe.pause(subscription_id, idempotency_key=act.stripe_key)
        case Deed.RESUME:
            stripe.resume(subscription_id, idempotency_key=act.stripe_key)
        case Deed.STOP:
            stripe.stop(subscription_id)


def _next_attempt(session: Session, act: PledgeAct, fault: StripeFault) -> None:
    """Stripe keeps an answer under its key for a day, a fault of its own too: the next try needs another."""
    if fault.http_status is None or fault.http_status == 409:
        return
    with transaction(session):
        mine = session.get_one(PledgeAct, act.id, with_for_update=True, populate_existing=True)
        if mine.attempt == act.attempt:
            mine.attempt += 1


def _end(session: Session, act_id: int, refusal: str) -> None:
    act = session.get_one(PledgeAct, act_id, with_for_update=True, populate_existing=True)
    if act.done_at is not None:
        return
    # To stop what has ended already is done.
    act.done_at, act.refusal = clock.now(), "" if act.deed is Deed.STOP else refusal
    if act.deed in _NEWS and not refusal:
        pledge = session.get_one(Pledge, act.pledge_id)
        monthly_letters.ask_for_news(session, pledge, _NEWS[act.deed], mark=str(act_id))


def _read(session: Session, act_id: int) -> tuple[PledgeAct, Pledge]:
    """The act and its pledge, with no transaction left open."""
    statement = select(PledgeAct, Pledge).join(Pledge, Pledge.id == PledgeAct.pledge_id).where(PledgeAct.id == act_id)
    with transaction(session):
        found = session.execute(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound(_("Nothing like that was asked for."))
    return found[0], found[1]
