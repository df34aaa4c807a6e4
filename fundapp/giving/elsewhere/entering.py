"""Gifts made elsewhere: entered by one finance officer, checked by another, and only then a gift in the ledger like any other."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock, turns
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.keys import Keys, token_hash
from fundapp.core.language import ENGLISH
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.giving.elsewhere import queries
from fundapp.giving.elsewhere.models import GiftElsewhere, Means
from fundapp.giving.lifecycle import Source, Status
from fundapp.giving.models import Donation
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger_queries
from fundapp.ledger import service as ledger

LONGEST_WORDS = 500
# A gift by bank has a day and no hour: its page and its receipt tell the day alone.
_NOON = time(12)


@dataclass(frozen=True, slots=True)
class Entered:
    """What a finance officer reads off the statement, the cheque and the letter with it."""

    means: Means
    given_by: str
    is_individual: bool
    fund_code: str
    amount_pence: int
    received_on: date
    bank_reference: str
    postal_address: str = ""
    in_memory_of: str = ""
    language: str = ENGLISH
    # Said after one like it was pointed out: this is another.
    is_another: bool = False


def enter(session: Session, *, actor: Actor, once_key: str, said: Entered) -> GiftElsewhere:
    """Enter a gift that stands on the bank statement. The same `once_key` again is the same gift.

    Raises NotAllowed, Conflict (the key came with other figures) and Refused: a day to come, a fund that is not there or had ended,
    or one like it (amount, day, reference), unless it was said to be another.
    """
    user_id = _check_finance(actor)
    turns.take(session, "gift-elsewhere")
    earlier = session.scalar(select(GiftElsewhere).where(GiftElsewhere.once_key == once_key))
    if earlier is not None:
        return _same(earlier, said)
    _check(session, said)
    values = asdict(said) | {"means": said.means.value}
    row = GiftElsewhere(**values, once_key=once_key, entered_by=user_id, entered_at=clock.now(), refusal="", reversal_why="")
    session.add(row)
    session.flush()
    facts: dict[str, str | int] = {"fund": row.fund_code, "amount_pence": row.amount_pence}
    record(session, actor=actor, kind=AuditKind.GIFT_ENTERED, subject=row.subject, facts=facts)
    return row


def check(session: Session, *, actor: Actor, keys: Keys, gift_id: int) -> GiftElsewhere:
    """A second finance officer finds it on the statement: it becomes a gift, with its entry in the ledger, its receipt and its proof.

    Raises NotAllowed for whoever entered it, Conflict when somebody was first.
    """
    user_id = _check_finance(actor)
    row = held(session, gift_id)
    _check_second(row, user_id)
    donation = _become(session, row, keys)
    row.checked_by, row.checked_at, row.donation_id = user_id, clock.now(), donation.id
    session.flush()
    ledger.receive(
        session,
        event_key=donation.receiving_key,
        kind="gift.received",
        happened_on=row.received_on,
        lines=[ledger.Line(chart.BANK, chart.DONATIONS, row.fund_code, row.amount_pence)],
        actor=actor.reference,
        subject=donation.subject,
        note=row.subject,
    )
    facts: dict[str, str | int] = {"fund": row.fund_code, "amount_pence": row.amount_pence}
    record(session, actor=actor, kind=AuditKind.GIFT_CHECKED, subject=row.subject, facts=facts)
    return row


def send_back(session: Session, *, actor: Actor, gift_id: int, words: str) -> GiftElsewhere:
    """A second finance officer sends it back: it never was a gift, and can be entered anew as it should be."""
    user_id = _check_finance(actor)
    check_words(words)
    row = held(session, gift_id)
    _check_second(row, user_id)
    row.refused_by, row.refused_at, row.refusal = user_id, clock.now(), words.strip()
    session.flush()
    record(session, actor=actor, kind=AuditKind.GIFT_SENT_BACK, subject=row.subject, words=words)
    return row


def held(session: Session, gift_id: int) -> GiftElsewhere:
    """The row, held until the transaction ends. Raises NotFound."""
    row = session.get(GiftElsewhere, gift_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def check_words(words: str) -> None:
    """Raise Refused for no words or too many."""
    if not words.strip():
        raise Refused(_("Say why, so that the next reader knows."))
    if len(words) > LONGEST_WORDS:
        raise Refused(_("Keep it under %(number)s letters.") % {"number": LONGEST_WORDS})


def _become(session: Session, row: GiftElsewhere, keys: Keys) -> Donation:
    identity, now = uuid4(), clock.now()
    donation = Donation(
        id=identity,
        key_hash=token_hash(row.subject),
        token_hash=token_hash(keys.link_token("gift", str(identity))),
        fund_code=row.fund_code,
        amount_pence=row.amount_pence,
        status=Status.PAID,
        source=Source.ELSEWHERE,
        attempt=0,
        session_expires_at=now,
        created_at=now,
        paid_at=datetime.combine(row.received_on, _NOON, tzinfo=clock.LONDON),
        looked_at=now,
        language=row.language,
    )
    session.add(donation)
    session.flush()
    return donation


def _same(earlier: GiftElsewhere, said: Entered) -> GiftElsewhere:
    if (earlier.fund_code, earlier.amount_pence, earlier.received_on) != (said.fund_code, said.amount_pence, said.received_on):
        raise Conflict(_("This form was sent already with other figures. Open a new one for another gift."))
    return earlier


def _check(session: Session, said: Entered) -> None:
    if said.received_on > clock.today():
        raise Refused(_("The day it was received cannot lie ahead."))
    fund = {one.code: one for one in ledger_queries.funds(session)}.get(said.fund_code)
    if fund is None:
        raise Refused(_("There is no such fund."))
    if fund.ends_on and said.received_on > fund.ends_on:
        raise Refused(_("%(fund)s ended before that day. Choose the fund the money was given for.") % {"fund": fund.name})
    like = queries.like(session, amount_pence=said.amount_pence, received_on=said.received_on, bank_reference=said.bank_reference)
    if like and not said.is_another:
        one = {"amount": pounds(said.amount_pence), "number": like[0].id}
        raise Refused(_("%(amount)s with that day and reference was entered already, as number %(number)s. Is this another?") % one)


def _check_finance(actor: Actor) -> int:
    if not actor.has(Role.FINANCE) or actor.user_id is None:
        raise NotAllowed(_("Only a finance officer sees to gifts made elsewhere."))
    return actor.user_id


def _check_second(row: GiftElsewhere, user_id: int) -> None:
    if not row.waits:
        raise Conflict(_("Somebody has seen to it already. Look at it again."))
    if row.entered_by == user_id:
        raise NotAllowed(_("You entered it. Somebody else checks it against the bank statement or sends it back."))
