"""Noting help that could not be given, taking a note back, and why a request was declined."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock, turns
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants.circumstances import GROUPS, LOCALITIES
from fundapp.grants.demand.models import RequestDecline, UnmetNeed
from fundapp.grants.demand.needs import NEEDS, WHY_NOT
from fundapp.grants.demand.reasons import Reason
from fundapp.grants.models import CatalogueItem, GrantRequest


@dataclass(frozen=True, slots=True)
class Unmet:
    """What somebody needed and why it could not be given, in codes. A kind of the catalogue, or else a need."""

    why: str
    item_id: int | None = None
    need: str | None = None
    person_group: str | None = None
    locality: str | None = None


def note_decline(session: Session, request: GrantRequest, reason: Reason) -> None:
    """Keep why a request was declined, in the transaction that declines it."""
    session.add(RequestDecline(request_id=request.id, reason=reason.value))
    session.flush()


def note_unmet(session: Session, *, actor: Actor, form_key: UUID, unmet: Unmet) -> UnmetNeed:
    """Note help that could not be given. The same form key again is the same note.

    Raises NotAllowed for anybody but a key worker, Refused for what no list offers.
    """
    if not actor.has(Role.KEY_WORKER) or actor.user_id is None or actor.team_id is None or actor.organisation_id is None:
        raise NotAllowed(_("Key workers note this."))
    # Two clicks wait for one another here.
    turns.take(session, f"form:{form_key}")
    earlier = session.scalar(select(UnmetNeed).where(UnmetNeed.form_key == form_key))
    if earlier is not None:
        if earlier.noted_by != actor.user_id:
            raise NotFound
        return earlier
    _known(session, unmet)
    noted = UnmetNeed(
        form_key=form_key,
        item_id=unmet.item_id,
        need=unmet.need,
        why=unmet.why,
        person_group=unmet.person_group,
        locality=unmet.locality,
        noted_by=actor.user_id,
        team_id=actor.team_id,
        organisation_id=actor.organisation_id,
        noted_at=clock.now(),
    )
    session.add(noted)
    session.flush()
    # Not what was needed: the trail says who wrote a note, and the note says what.
    audit.record(session, actor=actor, kind=AuditKind.UNMET_NOTED, subject=f"unmet:{noted.id}")
    return noted


def take_back(session: Session, *, actor: Actor, note_id: int) -> UnmetNeed:
    """Take a note back, which then counts for nothing. Twice is once. Raises NotFound for another team's."""
    found = session.get(UnmetNeed, note_id, with_for_update=True, populate_existing=True)
    if found is None or not actor.has(Role.KEY_WORKER) or found.team_id != actor.team_id:
        raise NotFound
    if found.taken_back_at is None:
        found.taken_back_at = clock.now()
        session.flush()
        audit.record(session, actor=actor, kind=AuditKind.UNMET_TAKEN_BACK, subject=f"unmet:{found.id}")
    return found


def team_notes(actor: Actor) -> Select[UnmetNeed]:
    """What a key worker's team noted and did not take back, the newest first."""
    mine = (UnmetNeed.team_id == actor.team_id) & UnmetNeed.taken_back_at.is_(None)
    return select(UnmetNeed).where(mine).order_by(UnmetNeed.id.desc())


def offered(session: Session) -> dict[str, int]:
    """The kinds of help that can be chosen, by what a need calls them: those that are offered now."""
    kinds = select(CatalogueItem.code, CatalogueItem.id).where(CatalogueItem.active).order_by(CatalogueItem.asks_what, CatalogueItem.id)
    return {f"item-{code}": item_id for code, item_id in session.execute(kinds)}


def item_codes(session: Session) -> dict[int, str]:
    """What a need calls each kind of help, offered or not."""
    return {item_id: f"item-{code}" for item_id, code in session.execute(select(CatalogueItem.id, CatalogueItem.code))}


def _known(session: Session, unmet: Unmet) -> None:
    if (unmet.item_id is None) == (unmet.need is None) or (unmet.need is not None and unmet.need not in NEEDS):
        raise Refused(_("Say what they needed: a kind of help, or what comes nearest."))
    if unmet.item_id is not None and session.get(CatalogueItem, unmet.item_id) is None:
        raise Refused(_("Say what they needed: a kind of help, or what comes nearest."))
    if unmet.why not in WHY_NOT:
        raise Refused(_("Say why it could not be given."))
    if unmet.person_group not in {None, *GROUPS} or unmet.locality not in {None, *LOCALITIES}:
        raise Refused(_("Choose from the lists."))
