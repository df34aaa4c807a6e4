"""Finding requests: only those that the reader may open, by the same rule as their pages (`lifecycle.may_see`)."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, contains_eager

from fundapp.core.actor import Actor
from fundapp.core.indexed import found_by, with_words
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.grants import telling
from fundapp.grants.groups.models import CommunityGroup
from fundapp.grants.lifecycle import PENDING, UNANSWERED, Action, Status
from fundapp.grants.models import CatalogueItem, GrantRequest, Person, RequestEvent
from fundapp.grants.thing_models import RequestThing
from fundapp.web.searching import Asked, Found, Hit
from fundapp.web.session import db

# Who reads requests here. Finance finds them by their payments, in the room above.
READERS = (Role.KEY_WORKER, Role.APPROVER, Role.PANEL, Role.AUDITOR)
NAMES = ("r", "req", "request", "requests", "grant")
HINT = marked("a request’s number, a person’s code, a group’s name, the shop, or what was asked for")
# "Men's shed" and "Men’s shed" are one name.
_APOSTROPHES = "'\u2018\u2019\u02bc`"
_WITHOUT = dict.fromkeys(map(ord, _APOSTROPHES))


def visible(actor: Actor) -> ColumnElement[bool]:
    """The requests that a person may know of: `lifecycle.may_see`, as a condition. A test holds the two together."""
    if actor.has(Role.AUDITOR):
        return true()
    seen: list[ColumnElement[bool]] = []
    if actor.has(Role.KEY_WORKER):
        seen.append(GrantRequest.team_id == actor.team_id)
    if actor.has(Role.APPROVER):
        seen.append(GrantRequest.sent_at.is_not(None))
    if actor.has(Role.PANEL):
        put = exists().where(RequestEvent.request_id == GrantRequest.id, RequestEvent.action == Action.PUT_TO_PANEL.value)
        seen.append(or_(GrantRequest.status.in_(UNANSWERED | {Status.QUESTION}), put))
    if actor.has(Role.FINANCE):
        seen.append(or_(GrantRequest.agreed_at.is_not(None), GrantRequest.status.in_(PENDING)))
    return or_(false(), *seen)


def find(actor: Actor, asked: Asked, limit: int, offset: int) -> Found:
    """Requests by number, amount, person's code, group, shop or kind; that number first, then the newest."""
    # What this person may open as finance alone has its page among the payments.
    reader = Actor(actor.reference, actor.user_id, actor.roles - {Role.FINANCE}, actor.organisation_id, actor.team_id)
    statement = (
        select(GrantRequest, func.count().over())
        .outerjoin(GrantRequest.person)
        .options(contains_eager(GrantRequest.person))
        .where(visible(reader), _fits(asked))
        .order_by((GrantRequest.id != (asked.number or 0)), GrantRequest.id.desc())
        .limit(limit)
        .offset(offset)
    )
    rows = db().execute(statement).all()
    return Found([_hit(actor, row, asked) for row, _total in rows], rows[0][1] if rows else 0)


def asks_for(term: str) -> ColumnElement[bool]:
    """That a request is found by this, as one of its things or as the group that it is for.

    What was written of a thing is sealed, so by whole words; its kind and the group, which are not, by any part of the name.
    """
    kind = RequestThing.item.has(_named(CatalogueItem.name, term))
    group = GrantRequest.group_id.in_(select(CommunityGroup.id).where(_named(CommunityGroup.name, term)))
    return or_(GrantRequest.things.any(or_(found_by(db(), RequestThing.words_index, term), kind)), group)


def _named(name: InstrumentedAttribute[str], term: str) -> ColumnElement[bool]:
    return func.translate(name, _APOSTROPHES, "").icontains(term.translate(_WITHOUT), autoescape=True)


def _fits(asked: Asked) -> ColumnElement[bool]:
    if asked.pence is not None:
        one_costs = GrantRequest.things.any(RequestThing.price_pence == asked.pence)
        return or_(GrantRequest.asked_pence == asked.pence, GrantRequest.agreed_pence == asked.pence, one_costs)
    if asked.number is not None and asked.name:
        return GrantRequest.id == asked.number
    either = [Person.code == asked.letters]
    if terms := with_words(asked.terms):
        either.append(and_(*(asks_for(term) for term in terms)))
    if asked.number is not None:
        either.append(GrantRequest.id == asked.number)
    return or_(*either)


def _hit(actor: Actor, row: GrantRequest, asked: Asked) -> Hit:
    is_own = actor.has(Role.KEY_WORKER) and row.team_id == actor.team_id
    tag = (telling.TAGS if is_own else telling.DESK_TAGS)[row.status]
    detail = [
        tag.words,
        pounds(row.pence) if row.pence is not None else "",
        row.whom,
        row.shops,
    ]
    return Hit(
        title=_("Request %(number)s: %(what)s") % {"number": row.id, "what": row.what},
        url=url_for("requests.show" if is_own else "decisions.show", request_id=row.id),
        detail=" · ".join(part for part in detail if part),
        exact=row.id == asked.number,
    )
