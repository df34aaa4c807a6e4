"""Which language a page is in, and a whole gift in Polish: page, refusals, gift, letter, receipt, with no English left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from fundapp.core.db import transaction
from fundapp.core.language import gettext, language, speaking
from fundapp.gateways.stripe import StripeGateway
from fundapp.giving.models import GivingPreset
from tests.builders import ledger, people, points
from tests.builders.giving import Donor, begin, gateway_of
from tests.builders.ledger import pay_in, seal
from tests.builders.stand_in import StandIn
from tests.support.languages import english_left, polish
from tests.support.outside import BASE_URL, MailBox
from tests.support.web import Client

RunJobs = Callable[[], list[str]]
HOST = "http://localhost:8000"
POLISH = {"Accept-Language": "pl-PL,pl;q=0.9,en;q=0.5"}
COOKIE = "lang-8000"


@pytest.fixture(scope="module")
def running_stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """The process behind `stand_in`."""
    with StandIn(tmp_path_factory.mktemp("stand-in"), allowed_return_origins=[BASE_URL]) as running:
        yield running


@pytest.fixture
def stand_in(running_stand_in: StandIn) -> StandIn:
    """A stand-in with an empty store, whose fees are known at once."""
    running_stand_in.reset()
    running_stand_in.settings(fee_delay_seconds=0)
    return running_stand_in


@pytest.fixture
def stripe(stand_in: StandIn) -> StripeGateway:
    """The gateway, speaking to the test's stand-in."""
    return gateway_of(stand_in)


@pytest.fixture
def books(session: Session) -> Session:
    """The test's session, with accounts, funds and the charity's facts."""
    ledger.open_books(session)
    people.fund_holder(session)
    session.commit()
    return session


@pytest.fixture
def donor(client: Client, stand_in: StandIn, books: Session) -> Donor:
    """Somebody who may give."""
    return Donor(client, stand_in, books)


def get(app: Flask, path: str, *, cookie: str = "", **headers: str) -> TestResponse:
    """A browser's first look at a page."""
    browser = app.test_client()
    if cookie:
        browser.set_cookie(COOKIE, cookie)
    return browser.get(path, base_url=HOST, headers=headers)


def tongue(answer: TestResponse) -> str:
    """The language that a page says it is in."""
    found = re.search(r'<html lang="([^"]+)"', answer.get_data(as_text=True))
    assert found
    return found[1]


def words_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "en-GB"),
        ("pl", "pl"),
        ("pl-PL,en;q=0.5", "pl"),
        ("de,pl;q=0.5", "pl"),
        ("en-GB,pl;q=0.9", "en-GB"),
        ("de", "en-GB"),
        ("pl;q=0", "en-GB"),
        (";;q=x,", "en-GB"),
    ],
)
def test_a_page_is_in_the_language_that_the_browser_asks_for(app: Flask, books: Session, asked: str, said: str) -> None:
    answer = get(app, "/give", **({"Accept-Language": asked} if asked else {}))
    assert (tongue(answer), answer.headers["Content-Language"]) == (said, said)
    assert {"accept-language", "cookie"} <= {name.lower() for name in answer.vary}
    assert answer.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize("tongue_asked", ["en", "pl"])
def test_what_somebody_wrote_is_words_and_never_markup_or_a_pattern(app: Flask, books: Session, tongue_asked: str) -> None:
    preset = books.scalars(select(GivingPreset)).first()
    assert preset is not None
    preset.words = "50% of <script>alert(1)</script> %(x)s"
    books.commit()
    page = get(app, "/give", **{"Accept-Language": tongue_asked}).get_data(as_text=True)
    assert "<script>alert" not in page
    assert "50% of &lt;script&gt;alert(1)&lt;/script&gt; %(x)s" in page


def test_nothing_said_is_nothing_in_every_language() -> None:
    with speaking("pl"):
        assert gettext("") == ""


def test_a_choice_goes_before_what_the_browser_asks_and_alone_is_kept(app: Flask, books: Session) -> None:
    browser = app.test_client()
    chosen = browser.get("/give?lang=pl", base_url=HOST, headers={"Accept-Language": "en"})
    (cookie,) = chosen.headers.getlist("Set-Cookie")
    assert cookie.startswith(f"{COOKIE}=pl;")
    assert all(said in cookie for said in ("HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in cookie
    again = browser.get("/give", base_url=HOST, headers={"Accept-Language": "en"})
    assert (tongue(again), again.headers.getlist("Set-Cookie")) == ("pl", [])
    back = browser.get("/give?lang=en", base_url=HOST, headers=POLISH)
    assert tongue(back) == "en-GB"
    assert tongue(browser.get("/give", base_url=HOST, headers=POLISH)) == "en-GB"


@pytest.mark.parametrize("nonsense", ["<script>alert(1)</script>", "pl%00", "PL", "../pl", "", "xx", "pl" * 5_000])
def test_a_language_that_there_is_not_is_no_choice(app: Flask, books: Session, nonsense: str) -> None:
    browser = app.test_client()
    answer = browser.get("/give", query_string={"lang": nonsense}, base_url=HOST)
    assert (answer.status_code, tongue(answer), answer.headers.getlist("Set-Cookie")) == (200, "en-GB", [])
    assert "<script>alert" not in answer.get_data(as_text=True)
    assert tongue(get(app, "/give", cookie=nonsense[:100] or "x")) == "en-GB"


def test_the_link_to_the_other_language_leads_to_this_page_and_no_further(client: Client, books: Session) -> None:
    place = points.point(books)
    page = client.get(f"{place.path}?from=bus&_external=1&_scheme=javascript&_host=evil.example&code=x&lang=en")
    link = page.one('.foot a[hreflang="pl"]')
    assert (link.get_text(), link["lang"]) == ("Polski", "pl")
    parts = urlsplit(str(link["href"]))
    assert (parts.scheme, parts.netloc, parts.path) == ("", "", place.path)
    assert "lang=pl" in parts.query
    assert "from=bus" in parts.query
    assert client.get(str(link["href"])).one('.foot a[hreflang="en-GB"]').get_text() == "English"


@pytest.mark.parametrize(
    ("path", "heading"), [("/privacy", "Co o Tobie wiemy"), ("/complaints", "Jeśli coś jest nie tak"), ("/accessibility", "Dla każdego")]
)
def test_what_stands_behind_a_gift_is_polish_too(client: Client, books: Session, path: str, heading: str) -> None:
    assert polish(client.get(f"{path}?lang=pl")).text("h1") == heading


@pytest.mark.parametrize(
    ("path", "heading"),
    [("/", "Mała rzecz może otworzyć nowe życie"), ("/open", "Jawne księgi"), ("/open/ledger?size=7", "Księga, którą każdy może")],
)
def test_what_anybody_may_read_of_the_fund_is_polish_too(client: Client, books: Session, path: str, heading: str) -> None:
    seal(books)
    page = polish(client.get(f"{path}{'&' if '?' in path else '?'}lang=pl"))
    assert page.text("h1").startswith(heading)
    assert page.one('.foot a[hreflang="en-GB"]').get_text() == "English"


def test_a_checkpoint_is_read_off_paper_in_polish(client: Client, books: Session) -> None:
    pay_in(books, 1_000)
    sealed = seal(books)
    page = polish(client.get(f"/open/ledger?size={sealed.size}&lang=pl"))
    assert "Punkt kontrolny nad" in page.text("#printed")
    assert sealed.mark in page.text("#printed")


@pytest.mark.parametrize("path", ["/open/ledger/checkpoint", "/open/ledger/vkey"])
def test_what_machines_fetch_is_english_whoever_asks(app: Flask, books: Session, path: str) -> None:
    answer = get(app, f"{path}?lang=pl", cookie="pl", **POLISH)
    assert answer.status_code == 404
    assert answer.get_data(as_text=True).startswith("There is no ")


@pytest.mark.parametrize("path", ["/sign-in"])
def test_a_page_that_is_not_translated_stays_english_whatever_is_asked(app: Flask, books: Session, path: str) -> None:
    answer = get(app, f"{path}?lang=pl", cookie="pl", **POLISH)
    assert tongue(answer) == "en-GB"
    assert "Content-Language" not in answer.headers
    assert not [cookie for cookie in answer.headers.getlist("Set-Cookie") if cookie.startswith(COOKIE)]
    assert "Polski" not in answer.get_data(as_text=True)


def test_no_language_outlives_its_page(app: Flask, books: Session) -> None:
    assert tongue(get(app, "/give", **POLISH)) == "pl"
    assert language() == "en"


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing/here", 404, "Nie ma takiej strony"),
        ("/g/00000000", 404, "Nie znamy takiego miejsca"),
        ("/gifts/none", 404, "Pod tym adresem"),
    ],
)
def test_what_there_is_not_is_told_in_polish_too(client: Client, books: Session, path: str, status: int, words: str) -> None:
    page = client.get(f"{path}?lang=pl")
    assert page.status == status
    assert words in page.words
    assert english_left(page.words) == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Wybierz kwotę albo wpisz własną."),
        ({"amount": "other"}, "Wpisz, ile chcesz wpłacić, na przykład 7.50."),
        ({"amount": "other", "other": "0.99"}, "Najmniej można wpłacić £1. Wpisano „0.99”."),
        ({"amount": "other", "other": "dużo <b>"}, "Wpisz kwotę liczbą, z kropką, na przykład 39.99. Wpisano „dużo <b>”."),
        ({"amount": "1000", "other": "7"}, "Wybrano £10, a niżej wpisano inną kwotę. Zostaw jedną z nich."),
    ],
)
def test_a_refusal_is_polish_and_keeps_what_was_typed(client: Client, books: Session, fields: dict[str, str], sentence: str) -> None:
    page = client.get("/give?lang=pl").submit(**fields)
    assert page.status == 422
    assert page.texts(".errors li") == [sentence]
    assert page.text(".errors h2") == "Jedna rzecz do poprawienia"
    assert page.soup.title
    assert page.soup.title.get_text().startswith("Błąd:")
    kept = page.form().data
    assert {name: kept.get(name, "") for name in fields} == fields
    assert english_left(page.words) == []


def test_an_example_that_nobody_translated_is_marked_as_what_it_is(client: Client, books: Session) -> None:
    books.query(GivingPreset).filter_by(position=2).one().words = "a warm coat"
    books.commit()
    page = client.get("/give?lang=pl")
    assert [(what.get_text(), what.get("lang")) for what in page.soup.select(".what")][:2] == [
        ("autobus na rozmowę o pracę", None),
        ("a warm coat", "en-GB"),
    ]


def test_a_whole_gift_is_polish_from_the_poster_to_the_receipt(
    mail_box: MailBox, donor: Donor, client: Client, books: Session, run_jobs: RunJobs
) -> None:
    place = points.point(books)
    opened = polish(client.get(f"{place.path}?lang=pl"))
    donor.choose("10", page=opened)
    assert donor.gift.language == "pl"
    assert polish(client.get(donor.gift_url)).text("h1") == "Jeszcze niezapłacone"
    donor.pay("lukasz@example.org")
    page = polish(donor.come_back())
    assert page.text("h1") == "Dziękujemy. Twoja wpłata £10 jest już u nas."
    assert page.texts(".sum")[0] == "Twoja wpłata £10.00 Opłata operatora kart −£0.35 Dla Funduszu £9.65"
    # The letter is written by a job, which nobody has asked for any language.
    assert run_jobs() == ["giving.send_receipt"]
    (letter,) = mail_box.messages
    assert letter["Subject"] == "Twoje potwierdzenie z Changing Lives Fund"
    for kind in ("plain", "html"):
        body = letter.get_body((kind,))
        assert body
        assert "Dziękujemy." in body.get_content()
        assert english_left(body.get_content()) == []
    (attached,) = letter.iter_attachments()
    told = words_of(attached.get_content())
    assert "Dla Funduszu £9.65" in told
    assert english_left(told) == []


def test_a_gift_opened_from_its_letter_is_in_its_own_language_unless_its_reader_chose(app: Flask, donor: Donor, client: Client) -> None:
    donor.choose("5", page=client.get("/give?lang=pl"))
    assert tongue(get(app, donor.gift_url, **{"Accept-Language": "en"})) == "pl"
    assert tongue(get(app, donor.gift_url, cookie="en", **POLISH)) == "en-GB"
    assert tongue(get(app, f"{donor.gift_url}?lang=en", **POLISH)) == "en-GB"


def test_a_form_without_cookies_keeps_its_language_in_its_address(app: Flask, donor: Donor, books: Session) -> None:
    browser = app.test_client(use_cookies=False)
    opened = browser.get("/give?lang=pl", base_url=HOST)
    assert 'action="/give?lang=pl"' in opened.get_data(as_text=True)
    assert tongue(browser.post("/give?lang=pl", base_url=HOST, data={"amount": "x"})) == "pl"
    assert 'action="/give"' in browser.get("/give?lang=%22%3E", base_url=HOST).get_data(as_text=True)


def test_the_payment_page_is_asked_for_in_the_gift_s_language(donor: Donor, stripe: StripeGateway, client: Client) -> None:
    told = {}
    for code in ("pl", "en"):
        donor.choose("5", page=client.get(f"/give?lang={code}"))
        told[code] = stripe._client.v1.checkout.sessions.retrieve(donor.session_id).locale
    assert told == {"pl": "pl", "en": "auto"}


def test_a_gift_speaks_a_language_that_there_is(books: Session) -> None:
    gift = begin(books)
    assert gift.language == "en"
    with pytest.raises(IntegrityError, match="language_known"), transaction(books):
        gift.language = "xx"
