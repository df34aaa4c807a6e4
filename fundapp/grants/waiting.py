"""What waits for a key worker and for an approver. Nobody is shown what the table (`lifecycle`) would not let them do."""

from __future__ import annotations

from datetime import datetime

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import joinedload

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.days import day
from fundapp.core.language import gettext as _
from fundapp.core.language import marked, ngettext
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.grants import lending, queries
from fundapp.grants.handover_models import Handover
from fundapp.grants.lifecycle import Action, Status
from fundapp.grants.models import Conflict, GrantRequest, RequestEvent
from fundapp.grants.policy.tiers import Signers
from fundapp.grants.together.models import Award, PanelVote, Signature
from fundapp.web.needs import Need, Waiting
from fundapp.web.session import db

# What each state asks of the worker: the words, the button, the coin.
_ASKS = {
    Status.QUESTION: (marked("Answer one question"), marked("Answer"), "question"),
    Status.PAID: (marked("Photograph the bill"), marked("Show it"), "camera"),
    Status.IN_HANDS: (marked("Say what came of it"), marked("Say"), "tick"),
    Status.DRAFT: (marked("Finish asking"), marked("Go on"), "draft"),
}
# Its person paused it, whatever state it is in.
_PAUSED = (marked("Speak with them: they paused it"), marked("Look"), "pause")
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
    """Requests whose next word is this person's: to decide, to sign as the second, or to vote on; what is due first stands first."""
    theirs = []
    if person.has(Role.APPROVER):
        theirs.append(GrantRequest.status == Status.WAITING)
    if person.has(Role.APPROVER, Role.FINANCE):
        theirs.append(and_(GrantRequest.status == Status.SIGNED, _takes(person)))
    if person.has(Role.PANEL):
        theirs.append(GrantRequest.status == Status.PANEL)
    return (
        select(GrantRequest)
        .where(or_(false(), *theirs), GrantRequest.runs, *not_mine(person), ~_has_spoken(person))
        .order_by(*queries.DEADLINES_FIRST)
    )


def _takes(person: Actor) -> ColumnElement[bool]:
    """That the award which stands takes the word of one of this person's seats next (together/signers.py)."""
    tiers = [Signers.TWO_APPROVERS_OR_PANEL] if person.has(Role.APPROVER) else []
    tiers += [Signers.APPROVER_AND_FINANCE] if person.has(Role.FINANCE) else []
    return exists().where(Award.request_id == GrantRequest.id, Award.void_at.is_(None), Award.signers.in_([one.value for one in tiers]))


def _has_spoken(person: Actor) -> ColumnElement[bool]:
    """That somebody has signed the award that stands, or voted on it: nobody does that twice."""
    standing = (Award.request_id == GrantRequest.id, Award.void_at.is_(None))
    signed = exists().where(*standing, Signature.award_id == Award.id, Signature.user_id == person.user_id)
    voted = exists().where(*standing, PanelVote.award_id == Award.id, PanelVote.user_id == person.user_id)
    return or_(signed, voted)


# What the next word is in each state: the words, and the button.
_NEXT = {
    Status.WAITING: (marked("Answer a request for %(amount)s"), marked("Decide")),
    Status.SIGNED: (marked("Sign a request for %(amount)s as the second"), marked("Look and sign")),
    Status.PANEL: (marked("Vote on a request for %(amount)s"), marked("Vote")),
}


def decisions(person: Actor, limit: int) -> Waiting:
    """Requests to answer, each with the time by which it was promised."""
    rows, total = _first(to_answer(person), limit)
    needs = []
    for row, _since in rows:
        what, act = _NEXT[row.status]
        needs.append(
            Need(
                what=_(what) % {"amount": pounds(row.asked_pence or 0)},
                about=_about(row),
                url=url_for("decisions.show", request_id=row.id),
                act=_(act),
                since=row.sent_at,
                due_at=row.due_at,
            )
        )
    return Waiting(needs, total)


def overdue(_person: Actor, limit: int) -> Waiting:
    """For those who keep the rota: how many requests should have been answered by now. Which they are is not theirs to read."""
    count, since = db().execute(select(func.count(), func.min(GrantRequest.due_at)).where(GrantRequest.is_overdue)).one()
    if not count:
        return Waiting()
    what = ngettext("%(count)d request is overdue", "%(count)d requests are overdue", count) % {"count": count}
    about = _("Ring an approver, or put somebody on call")
    return Waiting([Need(what, about, url_for("cover.show"), _("Look at the rota"), since=since, due_at=since, glyph="late")][:limit], 1)


def to_take_back(person: Actor, limit: int) -> Waiting:
    """Requests that somebody handed to a colleague until a day that is over."""
    found = [one for one in lending.lent_to(db(), person) if one[2] < clock.today()]
    needs = [
        Need(
            what=ngettext("Take %(count)d request back", "Take %(count)d requests back", count) % {"count": count},
            about=_("With %(name)s until %(day)s") % {"name": name, "day": day(until)},
            url=url_for("lending.show"),
            act=_("Take back"),
            glyph="info",
        )
        for name, count, until in found
    ]
    return Waiting(needs[:limit], len(needs))


def count_decisions(person: Actor) -> Select[int] | None:
    """How many requests wait for somebody to answer; nothing waits for an auditor."""
    return counted(to_answer(person)) if person.has(Role.APPROVER, Role.PANEL, Role.FINANCE) else None


def requests(person: Actor, limit: int) -> Waiting:
    """The worker's own requests that ask something of them."""
    rows, total = _first(queries.needing_worker(person), limit)
    needs = []
    for row, since in rows:
        what, act, glyph = _ASKS.get(row.status, _PAUSED)
        url = url_for("requests.show", request_id=row.id)
        needs.append(Need(_(what), _about(row), url, _(act), since=since or row.saved_at, glyph=glyph))
    return Waiting(needs, total)


def count_requests(person: Actor) -> Select[int]:
    """How many of their requests ask something of a key worker."""
    return counted(queries.needing_worker(person))


def _about(row: GrantRequest) -> str:
    """Which request it is."""
    if row.group is not None:
        return _("Request %(number)s, %(what)s, %(name)s") % {"number": row.id, "what": row.what, "name": row.group.name}
    if row.person is None:
        return _("Request %(number)s, %(what)s") % {"number": row.id, "what": row.what}
    return _("Request %(number)s, %(what)s, Person %(code)s") % {"number": row.id, "what": row.what, "code": row.person.code}


def _first(statement: Select[GrantRequest], limit: int) -> tuple[list[tuple[GrantRequest, datetime | None]], int]:
    """The first so many, each with when its last step was, and how many there are in all, in one question."""
    rows = db().execute(statement.add_columns(_LAST_STEP, func.count().over()).options(joinedload(GrantRequest.person)).limit(limit)).all()
    return [(row, since) for row, since, _total in rows], rows[0][2] if rows else 0


def counted(statement: Select[GrantRequest]) -> Select[int]:
    """How many requests a list holds."""
    return statement.with_only_columns(func.count()).order_by(None)
