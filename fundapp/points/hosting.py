"""Hosts: offers of a place, the private link to their page, and what they ask for there."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from fundapp.audit.kinds import AuditKind
from fundapp.audit.service import record
from fundapp.core import clock
from fundapp.core.actor import SYSTEM, Actor
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.keys import Keys
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.jobs import enqueue
from fundapp.points import agreements
from fundapp.points.host_models import Host, HostOffer, HostWish
from fundapp.points.lifecycle import Answer, Wish
from fundapp.points.models import CollectionPoint

LONGEST_WORDS = 1_000
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s.<>]+(\.[^@\s.<>]+)+")
# More open wishes than this are no host's any more.
MOST_OPEN = 10


def host(session: Session, host_id: int) -> Host:
    """A host. Raises NotFound."""
    found = session.get(Host, host_id)
    if found is None:
        raise NotFound(_("There is no such host."))
    return found


def token_of(keys: Keys, found: Host) -> str:
    """The token in a host's private link: made again from the host's number and the link's, so it is kept nowhere."""
    return keys.link_token("host", found.link_identity)


def by_token(session: Session, keys: Keys, *, host_id: int, token: str) -> Host:
    """The host whose page this is. Raises NotFound, the same for a host that is not there and for a link that is not theirs."""
    found = session.get(Host, host_id)
    if found is None or not hmac.compare_digest(token.encode(), token_of(keys, found).encode()):
        raise NotFound(_("There is no page at this address. Check that you have all of it, or ring us for a new link."))
    return found


def places(session: Session, host_id: int) -> Sequence[CollectionPoint]:
    """A host's places: open ones first, then the newest."""
    statement = select(CollectionPoint).where(CollectionPoint.host_id == host_id)
    return session.scalars(statement.order_by(CollectionPoint.closed_at.is_not(None), CollectionPoint.id.desc())).all()


def email_of(session: Session, host_id: int) -> str:
    """The e-mail that a host gave for a place that is open; empty where they gave a telephone number alone, or all are closed."""
    for place in places(session, host_id):
        found = _EMAIL.search(place.contact_details) if place.is_open else None
        if found:
            return found.group()
    return ""


def send_link(session: Session, *, actor: Actor, host_id: int) -> None:
    """Mail a host their private link, after the commit. Raises NotAllowed, NotFound, and Refused without an e-mail."""
    _require_admin(actor)
    found = host(session, host_id)
    if not email_of(session, host_id):
        raise Refused(_("They gave no e-mail. Read the link to them, or hand it over on paper."))
    record(session, actor=actor, kind=AuditKind.HOST_LINK_SENT, subject=found.subject)
    enqueue(session, "points.send_host_link", host_id=found.id, link_version=found.link_version)


def renew_link(session: Session, *, actor: Actor, host_id: int) -> Host:
    """End a host's private link and begin another. Raises NotAllowed and NotFound."""
    _require_admin(actor)
    found = session.get(Host, host_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(_("There is no such host."))
    found.link_version += 1
    session.flush()
    record(session, actor=actor, kind=AuditKind.HOST_LINK_RENEWED, subject=found.subject)
    return found


def offer(
    session: Session, *, form_key: str, place: str, business: str, address: str, contact_name: str, contact_details: str
) -> HostOffer:
    """Take in an offer of a place, once for each form. Whoever sends it has agreed to the version that the page showed."""
    before = session.scalar(select(HostOffer).where(HostOffer.form_key == form_key))
    if before:
        return before
    made = HostOffer(
        form_key=form_key,
        place=" ".join(place.split()),
        business=" ".join(business.split()),
        address=address.strip(),
        contact_name=contact_name.strip(),
        contact_details=contact_details.strip(),
        text_version=agreements.keep_text(session),
        received_at=clock.now(),
        answer="",
    )
    session.add(made)
    session.flush()
    record(session, actor=SYSTEM, kind=AuditKind.HOST_OFFERED, subject=made.subject, facts={"version": made.text_version})
    return made


def answer_offer(session: Session, *, actor: Actor, offer_id: int, point: CollectionPoint | None) -> HostOffer:
    """End an offer: with the point that was opened for it, or declined. Raises NotAllowed, NotFound and Conflict."""
    _require_admin(actor)
    found = session.get(HostOffer, offer_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(_("There is no such offer."))
    if found.ended_at:
        raise Conflict(_("That was answered already. Look at it again."))
    found.answer = (Answer.DONE if point else Answer.DECLINED).value
    found.point_id = point.id if point else None
    found.ended_at, found.ended_by = clock.now(), actor.user_id
    session.flush()
    record(session, actor=actor, kind=AuditKind.HOST_OFFER_ANSWERED, subject=found.subject, facts={"outcome": found.answer})
    return found


def ask(session: Session, *, host_id: int, form_key: str, wish: str, point_id: int | None, words: str) -> HostWish:
    """Note what a host asks for, once for each form. Raises Refused for a poster that is not theirs or is down, and for too much."""
    before = session.scalar(select(HostWish).where(HostWish.form_key == form_key))
    if before:
        return before
    # One at a time for each host, so that what is open can be counted.
    session.get(Host, host_id, with_for_update=True)
    mine = [one.id for one in places(session, host_id) if one.is_open]
    about = None if wish == Wish.ANOTHER else point_id
    if wish not in set(Wish) or (wish != Wish.ANOTHER and about not in mine) or len(words) > LONGEST_WORDS:
        raise Refused(_("Choose what you ask for, and which of your posters it is about."))
    still = select(HostWish).where(HostWish.host_id == host_id, HostWish.ended_at.is_(None))
    open_wishes = session.scalars(still).all()
    if any((one.wish, one.point_id) == (wish, about) for one in open_wishes):
        raise Refused(_("You have asked for that already. We have it, and come back to you."))
    if len(open_wishes) >= MOST_OPEN:
        raise Refused(_("There is much open already. Ring us instead: we sort it out together."))
    made = HostWish(form_key=form_key, host_id=host_id, wish=wish, point_id=about, words=words.strip(), received_at=clock.now(), answer="")
    session.add(made)
    session.flush()
    record(session, actor=SYSTEM, kind=AuditKind.HOST_ASKED, subject=f"host:{host_id}", facts={"what": wish, "wish": made.id})
    return made


def answer_wish(session: Session, *, actor: Actor, wish_id: int, answer: str) -> HostWish:
    """Say that what a host asked for was done, or not. Raises NotAllowed, NotFound, Refused and Conflict."""
    _require_admin(actor)
    found = session.get(HostWish, wish_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(_("There is no such wish."))
    if answer not in set(Answer):
        raise Refused(_("Say whether it was done."))
    if found.ended_at:
        raise Conflict(_("That was answered already. Look at it again."))
    found.answer, found.ended_at, found.ended_by = answer, clock.now(), actor.user_id
    session.flush()
    facts: dict[str, str | int] = {"wish": found.id, "outcome": answer}
    record(session, actor=actor, kind=AuditKind.HOST_WISH_ANSWERED, subject=f"host:{found.host_id}", facts=facts)
    return found


def one_offer(session: Session, offer_id: int) -> HostOffer:
    """One offer. Raises NotFound."""
    found = session.get(HostOffer, offer_id)
    if found is None:
        raise NotFound(_("There is no such offer."))
    return found


def offers() -> Select[HostOffer]:
    """Every offer: what waits first, the oldest first; then the newest."""
    return select(HostOffer).order_by(HostOffer.ended_at.is_not(None), HostOffer.ended_at.desc(), HostOffer.id)


def wishes(*, host_id: int | None = None) -> Select[HostWish]:
    """What hosts asked for, all or one of them: what waits first, the oldest first; then the newest."""
    statement = select(HostWish).order_by(HostWish.ended_at.is_not(None), HostWish.ended_at.desc(), HostWish.id)
    return statement if host_id is None else statement.where(HostWish.host_id == host_id)


def waiting_offers(session: Session, limit: int) -> tuple[list[HostOffer], int]:
    """Offers that nobody has answered, the oldest first, and how many there are."""
    still = HostOffer.ended_at.is_(None)
    rows = session.scalars(select(HostOffer).where(still).order_by(HostOffer.id).limit(limit)).all()
    return list(rows), session.scalar(select(func.count()).select_from(HostOffer).where(still)) or 0


def waiting_wishes(session: Session, limit: int) -> tuple[list[HostWish], int]:
    """What hosts wait for, the oldest first, and how many there are."""
    still = HostWish.ended_at.is_(None)
    rows = session.scalars(select(HostWish).where(still).order_by(HostWish.id).limit(limit)).all()
    return list(rows), session.scalar(select(func.count()).select_from(HostWish).where(still)) or 0


def _require_admin(actor: Actor) -> None:
    if not actor.has(Role.ADMIN):
        raise NotAllowed(_("Only an administrator answers hosts."))
