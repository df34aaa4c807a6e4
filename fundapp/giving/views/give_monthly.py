"""Giving each month, from the giving page: where the form leads when that was ticked."""

from __future__ import annotations

from flask import url_for

from fundapp import gateways
from fundapp.core.db import transaction
from fundapp.core.language import gettext as _
from fundapp.core.language import speaking
from fundapp.giving import starting
from fundapp.giving.monthly import starting as monthly_starting
from fundapp.giving.monthly.models import Pledge
from fundapp.points.queries import CollectionPoint
from fundapp.web.app import keys, settings
from fundapp.web.session import db


def way(point: CollectionPoint | None, made: str, pence: int) -> str:
    """Where to go: to the page where the first month is paid, or to the page of what was paid already. Raises StripeFault, Busy."""
    stripe = gateways.current().stripe
    paid = starting.close_for(db(), stripe, made)
    if paid:
        return url_for("gifts.gift", token=keys().link_token("gift", str(paid.id)))
    with transaction(db()) as session:
        pledge = monthly_starting.begin(session, keys=keys(), form=made, point=point, amount_pence=pence)
    back = settings().base_url + return_url(pledge)
    # In the pledge's own language: the same form asks Stripe in the same words each time.
    with speaking(pledge.language):
        name = _("A gift each month to the Changing Lives Fund")
    to = starting.Addresses(paid=back, given_up=back)
    return monthly_starting.payment_page(db(), stripe, pledge, amount_pence=pence, name=name, to=to) or return_url(pledge)


def return_url(pledge: Pledge) -> str:
    """Where Stripe's page leads back to. It shows how the first month stands, and changes nothing."""
    return url_for("monthly.came_back", token=keys().link_token(monthly_starting.RETURN, str(pledge.id)))
