"""A key for each calendar year. This year's and last year's are in use; what is older is destroyed, and with it all that it made.

A key is random, and lies sealed in its row: a copy of the database does not open it (PRIVATE_KEYS lie elsewhere), a new private key
seals it anew, and once its row is gone no private key makes it again.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import SYSTEM
from fundapp.grants.matching.models import MatchingKey, PersonMark

BYTES = 32
# Besides this year's: so that nobody who was marked within twelve months is forgotten.
YEARS_BEFORE = 1


def in_use(session: Session) -> Sequence[MatchingKey]:
    """The keys to mark with, the newest first; this year's is made when it is first needed."""
    year = clock.today().year
    values = {"year": year, "secret": secrets.token_bytes(BYTES), "made_at": clock.now()}
    made = session.scalar(insert(MatchingKey).values(**values).on_conflict_do_nothing().returning(MatchingKey.year))
    if made is not None:
        audit.record(session, actor=SYSTEM, kind=AuditKind.MATCHING_KEY_MADE, subject=f"matching-key:{year}")
    living = select(MatchingKey).where(MatchingKey.year >= year - YEARS_BEFORE, MatchingKey.year <= year)
    return session.scalars(living.order_by(MatchingKey.year.desc())).all()


def destroy_old(session: Session) -> int:
    """Destroy every key that is older, with its marks, for ever. How many marks went."""
    gone = 0
    old = select(MatchingKey).where(MatchingKey.year < clock.today().year - YEARS_BEFORE).order_by(MatchingKey.year).with_for_update()
    for key in session.scalars(old).all():
        marks = session.scalar(select(func.count()).select_from(PersonMark).where(PersonMark.year == key.year)) or 0
        subject = f"matching-key:{key.year}"
        session.delete(key)
        session.flush()
        audit.record(session, actor=SYSTEM, kind=AuditKind.MATCHING_KEY_DESTROYED, subject=subject, facts={"marks": marks})
        gone += marks
    return gone
