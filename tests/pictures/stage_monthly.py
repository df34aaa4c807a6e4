"""Monthly gifts in every state, each with a link to its page."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core.db import transaction
from fundapp.core.keys import Keys, random_token
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving.monthly import asking as monthly_asking
from fundapp.giving.monthly import gifts as monthly_gifts
from fundapp.giving.monthly import links as monthly_links
from fundapp.giving.monthly import queries as monthly_queries
from fundapp.giving.monthly import starting as monthly_starting
from fundapp.giving.monthly.changing import carry_out_act
from fundapp.giving.monthly.lifecycle import Deed
from fundapp.giving.monthly.models import Pledge
from fundapp.giving.monthly.settling import settle_invoice
from tests.builders import monthly
from tests.builders.stand_in import StandIn


def make(session: Session, stripe: StripeGateway, stand_in: StandIn, keys: Keys) -> dict[str, object]:
    """The token of each page by the name of its state, and of the page of one's first month."""
    pledges = {name: monthly.begun(session, stripe, stand_in, 1_000) for name in ("active", "overdue", "paused", "stopped")}
    stand_in.card(pledges["overdue"].subscription_id or "", "declines")
    stand_in.renew(pledges["overdue"].subscription_id or "")
    settle_invoice(session, stripe, monthly.open_invoice(stand_in, pledges["overdue"]))
    _ask(session, stripe, pledges["paused"], Deed.PAUSE)
    _ask(session, stripe, pledges["stopped"], Deed.STOP)
    started = monthly.started(session, stripe, 1_000)
    with transaction(session):
        names: dict[str, object] = {f"monthly_{name}": monthly_links.mint(session, pledge.id) for name, pledge in pledges.items()}
        gifts = [monthly_queries.first_gift(session, pledge.id) for pledge in pledges.values()]
        tokens = [monthly_gifts.give_address(session, keys, gift.id) for gift in gifts if gift]
    return names | {"gift_monthly": tokens[0], "monthly_started": keys.link_token(monthly_starting.RETURN, str(started.id))}


def _ask(session: Session, stripe: StripeGateway, pledge: Pledge, deed: Deed) -> None:
    with transaction(session):
        act = monthly_asking.ask(session, pledge_id=pledge.id, deed=deed, form=random_token())
    carry_out_act(session, stripe, act.id)
