"""Receipts by mail for those who ask: the address is kept sealed, found again by, never told of, and forgotten when its owner says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.giving.letters import sending as letter_sending
from fundapp.giving.letters.models import LetterAddress, LetterAsking, ReceiptAsked
from tests.builders import gift_aid as build
from tests.builders.giving import KEYS, Donor
from tests.support.outside import MailBox
from tests.support.page import Page
from tests.support.web import Client

RunJobs = Callable[[], list[str]]
MARY = "Mary.Palmer@example.org"


def kept(session: Session) -> tuple[int, ...]:
    """How much there is of everything that is written here."""
    return tuple(
        session.scalar(select(func.count()).select_from(one)) or 0 for one in (LetterAddress, ReceiptAsked, LetterAsking, AuditEvent)
    )


def asked(donor: Donor, **fields: str) -> Page:
    """Ask for the receipt of the donor's gift by mail."""
    return donor.client.get(donor.gift_url).follow("Have it sent by e-mail").form().fill(**fields).submit(follow=False)


def page_of(address: LetterAddress) -> str:
    """The address's own page."""
    return f"/letters/{address.id}/{letter_sending.token_of(KEYS, address.id)}"


def test_nothing_is_kept_unless_somebody_asks(mail_box: MailBox, donor: Donor, books: Session, run_jobs: RunJobs) -> None:
    donor.give("10", email=MARY)
    run_jobs()
    (letter,) = mail_box.messages
    assert "We do not keep the address" in body(letter)
    assert kept(books)[:3] == (0, 0, 0)


def test_a_receipt_that_was_asked_for_comes_and_its_address_is_kept_sealed(
    mail_box: MailBox, donor: Donor, client: Client, books: Session, run_jobs: RunJobs
) -> None:
    donor.give("10", email=MARY)
    run_jobs()
    assert asked(donor).status == 303
    assert asked_again(donor).status == 303
    run_jobs()
    _first, letter = mail_box.messages
    address = books.scalars(select(LetterAddress)).one()
    assert letter["To"] == MARY
    assert page_of(address) in body(letter)
    assert "now and then tell you what the Fund does" in body(letter)
    raw = books.execute(text("SELECT email, email_index FROM letter_address")).one()
    assert all(b"mary" not in bytes(one).lower() for one in raw)
    own = client.get(page_of(address))
    assert "£10.00" in own.words
    assert MARY not in own.words


def asked_again(donor: Donor) -> Page:
    """The form as it was, sent once more."""
    key = KEYS.sign(f"letters/gift/{donor.gift.id}", "x", clock.now().replace(year=2090))
    return donor.client.post(f"{donor.gift_url}/letters", {"form_key": key}, token=False)


def test_who_says_no_at_the_asking_is_told_of_nothing_else_and_stays_so(
    mail_box: MailBox, donor: Donor, books: Session, run_jobs: RunJobs
) -> None:
    donor.give("10", email=MARY)
    asked(donor, no_news="y")
    donor.give("5", email=MARY.upper())
    asked(donor)
    run_jobs()
    address = books.scalars(select(LetterAddress)).one()
    assert (address.takes_news, list(letter_sending.told_of_news(books))) == (False, [])
    assert "write about nothing else" in body(mail_box.messages[-1])


def test_in_each_letter_stands_the_way_to_say_no_and_to_be_forgotten(donor: Donor, client: Client, books: Session) -> None:
    donor.give("10", email=MARY)
    asked(donor)
    address = books.scalars(select(LetterAddress)).one()
    assert list(letter_sending.told_of_news(books)) == [address]
    where = page_of(address)
    own = client.get(where).form("form[action$='news']").fill(news="receipts").submit()
    assert list(letter_sending.told_of_news(books)) == []
    gone = own.form("form[action$='forget']").submit()
    assert "We no longer have it" in gone.words
    assert kept(books)[:2] == (0, 0)
    assert client.get(where).status == 404
    assert client.get(donor.gift_url).status == 200


def test_a_gift_without_an_address_at_stripe_has_nowhere_to_send_to(donor: Donor, books: Session) -> None:
    donor.give("10")
    before = kept(books)
    answer = asked(donor)
    assert answer.status == 422
    assert "No e-mail address was written" in answer.words
    assert kept(books) == before


def test_stripe_out_of_reach_keeps_nothing(donor: Donor, books: Session) -> None:
    donor.give("10", email=MARY)
    page = donor.client.get(f"{donor.gift_url}/letters")
    before = kept(books)
    donor.stand_in.trouble(path="/v1/checkout/sessions/.*", deed="drop", times=9)
    answer = page.form().submit(follow=False)
    assert answer.status == 422
    assert "does not answer just now" in answer.words
    assert kept(books) == before


def test_whoever_lost_the_way_is_sent_it_and_the_page_says_the_same_to_everybody(
    mail_box: MailBox, donor: Donor, client: Client, books: Session, run_jobs: RunJobs
) -> None:
    donor.give("10", email=MARY)
    asked(donor)
    run_jobs()
    mail_box.messages.clear()
    said = [client.get("/gifts/find-again").form().fill(email=one).submit().words for one in (f" {MARY.lower()} ", "nobody@example.org")]
    assert said[0] == said[1]
    run_jobs()
    (letter,) = mail_box.messages
    assert letter["To"] == MARY
    assert "£" not in letter["Subject"]
    assert f"http://localhost:8000{donor.gift_url}" in body(letter)
    assert books.scalar(select(func.count()).select_from(LetterAsking)) == 0


def test_the_way_back_is_sent_once_in_six_hours_however_often_it_is_asked_for(
    mail_box: MailBox, donor: Donor, client: Client, books: Session, run_jobs: RunJobs
) -> None:
    donor.give("10", email=MARY)
    asked(donor)
    run_jobs()
    mail_box.messages.clear()
    for _time in range(3):
        client.get("/gifts/find-again").form().fill(email=MARY).submit()
        run_jobs()
    assert len(mail_box.messages) == 1
    with clock.at(clock.now() + letter_sending.FOUND_AGAIN_AFTER):
        with transaction(books):
            letter_sending.ask_again(books, email=MARY)
        run_jobs()
    assert len(mail_box.messages) == 2


def test_no_address_is_in_a_job_or_in_the_trail(donor: Donor, client: Client, books: Session) -> None:
    donor.give("10", email=MARY)
    asked(donor)
    client.get("/gifts/find-again").form().fill(email=MARY).submit()
    rows = books.execute(
        text("SELECT args::text FROM procrastinate_jobs UNION ALL SELECT facts::text || subject FROM audit_event")
    ).scalars()
    assert "palmer" not in " ".join(rows).lower()


@pytest.mark.parametrize("typed", ["", "mary", "@", "a b@example.org", "x" * 300 + "@example.org"])
def test_what_is_no_address_is_said_and_nothing_is_asked(client: Client, books: Session, typed: str) -> None:
    before = kept(books)
    answer = client.get("/gifts/find-again").form().fill(email=typed).submit(follow=False)
    assert answer.status == 422
    assert kept(books) == before


def test_an_unpaid_gift_has_no_receipt_to_send(donor: Donor, books: Session) -> None:
    donor.choose("10")
    assert donor.client.get(f"{donor.gift_url}/letters").status == 404
    before = kept(books)
    with pytest.raises(Refused), transaction(books):
        letter_sending.keep(books, donation=donor.gift, email=MARY, takes_news=True)
    assert kept(books) == before


def test_one_addresss_link_opens_no_other(client: Client, books: Session) -> None:
    one, two = (build.paid(books) for _ in range(2))
    with transaction(books):
        mine = letter_sending.keep(books, donation=one, email="one@example.org", takes_news=True)
        theirs = letter_sending.keep(books, donation=two, email="two@example.org", takes_news=True)
    swapped = page_of(mine).replace(f"/{mine.id}/", f"/{theirs.id}/")
    key = str(client.get(page_of(mine)).one("form[action$='forget'] input[name=form_key]")["value"])
    before = kept(books)
    assert client.get(swapped).status == 404
    assert client.post(f"{swapped}/forget", {"form_key": key}, token=False).status == 404
    assert client.post(f"{page_of(theirs)}/forget", {"form_key": key}, token=False).status == 422
    assert kept(books) == before


def body(letter: object) -> str:
    found = letter.get_body(("plain",))  # type: ignore[attr-defined]
    return str(found.get_content())
