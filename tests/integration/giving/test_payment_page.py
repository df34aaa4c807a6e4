"""The way to the payment page: one form, one gift, never two charges, whatever Stripe or the donor's fingers do."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import Busy
from fundapp.gateways.stripe import StripeFault, StripeGateway
from fundapp.giving import starting
from fundapp.giving.models import Donation
from fundapp.giving.settling import settle_session
from tests.builders.giving import Donor, begin, gateway_of, gift_of, hear, lead, ledger_of, session_of, started
from tests.builders.stand_in import StandIn
from tests.support.postgres import OwnDatabase
from tests.support.web import Client

CREATE = r"/v1/checkout/sessions"


def sessions(stand_in: StandIn) -> list[dict[str, Any]]:
    """What was asked for payment pages."""
    return [row for row in stand_in.requests() if row["method"] == "POST" and row["path"] == CREATE]


def open_sessions(stripe: StripeGateway) -> list[str]:
    since = clock.now() - timedelta(hours=1)
    return [one.id for one in stripe.find_sessions(since) if one.status == "open"]


def test_the_gift_is_kept_before_stripe_is_asked(stand_in: StandIn, client: Client, books: Session) -> None:
    stand_in.trouble(path=CREATE, deed="drop", times=9)
    page = client.get("/give").submit(amount="500")
    assert page.status == 502
    assert "Nothing was taken. Your choice is kept" in page.text(".notice")
    assert page.form().data["amount"] == "500"
    kept = gift_of(books)
    assert (kept.status, kept.session_id, kept.attempt) == ("started", None, 1)
    stand_in.control("/troubles/clear")
    again = page.form().submit(follow=False)
    assert again.status == 303
    assert gift_of(books).id == kept.id
    assert gift_of(books).session_id == session_of(again.headers["Location"])


def test_the_same_form_sent_twice_is_one_gift_and_one_payment_page(donor: Donor, client: Client, books: Session) -> None:
    opened = client.get("/give")
    first, second = donor.choose("5", page=opened), donor.choose("5", page=opened)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(sessions(donor.stand_in)) == 1
    assert gift_of(books).attempt == 1


def test_stripe_is_told_our_id_and_nothing_of_the_donor(donor: Donor, books: Session) -> None:
    donor.choose("7.50")
    told = gateway_of(donor.stand_in).fetch_session(donor.session_id)
    assert (told.client_reference_id, told.donation_id) == (str(donor.gift.id),) * 2
    assert (told.amount_total_pence, told.currency) == (750, "gbp")
    (asked,) = sessions(donor.stand_in)
    assert asked["idempotency_key"] == f"donation:{donor.gift.id}:session:1" if "idempotency_key" in asked else True


def test_a_form_whose_gift_is_paid_leads_to_its_page_and_takes_nothing_more(donor: Donor, client: Client, books: Session) -> None:
    opened = client.get("/give")
    donor.choose("5", page=opened)
    donor.pay()
    # Neither bell nor return page has come by yet.
    for pounds in ("5", "20"):
        answer = donor.choose(pounds, page=opened)
        assert (answer.status, answer.headers["Location"]) == (303, donor.gift_url)
    assert len(sessions(donor.stand_in)) == 1
    assert ledger_of(books)["donations"] == 500
    assert gift_of(books).amount_pence == 500


def test_another_amount_closes_the_old_payment_page_first(donor: Donor, client: Client, stripe: StripeGateway, books: Session) -> None:
    opened = client.get("/give")
    donor.choose("5", page=opened)
    old = donor.session_id
    donor.choose("20", page=opened)
    assert donor.session_id != old
    assert stripe.fetch_session(old).status == "expired"
    assert (gift_of(books).amount_pence, gift_of(books).attempt, gift_of(books).status) == (2000, 2, "started")
    donor.pay()
    assert "Your £20 is here" in donor.come_back().text("h1")
    assert ledger_of(books)["donations"] == 2000


def test_the_bell_of_a_page_that_was_replaced_closes_nothing(stand_in: StandIn, stripe: StripeGateway, books: Session) -> None:
    gift = started(books, stripe, 500)
    lead(books, stripe, gift, 2000)
    (old,) = stand_in.bells()
    hear(books, stripe, old)
    assert (old.type, gift_of(books).status, gift_of(books).amount_pence) == ("checkout.session.expired", "started", 2000)


def test_another_amount_is_taken_as_well_where_stripe_did_not_answer_for_the_first(
    stand_in: StandIn, stripe: StripeGateway, books: Session
) -> None:
    gift = begin(books, 500)
    stand_in.trouble(path=CREATE, deed="drop", moment="after", times=9)
    with pytest.raises(StripeFault):
        lead(books, stripe, gift)
    stand_in.control("/troubles/clear")
    url = lead(books, stripe, gift_of(books), 2000)
    assert stripe.fetch_session(session_of(url or "")).amount_total_pence == 2000


def test_an_answer_that_was_lost_on_its_way_leads_to_the_page_that_was_made(
    stand_in: StandIn, stripe: StripeGateway, books: Session
) -> None:
    gift = begin(books)
    stand_in.trouble(path=CREATE, deed="drop", moment="after", times=3)
    with pytest.raises(StripeFault):
        lead(books, stripe, gift)
    url = lead(books, stripe, gift_of(books))
    assert open_sessions(stripe) == [session_of(url or "")]


def test_a_fault_that_stripe_remembers_for_a_day_does_not_stick_to_the_gift(
    stand_in: StandIn, stripe: StripeGateway, books: Session
) -> None:
    gift = begin(books)
    stand_in.trouble(path=CREATE, status=500, moment="after", times=3)
    with pytest.raises(StripeFault):
        lead(books, stripe, gift)
    assert gift_of(books).attempt == 2
    assert lead(books, stripe, gift_of(books))


def test_a_hanging_stripe_gives_a_sentence_in_good_time(stand_in: StandIn, client: Client, books: Session, monkeypatch: Any) -> None:
    monkeypatch.setattr("fundapp.gateways.stripe.READ_SECONDS", 0.3)
    stand_in.trouble(path=CREATE, deed="hang", seconds=3, times=9)
    slow = gateway_of(stand_in)
    began = time.monotonic()
    with pytest.raises(StripeFault):
        lead(books, slow, begin(books))
    assert time.monotonic() - began < 8
    assert gift_of(books).status == "started"


def test_a_payment_page_that_ran_out_is_replaced_by_a_new_one(stand_in: StandIn, stripe: StripeGateway, books: Session) -> None:
    gift = started(books, stripe)
    old = gift.session_id or ""
    stand_in.advance(24 * 3600)
    settle_session(books, stripe, old)
    assert gift_of(books).status == "expired"
    # The Fund's clock is a day on as well.
    with clock.at(clock.now() + timedelta(days=1)):
        url = lead(books, stripe, gift)
    again = gift_of(books)
    assert (again.status, again.attempt, again.session_id) == ("started", 2, session_of(url or ""))
    assert again.session_id != old


def test_a_first_page_that_is_asked_for_hours_later_still_lives_long_enough(
    stand_in: StandIn, stripe: StripeGateway, books: Session
) -> None:
    with clock.at(clock.now() - timedelta(hours=22, minutes=50)):
        gift = begin(books)
    assert lead(books, stripe, gift)
    assert gift_of(books).session_expires_at - clock.now() > timedelta(hours=22)


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """Do all of it at the same time; a fault counts as its own result."""

    def tried(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except (StripeFault, Busy) as fault:
            return fault

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(tried, works))


def press(town: OwnDatabase, stripe: StripeGateway, form: str, pence: int) -> str | None:
    with town.session() as session:
        return lead(session, stripe, begin(session, pence, form=form), pence)


def test_two_clicks_at_once_are_one_gift_and_one_payment_page(town: OwnDatabase, stripe: StripeGateway) -> None:
    for number in range(5):
        found = at_once([lambda form=f"double{number}": press(town, stripe, form, 500)] * 2)
        pages = {one for one in found if isinstance(one, str)}
        assert len(pages) == 1, found
    with town.session() as session:
        gifts = session.scalars(select(Donation)).all()
    assert len(gifts) == 5
    ours = {str(gift.id) for gift in gifts}
    made = [one.id for one in stripe.find_sessions(clock.now() - timedelta(hours=1)) if one.donation_id in ours]
    assert sorted(made) == sorted(gift.session_id or "" for gift in gifts)


def test_clicks_with_different_amounts_at_once_leave_one_payment_page_that_can_be_paid(
    town: OwnDatabase, stripe: StripeGateway, stand_in: StandIn
) -> None:
    for number in range(4):
        form = f"torn{number}"
        at_once([lambda form=form, pence=pence: press(town, stripe, form, pence) for pence in (500, 1000, 500, 2000)])
        with town.session() as session:
            gift = session.scalars(select(Donation).order_by(Donation.created_at.desc(), Donation.id).limit(1)).one()
        mine = [one for one in stripe.find_sessions(clock.now() - timedelta(hours=1)) if one.donation_id == str(gift.id)]
        still_open = [one for one in mine if one.status == "open"]
        assert len(still_open) <= 1
        assert {one.id for one in still_open} <= {gift.session_id}
        assert all(one.amount_total_pence == gift.amount_pence for one in still_open)


def test_an_amount_outside_the_limits_never_becomes_a_row(books: Session) -> None:
    for pence in (0, 99, 1_000_001):
        with pytest.raises(starting.Refused):
            begin(books, pence)
    assert books.scalar(select(func.count()).select_from(Donation)) == 0


def test_whoever_turned_away_finds_the_way_back_to_the_payment_page(donor: Donor, client: Client) -> None:
    donor.choose("5")
    page = client.get(donor.gift_url)
    assert page.text("h1") == "Not paid yet"
    assert "Nothing has been taken" in page.text()
    assert session_of(page.link("Go on and pay £5")) == donor.session_id
    assert "Not paid yet" in client.get(f"{donor.gift_url}/return").follow().text("h1")
    assert client.get(f"{donor.gift_url}/receipt.pdf").status == 404


def test_a_return_that_stripe_does_not_answer_shows_that_we_wait(donor: Donor, client: Client) -> None:
    donor.choose("5")
    donor.pay()
    donor.stand_in.trouble(path=CREATE + ".*", deed="drop", times=9)
    page = client.get(f"{donor.gift_url}/return").follow()
    assert "If you have just paid, it takes us some seconds to hear of it." in page.text()
    donor.stand_in.control("/troubles/clear")
    assert "Your £5 is here" in page.follow("look again").follow().text("h1")


def test_landing_on_the_success_page_proves_nothing(donor: Donor, books: Session) -> None:
    donor.choose("5")
    page = donor.come_back()
    assert donor.gift.status == "started"
    assert not page.soup.select(".sum .total.proved")
    assert ledger_of(books) == {}
