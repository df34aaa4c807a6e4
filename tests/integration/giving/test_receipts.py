"""Receipts: to whoever left an address at the payment page, once, from ledger rows; the address stays with Stripe."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

import pypdfium2
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core.db import transaction
from fundapp.giving.settling import settle_charge
from fundapp.jobs import enqueue
from tests.builders import points
from tests.builders.giving import Donor, gateway_of, ring
from tests.builders.stripe_calls import client_of
from tests.support.outside import MailBox
from tests.support.web import Client

RunJobs = Callable[[], list[str]]


def words_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


def part(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_an_address_left_at_the_payment_page_gets_one_letter(
    mail_box: MailBox, donor: Donor, client: Client, books: Session, run_jobs: RunJobs
) -> None:
    donor.give("10", at=points.point(books).path, email="mary@example.org")
    for bell in donor.stand_in.bells():
        ring(client, bell)
    ran = run_jobs()
    assert ran.count("giving.send_receipt") == 1
    (letter,) = mail_box.messages
    assert letter["To"] == "mary@example.org"
    assert letter["Subject"] == "Your receipt from the Changing Lives Fund"
    link = f"http://localhost:8000{donor.gift_url}"
    plain, html = part(letter, "plain"), part(letter, "html")
    assert all(link in words for words in (plain, html))
    assert all("at the bakery on High Street" in words for words in (plain, html))
    assert [line.split()[-1] for line in plain.splitlines() if line.startswith(("You gave  ", "The card", "To the"))] == [
        "£10.00",
        "−£0.35",
        "£9.65",
    ]
    (attached,) = letter.iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    assert "£9.65" in words_of(attached.get_content())


def test_a_letter_that_is_sent_again_is_the_same_letter(mail_box: MailBox, donor: Donor, books: Session, run_jobs: RunJobs) -> None:
    donor.give("10", email="mary@example.org")
    run_jobs()
    with transaction(books):
        enqueue(books, "giving.send_receipt", donation_id=str(donor.gift.id))
    run_jobs()
    first, second = mail_box.messages
    assert first["Message-ID"] == second["Message-ID"]


def test_without_an_address_nobody_is_written_to(mail_box: MailBox, donor: Donor, run_jobs: RunJobs) -> None:
    donor.give("10")
    assert run_jobs() == ["giving.send_receipt"]
    assert mail_box.messages == []


def test_the_address_is_kept_nowhere(mail_box: MailBox, donor: Donor, client: Client, books: Session, run_jobs: RunJobs) -> None:
    donor.choose("10")
    donor.pay("mary@example.org")
    for bell in donor.stand_in.bells():
        ring(client, bell)
    run_jobs()
    assert mail_box.messages
    tables = books.scalars(text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1")).all()
    for table in tables:
        found = books.scalar(text(f"SELECT count(*) FROM \"{table}\" AS row WHERE row::text ILIKE '%mary@example%'"))
        assert not found, table


def test_the_pdf_says_what_the_page_says(donor: Donor, client: Client, books: Session) -> None:
    page = donor.give("10", at=points.point(books).path)
    answer = page.follow("Receipt (PDF)")
    assert answer.headers["Content-Type"] == "application/pdf"
    words = words_of(answer.body)
    for said in ("£10.00", "£0.35", "£9.65", "the bakery on High Street", "Changing Lives (Doncaster)", "1234567", "Public giving"):
        assert said in words, said


def test_a_receipt_before_the_fee_is_known_says_so(donor: Donor, client: Client) -> None:
    donor.stand_in.settings(fee_delay_seconds=3600)
    page = donor.give("10")
    assert "has not told us yet what it kept" in page.text()
    assert not page.soup.select(".proved")
    assert "£10.00" in words_of(page.follow("Receipt (PDF)").body)


def test_a_gift_that_was_given_back_says_so_on_page_and_receipt(donor: Donor, client: Client, books: Session) -> None:
    donor.give("10")
    stripe, charge = gateway_of(donor.stand_in), donor.gift.charge_id or ""
    client_of(donor.stand_in).v1.refunds.create({"charge": charge, "amount": 400})
    settle_charge(books, stripe, charge)
    page = client.get(donor.gift_url)
    assert page.text("h1") == "Thank you. £6 of your £10 is here."
    assert "Given back to you −£4.00 Left with the Fund £5.65" in page.text(".sum")
    assert "£4.00 of this gift was given back" in words_of(page.follow("Receipt (PDF)").body)
    client_of(donor.stand_in).v1.refunds.create({"charge": charge})
    settle_charge(books, stripe, charge)
    page = client.get(donor.gift_url)
    assert page.text("h1") == "Your £10 was given back."
    assert "Left with the Fund −£0.35" in page.text(".sum")
    assert "Waiting to be used" not in page.text()
