"""The access review: once a quarter, each account is looked at and kept, changed or ended, with a reason; then it is never changed.

Nobody reviews their own account. An administrator's is reviewed by another administrator or, since a small charity often has one
alone, by a finance officer: they sit with the fund holder, can give nobody a seat, and are the ones an administrator could harm the
most with a seat given quietly. An auditor is not asked, because an auditor changes nothing; auditors read what was found.

A decision is no act: the account is changed or disabled on its own page, and the review cannot be finished before that was done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.people import queries
from fundapp.people.cover_models import AccessReview, AccessReviewLine
from fundapp.people.factor_models import Factor
from fundapp.people.models import Team, User, UserSession


class Decision(StrEnum):
    """What becomes of an account."""

    KEEP = "keep"
    CHANGE = "change"
    END = "end"

    @property
    def words(self) -> str:
        """As a page says it."""
        return _(_WORDS[self])


_WORDS = {
    Decision.KEEP: marked("Keep it as it is"),
    Decision.CHANGE: marked("Change what it may do"),
    Decision.END: marked("End it"),
}


@dataclass(frozen=True, slots=True)
class Due:
    """The review of this quarter: since when it is asked for, and by when."""

    quarter_on: date
    due_at: datetime
    # None where nobody has begun it.
    review: AccessReview | None


def begin(session: Session, *, actor: Actor) -> AccessReview:
    """Begin this quarter's review with every account in use, as it is now. Raises NotAllowed, and Refused where it has begun."""
    if not actor.has(Role.ADMIN) or actor.user_id is None:
        raise NotAllowed(_("Only an administrator begins a review."))
    quarter = clock.quarter_start(clock.today())
    if session.scalar(select(AccessReview.id).where(AccessReview.quarter_on == quarter)):
        raise Refused(_("This quarter’s review has begun already."))
    review = AccessReview(quarter_on=quarter, begun_by=actor.user_id, begun_at=clock.now())
    session.add(review)
    session.flush()
    users = queries.whole_users(session, queries.roll(session, in_use=True))
    signed_in, proven = _last_signed_in(session), _with_second_factor(session)
    for user in users:
        session.add(
            AccessReviewLine(
                review_id=review.id,
                user_id=user.id,
                roles=sorted(role.value for role in user.roles),
                team_id=user.team_id,
                last_signed_in_at=signed_in.get(user.id),
                has_second_factor=user.id in proven,
            )
        )
    session.flush()
    facts: dict[str, str | int] = {"quarter": quarter.isoformat(), "accounts": len(users)}
    record(session, actor=actor, kind=AuditKind.REVIEW_BEGUN, subject=f"review:{review.id}", facts=facts)
    return review


def may_decide(actor: Actor, found: AccessReviewLine) -> bool:
    """Whether this person may decide on an account (see above)."""
    if actor.user_id is None or actor.user_id == found.user_id:
        return False
    return actor.has(Role.ADMIN) or (actor.has(Role.FINANCE) and Role.ADMIN.value in found.roles)


def decide(session: Session, *, actor: Actor, review_id: int, user_id: int, decision: Decision, reason: str) -> None:
    """Say what becomes of an account, or say it anew. Raises NotFound, NotAllowed, Refused without a reason, Conflict once finished."""
    _held(session, review_id)
    found = line(session, review_id, user_id)
    if not may_decide(actor, found):
        raise NotAllowed(_("Nobody reviews their own account, and a finance officer reviews administrators alone."))
    if not reason.strip():
        raise Refused(_("Say why, for whoever reads this later."))
    facts: dict[str, str | int] = {"user": user_id, "decision": decision.value}
    audit_id = record(session, actor=actor, kind=AuditKind.REVIEW_DECIDED, subject=f"review:{review_id}", facts=facts, words=reason)
    found.decision, found.decided_by, found.decided_at, found.audit_id = decision.value, actor.user_id, clock.now(), audit_id
    session.flush()


def finish(session: Session, *, actor: Actor, review_id: int) -> AccessReview:
    """Finish a review. Raises NotAllowed, Conflict once it is finished, Refused while an account is undecided or a decision not done."""
    if not actor.has(Role.ADMIN):
        raise NotAllowed(_("Only an administrator finishes a review."))
    review = _held(session, review_id)
    found = lines(session, review_id)
    undecided = sum(one.decision is None for one in found)
    if undecided:
        raise Refused(_("%(count)s accounts are not decided on yet.") % {"count": undecided})
    undone = [one.user.name for one in found if not is_done(one)]
    if undone:
        raise Refused(_("What was decided is not done yet for: %(names)s.") % {"names": ", ".join(undone)})
    review.finished_by, review.finished_at = actor.user_id, clock.now()
    session.flush()
    record(session, actor=actor, kind=AuditKind.REVIEW_FINISHED, subject=f"review:{review.id}", facts={"accounts": len(found)})
    return review


def is_done(found: AccessReviewLine) -> bool:
    """Whether what was decided was done: an account to end is disabled, one to change has other seats or another team."""
    if found.decision == Decision.END:
        return not found.user.active
    if found.decision == Decision.CHANGE:
        same = {role.value for role in found.user.roles} == set(found.roles) and found.user.team_id == found.team_id
        return not same or not found.user.active
    return found.decision is not None


def due(session: Session) -> Due | None:
    """The review of this quarter, until it is finished. A Fund whose accounts all began this quarter has its first in the next."""
    quarter = clock.quarter_start(clock.today())
    review = session.scalar(select(AccessReview).where(AccessReview.quarter_on == quarter))
    if review is not None and review.finished_at is not None:
        return None
    oldest = session.scalar(select(func.min(User.created_at)))
    if review is None and (oldest is None or oldest >= clock.start_of(quarter)):
        return None
    return Due(quarter, clock.start_of((quarter + timedelta(days=31)).replace(day=1)), review)


def review(session: Session, review_id: int) -> AccessReview:
    """One review. Raises NotFound."""
    found = session.get(AccessReview, review_id)
    if found is None:
        raise NotFound(_("There is no such review."))
    return found


def reviews(session: Session) -> Sequence[AccessReview]:
    """Every review, the newest first: four a year."""
    return session.scalars(select(AccessReview).order_by(AccessReview.quarter_on.desc())).all()


def lines(session: Session, review_id: int) -> list[AccessReviewLine]:
    """Every account of a review, those to be decided on first, then by name. Names are sealed, so they are put in order here."""
    found = session.scalars(select(AccessReviewLine).where(AccessReviewLine.review_id == review_id).options(*_WHOLE)).unique()
    return sorted(found, key=lambda one: (one.decision is not None, one.user.name.casefold(), one.user_id))


def line(session: Session, review_id: int, user_id: int) -> AccessReviewLine:
    """One account of a review. Raises NotFound."""
    statement = select(AccessReviewLine).where(AccessReviewLine.review_id == review_id, AccessReviewLine.user_id == user_id)
    found = session.scalars(statement.options(*_WHOLE)).unique().one_or_none()
    if found is None:
        raise NotFound(_("That account is not in this review."))
    return found


def counts(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many accounts each review has, and how many of them are decided on."""
    statement = select(AccessReviewLine.review_id, func.count(), func.count(AccessReviewLine.decision))
    rows = session.execute(statement.where(AccessReviewLine.review_id.in_(ids)).group_by(AccessReviewLine.review_id))
    return {review_id: (total, decided) for review_id, total, decided in rows}


_USER = joinedload(AccessReviewLine.user, innerjoin=True)
_WHOLE = (
    joinedload(AccessReviewLine.team, innerjoin=True),
    _USER.joinedload(User.team, innerjoin=True).joinedload(Team.organisation, innerjoin=True),
    _USER.selectinload(User.role_rows),
)


def _held(session: Session, review_id: int) -> AccessReview:
    found = session.scalar(select(AccessReview).where(AccessReview.id == review_id).with_for_update())
    if found is None:
        raise NotFound(_("There is no such review."))
    if found.finished_at is not None:
        raise Conflict(_("This review is finished, and stays as it is."))
    return found


def _last_signed_in(session: Session) -> dict[int, datetime]:
    rows = session.execute(select(UserSession.user_id, func.max(UserSession.created_at)).group_by(UserSession.user_id))
    return {row[0]: row[1] for row in rows}


def _with_second_factor(session: Session) -> set[int]:
    return set(session.scalars(select(Factor.user_id).distinct()))
