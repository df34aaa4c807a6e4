"""Reading the rules: what holds, what waits to be agreed, what held before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from fundapp.audit import queries as audit
from fundapp.core.actor import Actor
from fundapp.rulebook.models import RuleDecision, RuleVersion
from fundapp.rulebook.rulesets import RuleSet

T = TypeVar("T")
# Where a session keeps what it has read: one question to the database for a request or a job, however often it asks.
_READ = "rulebook"


def now(session: Session, of: RuleSet[T]) -> T:
    """The rules that hold. Read once for each session."""
    read = session.info.setdefault(_READ, {})
    if of.code not in read:
        newest = session.scalar(_in_force(of.code))
        read[of.code] = of.saying(newest.numbers if newest else {})
    found: T = read[of.code]
    return found


def forget_read(session: Session) -> None:
    """Read the rules anew, since they have changed."""
    session.info.pop(_READ, None)


def in_force(session: Session, code: str) -> RuleVersion | None:
    """The version that holds; None for what came with the software."""
    return session.scalar(_in_force(code))


def open_version(session: Session, code: str) -> RuleVersion | None:
    """The one that waits for somebody to agree, if any."""
    return session.scalar(_open().where(RuleVersion.rule_set == code))


def open_versions(session: Session) -> Sequence[RuleVersion]:
    """All that wait, the oldest first."""
    return session.scalars(_open()).all()


def count_open(reader: Actor) -> Select[int]:
    """How many wait that somebody else proposed."""
    return _open().where(RuleVersion.proposed_by != reader.user_id).with_only_columns(func.count()).order_by(None)


def history(code: str) -> Select[RuleVersion]:
    """Every version of a set with its decision, the newest first, for paging."""
    statement = select(RuleVersion).where(RuleVersion.rule_set == code).options(selectinload(RuleVersion.decision))
    return statement.order_by(RuleVersion.id.desc())


def numbers_before(session: Session, versions: Sequence[RuleVersion]) -> dict[int, dict[str, int]]:
    """What each of these took the place of, or meant to, by the version; nothing where that came with the software."""
    older = {one.replaces for one in versions if one.replaces}
    found = {row.id: row.numbers for row in session.scalars(select(RuleVersion).where(RuleVersion.id.in_(older)))} if older else {}
    return {one.id: found.get(one.replaces, {}) for one in versions}


def reasons(session: Session, versions: Sequence[RuleVersion]) -> dict[int, str]:
    """Why each was proposed, where the words are still there."""
    subjects = {one.reference: one.id for one in versions}
    if not subjects:
        return {}
    found = session.scalars(audit.of_subjects(list(subjects), ["rules.proposed"]))
    return {subjects[event.subject]: event.words for event in found if event.words}


def _in_force(code: str) -> Select[RuleVersion]:
    agreed = (RuleDecision.rule_set == code) & RuleDecision.agreed
    return (
        select(RuleVersion)
        .join(RuleDecision, RuleDecision.version_id == RuleVersion.id)
        .where(agreed)
        .order_by(RuleVersion.id.desc())
        .limit(1)
    )


def _open() -> Select[RuleVersion]:
    decided = select(RuleDecision.version_id).where(RuleDecision.version_id == RuleVersion.id).exists()
    return select(RuleVersion).where(~decided).order_by(RuleVersion.id)
