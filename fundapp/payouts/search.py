"""Finding payments by whom they went to, the bank's reference, the amount, or their request. For those who pay and those who read all."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from fundapp.core.actor import Actor
from fundapp.core.indexed import found_by, with_words
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.core.sealed import SealedText
from fundapp.grants import telling
from fundapp.grants.models import GrantRequest
from fundapp.grants.search import asks_for
from fundapp.payouts.models import Payment
from fundapp.web.searching import Asked, Found, Hit
from fundapp.web.session import db

NAMES = ("fund", "pay", "payment", "payout", "paid")
HINT = marked("who was paid, the bank’s reference, like FUND 417, or an amount, like £12.50")


def find(actor: Actor, asked: Asked, limit: int, offset: int) -> Found:
    """Agreed requests, with their payments, by payee, reference, amount or number; that number first, then the newest."""
    payees = (
        select(func.array_agg(Payment.supplier, type_=ARRAY(SealedText("payment.supplier"))))
        .where(Payment.request_id == GrantRequest.id, Payment.refused_at.is_(None))
        .scalar_subquery()
    )
    statement = (
        select(GrantRequest, payees, func.count().over())
        .where(GrantRequest.agreed_at.is_not(None), _fits(asked))
        .order_by((GrantRequest.id != (asked.number or 0)), GrantRequest.id.desc())
        .limit(limit)
        .offset(offset)
    )
    rows = db().execute(statement).all()
    # Whoever reads requests as well means the request, unless they say payment.
    means_payment = bool(asked.name) or not actor.has(Role.APPROVER, Role.PANEL, Role.AUDITOR, Role.KEY_WORKER)
    return Found(
        [_hit(row, ", ".join(sorted(set(paid or [row.shops]))), asked, means_payment) for row, paid, _ in rows],
        rows[0][2] if rows else 0,
    )


def _fits(asked: Asked) -> ColumnElement[bool]:
    mine = Payment.request_id == GrantRequest.id
    if asked.pence is not None:
        return or_(GrantRequest.agreed_pence == asked.pence, exists().where(mine, Payment.amount_pence == asked.pence))
    if asked.number is not None and asked.name:
        return GrantRequest.id == asked.number
    either = []
    if terms := with_words(asked.terms):
        paid = [found_by(db(), Payment.words_index, term) for term in terms]
        either = [exists().where(mine, *paid), and_(*(asks_for(term) for term in terms))]
    if asked.number is not None:
        either.append(GrantRequest.id == asked.number)
    return or_(false(), *either)


def _hit(row: GrantRequest, payee: str, asked: Asked, means_payment: bool) -> Hit:
    detail = (telling.DESK_TAGS[row.status].words, pounds(row.paid_pence or row.set_aside_pence or row.pence or 0), row.what)
    return Hit(
        title=_("%(payee)s, for request %(number)d") % {"payee": payee, "number": row.id},
        url=url_for("payouts.show", request_id=row.id),
        detail=" · ".join(detail),
        exact=means_payment and row.id == asked.number,
    )
