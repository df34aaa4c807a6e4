"""Finding collection points by their code, however it was typed, or their name."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import func

from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.points import queries
from fundapp.points.codes import grouped, normalise
from fundapp.points.models import CollectionPoint
from fundapp.web.searching import Asked, Found, Hit
from fundapp.web.session import db

HINT = marked("a collection point’s code or name")


def find(_actor: Actor, asked: Asked, limit: int, offset: int) -> Found:
    """Points by code, whole or how it begins, name or business; open ones first."""
    if asked.name or asked.pence is not None:
        return Found()
    # The address on the poster is read as its code.
    typed = asked.text.rpartition("/g/")[2]
    code = normalise(typed)
    statement = queries.points(words=typed)
    ordered = statement.order_by(None).order_by(CollectionPoint.code != code, CollectionPoint.closed_at.is_not(None), CollectionPoint.name)
    rows = db().execute(ordered.order_by(CollectionPoint.id).add_columns(func.count().over()).limit(limit).offset(offset)).all()
    hits = [
        Hit(
            title=row.heading,
            url=url_for("points.point", point_id=row.id),
            detail=(_("Code %(code)s") if row.is_open else _("Code %(code)s · Closed")) % {"code": grouped(row.code)},
            exact=row.code == code,
        )
        for row, _total in rows
    ]
    return Found(hits, rows[0][1] if rows else 0)
