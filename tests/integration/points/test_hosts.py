"""Hosts: offering a place on a written agreement, the private link, what was given at theirs, and what they ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotAllowed, Refused
from fundapp.core.roles import Role
from fundapp.ledger import periods_read
from fundapp.points import agreement_text, agreements, hosting, service
from fundapp.points.host_models import AgreementText, Host, HostAgreement, HostOffer, HostWish
from fundapp.points.lifecycle import Wish
from fundapp.points.models import CollectionPoint
from tests.builders import ledger, people
from tests.builders.points import ADMIN, KEYS, facts, point
from tests.builders.takings import given
from tests.support.outside import BASE_URL
from tests.support.web import Client

SignIn = Callable[[Client, object], None]

OFFERED = {
    "place": "the barber’s on Printing Office Street",
    "business": "Close Shave Ltd",
    "address": "3 Printing Office Street\nDoncaster",
    "contact_name": "Imran Sadiq",
    "contact_details": "imran@close-shave.example",
    "agrees": "y",
}


def link(one: CollectionPoint, session: Session) -> str:
    host = session.get_one(Host, one.host_id)
    return f"/hosts/{host.id}/{hosting.token_of(KEYS, host)}"


def offers(session: Session) -> list[HostOffer]:
    return list(session.scalars(select(HostOffer).order_by(HostOffer.id)))


def wishes(session: Session) -> list[HostWish]:
    return list(session.scalars(select(HostWish).order_by(HostWish.id)))


def wished(session: Session, one: CollectionPoint, wish: Wish = Wish.REPLACE, key: str = "key") -> HostWish:
    return hosting.ask(session, host_id=one.host_id, form_key=key, wish=wish, point_id=one.id, words="It is torn.")


@pytest.fixture
def admin(client: Client, session: Session, sign_in_as: SignIn) -> Client:
    people.fund_holder(session)
    sign_in_as(client, people.user(session, Role.ADMIN, name="Ruth Okafor"))
    return client


# The agreement.


def test_the_text_of_a_version_never_changes() -> None:
    """To change it, write a new one under the next number, and its fingerprint here."""
    from hashlib import sha256

    known = {1: "52e3081359a61131"}
    assert sha256(agreement_text.WORDS.encode()).hexdigest()[:16] == known[agreement_text.VERSION]


def test_what_a_host_agreed_to_is_kept_word_for_word_with_its_version(session: Session) -> None:
    one = point(session)
    (agreed,) = agreements.agreements(session, one.host_id)
    assert (agreed.text_version, agreed.agreed_on, agreed.signed_by) == (agreement_text.VERSION, one.agreed_on, "Maureen Priestley")
    assert agreements.text(session, agreed.text_version).words == agreement_text.WORDS
    agreements.keep_text(session)
    assert len(session.scalars(select(AgreementText)).all()) == 1


# Offering a place.


def test_a_place_is_offered_with_the_agreement_and_opened_as_a_point(admin: Client, session: Session) -> None:
    page = admin.get("/posters").follow("offer a place for our poster")
    assert "You can end this on any day" in page.words
    page = page.form('main form[method="post"]').fill(**OFFERED).submit("Offer this place")
    assert "Somebody rings or writes to you within a week" in page.words
    (made,) = offers(session)
    assert (made.text_version, made.contact_name, made.answer) == (agreement_text.VERSION, "Imran Sadiq", "")
    page = admin.get("/admin").follow("Hosts").follow(OFFERED["place"])
    page = page.form("form.narrow-form").submit("Open this point")
    assert "The point is open." in page.words
    opened = session.scalars(select(CollectionPoint)).one()
    assert (opened.name, opened.business, opened.agreed_on) == (OFFERED["place"], "Close Shave Ltd", clock.today())
    assert (made.answer, made.point_id) == ("done", opened.id)
    (agreed,) = agreements.agreements(session, opened.host_id)
    assert (agreed.text_version, agreed.signed_by) == (made.text_version, "Imran Sadiq")
    with pytest.raises(Conflict):
        hosting.answer_offer(session, actor=ADMIN, offer_id=made.id, point=None)
    again = admin.post(f"/admin/points/hosts/offers/{made.id}/decline")
    assert again.status == 409
    assert made.answer == "done"


def test_an_offer_is_declined_and_opens_nothing(admin: Client, session: Session) -> None:
    admin.get("/hosts").form('main form[method="post"]').fill(**OFFERED).submit("Offer this place")
    (made,) = offers(session)
    page = admin.get(f"/admin/points/hosts/offers/{made.id}").form(f'form[action$="{made.id}/decline"]').submit("Decline the offer")
    assert "Declined" in page.words
    assert session.scalars(select(CollectionPoint)).all() == []
    assert audit.trail(session, made.subject)[-1].facts == {"outcome": "declined"}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"agrees": ""}, "Without an agreement no poster may hang"),
        ({"contact_details": "ring me"}, "Write a whole telephone number or e-mail"),
        ({"place": "p" * 81}, "Keep it under 80 characters"),
        ({"contact_name": ""}, "Write your name"),
    ],
)
def test_an_offer_without_what_is_needed_is_not_taken_in(client: Client, session: Session, changed: dict[str, str], says: str) -> None:
    key = str(client.get("/hosts").one("main input[name=form_key]")["value"])
    sent = {name: value for name, value in {**OFFERED, **changed, "form_key": key}.items() if value}
    answer = client.post("/hosts", sent, token=False)
    assert answer.status == 422
    assert says in answer.words
    assert offers(session) == []


def test_an_offer_on_an_older_agreement_is_asked_for_again_and_one_sent_twice_is_one(
    client: Client, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = str(client.get("/hosts").one("main input[name=form_key]")["value"])
    for _ in range(2):
        assert client.post("/hosts", {**OFFERED, "form_key": key}, token=False).status == 303
    assert len(offers(session)) == 1
    monkeypatch.setattr(agreement_text, "VERSION", 2)
    assert client.post("/hosts", {**OFFERED, "form_key": key}, token=False).status == 409
    assert len(offers(session)) == 1
    answers = [client.post("/hosts", {**OFFERED, "form_key": "x"}, token=False).status for _ in range(9)]
    assert answers[-1] == 429


# The private link.


def test_a_host_opens_their_own_page_and_nobody_else_s(client: Client, session: Session) -> None:
    people.fund_holder(session)
    ledger.open_books(session)
    one, other = point(session), point(session, name="the library", business="Doncaster Libraries")
    page = client.get(link(one, session))
    assert "The bakery on High Street" in page.words
    assert "The library" not in page.words
    assert "01302 000000" in page.words
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    token = link(one, session).rpartition("/")[2]
    for wrong in (f"/hosts/{other.host_id}/{token}", f"/hosts/{one.host_id}/x", f"/hosts/999999/{token}"):
        assert client.get(wrong).status == 404
        assert client.get(f"{wrong}/ask").status == 404
        assert client.get(f"{wrong}/thank-you.pdf").status == 404
        assert client.get(f"{wrong}/{one.id}/tin-label.pdf").status == 404
    assert client.get(f"{link(one, session)}/{other.id}/tin-label.pdf").status == 404


def test_a_new_link_ends_the_old_one_and_is_mailed_to_the_address_they_gave(
    admin: Client, session: Session, mail_box: object, run_jobs: Callable[[], list[str]]
) -> None:
    one = point(session, contact_details="01302 496 0001 or maureen@bakery.example")
    old = link(one, session)
    page = admin.get(f"/admin/points/{one.id}").follow("Their places, agreement and link")
    page = page.form('form[action$="/link"]').submit("Make a new link")
    session.expire_all()
    assert admin.get(old).status == 404
    assert admin.get(link(one, session)).status == 200
    page.form('form[action$="/send-link"]').submit("Mail them the link")
    run_jobs()
    (letter,) = mail_box.to("maureen@bakery.example")  # type: ignore[attr-defined]
    assert f"{BASE_URL}{link(one, session)}" in letter.get_content()
    host = session.get_one(Host, one.host_id)
    kinds = [event.kind for event in audit.trail(session, host.subject)]
    assert kinds == [AuditKind.HOST_AGREED, AuditKind.HOST_LINK_RENEWED, AuditKind.HOST_LINK_SENT]


def test_without_an_e_mail_the_link_is_handed_over_on_paper(admin: Client, session: Session) -> None:
    one = point(session)
    page = admin.get(f"/admin/points/hosts/{one.host_id}")
    assert f"{BASE_URL}{link(one, session)}" in page.words
    with pytest.raises(Refused):
        hosting.send_link(session, actor=ADMIN, host_id=one.host_id)
    for act in (hosting.send_link, hosting.renew_link):
        with pytest.raises(NotAllowed):
            act(session, actor=Actor("user:1", roles=frozenset({Role.FINANCE})), host_id=one.host_id)


# What was given at theirs.


def test_a_host_is_told_whole_closed_months_and_never_one_gift(client: Client, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    people.fund_holder(session)
    ledger.open_books(session)
    one = point(session)
    first = clock.last_month_end(clock.today()).replace(day=1)
    for number in range(6):
        given(session, one, 1_000, first + timedelta(days=number % 4))
    page = client.get(link(one, session))
    assert "Nothing to tell yet." in page.words
    assert "£60" not in page.words
    _close(monkeypatch, first)
    page = client.get(link(one, session))
    assert page.text("table.sum .total td") == "£60"
    # One gift more this month changes nothing that is told.
    given(session, one, 777, clock.today())
    assert client.get(link(one, session)).text("table.sum") == page.text("table.sum")
    with pypdfium2.PdfDocument(page.follow("Your thank-you, to hang up (PDF)").body) as document:
        said = " ".join(document[0].get_textpage().get_text_bounded().split())
    assert "£60 was given there up to the end of" in said
    for words in ("Thank you", "Priestley’s Bakery Ltd", "registered charity 1234567", "01302 000000"):
        assert words in said


def test_gifts_by_a_replaced_code_count_for_the_host(client: Client, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    people.fund_holder(session)
    ledger.open_books(session)
    one = point(session)
    first = clock.last_month_end(clock.today()).replace(day=1)
    for number in range(3):
        given(session, one, 1_000, first + timedelta(days=number))
    new = service.replace_point(session, actor=ADMIN, keys=KEYS, point_id=one.id, reason="Copied.")
    for number in range(3):
        given(session, new, 1_000, first + timedelta(days=number))
    _close(monkeypatch, first)
    page = client.get(link(one, session))
    assert page.text("table.sum .total td") == "£60"
    assert "If one with this code still hangs, take it down." in page.words


def _close(monkeypatch: pytest.MonkeyPatch, first: date) -> None:
    """As if the month had been closed. The real watermark is never lowered again, for no test after this one either."""
    monkeypatch.setattr(periods_read, "shut_until", lambda _session: periods_read.month_end(first))


# What they ask for.


def test_a_host_prints_their_own_poster_and_asks_for_another(client: Client, session: Session) -> None:
    people.fund_holder(session)
    ledger.open_books(session)
    one = point(session)
    page = client.get(link(one, session))
    with pypdfium2.PdfDocument(page.follow("Label, for a tin").body) as document:
        (code,) = zxingcpp.read_barcodes(document[0].render(scale=150 / 72).to_pil())
    assert code.text == f"{BASE_URL}{one.path}"
    page = page.follow("Ask for a poster, or an end").form('main form[method="post"]')
    answer = page.fill(wish="end", point=str(one.id), words="We move out in May.").submit("Ask for it")
    assert "we have it, and come back to you" in answer.words
    (made,) = wishes(session)
    assert (made.wish, made.point_id, made.words, made.host_id) == ("end", one.id, "We move out in May.", one.host_id)
    # Nothing is closed by it: whoever has the link cannot take a poster down.
    assert session.get_one(CollectionPoint, one.id).is_open


def test_what_is_not_theirs_or_asked_twice_or_too_much_is_refused(client: Client, session: Session) -> None:
    people.fund_holder(session)
    ledger.open_books(session)
    one, other = point(session), point(session, name="the library")
    closed = service.open_point(session, actor=ADMIN, keys=KEYS, host_id=one.host_id, **facts(name="the back room"))
    service.close_point(session, actor=ADMIN, point_id=closed.id, reason="Painted over.")
    for about in (other.id, closed.id, None, 999_999):
        with pytest.raises(Refused, match="which of your posters"):
            hosting.ask(session, host_id=one.host_id, form_key=f"key {about}", wish="replace", point_id=about, words="")
    with pytest.raises(Refused):
        hosting.ask(session, host_id=one.host_id, form_key="what", wish="money", point_id=one.id, words="")
    first = wished(session, one)
    assert wished(session, one).id == first.id
    with pytest.raises(Refused, match="already"):
        wished(session, one, key="other")
    page = (
        client.get(f"{link(one, session)}/ask")
        .form('main form[method="post"]')
        .fill(wish="replace", point=str(other.id))
        .submit("Ask for it")
    )
    assert page.status == 409
    forged = client.post(f"{link(one, session)}/ask", {"form_key": "forged", "wish": "another"}, token=False)
    assert forged.status == 409
    assert len(wishes(session)) == 1


def test_an_administrator_answers_and_the_host_reads_it(admin: Client, session: Session) -> None:
    ledger.open_books(session)
    one = point(session)
    made = wished(session, one)
    page = admin.get("/admin/points/hosts/wishes").follow("A new poster in place of this one")
    assert "It is torn." in page.words
    page = page.form(f'form[action$="wishes/{made.id}"]').fill(answer="done").submit("Tell them")
    assert "They can read it on their page now." in page.words
    assert ": done" in admin.get(link(one, session)).text("#asked")
    with pytest.raises(Conflict):
        hosting.answer_wish(session, actor=ADMIN, wish_id=made.id, answer="declined")
    with pytest.raises(NotAllowed):
        hosting.answer_wish(session, actor=Actor("user:1", roles=frozenset({Role.AUDITOR})), wish_id=made.id, answer="done")
    assert admin.post(f"/admin/points/hosts/wishes/{made.id}", {"answer": ""}).status == 409
    assert made.answer == "done"


def test_one_host_has_several_places_on_one_page(admin: Client, session: Session) -> None:
    ledger.open_books(session)
    one = point(session)
    page = admin.get(f"/admin/points/hosts/{one.host_id}/new")
    page = page.form("form.narrow-form").fill(name="the bakery’s counter in the market").submit("Add the point")
    assert page.text("h1") == "The bakery’s counter in the market"
    added = session.scalars(select(CollectionPoint).where(CollectionPoint.id != one.id)).one()
    assert (added.host_id, added.business) == (one.host_id, one.business)
    assert len(session.scalars(select(HostAgreement)).all()) == 2
    assert "The bakery’s counter in the market" in admin.get(link(one, session)).words
    assert admin.post("/admin/points/hosts/999999/new", {}).status == 422
