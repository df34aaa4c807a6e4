"""Money at Stripe, for finance: whether Stripe and the ledger agree, what banks dispute, and what is on its way to the bank."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from fundapp.core.roles import Role
from fundapp.giving.bank import balancing
from fundapp.giving.bank import words as money_words
from fundapp.giving.bank.disputes import unsettled
from fundapp.giving.bank.payouts import every
from fundapp.web import paging
from fundapp.web.guards import guard
from fundapp.web.session import db

blueprint = Blueprint("stripe_balance", __name__, url_prefix="/finance/stripe-balance")
guard(blueprint, Role.FINANCE, Role.AUDITOR)

# More open disputes than these are not read one by one on a page.
MOST_SHOWN = 50


@blueprint.get("")
def show() -> ResponseReturnValue:
    """The last comparison, the disputes that are open, and every payout, the newest first."""
    return render_template(
        "giving/stripe_balance.html",
        proof=balancing.latest(db()),
        disputes=paging.page_of(db(), unsettled(), number=1, per_page=MOST_SHOWN),
        page=paging.page_of(db(), every(), number=paging.asked()),
        words=money_words,
    )
