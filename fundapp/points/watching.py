"""Visits, counted; and what people report about posters: taken in from anybody, looked into by staff."""

from __future__ import annotations

import logging

from sqlalchemy import BigInteger, Date, Select, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import SYSTEM, Actor
from fundapp.core.db import transaction
from fundapp.core.errors import Conflict, FundError, NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.points.codes import ALPHABET, normalise
from fundapp.points.lifecycle import Outcome, Trouble
from fundapp.points.models import CollectionPoint
from fundapp.points.queries import point_by_code
from fundapp.points.watch_models import LONGEST_CODE, PointReport, PointVisit

log = logging.getLogger(__name__)
LONGEST_WORDS = 2_000


def count_visit(session: Session, code: str) -> None:
    """Count that a point's page was opened today. A count that cannot be had in time is let go: the page matters more."""
    try:
        with transaction(session):
            which = CollectionPoint.code == normalise(code)
            point = select(CollectionPoint.id, literal(clock.today(), Date), literal(1, BigInteger)).where(which)
            statement = insert(PointVisit).from_select(["point_id", "day", "visits"], point)
            again = {"visits": PointVisit.visits + 1}
            session.execute(statement.on_conflict_do_update(index_elements=[PointVisit.point_id, PointVisit.day], set_=again))
    except (SQLAlchemyError, FundError):
        log.warning("a visit was not counted")


def report(session: Session, *, form_key: str, code: str, trouble: str, words: str) -> PointReport:
    """Take a report in, once for each form, whether the code is ours or not. Raises Refused for what is no trouble or too long."""
    if trouble not in set(Trouble) or len(words) > LONGEST_WORDS:
        raise Refused(_("Choose what is wrong, and say the rest in up to %(most)s letters.") % {"most": f"{LONGEST_WORDS:,}"})
    before = session.scalar(select(PointReport).where(PointReport.form_key == form_key))
    if before:
        return before
    found = point_by_code(session, code)
    made = PointReport(
        form_key=form_key,
        point_id=found.id if found else None,
        code=kept_code(code),
        trouble=trouble,
        words=words.strip(),
        received_at=clock.now(),
        outcome="",
        done="",
    )
    session.add(made)
    session.flush()
    facts: dict[str, str | int] = {"report": made.id, "trouble": trouble}
    record(session, actor=SYSTEM, kind=AuditKind.POINT_REPORTED, subject=made.subject, facts=facts)
    return made


def end_report(session: Session, *, actor: Actor, report_id: int, outcome: str, done: str) -> PointReport:
    """Say what was done about a report. Raises NotAllowed, NotFound, Refused without words, and Conflict where it has ended."""
    if not actor.has(Role.ADMIN, Role.FINANCE) or actor.user_id is None:
        raise NotAllowed(_("Only an administrator or a finance officer says what was done."))
    if outcome not in set(Outcome) or not done.strip() or len(done) > LONGEST_WORDS:
        raise Refused(_("Say how it ended, and what was done, for whoever reads this later."))
    found = session.get(PointReport, report_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(_("There is no such report."))
    if found.ended_at:
        raise Conflict(_("Somebody has said already what was done about it."))
    found.outcome, found.done = outcome, done.strip()
    found.ended_at, found.ended_by = clock.now(), actor.user_id
    session.flush()
    facts: dict[str, str | int] = {"report": found.id, "outcome": outcome}
    record(session, actor=actor, kind=AuditKind.POINT_REPORT_ENDED, subject=found.subject, facts=facts)
    return found


def one_report(session: Session, report_id: int) -> PointReport:
    """One report. Raises NotFound."""
    found = session.get(PointReport, report_id)
    if found is None:
        raise NotFound(_("There is no such report."))
    return found


def reports(*, point_id: int | None = None) -> Select[PointReport]:
    """What was reported, of all posters or of one: what is open first, the oldest first; then what has ended, the newest first."""
    statement = select(PointReport).order_by(PointReport.ended_at.is_not(None), PointReport.ended_at.desc(), PointReport.id)
    return statement if point_id is None else statement.where(PointReport.point_id == point_id)


def waiting(session: Session, limit: int) -> tuple[list[PointReport], int]:
    """What is open, the oldest first, and how many there are."""
    still = PointReport.ended_at.is_(None)
    rows = session.scalars(select(PointReport).where(still).order_by(PointReport.id).limit(limit)).all()
    return list(rows), session.scalar(select(func.count()).select_from(PointReport).where(still)) or 0


def kept_code(typed: str) -> str:
    """What is kept of a code that somebody typed: its letters and figures, a dozen at the most."""
    return "".join(letter for letter in normalise(typed) if letter in ALPHABET or letter == "U")[:LONGEST_CODE]
