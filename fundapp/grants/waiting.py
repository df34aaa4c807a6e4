"""What waits for a key worker and for an approver. Nobody is shown what the table (`lifecycle`) would not let them do."""

from __future__ import annotations

from datetime import datetime

from flask import url_for
from sqlalchemy import ColumnElement, Select, exists, false, func, select
from sqlalchemy.orm import joinedload

from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.grants import queries
from fundapp.grants.handover_models import Handover
from fundapp.grants.lifecycle import Action, Status
from fundapp.grants.models import Conflict, GrantRequest, RequestEvent
from fundapp.web.identity import actor
from fundapp.web.needs import Need, Waiting
from fundapp.web.session import db

# What each state asks of the worker: the words, the button, the coin.
_ASKS = {
    Status.QUESTION: (marked("Answer one question"), marked("Answer"), "question"),
    Status.PAID: (marked("Photograph the bill"), marked("Show it"), "camera"),
    Status.IN_HANDS: (marked("Say what came of it"), marked("Say"), "tick"),
    Status.DRAFT: (marked("Finish asking"), marked("Go on"), "draft"),
}
# Since when a request is as it is. Stepping aside changes nothing; a draft has no step yet.
_LAST_STEP = (
    select(func.max(RequestEvent.at))
    .where(RequestEvent.request_id == GrantRequest.id, RequestEvent.action != Action.STEP_ASIDE.value)
    .scalar_subquery()
)


def not_mine(person: Actor) -> tuple[ColumnElement[bool], ...]:
    """What bars nobody by team or conflict, as conditions: of another team, and not stepped aside from."""
    if person.has(Role.ADMIN):
        return (false(),)
    stepped_aside = exists().where(Conflict.request_id == GrantRequest.id, Conflict.user_id == person.user_id)
    once_asked = exists().where(Handover.request_id == GrantRequest.id, Handover.from_user_id == person.user_id)
    return (GrantRequest.team_id != person.team_id, GrantRequest.asked_by != person.user_id, ~stepped_aside, ~once_asked)


def to_answer(person: Actor) -> Select[GrantRequest]:
    """Requests that this person answers, or on the panel reads before they are answered; the oldest first."""
    statement = select(GrantRequest).where(GrantRequest.status == Status.WAITING).order_by(GrantRequest.sent_at, GrantRequest.id)
    return statement.where(*not_mine(person)) if person.has(Role.APPROVER) else statement


def decisions(person: Actor, limit: int) -> Waiting:
    """Requests to answer."""
    decides = person.has(Role.APPROVER)
    what = _("Answer a request for %(amount)s") if decides else _("Read a request for %(amount)s")
    rows, total = _first(to_answer(person), limit)
    needs = [
        Need(
            what=what % {"amount": pounds(row.asked_pence or 0)},
            about=_about(row),
            url=url_for("decisions.show", request_id=row.id),
            act=_("Decide") if decides else _("Read"),
            since=row.sent_at,
        )
        for row, _since in rows
    ]
    return Waiting(needs, total)


def count_decisions() -> int:
    """How many requests wait for whoever is asking; nothing waits for an auditor."""
    me = actor()
    return _count(to_answer(me)) if me.has(Role.APPROVER, Role.PANEL) else 0


def requests(person: Actor, limit: int) -> Waiting:
    """The worker's own requests that ask something of them."""
    rows, total = _first(queries.needing_worker(person), limit)
    needs = []
    for row, since in rows:
        what, act, glyph = _ASKS[row.status]
        url = url_for("requests.show", request_id=row.id)
        needs.append(Need(_(what), _about(row), url, _(act), since=since or row.saved_at, glyph=glyph))
    return Waiting(needs, total)


def count_requests() -> int:
    """How many requests ask something of whoever is asking."""
    return _count(queries.needing_worker(actor()))


def _about(row: GrantRequest) -> str:
    """Which request it is."""
    if row.person is None:
        return _("Request %(number)s, %(what)s") % {"number": row.id, "what": row.what}
    return _("Request %(number)s, %(what)s, Person %(code)s") % {"number": row.id, "what": row.what, "code": row.person.code}


def _first(statement: Select[GrantRequest], limit: int) -> tuple[list[tuple[GrantRequest, datetime | None]], int]:
    """The first so many, each with when its last step was, and how many there are in all, in one question."""
    rows = db().execute(statement.add_columns(_LAST_STEP, func.count().over()).options(joinedload(GrantRequest.person)).limit(limit)).all()
    return [(row, since) for row, since, _total in rows], rows[0][2] if rows else 0


def _count(statement: Select[GrantRequest]) -> int:
    return db().scalar(statement.with_only_columns(func.count()).order_by(None)) or 0
