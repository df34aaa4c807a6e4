"""The stage's community groups: one that asks, one that offers, and a note of help that could not be given."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy.orm import Session

from fundapp.core.keys import Keys
from fundapp.grants.demand import noting
from fundapp.grants.demand.noting import Unmet
from fundapp.grants.groups import offers
from fundapp.grants.groups.offers import OfferWords
from tests.builders import groups
from tests.builders.grants import Cast, Seat
from tests.support.live import LiveServer


class _Seats(Cast):
    """The stage's people, as the builders name them."""

    def __init__(self, who: dict[str, Seat]) -> None:
        self._who = who

    def seat(self, name: str) -> Seat:
        """Somebody, by name."""
        return self._who[name]


def make(session: Session, live: LiveServer, who: dict[str, Seat]) -> dict[str, object]:
    """Put it in its place."""
    worker = who["worker"]
    made = groups.group(session, worker, name="The allotment on Mill Lane")
    paid = groups.paid(session, _Seats(who), made)
    waiting = groups.waiting(session, worker, made, price_pence=12_000)
    listed = groups.offer(session, worker, made)
    words = OfferWords("Walk and talk", "A slow walk by the river.", "anybody", "Tuesdays, 10 am", "The gate of the allotments")
    ended = groups.offer(session, worker, made, words)
    offers.end(session, actor=worker.actor, offer_id=ended.id)
    noting.note_unmet(session, actor=worker.actor, form_key=uuid4(), unmet=Unmet(why="too-dear", need="deposit", locality="north"))
    session.commit()
    keys = Keys(live.settings.secret_key, live.settings.private_keys)
    return {
        "group": made.id,
        "group_waiting": waiting.id,
        "group_paid": paid.id,
        "support": listed.id,
        "support_ended": ended.id,
        "support_link": f"{listed.id}/{offers.token_of(keys, listed)}",
        "support_link_ended": f"{ended.id}/{offers.token_of(keys, ended)}",
    }
