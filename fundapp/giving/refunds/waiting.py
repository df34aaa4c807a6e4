"""What of refunds waits for a finance officer."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import func

from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.giving.refunds import queries as refund_queries
from fundapp.giving.refunds.lifecycle import State
from fundapp.giving.refunds.models import GiftRefund
from fundapp.web.needs import Need, Waiting
from fundapp.web.session import db


def refunds(person: Actor, limit: int) -> Waiting:
    """Refunds that donors asked for, and those that somebody else entered."""
    if not person.has(Role.FINANCE):
        return Waiting()
    rows = db().execute(refund_queries.waiting(person.user_id).add_columns(func.count().over()).limit(limit)).all()
    return Waiting([_need(refund) for refund, _count in rows], rows[0][1] if rows else 0)


def _need(refund: GiftRefund) -> Need:
    url = url_for("refunds.show", refund_id=refund.id)
    if refund.state == State.ENTERED:
        what = _("Check a refund of %(amount)s") % {"amount": pounds(refund.amount_pence or 0)}
        return Need(what, _("Entered by another officer"), url, _("Check"), since=refund.entered_at, glyph="half")
    what, about = _("See to a refund"), _("A donor asked for a gift back") if refund.asked_at else _("Begun by an officer")
    return Need(what, about, url, _("See to it"), since=refund.began_at, glyph="half")
