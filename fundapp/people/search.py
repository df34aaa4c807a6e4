"""Finding accounts, for those who look after them."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import select
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
    # Names are sealed: they are compared here. Seats are left out: they would be a question more.
    statement = select(User).options(joinedload(User.team, innerjoin=True).joinedload(Team.organisation, innerjoin=True))
    terms = [term.casefold() for term in asked.terms]
    rows = [row for row in db().scalars(statement) if all(term in row.name.casefold() or term in row.email for term in terms)]
    rows.sort(key=lambda row: (row.email != email, not row.active, row.name.casefold(), row.id))
    hits = [
        Hit(
            title=row.name,
            url=url_for("people_admin.person", user_id=row.id),
            detail=f"{row.team.name}, {row.organisation.name}" + ("" if row.active else f" · {_('Disabled')}"),
            exact=row.email == email,
        )
        for row in rows[offset : offset + limit]
    ]
    return Found(hits, len(rows))
