"""What waits for a finance officer: payments to release, and to enter. Nobody is shown what they may not do themselves."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.grants import queries
from fundapp.grants.lifecycle import COMMITTED, SIGNING, Status
from fundapp.grants.models import GrantRequest, RequestEvent
from fundapp.grants.waiting import counted, not_mine
from fundapp.payouts.models import Payment
from fundapp.web.needs import Need, Waiting
from fundapp.web.session import db

_STANDS = and_(Payment.request_id == GrantRequest.id, Payment.released_at.is_(None), Payment.refused_at.is_(None))
# What is entered waits since then; what is to be entered since it was agreed, or since the part before it was paid.
_SINCE = case((Payment.id.is_not(None), Payment.entered_at), else_=func.coalesce(GrantRequest.paid_at, GrantRequest.agreed_at))


def to_pay(person: Actor) -> Select[GrantRequest]:
    """Agreed requests whose next payment this person may enter, or release; with what is entered, the longest waiting first."""
    decided: ColumnElement[bool] = exists().where(
        RequestEvent.request_id == GrantRequest.id,
        RequestEvent.user_id == person.user_id,
        RequestEvent.action.in_([one.value for one in SIGNING]),
    )
    by_another = or_(GrantRequest.status != Status.BEING_PAID, Payment.entered_by != person.user_id)
    return (
        select(GrantRequest)
        .outerjoin(Payment, _STANDS)
        .where(GrantRequest.status.in_(COMMITTED), *not_mine(person), ~decided, by_another)
        .order_by(_SINCE, GrantRequest.id)
    )


def payments(person: Actor, limit: int) -> Waiting:
    """Payments to release, and to enter."""
    statement = to_pay(person).add_columns(Payment, _SINCE, func.count().over()).limit(limit)
    rows = db().execute(statement).all()
    needs = []
    for row, payment, since, _count in rows:
        pence, payee = (payment.amount_pence, payment.supplier) if payment else (row.set_aside_pence, row.shops)
        told = {"amount": pounds(pence), "payee": payee}
        what = (_("Check and release %(amount)s to %(payee)s") if payment else _("Pay %(amount)s to %(payee)s")) % told
        about = _("Request %(number)d, %(what)s") % {"number": row.id, "what": row.what}
        act = _("Check") if payment else _("Enter")
        url = url_for("payouts.show", request_id=row.id)
        needs.append(Need(what, about, url, act, since=since, glyph="half"))
    return Waiting(needs, rows[0][3] if rows else 0)


def how_many(person: Actor) -> int:
    """How many payments somebody can see to; for a reader, how many are not made yet."""
    mine = count_payments(person)
    return queries.count_in(db(), *COMMITTED) if mine is None else db().scalar(mine) or 0


def count_payments(person: Actor) -> Select[int] | None:
    """How many payments wait for somebody; nothing waits for an auditor."""
    return counted(to_pay(person)) if person.has(Role.FINANCE) else None
