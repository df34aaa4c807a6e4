"""Accounts: what stands in each, its statement to the penny, and every name it had. And the path of a pound, off the same rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.roles import Role
from fundapp.finance import pound
from fundapp.gateways.path_chart import Side, Stop, path
from fundapp.ledger import chart, queries, service
from fundapp.ledger.service import Line
from fundapp.ledger.statements import statement
from tests.builders import ledger as books
from tests.builders import people
from tests.support.web import Client

SEPTEMBER, OCTOBER = date(2026, 9, 15), date(2026, 10, 15)
SignIn = Callable[..., None]


@pytest.fixture
def finance(client: Client, session: Session, sign_in_as: SignIn) -> Client:
    with clock.at(datetime(2026, 9, 1, 12, tzinfo=UTC)):
        books.open_books(session)
    books.pay_in(session, 10_000, on=SEPTEMBER)
    books.pay_in(session, 5_000, "general", on=SEPTEMBER)
    books.award(session, 4_500, on=OCTOBER, key="grant:1")
    paid = [Line(chart.GRANTS_PAYABLE, chart.BANK, "public-giving", 3_000)]
    service.post(
        session, event_key="grant:1:payment:1", kind="grant.paid", happened_on=OCTOBER, lines=paid, actor="user:1", subject="grant:1"
    )
    give(session)
    sign_in_as(client, people.user(session, Role.FINANCE, name="Marta Silva"))
    return client


def give(session: Session, nth: int = 1) -> None:
    about = {"happened_on": OCTOBER, "actor": "stripe", "subject": f"donation:{nth}"}
    came = [Line(chart.STRIPE_CLEARING, chart.DONATIONS, "public-giving", 1_000)]
    known = [
        Line(chart.STRIPE_BALANCE, chart.STRIPE_CLEARING, "public-giving", 965),
        Line(chart.PROCESSING_FEES, chart.STRIPE_CLEARING, "public-giving", 35),
    ]
    service.post(session, event_key=f"charge:{nth}", kind="gift.charged", lines=came, **about)  # type: ignore[arg-type]
    service.post(session, event_key=f"txn:{nth}", kind="gift.settled", lines=known, **about)  # type: ignore[arg-type]


def test_all_accounts_are_listed_by_what_they_are_with_what_stands_in_them(finance: Client) -> None:
    page = finance.get("/finance/accounts")
    rows = page.texts("main tbody tr")
    assert "Bank bank £120.00" in rows
    assert "Grants agreed, not yet paid grants-payable £15.00" in rows
    assert "Phones help-phone £45.00" in rows
    assert page.texts("main h2") == ["What the Fund has", "What the Fund owes", "What came in", "What it went on", "Between funds"]
    assert page.follow("£120.00").text(".sumup") == "£120.00 stands in this account"


def test_a_statement_runs_from_what_stood_to_what_stands(finance: Client) -> None:
    page = finance.get("/finance/accounts/bank?since=2026-09&until=2026-10")
    assert [words.split(" £")[-1] for words in page.texts("main .cols tbody tr")] == ["0.00", "100.00", "150.00", "120.00"]
    assert page.texts("main .cols tfoot tr") == ["31 October 2026 £150.00 came £30.00 went £120.00"]
    assert page.soup.select(".proved")
    october = finance.get("/finance/accounts/bank?since=2026-10&until=2026-10")
    assert october.texts("main .cols tbody tr")[0] == "1 October 2026 Stood in it before £150.00"
    one_fund = finance.get("/finance/accounts/bank?since=2026-10&until=2026-10&fund=general")
    assert one_fund.texts("main .cols tfoot tr") == ["31 October 2026 £0.00 came £0.00 went £50.00"]
    # What it moved with keeps the days.
    other = october.follow("Grants agreed, not yet paid")
    assert other.texts("main .cols tfoot tr") == ["31 October 2026 £45.00 came £30.00 went £15.00"]


def test_a_statement_goes_over_pages_without_losing_its_balance(session: Session) -> None:
    books.open_books(session)
    for pence in range(1, 8):
        books.pay_in(session, pence, on=SEPTEMBER)
    books.pay_in(session, 100, on=date(2026, 8, 1))
    asked = {"since": SEPTEMBER, "until": OCTOBER}
    whole = statement(session, "bank", **asked)  # type: ignore[arg-type]
    assert (whole.opening_pence, whole.count, whole.closing_pence, whole.adds_up) == (100, 7, 128, True)
    parts = [line for offset in (0, 3, 6) for line in statement(session, "bank", limit=3, offset=offset, **asked).lines]  # type: ignore[arg-type]
    assert parts == whole.lines
    assert whole.lines[-1].balance_pence == whole.closing_pence
    # On the side where it grows: income grows by credit.
    assert statement(session, chart.CONTRIBUTIONS, **asked).closing_pence == 128  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=2026-11&until=2026-10", "The last day lies before the first."),
        ("since=soon", "You wrote “soon”."),
        ("fund=none", "There is nothing called “none” in the ledger."),
    ],
)
def test_days_that_make_no_sense_are_said_and_kept(finance: Client, query: str, sentence: str) -> None:
    page = finance.get(f"/finance/accounts/bank?{query}")
    assert (page.status, sentence in page.text("#errors")) == (422, True)
    name, _, typed = query.partition("&")[0].partition("=")
    assert page.one(f"#{name}").get("value", typed) == typed


@pytest.mark.parametrize("code", ["no-such", "BANK", "bank%20", "a" * 300])
def test_an_account_that_is_not_there_is_not_found(finance: Client, code: str) -> None:
    assert finance.get(f"/finance/accounts/{code}").status == 404
    assert finance.post(f"/finance/accounts/{code}/rename", {"new_name": "X"}).status == 404


def test_a_name_is_changed_by_finance_and_every_old_one_is_kept(finance: Client, session: Session) -> None:
    page = finance.get("/finance/accounts/help-phone").submit("aside form", new_name="  Phones   and SIM cards ")
    assert page.text("h1") == "Phones and SIM cards"
    assert "It has its new name. The ledger keeps the old one." in page.words
    names = page.texts("aside .track li")
    assert names[0].startswith("Phones and SIM cards since")
    assert "Marta Silva" in names[0]
    assert names[1].startswith("Phones since 1 September 2026")
    assert [one.facts for one in session.scalars(select(AuditEvent).where(AuditEvent.kind == "account.renamed"))] == [
        {"entry": queries.entries(session, kind="account.renamed")[0].number}
    ]


@pytest.mark.parametrize(
    ("name", "status", "sentence"),
    [
        ("", 422, "Give it a name."),
        ("   ", 422, "Give it a name."),
        ("Phones", 409, "It is called “Phones” already."),
        ("bank", 409, "Another account is called “bank”. Two of one name could not be told apart."),
        ("x" * 61, 422, "Keep the name under 60 letters."),
    ],
)
def test_a_name_that_would_not_do_is_refused_and_kept(finance: Client, session: Session, name: str, status: int, sentence: str) -> None:
    page = finance.post("/finance/accounts/help-phone/rename", {"new_name": name})
    assert (page.status, sentence in page.text("#errors")) == (status, True)
    assert page.one("#new_name").get("value", "").strip() == name.strip()
    assert queries.entry_count(session, kind="account.renamed") == 0


def test_an_auditor_renames_nothing(finance: Client, session: Session, sign_in_as: SignIn) -> None:
    sign_in_as(finance, people.user(session, Role.AUDITOR))
    assert not finance.get("/finance/accounts/bank").soup.select("main form[method=post]")
    assert finance.post("/finance/accounts/bank/rename", {"new_name": "X"}).status == 403
    assert queries.entry_count(session, kind="account.renamed") == 0


def test_the_path_of_all_money_adds_up_place_by_place(finance: Client, session: Session) -> None:
    found = pound.whole_path(session)
    assert found.adds_up
    assert {place.code: place.now_pence for place in found.places} == {
        chart.STRIPE_CLEARING: 0,
        chart.STRIPE_BALANCE: 965,
        chart.BANK: 12_000,
        chart.GRANTS_PAYABLE: -1_500,
    }
    arrows = {(one.source, one.target): one.amount_pence for one in found.arrows}
    assert arrows[chart.BANK, chart.GRANTS_PAYABLE] == 3_000
    page = finance.get("/finance/ledger/path")
    assert page.texts("svg.broad title") == ["The path of a pound"]
    assert "Stripe, fee not yet known to Card fees: £0.35" in page.text("svg.broad desc")
    for figure in ("£10.00", "£9.65", "−£0.35", "+£150.00", "£120.00", "£30.00", "£45.00", "£15.00"):
        assert figure in page.texts("svg.broad text"), figure
    assert page.soup.select(".proved")


def test_the_path_is_a_fund_s_or_some_days_and_its_links_keep_both(finance: Client, session: Session) -> None:
    page = (
        finance.get("/finance/ledger/path").form("form.filter").fill(fund="public-giving", since="October 2026", until="10 2026").submit()
    )
    assert "From 1 October 2026 to 31 October 2026" in page.words
    assert "Bank £100.00 £0.00 £30.00 £70.00" in page.texts("main tbody tr")
    opened = page.follow("Card fees")
    assert opened.text("main tbody th") == f"{queries.entries(session, kind='gift.settled')[0].number:,}"
    found = pound.whole_path(session, fund="general", since=OCTOBER, until=OCTOBER)
    assert (found.arrows, found.adds_up, found.places[0].before_pence) == ((), True, 5_000)
    assert "No money moved." in finance.get("/finance/ledger/path?fund=general&since=2026-10").words
    wrong = finance.get("/finance/ledger/path?since=2026-11&until=2026-10")
    assert (wrong.status, "The last day lies before the first." in wrong.text("#errors"), wrong.soup.select("svg.plot")) == (422, True, [])


def test_a_gift_s_path_ends_where_its_money_lies_and_a_grant_s_begins_at_the_bank(finance: Client, session: Session) -> None:
    gift = pound.path_of(session, "donation:1")
    assert [(stop.label, stop.look, stop.here) for stop in gift.stops[:4]] == [
        ("Gifts", "lit", ""),
        ("Stripe, fee not known", "full", ""),
        ("Stripe balance", "full", "£9.65 here"),
        ("On its way to the bank", "bare", ""),
    ]
    assert gift.stops[1].leaves == (Side("Card fees", 35),)
    grant = pound.path_of(session, "grant:1")
    assert [(stop.label, stop.here, stop.onward_pence) for stop in grant.stops] == [
        ("Bank", "£30.00 from here", 3_000),
        ("Grants agreed", "£15.00 to pay", 4_500),
        ("Help", "", 0),
    ]
    assert grant.stops[-1].became == (Side("Phones", 4_500),)
    assert pound.path_of(session, "nothing:1").arrows == ()
    assert "Request 1: where its money came from" in finance.get("/finance/ledger/path?subject=grant:1").words


def test_what_was_taken_back_is_off_the_path_again(finance: Client, session: Session) -> None:
    for entry in queries.entries(session, subject="donation:1"):
        key = f"undo:{entry.number}"
        service.reverse(session, number=entry.number, event_key=key, happened_on=OCTOBER, actor="user:1", reason="entered-twice")
    assert pound.path_of(session, "donation:1").arrows == ()
    assert pound.whole_path(session).adds_up


def test_a_drawn_path_says_every_figure_and_lets_nothing_in(session: Session) -> None:
    stops = [
        Stop("<b>Given</b>", "lit", "", 500),
        Stop("A place with a name that is much too long for a column", "full", "£4.00 here", 0, leaves=(Side("Fees & more", 100),)),
        Stop("Later", "bare", "", 0, joins=(Side("From elsewhere", 7),)),
    ]
    for broad in (True, False):
        drawn = path(stops, name="x", title="<i>", description="&", broad=broad)
        assert "<b>" not in drawn
        assert "<i>" not in drawn
        for words in ("£5.00", "−£1.00", "+£0.07", "Fees &amp; more", "£4.00"):
            assert words in drawn, (broad, words)
