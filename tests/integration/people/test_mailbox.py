"""The demonstration's mailbox page."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from fundapp.gateways import Gateways
from fundapp.gateways.mail import Attachment
from tests.support.web import Client


def gateways(app: Flask) -> Gateways:
    found: Gateways = app.extensions["gateways"]
    return found


def test_an_empty_mailbox_says_how_a_letter_comes(client: Client) -> None:
    page = client.get("/demo/mail")
    assert page.status == 200
    assert "No letters yet." in page.words


def test_a_letter_is_read_with_its_link_and_its_file(app: Flask, client: Client, session: Session) -> None:
    gateways(app).mail.send(
        "zoe@example.org",
        "Your receipt",
        "Thank you, <Zoë>.\n\nSee http://localhost:8000/open today.\n",
        attachments=[Attachment("receipt.pdf", b"%PDF-1.4", "application/pdf")],
        key="receipt:1",
    )
    page = client.get("/demo/mail").follow("Your receipt")
    assert "zoe@example.org" in page.words
    assert "Thank you, <Zoë>." in page.words
    assert page.link("http://localhost:8000/open") == "http://localhost:8000/open"
    file = page.follow("receipt.pdf")
    assert (file.body, file.headers["Content-Type"]) == (b"%PDF-1.4", "application/pdf")
    assert file.headers["Content-Disposition"] == "attachment; filename=receipt.pdf"
    assert client.get(f"{page.url}/files/2").status == 404


def test_a_letter_that_is_not_there_is_not_found(client: Client) -> None:
    assert client.get("/demo/mail/00000000000000000000").status == 404
    assert client.get("/demo/mail/..%2f..%2fetc%2fpasswd").status == 404


def test_real_money_has_no_mailbox_page() -> None:
    from fundapp.blueprints import BLUEPRINTS, DEMO_BLUEPRINTS
    from fundapp.people import mailbox

    assert mailbox.blueprint in DEMO_BLUEPRINTS
    assert mailbox.blueprint not in BLUEPRINTS
