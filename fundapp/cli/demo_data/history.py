"""Two quarters of history and a present with something for everybody to do, act by act, in the order of time."""

from __future__ import annotations

import heapq
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from uuid import UUID

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from fundapp.cli.demo_data import at_stripe, closing, community, gifts, giving_back, monthly, moving, policy, ruling
from fundapp.cli.demo_data.stand_in import HistoricStripe
from fundapp.cli.demo_data.stories import QUARTERS, STORIES, Story
from fundapp.cli.demo_data.world import World
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.db import Database, transaction
from fundapp.core.keys import Keys
from fundapp.core.roles import Role
from fundapp.grants import asking, confirming, deciding, persons
from fundapp.grants.asking import Answers
from fundapp.grants.confirming import Result
from fundapp.grants.demand.reasons import Reason
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy.models import PolicyLook
from fundapp.grants.together import signing, standing
from fundapp.ledger import queries as ledger
from fundapp.ledger import service as ledger_service
from fundapp.payouts import service as payouts

Act = Callable[[Session], None]
# The same history every time it is made on the same day.
SEED = 1902
KEEP_IN_RESERVE_PENCE = 20_000
# What the policy agreed today: certificates, one after the other, until one is drawn to be looked at. Of so many none is drawn once in
# sixty towns, and all of them together lie well within the policy's week.
TODAY_HOURS_AGO, MINUTES_BETWEEN, MOST_TODAY = 8, 40, 10


@dataclass
class Agenda:
    """What will happen, by time. Acts that lie ahead of the real clock are never done: they are what waits for somebody today."""

    until: datetime
    acts: list[tuple[datetime, int, Act]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    def at(self, moment: datetime, act: Act) -> None:
        """Put an act in its place in time."""
        heapq.heappush(self.acts, (moment, next(self._numbers), act))

    def run(self, town: Database) -> None:
        """Do everything that lies in the past, each act in a transaction of its own with the clock held at its moment."""
        while self.acts and self.acts[0][0] < self.until:
            moment, _, act = heapq.heappop(self.acts)
            with clock.at(moment), town.session() as session, transaction(session):
                act(session)


@dataclass
class Tale:
    """One request on its way: who, what for, and how far it is meant to get."""

    world: World
    agenda: Agenda
    dice: random.Random
    story: Story
    worker: Actor
    # Stop after this step; "closed" is all the way.
    stop_at: str = "closed"
    request_id: int = 0
    version: int = 0
    # Whose word was the second, where it took two.
    signed_too: Actor | None = None

    def after(self, hours: float, act: Act) -> None:
        """Go on some hours from now."""
        self.agenda.at(clock.now() + timedelta(hours=hours), act)

    def keep(self, request: GrantRequest) -> None:
        """Remember how far the request is."""
        self.request_id, self.version = request.id, request.version

    def ask(self, session: Session) -> None:
        """The key worker asks."""
        story, worker = self.story, self.worker
        person = persons.issue_code(session, actor=worker)
        key = UUID(int=self.dice.getrandbits(128))
        request = asking.start_request(session, actor=worker, form_key=key, item_id=self.world.items[story.kind], detail_words=story.detail)
        answers = Answers(
            person_id=person.id,
            goal_words=story.goal,
            unblocks_words=story.unblocks,
            price_pence=story.price_pence,
            supplier=story.supplier,
            consent_how=self.dice.choice(("in_person", "in_person", "phone")),
            consents=True,
            **moving.around(person.id),
        )
        request = asking.save_answers(session, actor=worker, request_id=request.id, answers=answers)
        self.keep(request)
        if self.stop_at == "draft":
            return
        sent = asking.send(session, actor=worker, request_id=request.id, version=request.version)
        self.keep(sent)
        if sent.status == Status.AGREED:
            # The standing policy agreed it.
            if self.stop_at != "agreed":
                self.after(self.dice.choice((1, 2, 4, 20)), self.enter)
        elif self.stop_at != "waiting":
            self.after(self.dice.choice((0.4, 1, 2, 3, 5, 8, 16, 26)), self.decide)

    def decide(self, session: Session) -> None:
        """An approver answers."""
        approver = self.dice.choice(self.world.approvers)
        if self.stop_at == "question":
            words = "Is this the price with delivery?"
            self.keep(deciding.ask_question(session, actor=approver, request_id=self.request_id, version=self.version, words=words))
            return
        fund = _fund_for(session, self.story.price_pence)
        if self.stop_at == "declined" or fund is None:
            reason = "The housing association gives these for nothing. Ask them first; if they say no, ask again."
            why = Reason.SOMEBODY_ELSE
            held = {"request_id": self.request_id, "version": self.version}
            self.keep(deciding.decline(session, actor=approver, reason=reason, why=why, **held))
            return
        self.keep(deciding.agree(session, actor=approver, request_id=self.request_id, version=self.version, fund_code=fund))
        self._sign_too(session, approver)
        if self.stop_at != "agreed":
            self.after(self.dice.choice((1, 2, 4, 20)), self.enter)

    def enter(self, session: Session) -> None:
        """The first of two finance officers."""
        first = self.world.finance[0]
        payouts.enter_payment(
            session,
            actor=first,
            request_id=self.request_id,
            version=self.version,
            amount_pence=self._bill_pence(),
            paid_on=clock.today(),
            supplier=self.story.supplier,
            bank_reference=f"CLF {self.request_id}",
        )
        self.version += 1
        if self.stop_at != "being_paid":
            self.after(self.dice.choice((0.5, 1, 3)), self.release)

    def release(self, session: Session) -> None:
        """The second."""
        second = self.dice.choice([one for one in self.world.finance[1:] if one != self.signed_too])
        payouts.release_payment(session, actor=second, request_id=self.request_id, version=self.version)
        self.version += 1
        if self.stop_at != "paid":
            self.after(self.dice.choice((20, 26, 48)), self.confirm)

    def confirm(self, session: Session) -> None:
        """The key worker shows the bill."""
        self.keep(
            confirming.confirm(session, actor=self.worker, request_id=self.request_id, version=self.version, bill=_bill(self._bill_pence()))
        )
        if self.stop_at != "in_hands":
            self.after(self.dice.choice((120, 200, 300)), self.tell)

    def tell(self, session: Session) -> None:
        """And says what came of it."""
        result = Result(self.story.result)
        confirming.tell_outcome(session, actor=self.worker, request_id=self.request_id, version=self.version, result=result)

    def _sign_too(self, session: Session, first: Actor) -> None:
        """Where one word is not enough: the finance officer who then does not pay, or a second approver."""
        needed = standing.signers(session, session.get_one(GrantRequest, self.request_id)).needed
        if not needed:
            return
        others = self.world.finance[-1:] if needed[0] == Role.FINANCE else [one for one in self.world.approvers if one != first]
        self.signed_too = others[0]
        self.keep(signing.countersign(session, actor=others[0], request_id=self.request_id, version=self.version))

    def _bill_pence(self) -> int:
        # Now and then it is cheaper than the guide said; what is left goes back to the fund.
        return self.story.price_pence - (150 if self.story.price_pence % 7 == 0 else 0)


def live(town: Database, world: World, stripe: HistoricStripe, keys: Keys, nightly: Act | None = None) -> None:
    """Write the history down. `nightly` is done at the end of each of its days."""
    dice = random.Random(SEED)  # noqa: S311 - an invented history, no secret
    agenda = Agenda(until=clock.now())
    gifts.plan(agenda, world, dice, stripe, keys)
    giving_back.plan(agenda, world, stripe, keys)
    at_stripe.plan(agenda, stripe)
    monthly.plan(agenda, stripe, keys)
    ruling.plan(agenda, world)
    policy.plan(agenda, world)
    community.plan(agenda, world)
    _past_requests(agenda, world, dice)
    _present_requests(agenda, world, dice)
    agenda.at(agenda.until - timedelta(hours=TODAY_HOURS_AGO), partial(_agree_today, agenda=agenda, world=world, dice=dice))
    closing.plan(agenda, world)
    if nightly:
        for day in range((agenda.until - world.begins).days + 1):
            agenda.at(world.begins + timedelta(days=day, hours=23, minutes=30), nightly)
    agenda.run(town)


def _past_requests(agenda: Agenda, world: World, dice: random.Random) -> None:
    """Each quarter's requests, spread over its days; the teams take turns, so that all ask for each kind."""
    this_quarter = clock.start_of(clock.quarter_start(clock.today()))
    starts = [world.begins, clock.start_of(clock.quarter_start(clock.day_of(this_quarter - timedelta(days=1)))), this_quarter]
    ends = [*starts[1:], agenda.until - timedelta(days=20)]
    for turn, (start, end, kinds) in enumerate(zip(starts, ends, QUARTERS, strict=True)):
        days = (end - start).days
        # The running quarter has asked as often as its days allow.
        share = min(1.0, max(0.0, days / 91))
        for kind, often in kinds.items():
            stories = [story for story in STORIES if story.kind == kind]
            for number in range(round(often * share)):
                tale = Tale(world, agenda, dice, stories[(number + turn) % len(stories)], world.workers[number % len(world.workers)])
                if number == often - 1 and kind in {"phone", "furniture"}:
                    tale.stop_at = "declined"
                # The last days of a quarter are left for its answers, so that its figures are whole.
                day = dice.randrange(2, max(3, days - 6))
                agenda.at(start + timedelta(days=day, hours=dice.choice((9, 10, 11, 14, 15, 17, 19)), minutes=dice.randrange(60)), tale.ask)


def _present_requests(agenda: Agenda, world: World, dice: random.Random) -> None:
    """Something in each state, so that everybody who signs in finds something to do; one that waits is overdue."""
    stops = (
        ("in_hands", 200), ("paid", 96), ("paid", 80), ("being_paid", 70), ("being_paid", 52), ("agreed", 44), ("agreed", 30),
        ("question", 40), ("waiting", 150), ("waiting", 5), ("waiting", 1.2), ("draft", 0.6),
    )  # fmt: skip
    for number, (stop_at, hours_ago) in enumerate(stops):
        # What the policy agrees at once waits for nobody.
        stories = [one for one in STORIES if one.kind in {"furniture", "other"}] if stop_at in {"question", "waiting"} else STORIES
        story = stories[(number * 5 + 4) % len(stories)]
        tale = Tale(world, agenda, dice, story, world.workers[number % len(world.workers)], stop_at)
        agenda.at(agenda.until - timedelta(hours=hours_ago), tale.ask)


def _agree_today(session: Session, agenda: Agenda, world: World, dice: random.Random, number: int = 0) -> None:
    """The policy agrees something small; if it is not drawn, somebody else asks for the same a little later."""
    story = next(one for one in STORIES if one.kind == "id")
    tale = Tale(world, agenda, dice, story, world.workers[number % len(world.workers)], stop_at="agreed")
    tale.ask(session)
    if number + 1 < MOST_TODAY and session.get(PolicyLook, tale.request_id) is None:
        again = partial(_agree_today, agenda=agenda, world=world, dice=dice, number=number + 1)
        agenda.at(clock.now() + timedelta(minutes=MINUTES_BETWEEN), again)


def _fund_for(session: Session, pence: int) -> str | None:
    """The fund an approver would take: restricted and ending soonest first, with something left afterwards."""
    today = clock.today()
    open_now = [fund for fund in ledger.fund_positions(session) if ledger_service.fund_allows(fund.fund, today)]
    able = [fund for fund in open_now if fund.available_pence >= pence + KEEP_IN_RESERVE_PENCE and fund.cash_pence >= pence]
    able.sort(key=lambda fund: (fund.restriction != "restricted", fund.ends_on is None, fund.ends_on or today))
    # What the public gave is used too, not only what ends soonest.
    gave = [fund for fund in able if fund.code == "public-giving"]
    chosen = gave if gave and pence < 5_000 and pence % 3 == 0 else able
    return chosen[0].code if chosen else None


def _bill(pence: int) -> bytes:
    """A picture of a bill, as a phone would take it."""
    picture = Image.new("RGB", (480, 640), "#f4f0e6")
    pen = ImageDraw.Draw(picture)
    pen.text((40, 60), "RECEIPT (demonstration)", fill="#222222", font_size=24)
    pen.text((40, 140), f"Total  {pence // 100}.{pence % 100:02d} GBP", fill="#222222", font_size=34)
    pen.text((40, 210), "Paid by bank transfer", fill="#444444", font_size=20)
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=70)
    return kept.getvalue()
