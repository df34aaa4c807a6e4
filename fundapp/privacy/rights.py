"""What people may ask about their data, each within a month: see it, have it put right, have it erased (UK GDPR, Articles 12 to 17)."""

from __future__ import annotations

import calendar
import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, inspect, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.forgetting import Forgetting
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.personal import Kept
from fundapp.core.roles import Role
from fundapp.people import rectifying
from fundapp.privacy import access, retention
from fundapp.privacy.models import DataRequest, Forgotten

ACCESS, RECTIFICATION, ERASURE = "access", "rectification", "erasure"
KIND_WORDS = {
    ACCESS: marked("See what is held"),
    RECTIFICATION: marked("Have it put right"),
    ERASURE: marked("Have it erased"),
}
LONGEST_WORDS = 4_000


@dataclass(frozen=True, slots=True)
class Stays:
    """Something that is not erased now, why, and until when at the longest."""

    what: str
    why: str
    until: date | None
    # Whether nothing of it has ended yet.
    in_use: bool = False


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did."""

    gone: tuple[str, ...]
    stays: tuple[Stays, ...]


def a_month_after(day: date) -> date:
    """The same day of the next month, or its last (Article 12(3); the Commissioner counts calendar months)."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def enter(session: Session, *, actor: Actor, kind: str, subject: str, received_on: date, words: str) -> DataRequest:
    """Write down what somebody asks. Raises NotAllowed, NotFound (nothing of that number), Refused."""
    user_id = _admin(actor)
    if kind not in KIND_WORDS or received_on > clock.today():
        raise Refused(_("Say what they ask, and a day that is not in the future."))
    if len(words) > LONGEST_WORDS:
        raise Refused(_("Keep it under %(letters)s letters.") % {"letters": f"{LONGEST_WORDS:,}"})
    plain = access.plain_subject(subject)
    access.require(session, plain)
    asked = DataRequest(
        kind=kind,
        subject=plain,
        received_on=received_on,
        due_on=a_month_after(received_on),
        words=words.strip(),
        entered_by=user_id,
        entered_at=clock.now(),
        answer="",
    )
    session.add(asked)
    session.flush()
    audit.record(session, actor=actor, kind=AuditKind.RIGHT_ASKED, subject=asked.reference, facts={"right": kind})
    return asked


def asked(session: Session, request_id: int, *, hold: bool = False) -> DataRequest:
    """One of them. Raises NotFound."""
    found = session.get(DataRequest, request_id, with_for_update=hold or None, populate_existing=hold)
    if found is None:
        raise NotFound(_("There is no such request."))
    return found


def all_asked() -> Select[DataRequest]:
    """All of them: what is not answered first, the soonest due first."""
    return select(DataRequest).order_by(DataRequest.answered_at.is_not(None), DataRequest.due_on, DataRequest.id)


def waiting(session: Session, limit: int) -> tuple[list[DataRequest], int]:
    """What is not answered, the soonest due first, and how many there are."""
    still = DataRequest.answered_at.is_(None)
    rows = session.scalars(select(DataRequest).where(still).order_by(DataRequest.due_on, DataRequest.id).limit(limit)).all()
    return list(rows), session.scalar(select(func.count()).select_from(DataRequest).where(still)) or 0


def answer(session: Session, *, actor: Actor, request_id: int, words: str) -> DataRequest:
    """Write down what they were told. Raises NotAllowed, NotFound, Refused without words, Conflict when it was answered before."""
    user_id = _admin(actor)
    found = _open(session, request_id)
    if not words.strip() or len(words) > LONGEST_WORDS:
        raise Refused(_("Say what they were told, in up to %(most)s letters.") % {"most": f"{LONGEST_WORDS:,}"})
    found.answer, found.answered_at, found.answered_by = words.strip(), clock.now(), user_id
    session.flush()
    facts = {"right": found.kind, "outcome": "late" if clock.today() > found.due_on else "in_time"}
    audit.record(session, actor=actor, kind=AuditKind.RIGHT_ANSWERED, subject=found.reference, facts=facts)
    return found


def take(session: Session, *, actor: Actor, request_id: int, reason: str) -> bytes:
    """Everything held about whom a request is from, as JSON; who took it and why is written down, about the person and the request.

    Raises NotAllowed, NotFound, Refused without a reason.
    """
    _admin(actor)
    found = asked(session, request_id)
    if not reason.strip() or len(reason) > retention.LONGEST_REASON:
        raise Refused(_("Say why, in up to %(most)d letters.") % {"most": retention.LONGEST_REASON})
    told = access.gathered(session, found.subject)
    columns = sum(len(row) for rows in told["held"].values() for row in rows)
    audit.record(session, actor=actor, kind=AuditKind.DATA_TAKEN, subject=found.subject, facts={"columns": columns}, words=reason)
    return json.dumps(told, ensure_ascii=False, indent=2, default=str).encode()


def put_right(session: Session, *, actor: Actor, request_id: int, name: str) -> None:
    """Put an account's name right. Raises NotAllowed, NotFound, Refused for anything but an account; that has a page of its own."""
    _admin(actor)
    found = _open(session, request_id)
    kind, _colon, number = found.subject.partition(":")
    if kind != "user":
        raise Refused(_("Only an account’s name is put right here. Contacts have a page of their own."))
    rectifying.rename(session, actor=actor, user_id=int(number), name=name)


def erase(session: Session, *, actor: Actor, request_id: int) -> Erased:
    """Erase at once what may be erased, and say what stays, why, and until when. Again, it finds nothing more.

    Raises NotAllowed, NotFound, Conflict when it was answered before, Refused when it does not ask for that.
    """
    _admin(actor)
    found = _open(session, request_id)
    if found.kind != ERASURE:
        raise Refused(_("They did not ask for this to be erased."))
    gone: list[str] = []
    stays: list[Stays] = []
    in_use: dict[str, Stays] = {}
    told: set[str] = set()
    holds, days = retention.holds(session), retention.days_of(session)
    for one, row, subject in _about(session, found.subject):
        if inspect(row).persistent:
            stay = _why_it_stays(session, one, row, subject, holds, days[one.rule].days)
            if stay is None:
                _forget(session, one, row, subject)
                gone.append(_(one.what))
            elif stay.in_use:
                in_use[subject] = stay
                continue
            else:
                stays.append(stay)
            told.add(subject)
    stays += [stay for subject, stay in in_use.items() if subject not in told]
    facts = {"erased": len(gone), "kept": len(stays)}
    audit.record(session, actor=actor, kind=AuditKind.DATA_ERASED, subject=found.subject, facts=facts)
    return Erased(tuple(gone), tuple(stays))


def _forget(session: Session, one: Forgetting, row: Any, subject: str) -> None:
    one.forget(session, row)
    session.flush()
    values = {"rule": one.rule.value, "subject": subject, "at": clock.now()}
    session.execute(insert(Forgotten).values(**values).on_conflict_do_nothing())


def _why_it_stays(session: Session, one: Forgetting, row: Any, subject: str, holds: frozenset[str], days: int) -> Stays | None:
    if holds.intersection((subject, *one.about(row))):
        return Stays(_(one.what), _("A complaint about it is open. It stays until that is answered."), None)
    key = inspect(one.model).primary_key[0]
    is_over = select(key).where(key == getattr(row, key.name), one.due(clock.now() + timedelta(days=1)))
    if session.scalar(is_over) is None:
        return Stays(_(one.what), _("It is still in use: it can be erased once that has ended."), None, in_use=True)
    if one.rule is Kept.MONEY:
        paid_at = getattr(row, "paid_at", None)
        until = clock.day_of(paid_at) + timedelta(days=days) if paid_at else None
        return Stays(_(one.what), _("The law asks for it for six years after the financial year (Companies Act, tax)."), until)
    return None


def _about(session: Session, subject: str) -> list[tuple[Forgetting, Any, str]]:
    """What is kept about somebody and not forgotten yet, with the rule that would end it."""
    kind, _colon, number = subject.partition(":")
    found: list[tuple[Forgetting, Any, str]] = []
    for one in retention.ALL:
        key, columns = inspect(one.model).primary_key[0], inspect(one.model).columns
        if one.name == kind:
            where = key == int(number)
        elif f"{kind}_id" in columns and kind in ("user", "person", "donor"):
            where = columns[f"{kind}_id"] == int(number)
        else:
            continue
        done = set(session.scalars(select(Forgotten.subject).where(Forgotten.rule == one.rule.value)))
        rows = session.scalars(select(one.model).where(where).order_by(key)).all()
        named = [(one, row, f"{one.name}:{getattr(row, key.name)}") for row in rows]
        found += [line for line in named if line[2] not in done]
    return found


def _open(session: Session, request_id: int) -> DataRequest:
    found = asked(session, request_id, hold=True)
    if found.answered_at:
        raise Conflict(_("That was answered already."))
    return found


def _admin(actor: Actor) -> int:
    if not actor.has(Role.ADMIN) or actor.user_id is None:
        raise NotAllowed(_("Only an administrator answers for people’s data."))
    return actor.user_id
