"""Requests for several things in the demonstration, and what is said around each: by which day, for which group, and where."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from fundapp.cli.demo_data.world import World
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.grants import asking, persons
from fundapp.grants.asking import Answers
from fundapp.grants.circumstances import GROUPS, LOCALITIES, PAID_HOW
from fundapp.grants.models import GrantRequest

# What goes with a first flat: the kind, what exactly, the price, and where.
KEYS = (
    ("furniture", "", 16_500, "the furniture reuse charity, Carr House Road"),
    ("other", "Bedding and a pan", 4_200, "a department store, Frenchgate"),
    ("id", "", 1_250, "the General Register Office"),
)
GOAL = "I get the keys on that day. I want to sleep in my own bed the same night."
UNBLOCKS = "The tenancy begins then, and the hostel bed goes to somebody else."


def around(number: int) -> dict[str, Any]:
    """What was said around one request, by its person's number: of two in three the group, of most where they are."""
    groups, places, ways = (list(codes) for codes in (GROUPS, LOCALITIES, PAID_HOW))
    return {
        "person_group": groups[number % len(groups)] if number % 3 else None,
        "locality": places[number % len(places)] if number % 5 else None,
        "paid_how": ways[number % len(ways)] if number % 4 == 0 else None,
    }


def ask(session: Session, world: World) -> None:
    """One worker has asked for three things by the day somebody moves in; another has not asked the person yet."""
    sent = _draft(session, world, world.workers[0], consents=True)
    asking.send(session, actor=world.workers[0], request_id=sent.id, version=sent.version)
    _draft(session, world, world.workers[1], consents=False)


def _draft(session: Session, world: World, worker: Actor, *, consents: bool) -> GrantRequest:
    kind, words, _pence, _shop = KEYS[0]
    key = UUID(int=world.items[kind] + 2 * consents)
    draft = asking.start_request(session, actor=worker, form_key=key, item_id=world.items[kind], detail_words=words)
    for position, (kind, words, pence, shop) in enumerate(KEYS, 1):
        thing = asking.put_thing(
            session, actor=worker, request_id=draft.id, position=position, item_id=world.items[kind], detail_words=words
        )
        priced = Answers(thing_id=thing.id, price_pence=pence, supplier=shop)
        asking.save_answers(session, actor=worker, request_id=draft.id, answers=priced)
    person = persons.issue_code(session, actor=worker)
    answers = Answers(
        person_id=person.id,
        goal_words=GOAL,
        unblocks_words=UNBLOCKS,
        needed_by=clock.today() + timedelta(days=6),
        needed_for="move-in",
        person_group="care-leaver",
        locality="north",
        paid_how="shop",
        consent_how="in_person" if consents else None,
        consents=consents,
    )
    return asking.save_answers(session, actor=worker, request_id=draft.id, answers=answers)
