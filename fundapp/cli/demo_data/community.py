"""The demonstration's community groups: one that was paid and offers something, one that asks; and help that could not be given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from fundapp.cli.demo_data.world import World
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.grants import deciding
from fundapp.grants.demand import noting
from fundapp.grants.demand.noting import Unmet
from fundapp.grants.groups import asking, offers, service
from fundapp.grants.groups.asking import GroupAnswers
from fundapp.grants.groups.offers import OfferWords
from fundapp.grants.groups.service import GroupWords
from fundapp.payouts import service as payouts

if TYPE_CHECKING:
    from fundapp.cli.demo_data.history import Agenda

# Told in days before now, so that it lies in months whose books are still open.
ASKED, AGREED, ENTERED, RELEASED, LISTED, SECOND = 12.0, 11.5, 11.0, 10.8, 9.0, 2.0
TABLE = GroupWords(
    name="Sunday Table",
    about="A weekly meal that people who have been homeless cook for everybody.",
    paid_to="Riverside Outreach, Sunday Table",
    contact_name="Olu Bright",
    contact_email="table@sunday.example",
)
WALKERS = GroupWords(
    name="Slow Walkers",
    about="A walk by the river each week, with a flask and no hurry.",
    paid_to="Slow Walkers, club account",
    contact_name="Maureen Tate",
)
OFFERS = (
    OfferWords(
        "Sunday kitchen", "A hot meal, and somebody to sit beside.", "anybody", "Sundays, 12 to 3 pm", "St George’s hall, the side door"
    ),
    OfferWords(
        "Cooking together", "Learn six cheap meals, and take one home.", "anybody with a cooker", "Thursdays, 5 pm", "Ask at Sunday kitchen"
    ),
)
# What was noted in each quarter that is over: the need, why not, the group, where.
NOTED = (
    ("deposit", "too-dear", "moving-on", "central"),
    ("deposit", "too-dear", "prison-leaver", "central"),
    ("white-goods", "not-offered", "moving-on", "north"),
    ("health", "not-offered", None, "central"),
    ("deposit", "no-money", "care-leaver", "north"),
    ("white-goods", "too-dear", "care-leaver", None),
)
# As often as it takes for enough people to stand behind the commonest.
TURNS = 3


def plan(agenda: Agenda, world: World) -> None:
    """Put it among what happens."""
    at = {days: agenda.until - timedelta(days=days) for days in (ASKED, AGREED, ENTERED, RELEASED, LISTED, SECOND)}
    worker, other = world.workers[0], world.workers[1]
    tale = _Tale(world)
    agenda.at(at[ASKED], lambda session: tale.ask(session, worker))
    agenda.at(at[AGREED], tale.agree)
    agenda.at(at[ENTERED], tale.enter)
    agenda.at(at[RELEASED], tale.release)
    agenda.at(at[LISTED], lambda session: tale.offer(session, worker))
    agenda.at(at[SECOND], partial(_second, world=world, worker=other))
    start = clock.start_of(clock.quarter_start(clock.day_of(world.begins) + timedelta(days=100)))
    for number in range(len(NOTED) * TURNS):
        moment = start + timedelta(days=4 + number * 4, hours=15)
        if moment < agenda.until:
            # Each turn begins with another team, so that all note each need.
            noter = world.workers[(number + number // len(NOTED)) % len(world.workers)]
            agenda.at(moment, _note(noter, number))


class _Tale:
    """One group's request on its way."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.request_id = self.version = self.group_id = 0

    def ask(self, session: Session, worker: Actor) -> None:
        """The key worker asks."""
        self.request_id, self.version, self.group_id = _ask(session, self.world, worker, TABLE, "Pans, a hob, and trays", 8_400, 1)

    def agree(self, session: Session) -> None:
        """An approver answers."""
        approver = self.world.approvers[0]
        request = deciding.agree(session, actor=approver, request_id=self.request_id, version=self.version, fund_code="rough-sleepers")
        self.version = request.version

    def enter(self, session: Session) -> None:
        """The first of two finance officers."""
        payouts.enter_payment(
            session,
            actor=self.world.finance[0],
            request_id=self.request_id,
            version=self.version,
            amount_pence=8_400,
            paid_on=clock.today(),
            supplier=TABLE.paid_to,
            bank_reference=f"CLF {self.request_id}",
        )
        self.version += 1

    def release(self, session: Session) -> None:
        """The second."""
        payouts.release_payment(session, actor=self.world.finance[1], request_id=self.request_id, version=self.version)

    def offer(self, session: Session, worker: Actor) -> None:
        """What it offers goes on the list."""
        for number, words in enumerate(OFFERS):
            offers.list_offer(session, actor=worker, group_id=self.group_id, form_key=f"demonstration-{number}", words=words)


def _second(session: Session, *, world: World, worker: Actor) -> None:
    """Another group's request, which waits."""
    _ask(session, world, worker, WALKERS, "Flasks, and bus fares", 6_500, 2)


def _ask(
    session: Session, world: World, worker: Actor, words: GroupWords, detail: str, price_pence: int, number: int
) -> tuple[int, int, int]:
    group = service.add_group(session, actor=worker, words=words)
    answers = GroupAnswers(
        item_id=world.items["community"],
        detail_words=detail,
        purpose_words="We want to have people round who would else be alone.",
        helps_words="People who sleep rough or did, and their neighbours.",
        how_many=30,
        begins_on=clock.today() + timedelta(days=14),
        price_pence=price_pence,
        consent_how="in_person",
    )
    request = asking.ask(session, actor=worker, form_key=UUID(int=number), group_id=group.id, answers=answers)
    return request.id, request.version, group.id


def _note(worker: Actor, number: int) -> Callable[[Session], None]:
    need, why, group, locality = NOTED[number % len(NOTED)]
    unmet = Unmet(why=why, need=need, person_group=group, locality=locality)

    def note(session: Session) -> None:
        noting.note_unmet(session, actor=worker, form_key=UUID(int=1_000 + number), unmet=unmet)

    return note
