"""Histories at Stripe of which the Fund has heard nothing yet, and the books to which any way of hearing of them leads."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import stripe as library
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import Database, transaction
from fundapp.core.errors import Refused
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving import hearing, inbox
from fundapp.giving.monthly import starting as monthly_starting
from fundapp.giving.sweeping import sweep_all
from fundapp.ledger import queries as ledger
from fundapp.ledger.verify import verify
from tests.builders.giving import BACK, KEYS, started
from tests.builders.stand_in import Bell, StandIn, StandInFault
from tests.builders.stripe_calls import client_of

# How long ago a history begins: within what a first sweep looks back over.
BEGAN = timedelta(days=24)
# A monthly gift is paid by somebody who can be written to.
EMAIL = "mary@example.org"
# What Stripe refuses (a refund of more than there is, a dispute that is over) is a part of the history as well.
refused_or_done = suppress(StandInFault, library.InvalidRequestError)


@dataclass
class History:
    """Acts at Stripe, one after another, on a clock of their own. `payments` are pages that are open, the rest what came of them."""

    session: Session
    stripe: StripeGateway
    stand_in: StandIn
    began_at: datetime = field(default_factory=lambda: clock.now() - BEGAN)
    gone: timedelta = timedelta()
    pages: list[str] = field(default_factory=list)
    debits: list[str] = field(default_factory=list)
    forms: int = 0

    def __post_init__(self) -> None:
        """Begin with an empty Stripe, that long ago."""
        self.stand_in.reset()
        self.stand_in.settings(clock_offset_seconds=-BEGAN.total_seconds(), fee_delay_seconds=3600)
        self.client = client_of(self.stand_in)

    @property
    def now(self) -> datetime:
        """The history's time."""
        return self.began_at + self.gone

    def later(self, hours: int) -> None:
        """Let time go by, at Stripe and here."""
        step = min(timedelta(hours=hours), BEGAN - self.gone)
        self.gone += step
        self.stand_in.advance(step.total_seconds())

    def open_page(self, pence: int, *, each_month: bool = False) -> None:
        """Somebody presses Give."""
        with clock.at(self.now):
            self.pages.append(self._month(pence) if each_month else started(self.session, self.stripe, pence).session_id or "")

    def _month(self, pence: int) -> str:
        self.forms += 1
        form = f"month{self.forms}-{self.stand_in.port}-{clock.now():%H%M%S%f}"
        with transaction(self.session):
            pledge = monthly_starting.begin(self.session, keys=KEYS, form=form, point=None, amount_pence=pence)
        address = monthly_starting.payment_page(self.session, self.stripe, pledge, amount_pence=pence, name="A gift", to=BACK)
        return (address or "").rpartition("/")[2]

    def at_page(self, which: int, deed: str) -> None:
        """Pay, be declined, go away until it closes, or pay by a bank that has yet to answer."""
        page = self.pages[which % len(self.pages)]
        with refused_or_done:
            if deed == "expire":
                self.client.v1.checkout.sessions.expire(page)
            elif deed == "bank-debit":
                self.debits.append(self.stand_in.pay_by_bank(page, EMAIL))
            else:
                self.stand_in.control(f"/sessions/{page}/{deed}", email=EMAIL)

    def bank_says(self, which: int, deed: str) -> None:
        """The bank of a debit accepts it, refuses it, or takes it back later."""
        with refused_or_done:
            self.stand_in.control(f"/charges/{self.debits[which % len(self.debits)]}/{deed}")

    def charges(self) -> list[Any]:
        """Money that came, oldest first."""
        return [one for one in self.client.v1.charges.list({"limit": 100}).data[::-1] if one.paid]

    def refund(self, which: int, share: int, *, pending: bool) -> None:
        """Give back a share of a charge, in hundredths."""
        if charges := self.charges():
            charge = charges[which % len(charges)]
            self.stand_in.settings(refunds_begin="pending" if pending else "succeeded")
            with refused_or_done:
                self.client.v1.refunds.create({"charge": charge.id, "amount": max(1, charge.amount * share // 100)})

    def end_refund(self, which: int, deed: str) -> None:
        """A refund goes through, or comes back."""
        self._one("refunds", self.client.v1.refunds.list({"limit": 100}).data, which, deed)

    def dispute(self, which: int, *, warning: bool) -> None:
        """A bank asks about a charge, or takes it."""
        if charges := self.charges():
            with refused_or_done:
                self.stand_in.dispute(charges[which % len(charges)].id, warning=warning)

    def in_dispute(self, which: int, deed: str) -> None:
        """A dispute goes on."""
        self._one("disputes", self.client.v1.disputes.list({"limit": 100}).data, which, deed)

    def pay_out(self) -> None:
        """Stripe sends what is available to the bank."""
        with refused_or_done:
            self.stand_in.control("/payouts")

    def in_payout(self, which: int, deed: str) -> None:
        """A payout goes on."""
        self._one("payouts", self.client.v1.payouts.list({"limit": 100}).data, which, deed)

    def in_month(self, which: int, deed: str) -> None:
        """A monthly gift's month is over, its card fails or works again, or it is stopped."""
        found = self.client.v1.subscriptions.list({"limit": 100, "status": "all"}).data
        if not found:
            return
        one = found[which % len(found)].id
        with refused_or_done:
            if deed == "renew":
                self.stand_in.renew(one)
            elif deed == "cancel":
                self.client.v1.subscriptions.cancel(one)
            else:
                self.stand_in.card(one, deed)

    def at_account(self, kind: str, pence: int) -> None:
        """Stripe charges the account itself, or credits it."""
        with refused_or_done:
            self.stand_in.move(kind, pence)

    def end(self) -> list[Bell]:
        """Come to the present, with every fee known and every payout reconciled; all the bells there were, oldest first."""
        self.stand_in.settle()
        self.later(24 * 60)
        for payout in self.client.v1.payouts.list({"limit": 100}).data:
            with refused_or_done:
                self.stand_in.control(f"/payouts/{payout.id}/reconcile")
        self.stand_in.settle()
        return self.stand_in.bells()

    def _one(self, kind: str, found: Sequence[Any], which: int, deed: str) -> None:
        if found:
            with refused_or_done:
                self.stand_in.control(f"/{kind}/{found[which % len(found)].id}/{deed}")


@dataclass(frozen=True, slots=True)
class Written:
    """An entry of the ledger, without what says when and as which it was written."""

    key: str
    kind: str
    day: date
    lines: tuple[tuple[str, str, str, int], ...]
    reverses: str


# Stripe does not say when a dispute was lost: its day is the one on which the Fund heard of it.
DAY_OF_HEARING = ("gift.lost", "gift.not-lost")


@dataclass(frozen=True, slots=True)
class Books:
    """All that the ledger says, by the key of each fact, and how each gift stands."""

    entries: dict[str, Written]
    gifts: tuple[tuple[str, str], ...]

    def differences(self, other: Books) -> list[str]:
        """Each fact in which these books and others differ; none, if they are the same."""
        keys = sorted({*self.entries, *other.entries})
        told = [
            f"{self.entries.get(key)} is not {other.entries.get(key)}" for key in keys if self.entries.get(key) != other.entries.get(key)
        ]
        return told if self.gifts == other.gifts else [*told, f"{self.gifts} is not {other.gifts}"]


@dataclass(frozen=True, slots=True)
class Hearing:
    """A way of hearing of a history: in which order, which bells never and which again, and over how long."""

    shuffled: bool = False
    lost: int = 0
    repeated: int = 0
    hours_between: int = 0

    def chosen(self, bells: Sequence[Bell], chance: Random) -> list[Bell]:
        """The bells as they come. `lost` and `repeated` are hundredths."""
        heard = [bell for bell in bells if chance.randrange(100) >= self.lost]
        heard += [bell for bell in heard if chance.randrange(100) < self.repeated]
        if self.shuffled:
            chance.shuffle(heard)
        return heard


IN_ORDER = Hearing()
NOTHING = Hearing(lost=100)


def books_after(connection: Connection, stripe: StripeGateway, bells: Sequence[Bell], way: Hearing, chance: Random) -> Books:
    """The books after bells were heard in some way and a sweep went round, in a database where only the gifts were begun."""
    fresh = connection.begin_nested()
    try:
        with Database.on(connection).session() as session:
            moment = clock.now()
            for bell in way.chosen(bells, chance):
                moment += timedelta(minutes=chance.randrange(way.hours_between * 60 + 1))
                with clock.at(moment):
                    take_in_and_try(session, stripe, bell)
            with clock.at(moment):
                for _ in range(2):
                    swept = sweep_all(session, stripe, last_good=None)
                assert swept.failed == [], swept.words
                assert hearing.unanswered_events(session) == []
            check(session, stripe)
            return read(session)
    finally:
        fresh.rollback()


def take_in_and_try(session: Session, stripe: StripeGateway, bell: Bell) -> None:
    """Take a bell in and answer it, as the webhook and its job do. What cannot be recorded yet is left to the sweep."""
    event = stripe.verify_event(bell.body, bell.signature)
    with transaction(session):
        inbox.take_in(session, event)
    with suppress(Refused):
        inbox.act_on(session, stripe, event.id)


def check(session: Session, stripe: StripeGateway) -> None:
    """What holds after any history: nothing between two accounts, one posting for each fact, and the ledger's balance is Stripe's."""
    assert ledger.balance_pence(session, "stripe-clearing") == 0
    assert ledger.balance_pence(session, "stripe-balance") == stripe.balance_pence()
    movements = {
        f"txn:{one.id}" for one in stripe.balance_transactions(clock.now() - timedelta(days=60)) if one.net_pence or one.amount_pence
    }
    written = set(session.scalars(text("SELECT event_key FROM entry WHERE event_key LIKE 'txn:%'")))
    assert written == movements
    charged = session.scalar(text("SELECT count(*) FROM entry WHERE kind = 'gift.charged'"))
    assert charged == session.scalar(text("SELECT count(DISTINCT event_key) FROM entry WHERE kind = 'gift.charged'"))
    held = session.scalar(text("SELECT coalesce(sum(held_pence), 0) FROM gift_dispute"))
    assert ledger.balance_pence(session, "disputed") == held
    with transaction(session):
        assert verify(session).holds


_ENTRIES = """
    SELECT e.event_key, e.kind, e.happened_on, coalesce(r.event_key, '') AS reverses,
           (SELECT coalesce(json_agg(line ORDER BY line::text), '[]') FROM (
                SELECT json_build_array(t.debit_account, t.credit_account, t.fund, t.amount_pence) AS line
                FROM transfer t WHERE t.entry_id = e.id) AS each_line) AS lines
    FROM entry e LEFT JOIN entry r ON r.number = e.reverses"""


def read(session: Session) -> Books:
    """The books as they stand."""
    entries = {}
    for row in session.execute(text(_ENTRIES)):
        day = date.min if row.kind in DAY_OF_HEARING else row.happened_on
        lines = tuple((debit, credit, fund, pence) for debit, credit, fund, pence in row.lines)
        entries[row.event_key] = Written(row.event_key, row.kind, day, lines, row.reverses)
    gifts = session.execute(text("SELECT coalesce(charge_id, session_id) AS what, status FROM donation ORDER BY 1"))
    return Books(entries, tuple((row.what, row.status) for row in gifts))
