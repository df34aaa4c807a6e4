"""What groups offer: listing it, changing it, keeping it fresh, and the list that everybody reads."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session, joinedload

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import SYSTEM, Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.keys import Keys
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.grants.groups import service
from fundapp.grants.groups.models import CommunityGroup, SupportOffer
from fundapp.grants.models import GrantRequest

# After so long without a word it is hidden; the group is asked a fortnight before.
FRESH = timedelta(days=183)
ASKED_BEFORE = timedelta(days=14)
LINK = "support-offer"


@dataclass(frozen=True, slots=True)
class OfferWords:
    """What everybody reads of an offer."""

    name: str
    what: str
    for_whom: str
    times: str
    reach: str


def list_offer(session: Session, *, actor: Actor, group_id: int, form_key: str, words: OfferWords) -> SupportOffer:
    """Put what a group offers on the public list, once for each form.

    Raises NotFound for another team's group, Refused while nothing was paid to it yet.
    """
    group = service.own_group(session, actor=actor, group_id=group_id, for_update=True)
    earlier = session.scalar(select(SupportOffer).where(SupportOffer.form_key == form_key))
    if earlier is not None:
        if earlier.group_id != group_id:
            raise NotFound
        return earlier
    if not was_paid(session, group_id):
        raise Refused(_("Once a request of this group is paid, what it offers can be listed."))
    at = clock.now()
    offer = SupportOffer(form_key=form_key, group=group, listed_by=_user_id(actor), listed_at=at, confirmed_at=at, **asdict(words))
    session.add(offer)
    session.flush()
    audit.record(session, actor=actor, kind=AuditKind.OFFER_LISTED, subject=offer.subject)
    return offer


def change_offer(session: Session, *, actor: Actor, offer_id: int, words: OfferWords) -> SupportOffer:
    """Change what stands on the list. Whoever changes it has looked at it, so it is confirmed too. Raises NotFound."""
    offer = own_offer(session, actor=actor, offer_id=offer_id, for_update=True)
    for name, said in asdict(words).items():
        setattr(offer, name, said)
    offer.ended_at = None
    _fresh(offer)
    session.flush()
    audit.record(session, actor=actor, kind=AuditKind.OFFER_CHANGED, subject=offer.subject)
    return offer


def confirm(session: Session, *, actor: Actor, offer_id: int) -> SupportOffer:
    """Say that it is still so. Raises NotFound for another team's."""
    return _confirm(session, own_offer(session, actor=actor, offer_id=offer_id, for_update=True), actor, "worker")


def end(session: Session, *, actor: Actor, offer_id: int) -> SupportOffer:
    """Say that it is offered no longer. It can be listed again by changing it. Raises NotFound for another team's."""
    return _end(session, own_offer(session, actor=actor, offer_id=offer_id, for_update=True), actor, "worker")


def confirm_by_link(session: Session, keys: Keys, *, offer_id: int, token: str) -> SupportOffer:
    """The same, by whoever has the group's link. Raises NotFound for a link that is none."""
    return _confirm(session, by_token(session, keys, offer_id=offer_id, token=token, for_update=True), SYSTEM, "link")


def end_by_link(session: Session, keys: Keys, *, offer_id: int, token: str) -> SupportOffer:
    """The same, by whoever has the group's link. Raises NotFound for a link that is none."""
    return _end(session, by_token(session, keys, offer_id=offer_id, token=token, for_update=True), SYSTEM, "link")


def hide(session: Session, *, actor: Actor, offer_id: int) -> SupportOffer:
    """Take an offer off the list, as an administrator. Raises NotAllowed, NotFound."""
    return _set_hidden(session, actor, offer_id, hidden=True)


def show(session: Session, *, actor: Actor, offer_id: int) -> SupportOffer:
    """Put it back. Raises NotAllowed, NotFound."""
    return _set_hidden(session, actor, offer_id, hidden=False)


def own_offer(session: Session, *, actor: Actor, offer_id: int, for_update: bool = False) -> SupportOffer:
    """An offer of a group that this key worker's team speaks for. Raises NotFound for every other."""
    offer = _one(session, offer_id, for_update=for_update)
    if not actor.has(Role.KEY_WORKER) or offer.group.team_id != actor.team_id:
        raise NotFound
    return offer


def by_token(session: Session, keys: Keys, *, offer_id: int, token: str, for_update: bool = False) -> SupportOffer:
    """The offer whose link this is. Raises NotFound, the same for an offer that is not there and for a link that is none."""
    words = _("There is no page at this address. Check that you have all of it, or ask the partner that supports your group.")
    try:
        offer = _one(session, offer_id, for_update=for_update)
    except NotFound:
        raise NotFound(words) from None
    if not hmac.compare_digest(token.encode(), token_of(keys, offer).encode()):
        raise NotFound(words)
    return offer


def token_of(keys: Keys, offer: SupportOffer) -> str:
    """The token in the group's link: made again from the offer's number and the link's, so it is kept nowhere."""
    return keys.link_token(LINK, offer.link_identity)


def listed(now: datetime) -> Select[SupportOffer]:
    """What everybody reads: what was confirmed lately, by name."""
    return _with_group().where(is_shown(now)).order_by(SupportOffer.name, SupportOffer.id)


def all_offers() -> Select[SupportOffer]:
    """Every offer, for administrators: the newest first."""
    return _with_group().order_by(SupportOffer.id.desc())


def of_group(session: Session, group_id: int) -> Sequence[SupportOffer]:
    """What one group offers or offered, the newest first."""
    return session.scalars(_with_group().where(SupportOffer.group_id == group_id).order_by(SupportOffer.id.desc())).all()


def is_shown(now: datetime) -> ColumnElement[bool]:
    """Whether an offer stands on the list."""
    return and_(SupportOffer.ended_at.is_(None), SupportOffer.hidden_at.is_(None), SupportOffer.confirmed_at > now - FRESH)


def stands(offer: SupportOffer, now: datetime) -> bool:
    """The same of one that is at hand."""
    return offer.ended_at is None and offer.hidden_at is None and offer.confirmed_at > now - FRESH


def was_paid(session: Session, group_id: int) -> bool:
    """Whether anything was paid to a group."""
    return bool(session.scalar(select(exists().where(GrantRequest.group_id == group_id, GrantRequest.paid_pence > 0))))


def silent_since(before: datetime) -> Select[SupportOffer]:
    """What is offered and was not confirmed since then, the longest first; locked, and passed over where somebody has it."""
    still = (SupportOffer.ended_at.is_(None), SupportOffer.hidden_at.is_(None), SupportOffer.confirmed_at <= before)
    statement = _with_group().where(*still).order_by(SupportOffer.confirmed_at, SupportOffer.id)
    return statement.with_for_update(of=SupportOffer, skip_locked=True)


def to_confirm(actor: Actor, now: datetime) -> Select[SupportOffer]:
    """What a key worker's team should look at: offers that are hidden, or will be in a fortnight."""
    silent = SupportOffer.confirmed_at <= now - FRESH + ASKED_BEFORE
    mine = (CommunityGroup.team_id == actor.team_id, SupportOffer.ended_at.is_(None), SupportOffer.hidden_at.is_(None), silent)
    statement = _with_group().join(CommunityGroup, CommunityGroup.id == SupportOffer.group_id).where(*mine)
    return statement.order_by(SupportOffer.confirmed_at, SupportOffer.id)


def to_list(actor: Actor) -> Select[CommunityGroup]:
    """Groups of a key worker's team that were paid and have nothing on the list."""
    paid = exists().where(GrantRequest.group_id == CommunityGroup.id, GrantRequest.paid_pence > 0)
    has_offer = exists().where(SupportOffer.group_id == CommunityGroup.id)
    return service.team_groups(actor).where(paid, ~has_offer)


def _confirm(session: Session, offer: SupportOffer, actor: Actor, by: str) -> SupportOffer:
    _fresh(offer)
    session.flush()
    audit.record(session, actor=actor, kind=AuditKind.OFFER_CONFIRMED, subject=offer.subject, facts={"by": by})
    return offer


def _end(session: Session, offer: SupportOffer, actor: Actor, by: str) -> SupportOffer:
    if offer.ended_at is None:
        offer.ended_at = clock.now()
        session.flush()
        audit.record(session, actor=actor, kind=AuditKind.OFFER_ENDED, subject=offer.subject, facts={"by": by})
    return offer


def _set_hidden(session: Session, actor: Actor, offer_id: int, *, hidden: bool) -> SupportOffer:
    if not actor.has(Role.ADMIN):
        raise NotAllowed(_("Administrators keep the list of support."))
    offer = _one(session, offer_id, for_update=True)
    if (offer.hidden_at is not None) != hidden:
        offer.hidden_at = clock.now() if hidden else None
        session.flush()
        audit.record(session, actor=actor, kind=AuditKind.OFFER_HIDDEN if hidden else AuditKind.OFFER_SHOWN, subject=offer.subject)
    return offer


def _fresh(offer: SupportOffer) -> None:
    offer.confirmed_at = clock.now()
    offer.asked_at = offer.told_stale_at = None


def _one(session: Session, offer_id: int, *, for_update: bool) -> SupportOffer:
    statement = _with_group().where(SupportOffer.id == offer_id).execution_options(populate_existing=True)
    offer = session.scalar(statement.with_for_update(of=SupportOffer) if for_update else statement)
    if offer is None:
        raise NotFound
    return offer


def _with_group() -> Select[SupportOffer]:
    return select(SupportOffer).options(joinedload(SupportOffer.group))


def _user_id(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotAllowed(_("This is for somebody who is signed in to do."))
    return actor.user_id
