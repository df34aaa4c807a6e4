"""Giving each month by the pages: begun, managed by a mailed link and by nothing else, reminded, stopped."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving.models import Donation
from fundapp.giving.monthly import asking as monthly_asking
from fundapp.giving.monthly import links as monthly_links
from fundapp.giving.monthly.lifecycle import Deed
from fundapp.giving.monthly.models import Pledge, PledgeAct, PledgeAsking, PledgeReminder
from fundapp.giving.monthly.part import new_key
from fundapp.giving.monthly.settling import settle_invoice
from fundapp.giving.sweeping import sweep_due
from tests.builders import monthly
from tests.builders.giving import Donor, amount, session_of
from tests.builders.monthly import begun, listen, months, open_invoice, pledge_of
from tests.builders.stand_in import StandIn
from tests.support.outside import MailBox
from tests.support.page import Page
from tests.support.postgres import OwnDatabase
from tests.support.web import Client

RunJobs = Callable[[], list[str]]
MARY = monthly.ADDRESS


def give_monthly(donor: Donor, pounds: str = "5") -> Page:
    """Choose an amount, tick each month, pay, come back. Ends on the first month's own page."""
    answer = donor.client.get("/give").form().fill(amount(pounds), monthly="y").submit(follow=False)
    donor.session_id = session_of(answer.headers["Location"])
    donor.stand_in.pay(donor.session_id, MARY)
    told = donor.books.scalars(select(Pledge).execution_options(populate_existing=True)).one()
    token = donor.client.app.extensions["fund"].keys.link_token("monthly-return", str(told.id))
    return donor.client.get(f"/monthly/begun/{token}").follow()


def link_for(session: Session, pledge: Pledge) -> str:
    with transaction(session):
        return f"/monthly/{monthly_links.mint(session, pledge.id)}"


def link_in(words: str) -> str:
    """The way to manage it, as a letter has it."""
    return re.findall(r"http://localhost:8000(/monthly/[\w-]{20,})", words)[-1]


def plain(mail_box: MailBox) -> list[str]:
    found = [message.get_body(("plain",)) for message in mail_box.messages]
    return [str(body.get_content()) for body in found if body is not None]


def test_a_monthly_gift_begins_on_the_giving_page_and_ends_at_a_mailed_link(
    donor: Donor, books: Session, client: Client, mail_box: MailBox, run_jobs: RunJobs, stripe: StripeGateway
) -> None:
    page = give_monthly(donor, "5")
    assert page.text("h1") == "Thank you. Your £5 is here."
    assert "The next, £5, is taken on" in page.text()
    run_jobs()
    (receipt,) = plain(mail_box)
    assert "This is a month of your monthly gift." in receipt
    page = client.get(link_in(receipt))
    assert page.text("h1") == "£5 each month"
    page = page.form("form[action$='change']").fill(amount="8").submit("Change the amount")
    assert page.text("h1") == "£8 each month"
    page = page.form("form[action$='pause']").submit()
    assert page.text("h1") == "Your monthly gift is paused"
    page = page.form("form[action$='resume']").submit()
    page = page.form("form[action$='stop']").submit()
    assert page.text("h1") == "Your monthly gift is stopped"
    assert page.soup.select("form") == []
    run_jobs()
    told = "\n".join(plain(mail_box))
    for said in ("your monthly gift is £8", "is paused", "goes on: £8", "is stopped. Nothing more is taken"):
        assert said in told, said
    assert months(books)[0].amount_pence == 500


def test_the_address_is_kept_nowhere(donor: Donor, books: Session, client: Client, mail_box: MailBox, run_jobs: RunJobs) -> None:
    give_monthly(donor)
    client.get("/monthly").form().fill(email=MARY).submit()
    run_jobs()
    assert len(mail_box.messages) == 2
    tables = books.scalars(text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1")).all()
    for table in tables:
        assert not books.scalar(text(f"SELECT count(*) FROM \"{table}\" AS row WHERE row::text ILIKE '%mary@example%'")), table
    assert books.scalar(select(func.count()).select_from(PledgeAsking)) == 0


def test_nobody_learns_who_gives_by_asking_for_a_link(
    donor: Donor, books: Session, client: Client, mail_box: MailBox, run_jobs: RunJobs
) -> None:
    give_monthly(donor)
    run_jobs()
    mail_box.messages.clear()
    known = client.get("/monthly").form().fill(email=MARY.upper().replace("@EXAMPLE.ORG", "@example.org")).submit()
    unknown = client.get("/monthly").form().fill(email="nobody@example.org").submit()
    assert known.url == unknown.url
    assert (known.status, known.text("main")) == (unknown.status, unknown.text("main"))
    assert sorted(run_jobs()).count("giving.answer_pledge_asking") == 2
    (letter,) = mail_box.messages
    assert letter["To"] == MARY
    assert client.get(link_in(plain(mail_box)[0])).status == 200


def test_what_is_no_address_is_told_and_nothing_is_asked(client: Client, books: Session) -> None:
    for wrong in ("", "mary", "mary@nowhere", "a b@example.org", "x" * 330 + "@example.org"):
        assert client.get("/monthly").form().fill(email=wrong).submit().status == 422
    assert client.post("/monthly", {"email": MARY, "form_key": "made.up.key"}, token=False).status == 409
    assert books.scalar(select(func.count()).select_from(PledgeAsking)) == 0


def test_one_address_is_not_flooded_with_links(donor: Donor, books: Session, client: Client, mail_box: MailBox, run_jobs: RunJobs) -> None:
    give_monthly(donor)
    run_jobs()
    for _ in range(6):
        client.get("/monthly").form().fill(email=MARY).submit()
    run_jobs()
    assert len(mail_box.messages) == monthly_links.MOST_LETTERS


def test_an_old_link_opens_nothing_and_changes_nothing(books: Session, client: Client, stripe: StripeGateway, stand_in: StandIn) -> None:
    pledge = begun(books, stripe, stand_in)
    link = link_for(books, pledge)
    assert client.get(link).status == 200
    with clock.at(clock.now() + monthly_links.LINK_LIVES):
        answer = client.get(link)
        assert answer.status == 404
        assert "This link has run out, or is not whole." in answer.text()
        key = new_key(client.app.extensions["fund"].keys, link.rpartition("/")[2])
        assert client.post(f"{link}/stop", {"form_key": key}, token=False).status == 404
    assert pledge_of(books, pledge).state == "active"
    assert books.scalar(select(func.count()).select_from(PledgeAct)) == 0


def test_somebody_elses_link_opens_somebody_elses_gift_alone(
    books: Session, client: Client, stripe: StripeGateway, stand_in: StandIn
) -> None:
    mine, theirs = begun(books, stripe, stand_in, 500), begun(books, stripe, stand_in, 900, email="ann@example.org")
    my_link, their_link = link_for(books, mine), link_for(books, theirs)
    key = client.get(my_link).form("form[action$='stop']").data["form_key"]
    # A key of one page is no key of another's.
    assert client.post(f"{their_link}/stop", {"form_key": key}, token=False).status == 409
    assert client.post(f"{my_link}/stop", {"form_key": "0.1.made-up"}, token=False).status == 409
    assert pledge_of(books, theirs).state == pledge_of(books, mine).state == "active"
    client.post(f"{my_link}/stop", {"form_key": key}, token=False)
    assert (pledge_of(books, mine).state, pledge_of(books, theirs).state) == ("stopped", "active")


def test_the_page_of_a_month_opens_nothing_but_has_the_link_mailed(
    donor: Donor, books: Session, client: Client, mail_box: MailBox, run_jobs: RunJobs
) -> None:
    page = give_monthly(donor)
    run_jobs()
    mail_box.messages.clear()
    assert "/monthly/" not in "".join(str(link.get("href")) for link in page.soup.select("a"))
    sent = page.form("form[action^='/monthly/of-gift']").submit()
    assert "a link is on its way" in sent.text()
    run_jobs()
    (letter,) = mail_box.messages
    assert letter["To"] == MARY


def test_coming_back_without_paying_says_that_nothing_was_taken(donor: Donor, books: Session) -> None:
    answer = donor.client.get("/give").form().fill(amount("5"), monthly="y").submit(follow=False)
    pledge = books.scalars(select(Pledge)).one()
    token = donor.client.app.extensions["fund"].keys.link_token("monthly-return", str(pledge.id))
    page = donor.client.get(f"/monthly/begun/{token}")
    assert page.text("h1") == "Not paid yet"
    assert page.link("Go on and pay £5") == answer.headers["Location"]
    assert books.scalar(select(func.count()).select_from(Donation)) == 0


def test_a_choice_that_is_changed_on_the_same_page_is_paid_one_way(donor: Donor, books: Session) -> None:
    opened = donor.client.get("/give")
    donor.choose("5", page=opened)
    single = donor.session_id
    answer = opened.form().fill(amount("5"), monthly="y").submit(follow=False)
    assert session_of(answer.headers["Location"]) != single
    assert donor.stand_in.deliveries()[-1]["type"] == "checkout.session.expired"
    donor.stand_in.pay(session_of(answer.headers["Location"]), MARY)
    again = donor.choose("5", page=opened)
    assert "/monthly/begun/" in again.headers["Location"]
    assert books.scalar(select(func.count()).select_from(Donation).where(Donation.source == "card", Donation.status == "paid")) == 0


def test_two_kind_reminders_and_then_it_is_stopped(
    books: Session,
    client: Client,
    stripe: StripeGateway,
    stand_in: StandIn,
    mail_box: MailBox,
    run_jobs: RunJobs,
) -> None:
    pledge = begun(books, stripe, stand_in)
    listen(books, stripe, stand_in)
    run_jobs()
    mail_box.messages.clear()
    start = clock.now()
    stand_in.card(pledge.subscription_id or "", "declines")
    stand_in.renew(pledge.subscription_id or "")
    invoice = open_invoice(stand_in, pledge)
    for day in (0, 3, 8):
        with clock.at(start + timedelta(days=day)):
            if day:
                stand_in.try_invoice(invoice)
            listen(books, stripe, stand_in)
            sweep_due(books, stripe, last_good=start)
            run_jobs()
    listen(books, stripe, stand_in)
    run_jobs()
    first, second, last = plain(mail_box)
    assert "did not go through" in first
    assert "has still not gone through" in second
    assert "we have stopped your monthly gift. You owe nothing" in last
    assert pledge_of(books, pledge).state == "stopped"
    assert books.scalar(select(func.count()).select_from(PledgeReminder)) == 3
    assert len(months(books)) == 1


def test_a_card_that_is_changed_lets_it_go_on(
    books: Session, client: Client, stripe: StripeGateway, stand_in: StandIn, mail_box: MailBox, run_jobs: RunJobs
) -> None:
    pledge = begun(books, stripe, stand_in)
    stand_in.card(pledge.subscription_id or "", "declines")
    stand_in.renew(pledge.subscription_id or "")
    listen(books, stripe, stand_in)
    run_jobs()
    page = client.get(link_in(plain(mail_box)[-1]))
    assert "did not go through" in page.text("main")
    answer = page.form("form[action$='card']").submit(follow=False)
    assert "/p/session/" in answer.headers["Location"]
    assert f"form-action 'self' http://127.0.0.1:{stand_in.port}" in page.headers["Content-Security-Policy"]
    stand_in.card(pledge.subscription_id or "", "works")
    stand_in.try_invoice(open_invoice(stand_in, pledge))
    listen(books, stripe, stand_in)
    assert pledge_of(books, pledge).state == "active"
    assert len(months(books)) == 2
    assert books.scalar(select(func.count()).select_from(PledgeReminder)) == 1


def test_a_card_company_that_is_silent_keeps_what_was_asked_and_says_so(
    books: Session, client: Client, stripe: StripeGateway, stand_in: StandIn
) -> None:
    pledge = begun(books, stripe, stand_in)
    page = client.get(link_for(books, pledge))
    stand_in.trouble(path="/v1/subscriptions/.*", method="DELETE", deed="answer", status=500, moment="before", times=3)
    page = page.form("form[action$='stop']").submit()
    assert "What you asked for is not done yet" in page.text()
    page.form("form[action$='stop']").submit()
    assert pledge_of(books, pledge).state == "stopped"
    assert books.scalar(select(func.count()).select_from(PledgeAct)) == 1


def test_the_page_asks_the_database_little_however_many_months_there_are(
    books: Session, client: Client, stripe: StripeGateway, stand_in: StandIn, worker_database: OwnDatabase
) -> None:
    pledge = begun(books, stripe, stand_in)
    link, asked = link_for(books, pledge), []
    event.listen(worker_database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    counts = []
    for _ in range(2):
        client.get(link)
        asked.clear()
        page = client.get(link)
        counts.append(len([words for words in asked if re.match(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)", words)]))
        for _month in range(2):
            stand_in.renew(pledge.subscription_id or "")
        for invoice in stripe.invoices_of(pledge.subscription_id or ""):
            settle_invoice(books, stripe, invoice.id)
    assert counts[0] == counts[1] <= 6
    assert len(page.soup.select("table.sum tr")) == 3


def test_a_reminder_waits_for_what_its_donor_is_changing(
    books: Session, stripe: StripeGateway, stand_in: StandIn, run_jobs: RunJobs, mail_box: MailBox
) -> None:
    pledge = begun(books, stripe, stand_in)
    stand_in.card(pledge.subscription_id or "", "declines")
    stand_in.renew(pledge.subscription_id or "")
    invoice, start = open_invoice(stand_in, pledge), clock.now()
    for day in (0, 3):
        with clock.at(start + timedelta(days=day)):
            settle_invoice(books, stripe, invoice)
            stand_in.try_invoice(invoice)
    with clock.at(start + timedelta(days=8)):
        with transaction(books):
            monthly_asking.ask(books, pledge_id=pledge.id, deed=Deed.CHANGE, form="mine", amount_pence=300)
        settle_invoice(books, stripe, invoice)
    assert books.scalars(select(PledgeAct.deed)).all() == ["change"]
    assert books.scalar(select(func.count()).select_from(PledgeReminder)) == 2
