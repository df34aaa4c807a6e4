"""What groups ask of the key worker who speaks for them: to list what they offer, and to say that it is still so."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import func, select

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.grants.groups import offers
from fundapp.web.needs import Need, Waiting
from fundapp.web.session import db


def for_worker(person: Actor, limit: int) -> Waiting:
    """Groups that were paid and list nothing, and offers that nobody has confirmed for long."""
    unlisted, silent = offers.to_list(person), offers.to_confirm(person, clock.now())
    total = sum(db().scalar(select(func.count()).select_from(one.order_by(None).subquery())) or 0 for one in (unlisted, silent))
    if not total:
        return Waiting([], 0)
    needs = [
        Need(
            what=_("Say whether it is still so"),
            about=_("%(name)s, on the list of support") % {"name": one.name},
            url=url_for("groups.offer", support_id=one.id),
            act=_("Look"),
            since=one.confirmed_at,
        )
        for one in db().scalars(silent.limit(limit))
    ]
    needs += [
        Need(
            what=_("Say what they offer now"),
            about=group.name,
            url=url_for("groups.new_offer", group_id=group.id),
            act=_("Say"),
            glyph="tick",
        )
        for group in db().scalars(unlisted.limit(max(0, limit - len(needs))))
    ]
    return Waiting(needs, total)
