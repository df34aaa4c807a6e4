"""The offered amounts and their examples, kept by administrators."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.money import pounds_short
from fundapp.core.roles import Role
from fundapp.giving import rules
from fundapp.giving.models import GivingPreset

LONGEST_WORDS = 40
# The page is made for four amounts and one's own.
PLACES = (1, 2, 3, 4)
# The examples that came with the house. In other languages, those that somebody else wrote stay as they wrote them.
FIRST_WORDS = (marked("a bus to an interview"), marked("photos for an ID card"), marked("a haircut"), marked("a simple phone"))


def change_presets(session: Session, *, actor: Actor, offered: Sequence[tuple[int, str]]) -> None:
    """Offer these amounts (pence) with these examples, in this order. What changed is kept in the audit trail.

    Raises NotAllowed and Refused (an amount outside the limits, two alike, an example without words).
    """
    if not actor.has(Role.ADMIN):
        raise NotAllowed(_("Only an administrator changes what is offered."))
    rows = session.scalars(select(GivingPreset).order_by(GivingPreset.position).with_for_update()).all()
    amounts = [pence for pence, _ in offered]
    if len(offered) != len(rows) or amounts != sorted(set(amounts)):
        raise Refused(_("The amounts grow from the first to the last, and no two are alike."))
    limits = rules.now(session)
    if not limits.minimum_pence <= min(amounts) <= max(amounts) <= limits.maximum_pence:
        bounds = {"least": pounds_short(limits.minimum_pence), "most": pounds_short(limits.maximum_pence)}
        raise Refused(_("Each amount lies between %(least)s and %(most)s.") % bounds)
    for row, (pence, words) in zip(rows, offered, strict=True):
        plain = " ".join(words.split())
        if not 0 < len(plain) <= LONGEST_WORDS:
            raise Refused(_("Each example has words, %(most)d letters at most.") % {"most": LONGEST_WORDS})
        if (row.amount_pence, row.words) != (pence, plain):
            facts = {"from_pence": row.amount_pence, "to_pence": pence}
            told = f"{row.words} → {plain}"
            record(session, actor=actor, kind=AuditKind.PRESET_CHANGED, subject=f"preset:{row.position}", facts=facts, words=told)
            row.amount_pence, row.words = pence, plain
    session.flush()
