"""A gift made elsewhere that turns out wrong: one finance officer says so, another takes it back in the ledger. Both entries stay."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotAllowed, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.giving.elsewhere.entering import check_words, held
from fundapp.giving.elsewhere.models import GiftElsewhere
from fundapp.giving.models import Donation
from fundapp.giving.refunds import queries as refund_queries
from fundapp.giving.refunds.refunding import hold
from fundapp.ledger import queries as ledger_queries
from fundapp.ledger import service as ledger


def call_wrong(session: Session, *, actor: Actor, gift_id: int, words: str) -> GiftElsewhere:
    """Say that a gift in the books is wrong, and why: entered twice, another's money, a cheque that came back.

    Raises Refused for one of which something was given back already: that is a gift, whatever else it is.
    """
    user_id = _finance(actor)
    check_words(words)
    row = held(session, gift_id)
    if not row.stands or row.reversal_asked_at:
        raise _been_first()
    _check_whole(session, row)
    row.reversal_asked_by, row.reversal_asked_at, row.reversal_why = user_id, clock.now(), words.strip()
    session.flush()
    record(session, actor=actor, kind=AuditKind.GIFT_REVERSAL_ASKED, subject=row.subject, words=words)
    return row


def keep(session: Session, *, actor: Actor, gift_id: int) -> GiftElsewhere:
    """It was right after all: said by a second person, or thought again by the first."""
    _finance(actor)
    row = held(session, gift_id)
    if not row.is_being_reversed:
        raise _been_first()
    row.reversal_asked_by = row.reversal_asked_at = None
    row.reversal_why = ""
    session.flush()
    record(session, actor=actor, kind=AuditKind.GIFT_KEPT, subject=row.subject)
    return row


def take_back(session: Session, *, actor: Actor, gift_id: int) -> GiftElsewhere:
    """A second finance officer takes it back in the ledger. Raises NotAllowed for whoever asked for it."""
    user_id = _finance(actor)
    row = held(session, gift_id)
    if not row.is_being_reversed:
        raise _been_first()
    if row.reversal_asked_by == user_id:
        raise NotAllowed(_("You said that it is wrong. Somebody else takes it back, or keeps it."))
    donation = _check_whole(session, row)
    row.reversed_by, row.reversed_at = user_id, clock.now()
    session.flush()
    received = next(one for one in ledger_queries.entries_for(session, donation.subject) if one.event_key == donation.receiving_key)
    posted = ledger.reverse(
        session,
        number=received.number,
        event_key=f"gift:{donation.id}:reversal",
        happened_on=clock.today(),
        actor=actor.reference,
        reason="entered-wrong",
    )
    record(session, actor=actor, kind=AuditKind.GIFT_REVERSED, subject=row.subject, facts={"entry": posted.number})
    return row


def _check_whole(session: Session, row: GiftElsewhere) -> Donation:
    """The gift that it became, with its refunds held. Raises Refused when something of it was given back, or is about to be."""
    donation = session.get_one(Donation, row.donation_id)
    hold(session, donation.subject)
    open_one = refund_queries.open_one(session, donation.subject)
    if open_one is not None or refund_queries.left_pence(session, donation.subject) != row.amount_pence:
        raise Refused(_("Some of this gift was given back, or is about to be. See to its refund instead."))
    return donation


def _finance(actor: Actor) -> int:
    if not actor.has(Role.FINANCE) or actor.user_id is None:
        raise NotAllowed(_("Only a finance officer sees to gifts made elsewhere."))
    return actor.user_id


def _been_first() -> Conflict:
    return Conflict(_("Somebody has seen to it already. Look at it again."))
