"""Finding accounts, for those who look after them."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.people.models import Team, User
from fundapp.people.queries import plain_email
from fundapp.web.searching import Asked, Found, Hit
from fundapp.web.session import db

HINT = marked("a colleague’s name or e-mail")


def find(_actor: Actor, asked: Asked, limit: int, offset: int) -> Found:
    """Accounts by name and e-mail: those in use first, then by name."""
    if asked.number is not None or asked.pence is not None:
        return Found()
    email = plain_email(asked.text)
    fits = [or_(User.name.icontains(term, autoescape=True), User.email.icontains(term, autoescape=True)) for term in asked.terms]
    statement = (
        select(User, func.count().over())
        # Their seats are left out: they would be a question more.
        .options(joinedload(User.team, innerjoin=True).joinedload(Team.organisation, innerjoin=True))
        .where(*fits)
        .order_by(User.email != email, User.disabled_at.is_not(None), User.name, User.id)
        .limit(limit)
        .offset(offset)
    )
    rows = db().execute(statement).all()
    hits = [
        Hit(
            title=row.name,
            url=url_for("people_admin.person", user_id=row.id),
            detail=f"{row.team.name}, {row.organisation.name}" + ("" if row.active else f" · {_('Disabled')}"),
            exact=row.email == email,
        )
        for row, _total in rows
    ]
    return Found(hits, rows[0][1] if rows else 0)
