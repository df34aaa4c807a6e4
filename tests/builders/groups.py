"""Community groups at any point of their way, made by the room's own services."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.grants import catalogue, deciding
from fundapp.grants.catalogue import ItemWords
from fundapp.grants.groups import asking, offers, service
from fundapp.grants.groups.asking import GroupAnswers
from fundapp.grants.groups.models import CommunityGroup, SupportOffer
from fundapp.grants.groups.offers import OfferWords
from fundapp.grants.groups.service import GroupWords
from fundapp.grants.models import CatalogueItem, GrantRequest
from fundapp.payouts import service as payouts
from tests.builders import grants as build
from tests.builders.grants import Cast, Seat

KITCHEN = OfferWords(
    name="Sunday kitchen",
    what="A hot meal, and company.",
    for_whom="anybody",
    times="Sundays, 12 to 3 pm",
    reach="St John’s hall, Mill Lane",
)


def kind(session: Session) -> CatalogueItem:
    """What groups can ask for; the one that is there already if there is one."""
    found = session.query(CatalogueItem).filter_by(code="community").one_or_none()
    if found is None:
        words = ItemWords("A community group’s costs", 2_000, 40_000, "Room, tea, tools.", asks_what=True, for_groups=True)
        found = catalogue.add_item(session, actor=build.ADMIN, code="community", words=words)
    session.commit()
    return found


def group(session: Session, by: Seat, *, name: str = "Sunday table", email: str = "table@example.org") -> CommunityGroup:
    """A group that somebody speaks for."""
    words = GroupWords(name=name, about="A weekly meal.", paid_to="Sunday table, savings", contact_name="Olu Bright", contact_email=email)
    made = service.add_group(session, actor=by.actor, words=words)
    session.commit()
    return made


def answers(item: CatalogueItem, *, price_pence: int = 9_000) -> GroupAnswers:
    """A group's request, whole."""
    return GroupAnswers(
        item_id=item.id,
        detail_words="pans and a hob",
        purpose_words="We want to cook for everybody on Sundays.",
        helps_words="People who eat alone.",
        how_many=30,
        begins_on=clock.today() + timedelta(days=14),
        price_pence=price_pence,
        consent_how="in_person",
    )


def waiting(session: Session, by: Seat, made: CommunityGroup, *, price_pence: int = 9_000) -> GrantRequest:
    """A group's request that waits for an approver."""
    whole = answers(kind(session), price_pence=price_pence)
    request = asking.ask(session, actor=by.actor, form_key=uuid4(), group_id=made.id, answers=whole)
    session.commit()
    return request


def paid(session: Session, who: Cast, made: CommunityGroup, *, price_pence: int = 9_000) -> GrantRequest:
    """A group's request that is paid."""
    request = waiting(session, who.worker, made, price_pence=price_pence)
    deciding.agree(session, actor=who.approver.actor, request_id=request.id, version=request.version, fund_code="public-giving")
    build.enter(session, who.finance, request)
    payouts.release_payment(session, actor=who.finance_two.actor, request_id=request.id, version=request.version)
    session.commit()
    return request


def offer(session: Session, by: Seat, made: CommunityGroup, words: OfferWords = KITCHEN) -> SupportOffer:
    """What a group offers, on the list. Something must have been paid to it."""
    listed = offers.list_offer(session, actor=by.actor, group_id=made.id, form_key=str(uuid4()), words=words)
    session.commit()
    return listed
