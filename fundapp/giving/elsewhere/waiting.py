"""What of gifts made elsewhere waits for a second finance officer."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import func

from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.giving.elsewhere import queries as elsewhere_queries
from fundapp.giving.elsewhere.models import GiftElsewhere
from fundapp.web.needs import Need, Waiting
from fundapp.web.session import db


def gifts(person: Actor, limit: int) -> Waiting:
    """Gifts that somebody else entered, and those that somebody else called wrong."""
    if not person.has(Role.FINANCE):
        return Waiting()
    rows = db().execute(elsewhere_queries.waiting(person.user_id).add_columns(func.count().over()).limit(limit)).all()
    return Waiting([_need(row) for row, _count in rows], rows[0][1] if rows else 0)


def _need(row: GiftElsewhere) -> Need:
    amount, url = {"amount": pounds(row.amount_pence)}, url_for("elsewhere.show", gift_id=row.id)
    what = _("Check a gift of %(amount)s against the bank statement") if row.waits else _("See whether a gift of %(amount)s is wrong")
    since = row.entered_at if row.waits else row.reversal_asked_at
    return Need(what % amount, _("Number %(number)d") % {"number": row.id}, url, _("Check"), since=since, glyph="half")
