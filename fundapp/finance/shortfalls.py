"""Alarms about funds that were taken below what they had, by what nobody here can refuse: a refund, a chargeback, a correction.

The ledger flags such an entry when it writes it (`forced`), whoever wrote it. An alarm is such an entry that nobody has looked into.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, Refused
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.finance.ledger_words import kind_words
from fundapp.finance.models import ShortfallClosed
from fundapp.ledger.models import Entry, Transfer
from fundapp.ledger.queries import FundPosition

MOST_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One alarm, as a page tells it."""

    # The entry that took a fund below what it had, and when it was written.
    number: int
    since: datetime
    # How its fund stands now, and what follows from that; one for each fund that is short.
    sentences: tuple[str, ...]
    # What happened, in words.
    what: str


def open_shortfalls(session: Session, funds: Sequence[FundPosition]) -> list[Shortfall]:
    """What nobody has looked into yet, the oldest first. `funds` say how each fund stands now."""
    touched = select(func.array_agg(Transfer.fund.distinct())).where(Transfer.entry_id == Entry.id).scalar_subquery()
    unseen = ~exists().where(ShortfallClosed.entry_number == Entry.number)
    statement = select(Entry.number, Entry.recorded_at, Entry.kind, touched).where(Entry.forced, unseen).order_by(Entry.id)
    return [
        Shortfall(number, since, _sentences([fund for fund in funds if fund.code in codes]), kind_words(kind))
        for number, since, kind, codes in session.execute(statement)
    ]


def close_shortfall(session: Session, *, actor: Actor, number: int, words: str) -> None:
    """Say what came of looking into an alarm. The entry stays flagged, and the fund as short as it is.

    Raises NotAllowed, and Refused without words, or for an entry that raises no alarm or whose alarm is closed.
    """
    if not actor.has(Role.FINANCE) or actor.user_id is None:
        raise NotAllowed(_("Only a finance officer closes an alarm."))
    if not words.strip():
        raise Refused(_("Say what you found, so that the next reader knows."))
    if len(words) > MOST_WORDS:
        raise Refused(_("Keep it under %(number)s letters.") % {"number": f"{MOST_WORDS:,}"})
    if not session.scalar(select(exists().where(Entry.number == number, Entry.forced))):
        raise Refused(_("That entry took no fund below what it had."))
    values = {"entry_number": number, "closed_by": actor.user_id, "closed_at": clock.now()}
    closed = session.execute(
        insert(ShortfallClosed).values(**values).on_conflict_do_nothing().returning(ShortfallClosed.entry_number)
    ).scalar()
    if closed is None:
        raise Refused(_("That alarm is closed already."))
    record(session, actor=actor, kind=AuditKind.SHORTFALL_CLOSED, subject=f"entry:{number}", words=words)


def _sentences(funds: Sequence[FundPosition]) -> tuple[str, ...]:
    short = [fund for fund in funds if fund.available_pence < 0]
    if short:
        waits = _("%(fund)s is %(amount)s short: awards from it wait until it has recovered.")
        return tuple(waits % {"fund": fund.name, "amount": pounds(-fund.available_pence)} for fund in short)
    names = [fund.name for fund in funds]
    known = reduce(lambda one, other: _("%(one)s or %(other)s") % {"one": one, "other": other}, names) if names else ""
    return (_("%(fund)s was short for a time. It has recovered, and can be awarded from again.") % {"fund": known},)
