"""What is printed for collection points: posters, stickers, cards, labels; for one point, or for all that are open, in parts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from fundapp.core.errors import NotFound, Refused
from fundapp.core.language import gettext as _
from fundapp.gateways.documents import PIECES, Facts, pieces_pdf
from fundapp.people import queries as people
from fundapp.points import posters, queries
from fundapp.points.models import CollectionPoint
from fundapp.points.queries import State

# How many places stand in one file: some ten kilobytes each while it is made, and as many hundredths of a second.
PART = 100


def is_printable(session: Session) -> bool:
    """Whether the charity's facts are entered: each piece must name them (Code of Fundraising Practice 7.5.1)."""
    holder = people.fund_holder(session)
    return bool(holder.charity_name and holder.charity_number and (holder.phone or holder.email))


def parts(session: Session) -> int:
    """In how many files all open points stand."""
    return -(-queries.count_open(session) // PART)


def piece(session: Session, points: Sequence[CollectionPoint], name: str, *, base_url: str) -> bytes:
    """One page for each of these points. Raises Refused while the charity's facts are not entered, NotFound for no such piece."""
    if name not in PIECES or not points:
        raise NotFound(_("There is nothing of that kind to print."))
    if not is_printable(session):
        raise Refused(_("A poster names the charity, its number and a contact. Enter the charity’s facts first."))
    holder, carried = people.fund_holder(session), posters.on_posters(session, points)
    facts = [
        Facts(
            place=point.name,
            address_words=(base_url + point.path).partition("://")[2],
            url=base_url + point.path,
            code=point.code,
            charity_name=holder.charity_name,
            charity_number=holder.charity_number,
            town=holder.town,
            contact=holder.phone or holder.email,
            checkpoint=posters.words(carried.get(point.id)),
        )
        for point in points
    ]
    return pieces_pdf(name, facts)


def all_open(session: Session, name: str, part: int, *, base_url: str) -> bytes:
    """One part of all open points, by name. Raises as `piece` does, and NotFound for a part that is not there."""
    if part < 1:
        raise NotFound(_("There is nothing of that kind to print."))
    chosen = session.scalars(queries.points(state=State.OPEN).limit(PART).offset((part - 1) * PART)).all()
    return piece(session, chosen, name, base_url=base_url)
