"""Alarms: what does not fit is recorded and shown to finance, never dropped."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import STRIPE, Actor
from fundapp.core.errors import NotAllowed, Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.giving.models import GivingAlarm


class AlarmKind(StrEnum):
    """What may look wrong. Each has a sentence for whoever looks into it."""

    UNKNOWN_GIFT = "unknown-gift"
    OTHER_AMOUNT = "other-amount"
    PAID_TWICE = "paid-twice"
    REFUND_FAILED = "refund-failed"
    DISPUTED = "disputed"
    PAYOUT = "payout"
    MANUAL_PAYOUT = "manual-payout"
    PAYOUT_UNEVEN = "payout-uneven"
    PAYOUT_FAILED = "payout-failed"
    BALANCE_GAP = "balance-gap"
    LATE_FEE = "late-fee"
    UNKNOWN_MOVEMENT = "unknown-movement"
    LARGE_GIFT = "large-gift"
    CARD_TESTING = "card-testing"
    NOT_FETCHED = "not-fetched"
    NOT_RECORDED = "not-recorded"
    OTHER_VERSION = "other-version"
    SILENCE = "silence"
    POINT_SILENT = "point-silent"
    POINT_WITHOUT_GIFTS = "point-without-gifts"

    @property
    def sentence(self) -> str:
        """What a finance officer reads."""
        return _(_SENTENCES[self])


_SENTENCES = {
    AlarmKind.UNKNOWN_GIFT: marked(
        "Stripe took money that belongs to no gift of ours. It lies in suspense until somebody says whose it is."
    ),
    AlarmKind.OTHER_AMOUNT: marked("Stripe took another amount than the gift’s page said. What Stripe took is what is recorded."),
    AlarmKind.PAID_TWICE: marked("One gift was paid twice. Both are recorded; the donor may want one back."),
    AlarmKind.REFUND_FAILED: marked("A refund came back. The donor is still owed it."),
    AlarmKind.DISPUTED: marked(
        "A donor’s bank asks about a gift, or has taken it back. Answer it at Stripe before the day that Stripe names there."
    ),
    AlarmKind.PAYOUT: marked("Stripe paid out to the bank and has not said what of. Until it does, the ledger does not have it."),
    AlarmKind.MANUAL_PAYOUT: marked(
        "Somebody paid money out of Stripe by hand. Stripe does not say of which gifts, so it is not recorded: only automatic payouts are."
    ),
    AlarmKind.PAYOUT_UNEVEN: marked("The parts of a payout do not add up to it. It is not recorded until they do."),
    AlarmKind.PAYOUT_FAILED: marked("A payout did not reach the bank. The money is back at Stripe: see there what the bank says."),
    AlarmKind.BALANCE_GAP: marked("The Stripe balance and the ledger did not agree on this day. Find out what is missing, and where."),
    AlarmKind.LATE_FEE: marked("A gift’s fee has not come for more than an hour. Until it does, the gift cannot be used."),
    AlarmKind.UNKNOWN_MOVEMENT: marked("The Stripe balance moved, and no gift explains it. It lies in suspense until somebody does."),
    AlarmKind.CARD_TESTING: marked(
        "Many small gifts were declined within an hour, as when stolen cards are tried out. Limits grow strict by themselves. See Stripe’s "
        "own list of declined payments, and what it offers against this."
    ),
    AlarmKind.LARGE_GIFT: marked("A large gift came. See whether it is what it seems, and whether somebody should be thanked in person."),
    AlarmKind.NOT_FETCHED: marked("Stripe rang about something that it then would not tell us. Nothing was recorded of it."),
    AlarmKind.NOT_RECORDED: marked("Stripe has a movement that could not be recorded here. Nothing was posted for it."),
    AlarmKind.OTHER_VERSION: marked(
        "Stripe rings in another version of its language than the Fund speaks. Its bells are still answered, since what they are about "
        "is fetched anew. Have the webhook at Stripe set to our version."
    ),
    AlarmKind.SILENCE: marked(
        "This gift was paid, and Stripe has not rung since. Gifts are still found, by asking. See what Stripe says about our webhook."
    ),
    AlarmKind.POINT_SILENT: marked(
        "Nobody has opened this poster’s page for far longer than is usual there. Another code may be stuck over it: ring the host, or go "
        "and look."
    ),
    AlarmKind.POINT_WITHOUT_GIFTS: marked(
        "This poster’s page is opened as before, and nobody has given for far longer than is usual there. Go and look, and give a pound."
    ),
}


def raise_alarm(session: Session, *, kind: AlarmKind, about: str, subject: str, actor: Actor = STRIPE) -> None:
    """Raise an alarm, once for each thing, whether it was closed since or not."""
    values = {"kind": kind.value, "about": about, "subject": subject, "raised_at": clock.now()}
    written = session.execute(insert(GivingAlarm).values(**values).on_conflict_do_nothing().returning(GivingAlarm.id)).scalar()
    if written:
        record(session, actor=actor, kind=AuditKind.GIFT_ALARM_RAISED, subject=subject, facts={"alarm": kind.value, "about": about})


def close_alarm(session: Session, *, actor: Actor, alarm_id: int, words: str) -> None:
    """Say that an alarm was looked into, and what came of it. Raises NotAllowed and Refused."""
    if not actor.has(Role.FINANCE):
        raise NotAllowed(_("Only a finance officer closes an alarm."))
    if not words.strip():
        raise Refused(_("Say what you found, so that the next reader knows."))
    alarm = session.get(GivingAlarm, alarm_id, with_for_update=True, populate_existing=True)
    if alarm is None or alarm.closed_at:
        raise Refused(_("That alarm is closed already."))
    alarm.closed_at, alarm.closed_by = clock.now(), actor.user_id
    session.flush()
    record(session, actor=actor, kind=AuditKind.GIFT_ALARM_CLOSED, subject=alarm.subject, facts={"alarm": alarm.kind}, words=words)
