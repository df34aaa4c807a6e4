"""Comparing between agencies, while a request is sent and only then. What was typed is hashed here and kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock, turns
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants import asking, persons, steps
from fundapp.grants.asking import CONSENTS
from fundapp.grants.lifecycle import Action
from fundapp.grants.matching import keys, marks
from fundapp.grants.matching.models import MatchTry, PersonMark
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy import caps
from fundapp.grants.slips import service as slips
from fundapp.grants.slips.models import PersonSlip

DAY, MONTH = timedelta(days=1), timedelta(days=30)
# A key worker has 15 to 20 people, and sees a few a day. Whoever goes through a list needs far more.
MOST_A_DAY = 8
MOST_A_MONTH = 60
# One person keeps one code, so what was typed for a code is put right once or twice, and no more.
MOST_CHANGES = 2


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is typed, for as long as it takes to hash it. It is not shown in a fault's words."""

    initials: str
    born_on: date
    consent_how: str

    def __repr__(self) -> str:
        """Nothing of it."""
        return "Particulars(…)"


def send_compared(session: Session, *, actor: Actor, request_id: int, version: int, particulars: Particulars) -> bool:
    """Send a draft, and have it count with what other agencies asked for the same person. Whether it is over a cap: that alone is told.

    Raises as `asking.send`; Refused without consent of the list, for what cannot be somebody's, and for too many comparisons.
    """
    if not actor.has(Role.KEY_WORKER) or actor.user_id is None:
        raise NotAllowed(_("Key workers ask."))
    _require_sound(particulars)
    _one_at_a_time(session, actor.user_id)
    _require_few(session, actor.user_id)
    # Held before anything is marked: whoever may not send it compares nobody.
    request = steps.hold(session, request_id=request_id, action=Action.SEND, actor=actor, version=version).request
    if request.person_id is None:
        raise Refused(_("Some answers are missing. Go through them, then send it."))
    differs = _mark(session, request.person_id, particulars)
    sent = asking.send(session, actor=actor, request_id=request_id, version=version)
    over = caps.standing_of(session, sent).over_pence > 0
    _note(session, actor, sent, particulars.consent_how, differs=differs, over=over)
    return over


def forget(session: Session, *, actor: Actor, person_id: int) -> None:
    """Destroy what stands for a person: they no longer agree to be compared. For their key worker's team, and for their slip's holder."""
    slip = slips.slip_of(session, actor)
    if slip is None or slip.person_id != person_id:
        persons.own_person(session, actor=actor, person_id=person_id)
    gone = session.scalars(delete(PersonMark).where(PersonMark.person_id == person_id).returning(PersonMark.id)).all()
    if gone:
        audit.record(session, actor=actor, kind=AuditKind.MATCH_FORGOTTEN, subject=f"person:{person_id}")


def forget_own(session: Session, *, slip: PersonSlip) -> None:
    """The same, by whoever holds a slip."""
    session.refresh(slip)
    if slip.void_at is not None:
        raise NotFound
    forget(session, actor=slips.holder(slip), person_id=slip.person_id)


def _require_sound(particulars: Particulars) -> None:
    if particulars.consent_how not in CONSENTS:
        raise Refused(_("Ask them first whether they agree to it, and say how they agreed."))
    if not marks.letters(particulars.initials):
        raise Refused(_("Write the first letters of their first and their last name."))
    if not date(marks.FIRST_YEAR, 1, 1) <= particulars.born_on <= clock.today():
        raise Refused(_("Write the day on which they were born."))


def _require_few(session: Session, user_id: int) -> None:
    now = clock.now()
    for most, within in ((MOST_A_DAY, DAY), (MOST_A_MONTH, MONTH)):
        made = select(func.count()).select_from(MatchTry).where(MatchTry.user_id == user_id, MatchTry.at > now - within)
        if (session.scalar(made) or 0) >= most:
            raise Refused(_("You have compared as many people as anybody may for now. Send it without; it is decided all the same."))


def _mark(session: Session, person_id: int, particulars: Particulars) -> bool:
    """Put marks under every key in use. Whether they differ from those that stood. Raises Refused for a code changed too often."""
    differs = False
    for key in keys.in_use(session):
        made = marks.mark(key.secret, particulars.initials, particulars.born_on)
        stood = session.scalar(select(PersonMark.mark).where(PersonMark.person_id == person_id, PersonMark.year == key.year))
        differs |= stood is not None and bytes(stood) != made
        values = {"person_id": person_id, "year": key.year, "mark": made, "marked_at": clock.now()}
        row = insert(PersonMark).values(**values)
        changed = {"mark": row.excluded.mark, "marked_at": row.excluded.marked_at}
        session.execute(row.on_conflict_do_update(index_elements=[PersonMark.person_id, PersonMark.year], set_=changed))
    before = select(func.count()).select_from(MatchTry).where(MatchTry.person_id == person_id, MatchTry.differs)
    if differs and (session.scalar(before) or 0) >= MOST_CHANGES:
        raise Refused(_("This code stood for other particulars before. One person keeps one code: send it without comparing."))
    return differs


def _note(session: Session, actor: Actor, request: GrantRequest, how: str, *, differs: bool, over: bool) -> None:
    made = MatchTry(
        user_id=actor.user_id,
        person_id=request.person_id,
        request_id=request.id,
        consent_how=how,
        at=clock.now(),
        differs=differs,
        over_cap=over,
    )
    session.add(made)
    session.flush()
    facts = {"request": request.id, "differs": int(differs)}
    audit.record(session, actor=actor, kind=AuditKind.PERSON_MATCHED, subject=f"person:{request.person_id}", facts=facts)


def _one_at_a_time(session: Session, user_id: int) -> None:
    turns.take(session, f"matching:{user_id}")
