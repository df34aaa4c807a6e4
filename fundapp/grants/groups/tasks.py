"""Keeping the list of support fresh: the group is asked in time, and its partner is told once an offer is hidden."""

from __future__ import annotations

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.roles import Role
from fundapp.grants.groups import offers
from fundapp.grants.groups.models import SupportOffer
from fundapp.jobs import JobContext, Tasks, enqueue
from fundapp.people import queries as people
from fundapp.people.unreachable import write_to
from fundapp.web.letters import letter

tasks = Tasks("support")

SIX_HOURS = 21_600
AT_ONCE = 50


@tasks.loop(every_seconds=SIX_HOURS)
def keep_fresh(context: JobContext) -> None:
    """Ask about what will be hidden in a fortnight, and tell partners of what is hidden. Each once until somebody confirms it."""
    with context.database.session() as session, transaction(session):
        look_through(session)


def look_through(session: Session) -> None:
    """Note who is to be written to, and queue the letters."""
    now = clock.now()
    due = offers.silent_since(now - offers.FRESH + offers.ASKED_BEFORE).where(SupportOffer.asked_at.is_(None)).limit(AT_ONCE)
    for offer in session.scalars(due):
        offer.asked_at = now
        if offer.group.contact_email:
            enqueue(session, "support.ask_group", offer_id=offer.id, since=_stamp(offer))
    stale = offers.silent_since(now - offers.FRESH).where(SupportOffer.told_stale_at.is_(None)).limit(AT_ONCE)
    for offer in session.scalars(stale):
        offer.told_stale_at = now
        for user in people.holders(session, Role.KEY_WORKER):
            if user.team_id == offer.group.team_id:
                enqueue(session, "support.tell_partner", offer_id=offer.id, user_id=user.id, since=_stamp(offer))
    session.flush()


@tasks.job(retries=8)
def ask_group(context: JobContext, offer_id: int, since: int) -> None:
    """Ask the group whether it is still so, with its link. Confirmed or ended meanwhile: write nothing."""
    with context.database.session() as session:
        offer = session.scalar(offers.all_offers().where(SupportOffer.id == offer_id))
        if offer is None or _stamp(offer) != since or offer.ended_at or offer.hidden_at or not offer.group.contact_email:
            return
        address, name = offer.group.contact_email, offer.name
        link = f"{context.settings.base_url}/support/{offer.id}/{offers.token_of(context.keys, offer)}"
        words = letter("mail/support_still.txt", name=name, link=link, holder=people.fund_holder(session))
    context.gateways.mail.send(address, words.subject, words.text, key=f"support-still:{offer_id}:{since}")


@tasks.job(retries=8)
def tell_partner(context: JobContext, offer_id: int, user_id: int, since: int) -> None:
    """Tell a key worker of the team that speaks for the group that the offer is hidden until somebody confirms it."""
    with context.database.session() as session:
        offer = session.scalar(offers.all_offers().where(SupportOffer.id == offer_id))
        if offer is None or _stamp(offer) != since or offer.ended_at or offer.hidden_at:
            return
        words = letter("mail/support_hidden.txt", name=offer.name, link=f"{context.settings.base_url}/groups/offers/{offer.id}")
    write_to(context, user_id, words, key=f"support-hidden:{offer_id}:{since}:{user_id}")


def _stamp(offer: SupportOffer) -> int:
    """When it was last confirmed, as a number that a job can carry."""
    return int(offer.confirmed_at.timestamp())
