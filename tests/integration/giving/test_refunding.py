"""Refunds: asked for by the donor, two people from the limit, the row first, Stripe second, and never twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.errors import Conflict, FundError, NotAllowed, NotFound, Refused
from fundapp.core.roles import Role
from fundapp.gateways.stripe import StripeFault, StripeGateway
from fundapp.giving import queries
from fundapp.giving.models import Donation
from fundapp.giving.refunds import queries as refund_queries
from fundapp.giving.refunds import refunding
from fundapp.giving.refunds.lifecycle import MOVES, State
from fundapp.giving.refunds.models import GiftRefund
from fundapp.giving.settling import settle_charge
from fundapp.ledger import queries as ledger
from tests.builders.giving import ledger_of
from tests.builders.refunds import agree, ask, enter, officers, paid, send
from tests.builders.stand_in import StandIn
from tests.builders.stripe_calls import client_of, gift
from tests.support.postgres import OwnDatabase

ALL_OF_TEN = {"stripe-balance": -35, "donations": 1000, "refunds": 1000, "processing-fees": 35}


@pytest.fixture
def ten(books: Session, stripe: StripeGateway, stand_in: StandIn) -> Donation:
    """A gift of £10."""
    return paid(books, stripe, stand_in)


@pytest.fixture
def hundred(books: Session, stripe: StripeGateway, stand_in: StandIn) -> Donation:
    """A gift of £100: above the limit of two."""
    return paid(books, stripe, stand_in, 10_000)


def at_stripe(stand_in: StandIn, donation: Donation) -> list[int]:
    """What of this gift Stripe gave back, or is about to."""
    return [one.amount for one in client_of(stand_in).v1.refunds.list({"charge": donation.charge_id or ""}).data if one.status != "failed"]


def jobs(session: Session) -> int:
    return session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'giving.send_refund'")) or 0


def state(session: Session, refund: GiftRefund) -> str:
    session.refresh(refund)
    return refund.state


def test_a_small_one_goes_from_the_donors_asking_to_their_bank(
    books: Session, stripe: StripeGateway, stand_in: StandIn, ten: Donation
) -> None:
    one, _two = officers(books)
    refund = ask(books, ten, "I pressed the wrong button.")
    enter(books, refund, one, 1000)
    assert (refund.state, jobs(books)) == ("sending", 1)
    send(books, stripe, refund)
    assert state(books, refund) == "done"
    assert ledger_of(books) == ALL_OF_TEN
    assert queries.figures(books, ten).is_all_back


def test_asking_twice_is_asking_once(books: Session, ten: Donation) -> None:
    assert ask(books, ten, "One.").id == ask(books, ten, "Two.").id


def test_from_the_limit_on_a_second_person_agrees_and_not_the_same(
    books: Session, stripe: StripeGateway, stand_in: StandIn, hundred: Donation
) -> None:
    one, two = officers(books)
    refund = ask(books, hundred)
    enter(books, refund, one, 5_000)
    assert (refund.state, jobs(books)) == ("entered", 0)
    with pytest.raises(NotAllowed, match="Somebody else"):
        agree(books, refund, one)
    send(books, stripe, refund)
    assert (state(books, refund), at_stripe(stand_in, hundred)) == ("entered", [])
    agree(books, refund, two)
    send(books, stripe, refund)
    assert (state(books, refund), at_stripe(stand_in, hundred)) == ("done", [5_000])


def test_small_steps_on_one_gift_count_together(books: Session, stripe: StripeGateway, hundred: Donation) -> None:
    one, _two = officers(books)
    first = enter(books, ask(books, hundred), one, 4_000)
    send(books, stripe, first)
    second = enter(books, ask(books, hundred), one, 1_000)
    assert second.state == "entered"


def test_the_database_itself_lets_no_large_refund_leave_with_one_person(books: Session, hundred: Donation) -> None:
    one, _two = officers(books)
    refund = enter(books, ask(books, hundred), one, 9_000)
    refund.state = State.SENDING.value
    with pytest.raises(Refused, match="two people"), transaction(books):
        pass


@pytest.mark.parametrize("pence", [0, -1, 1_001])
def test_more_than_is_left_is_refused_and_changes_nothing(books: Session, ten: Donation, pence: int) -> None:
    one, _two = officers(books)
    refund = ask(books, ten)
    with pytest.raises(Refused, match=r"£10\.00 can still be given back"):
        enter(books, refund, one, pence)
    assert (state(books, refund), refund.amount_pence, jobs(books)) == ("asked", None, 0)


def test_a_part_leaves_the_rest_to_be_given_back(books: Session, stripe: StripeGateway, ten: Donation) -> None:
    one, _two = officers(books)
    send(books, stripe, enter(books, ask(books, ten), one, 400))
    assert refund_queries.left_pence(books, ten.subject) == 600
    refund = ask(books, ten)
    with pytest.raises(Refused, match=r"£6\.00"):
        enter(books, refund, one, 601)
    send(books, stripe, enter(books, refund, one, 600))
    assert ledger_of(books) == ALL_OF_TEN
    with pytest.raises(Refused, match="Nothing of this gift is left"):
        ask(books, ten)


def test_sent_again_and_again_it_is_one_refund_even_when_stripe_has_forgotten_the_key(
    books: Session, stripe: StripeGateway, stand_in: StandIn, ten: Donation
) -> None:
    one, _two = officers(books)
    refund = enter(books, ask(books, ten), one, 300)
    send(books, stripe, refund)
    # As if we had died before writing down that it was done, and come round days later with another key.
    refund.state, refund.attempt = State.SENDING.value, 7
    books.commit()
    send(books, stripe, refund)
    assert at_stripe(stand_in, ten) == [300]
    assert state(books, refund) == "done"


def test_what_stripe_refuses_has_failed_and_raises_an_alarm(
    books: Session, stripe: StripeGateway, stand_in: StandIn, ten: Donation
) -> None:
    one, _two = officers(books)
    refund = enter(books, ask(books, ten), one, 1_000)
    # Somebody at Stripe was faster.
    client_of(stand_in).v1.refunds.create({"charge": ten.charge_id or "", "amount": 800})
    send(books, stripe, refund)
    assert state(books, refund) == "failed"
    assert [alarm.about for alarm in queries.open_alarms(books)] == [f"refund:{refund.id}"]
    settle_charge(books, stripe, ten.charge_id or "")
    assert refund_queries.left_pence(books, ten.subject) == 200


def test_while_stripe_is_silent_nothing_is_lost_and_the_next_try_sends_it(
    books: Session, stripe: StripeGateway, stand_in: StandIn, ten: Donation
) -> None:
    one, _two = officers(books)
    refund = enter(books, ask(books, ten), one, 1_000)
    stand_in.trouble(path="/v1/refunds", method="POST", deed="answer", status=500, times=3)
    with pytest.raises(StripeFault):
        send(books, stripe, refund)
    assert (state(books, refund), refund.attempt) == ("sending", 2)
    send(books, stripe, refund)
    assert (state(books, refund), at_stripe(stand_in, ten)) == ("done", [1_000])


def test_one_that_is_on_its_way_is_told_when_it_arrives_and_when_it_comes_back(
    books: Session, stripe: StripeGateway, stand_in: StandIn, ten: Donation
) -> None:
    one, _two = officers(books)
    stand_in.settings(refunds_begin="pending")
    refund = enter(books, ask(books, ten), one, 1_000)
    send(books, stripe, refund)
    assert (state(books, refund), refund_queries.left_pence(books, ten.subject)) == ("pending", 0)
    assert "refunds" not in ledger_of(books)
    stand_in.finish_refund(refund.stripe_id or "")
    settle_charge(books, stripe, ten.charge_id or "")
    assert (state(books, refund), ledger_of(books)) == ("done", ALL_OF_TEN)
    stand_in.fail_refund(refund.stripe_id or "")
    settle_charge(books, stripe, ten.charge_id or "")
    assert (state(books, refund), refund_queries.left_pence(books, ten.subject)) == ("failed", 1_000)
    # The donor is still owed it: it can be begun anew.
    stand_in.settings(refunds_begin="succeeded")
    again = enter(books, ask(books, ten), one, 1_000)
    send(books, stripe, again)
    assert (state(books, again), ledger_of(books)) == ("done", ALL_OF_TEN)


def test_a_refund_made_at_stripe_itself_is_listed_like_any_other(
    books: Session, stripe: StripeGateway, stand_in: StandIn, ten: Donation
) -> None:
    client_of(stand_in).v1.refunds.create({"charge": ten.charge_id or "", "amount": 300, "metadata": {"refund_id": "999999"}})
    for _ in range(2):
        settle_charge(books, stripe, ten.charge_id or "")
    (found,) = refund_queries.of_subject(books, ten.subject)
    assert (found.state, found.amount_pence, found.entered_by) == ("done", 300, None)


def test_a_payment_in_suspense_can_be_given_back(books: Session, stripe: StripeGateway, stand_in: StandIn) -> None:
    one, _two = officers(books)
    page = client_of(stand_in).v1.checkout.sessions.create(gift(700))  # type: ignore[arg-type]
    stand_in.pay(page.id)
    charge_id = client_of(stand_in).v1.charges.list().data[0].id
    settle_charge(books, stripe, charge_id)
    with transaction(books):
        refund = refunding.begin_unknown(books, actor=one, charge_id=charge_id)
    send(books, stripe, enter(books, refund, one, 700))
    assert state(books, refund) == "done"
    assert refund_queries.left_pence(books, refund.subject) == 0
    with pytest.raises(NotFound):
        refunding.begin_unknown(books, actor=one, charge_id="ch_nobody")


def test_a_disputed_gift_is_frozen(books: Session, stripe: StripeGateway, stand_in: StandIn, ten: Donation) -> None:
    one, _two = officers(books)
    refund = ask(books, ten)
    stand_in.dispute(ten.charge_id or "")
    settle_charge(books, stripe, ten.charge_id or "")
    with pytest.raises(Refused, match="disputes this gift"):
        enter(books, refund, one, 1_000)
    assert (state(books, refund), jobs(books)) == ("asked", 0)


def test_what_was_sent_back_can_be_entered_again_and_what_was_declined_can_be_asked_again(books: Session, hundred: Donation) -> None:
    one, two = officers(books)
    refund = enter(books, ask(books, hundred), one, 10_000)
    with transaction(books):
        refunding.send_back(books, actor=two, refund_id=refund.id, words="They meant £10 of it.")
    assert (refund.state, refund.amount_pence, refund.entered_by) == ("asked", None, None)
    with transaction(books):
        refunding.decline(books, actor=one, refund_id=refund.id, words="You told us by telephone to keep it.")
    assert refund.state == "declined"
    assert ask(books, hundred).id != refund.id


def test_a_donor_can_think_again_until_somebody_has_seen_to_it(books: Session, hundred: Donation) -> None:
    one, _two = officers(books)
    refund = ask(books, hundred)
    with transaction(books):
        refunding.think_again(books, donation=hundred)
    assert state(books, refund) == "withdrawn"
    enter(books, ask(books, hundred), one, 10_000)
    with pytest.raises(Conflict):
        refunding.think_again(books, donation=hundred)


@pytest.mark.parametrize(
    "reason",
    ["My card is 4242 4242 4242 4242.", "Ring me on 01632 960 123", "write to me@example.org", "to 20-00-00, 12345678", "x" * 501],
)
def test_words_that_say_too_much_are_refused_and_a_cards_number_is_not_repeated(books: Session, ten: Donation, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        ask(books, ten, reason)
    assert "4242 4242" not in refused.value.sentence
    assert books.scalar(select(func.count()).select_from(GiftRefund)) == 0


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FINANCE])
def test_nobody_but_finance_sees_to_refunds(books: Session, ten: Donation, role: Role) -> None:
    refund = ask(books, ten)
    other = Actor("user:99", 99, frozenset({role}))
    with pytest.raises(NotAllowed):
        enter(books, refund, other, 100)
    with pytest.raises(NotAllowed):
        agree(books, refund, other)


def test_two_officers_at_once_give_it_back_once(town: OwnDatabase, stripe: StripeGateway, stand_in: StandIn) -> None:
    with town.session() as session:
        donation = paid(session, stripe, stand_in)
        one, two = officers(session)
        refund_id = ask(session, donation).id
        session.commit()

    def try_it(by: Actor) -> bool:
        with town.session() as session:
            try:
                with transaction(session):
                    refunding.enter(session, actor=by, refund_id=refund_id, amount_pence=1_000)
            except FundError:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(try_it, [one, two, one, two]))
    assert done.count(True) == 1
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: _send(town, stripe, refund_id), range(2)))
    assert at_stripe(stand_in, donation) == [1_000]
    with town.session() as session:
        assert ledger.balance_pence(session, "refunds") == 1_000


def _send(town: OwnDatabase, stripe: StripeGateway, refund_id: int) -> None:
    with town.session() as session:
        send(session, stripe, session.get_one(GiftRefund, refund_id))


def test_nothing_leads_out_of_what_is_over() -> None:
    assert {state for state, ends in MOVES.items() if not ends} == {State.FAILED, State.DECLINED, State.WITHDRAWN}
