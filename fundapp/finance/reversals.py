"""A contribution that turns out wrong: one finance officer says so, another takes it back in the ledger. Both entries stay."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.finance.models import Contribution
from fundapp.finance.reversal_models import ContributionReversal
from fundapp.ledger import queries as ledger_queries
from fundapp.ledger import service as ledger

LONGEST_WORDS = 500


def contribution(session: Session, contribution_id: int) -> Contribution:
    """One contribution. Raises NotFound."""
    found = session.get(Contribution, contribution_id)
    if found is None:
        raise NotFound
    return found


def standing(session: Session, contribution_id: int) -> ContributionReversal | None:
    """What was said against a contribution and stands: waiting for a second person, or done."""
    return standing_of(session, [contribution_id]).get(contribution_id)


def standing_of(session: Session, ids: Collection[int]) -> dict[int, ContributionReversal]:
    """The same of several, in one question."""
    statement = select(ContributionReversal).where(ContributionReversal.contribution_id.in_(ids), ContributionReversal.kept_at.is_(None))
    return {one.contribution_id: one for one in session.scalars(statement)}


def call_wrong(session: Session, *, actor: Actor, contribution_id: int, words: str) -> ContributionReversal:
    """Say that a contribution is wrong, and why: entered twice, into another fund, another's money. Raises Conflict, if said before."""
    user_id = _finance(actor)
    if not words.strip():
        raise Refused(_("Say why, so that the next reader knows."))
    if len(words) > LONGEST_WORDS:
        raise Refused(_("Keep it under %(number)s letters.") % {"number": LONGEST_WORDS})
    _hold(session, contribution_id)
    if standing(session, contribution_id) is not None:
        raise _been_first()
    made = ContributionReversal(contribution_id=contribution_id, why=words.strip(), asked_by=user_id, asked_at=clock.now())
    session.add(made)
    session.flush()
    record(session, actor=actor, kind=AuditKind.CONTRIBUTION_CALLED_WRONG, subject=f"contribution:{contribution_id}", words=words)
    return made


def keep(session: Session, *, actor: Actor, contribution_id: int) -> ContributionReversal:
    """It was right after all: said by a second person, or thought again by the first."""
    user_id = _finance(actor)
    reversal = _waiting(session, contribution_id)
    reversal.kept_by, reversal.kept_at = user_id, clock.now()
    session.flush()
    record(session, actor=actor, kind=AuditKind.CONTRIBUTION_KEPT, subject=f"contribution:{contribution_id}")
    return reversal


def take_back(session: Session, *, actor: Actor, contribution_id: int) -> ContributionReversal:
    """A second finance officer takes it back in the ledger. Raises NotAllowed for whoever asked for it.

    A correction is never refused for want of money: if it takes a fund below what it had, an alarm says so.
    """
    user_id = _finance(actor)
    reversal = _waiting(session, contribution_id)
    if reversal.asked_by == user_id:
        raise NotAllowed(_("You said that it is wrong. Somebody else takes it back, or keeps it."))
    reversal.reversed_by, reversal.reversed_at = user_id, clock.now()
    session.flush()
    subject = f"contribution:{contribution_id}"
    received = next(one for one in ledger_queries.entries_for(session, subject) if one.event_key == subject)
    posted = ledger.reverse(
        session,
        number=received.number,
        event_key=f"{subject}:reversal",
        happened_on=clock.today(),
        actor=actor.reference,
        reason="entered-wrong",
    )
    record(session, actor=actor, kind=AuditKind.CONTRIBUTION_REVERSED, subject=subject, facts={"entry": posted.number})
    return reversal


def _waiting(session: Session, contribution_id: int) -> ContributionReversal:
    _hold(session, contribution_id)
    reversal = standing(session, contribution_id)
    if reversal is None or reversal.reversed_at:
        raise _been_first()
    return reversal


def _hold(session: Session, contribution_id: int) -> None:
    """Hold the contribution until the transaction ends, and read anew what was said against it. Raises NotFound."""
    held = select(Contribution.id).where(Contribution.id == contribution_id).with_for_update(key_share=True)
    if session.scalar(held) is None:
        raise NotFound
    session.expire_all()


def _finance(actor: Actor) -> int:
    if not actor.has(Role.FINANCE) or actor.user_id is None:
        raise NotAllowed(_("Only a finance officer takes a contribution back."))
    return actor.user_id


def _been_first() -> Conflict:
    return Conflict(_("Somebody has seen to it already. Look at it again."))
