"""Finance and auditors read the ledger: every balance opens into its entries, every entry into its story, down to its seal."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent
from fundapp.core.roles import Role
from fundapp.ledger import chart, queries, service
from fundapp.ledger.service import Line, Posted
from tests.builders import grants, people
from tests.builders import ledger as books
from tests.support.page import Page
from tests.support.web import Client

DAY = date(2026, 11, 14)
SignIn = Callable[..., None]


@pytest.fixture
def auditor(client: Client, session: Session, sign_in_as: SignIn) -> Client:
    books.open_books(session)
    sign_in_as(client, people.user(session, Role.AUDITOR))
    return client


@pytest.fixture
def lived(session: Session) -> dict[str, Posted]:
    """Five entries about money, in two months and two funds."""
    books.open_books(session)
    gift = [Line(chart.STRIPE_CLEARING, chart.DONATIONS, "public-giving", 1_000)]
    fee = [
        Line(chart.STRIPE_BALANCE, chart.STRIPE_CLEARING, "public-giving", 965),
        Line(chart.PROCESSING_FEES, chart.STRIPE_CLEARING, "public-giving", 35),
    ]
    about = {"actor": "stripe", "subject": "donation:1"}
    return {
        "paid-in": books.pay_in(session, 5_000, "general", on=date(2026, 9, 30), key="contribution:1"),
        "gift": service.post(session, event_key="charge:ch_1", kind="gift.charged", happened_on=date(2026, 10, 1), lines=gift, **about),
        "fee": service.post(session, event_key="txn:txn_1", kind="gift.settled", happened_on=date(2026, 10, 3), lines=fee, **about),
        "award": books.award(session, 3_000, "general", on=date(2026, 10, 31), key="grant:417"),
        "late": books.pay_in(session, 2_500, "general", on=date(2026, 11, 2), key="contribution:2"),
    }


def numbers(page: Page) -> list[int]:
    return [int(words.replace(",", "")) for words in page.texts("main tbody th a.num")]


def test_an_empty_ledger_says_what_will_come(client: Client, session: Session, sign_in_as: SignIn) -> None:
    sign_in_as(client, people.user(session, Role.FINANCE))
    assert "Nothing is written yet." in client.get("/finance/ledger").words


def test_entries_are_listed_newest_first_and_a_page_at_a_time_and_filters_stay(auditor: Client, session: Session) -> None:
    for pence in range(1, 31):
        books.pay_in(session, pence, on=DAY)
    session.commit()
    first = auditor.get("/finance/ledger")
    assert "50 entries" in first.text("caption")
    assert len(first.texts("main tbody tr")) == 25
    assert "£0.30" in first.texts("main tbody tr")[0]
    second = first.follow("Next")
    assert "£0.05" in second.texts("main tbody tr")[0]
    assert auditor.get("/finance/ledger?page=999").texts(".paging b") == ["Page 2"]
    some = auditor.get("/finance/ledger?account=bank&since=14+11+2026&most=0.29")
    assert "29 entries like this" in some.text("caption")
    rest = some.follow("Next")
    assert "29 entries like this" in rest.text("caption")
    assert len({*numbers(some), *numbers(rest)}) == 29


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("account=bank", ["late", "paid-in"]),
        ("account=bank&until=2026-10", ["paid-in"]),
        ("fund=public-giving", ["fee", "gift"]),
        ("account=stripe-clearing&fund=general", []),
        ("subject=donation:1", ["fee", "gift"]),
        ("subject=donation", []),
        ("kind=grant.awarded", ["award"]),
        ("since=October+2026&until=10+2026&account=", ["award", "fee", "gift"]),
        ("since=2026-10-02&until=31/10/2026", ["award", "fee"]),
        ("since=30+sept+2026&until=1.10.2026", ["gift", "paid-in"]),
        # An amount is that of one line, and of the same line as account and fund.
        ("least=9.65&most=%C2%A39.65", ["fee"]),
        ("least=10&most=10", ["gift"]),
        ("account=stripe-clearing&most=1", ["fee"]),
        ("account=stripe-balance&most=1", []),
        ("least=25&fund=general&until=2026-10", ["award", "paid-in"]),
        ("find=txn:", ["fee"]),
        ("find=charge:ch_1", ["gift"]),
        ("find=contribution", ["late", "paid-in"]),
        ("find=_", []),
        ("find=%25", []),
    ],
)
def test_entries_are_found_by_whatever_is_known_of_them(auditor: Client, lived: dict[str, Posted], query: str, found: list[str]) -> None:
    money = [one for one in numbers(auditor.get(f"/finance/ledger?{query}")) if one >= lived["paid-in"].number]
    assert money == [lived[name].number for name in found]


def test_an_entry_is_found_by_its_number_as_people_write_it(auditor: Client, lived: dict[str, Posted], session: Session) -> None:
    session.execute(text("SELECT count(nextval('entry_number')) FROM generate_series(1, 1000)"))
    found = books.pay_in(session, 1, on=DAY)
    session.commit()
    for words in (f"{found.number}", f"{found.number:,}", f" {found.number:,} "):
        assert numbers(auditor.get("/finance/ledger", find=words)) == [found.number]
    assert "No entry is like this." in auditor.get("/finance/ledger?find=999999999999999999").words


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=yesterday", "Write a day or a month, like 14 11 2026 or November 2026. You wrote “yesterday”."),
        ("since=31+9+2026", "There is no such day: 31 9 2026."),
        ("until=14+11+26", "Write a day or a month, like 14 11 2026 or November 2026. You wrote “14 11 26”."),
        ("since=2026-11&until=2026-10", "The last day lies before the first."),
        ("least=about+40", "Write the amount as a number, like 39.99. You wrote “about 40”."),
        ("least=2&most=1", "The most is less than the least. You wrote £2.00 and £1.00."),
        ("account=no-such", "There is nothing called “no-such” in the ledger."),
        ("fund=no-such", "There is nothing called “no-such” in the ledger."),
        ("kind=no.such", "There is nothing called “no.such” in the ledger."),
        ("log_size=-4", "Write how many entries the log had, like 4,711. You wrote “-4”."),
        ("log_size=999999999999999999", "Write how many entries the log had, like 4,711. You wrote “999999999999999999”."),
        ("find=" + "x" * 201, "That is longer than any event here."),
    ],
)
def test_what_cannot_be_read_is_said_and_kept_and_nothing_is_listed(
    auditor: Client, lived: dict[str, Posted], query: str, sentence: str
) -> None:
    page = auditor.get(f"/finance/ledger?{query}&subject=grant:417")
    assert page.status == 422
    assert sentence in page.text("#errors")
    assert not page.soup.select("main table")
    assert page.one("#subject")["value"] == "grant:417"
    name, _, typed = query.rpartition("&")[2].partition("=")
    if page.one(f"#{name}").name == "input":
        assert page.one(f"#{name}")["value"] == typed.replace("+", " ")


@pytest.mark.parametrize(
    "query", ["find=%00", "since=%C2%B2026-1", "page=-1", "log_size=%D9%A3", "account=%00", "subject=%F0%9F%92%A3", "x=1"]
)
def test_nothing_in_an_address_breaks_the_page(auditor: Client, lived: dict[str, Posted], query: str) -> None:
    assert auditor.get(f"/finance/ledger?{query}").status in (200, 400, 422)


def test_a_balance_opens_into_its_entries_by_account_fund_and_subject(auditor: Client, session: Session, lived: dict[str, Posted]) -> None:
    page = auditor.get("/finance/ledger?account=bank&fund=general")
    assert page.text(".sumup") == "£75.00 stands in this account"
    assert auditor.get("/finance/ledger?fund=general").text(".sumup") == "£45.00 is in this fund"
    then = auditor.get("/finance/ledger?fund=general&until=2026-09")
    assert then.text(".sumup") == "£50.00 stood in this fund at the end of 30 September 2026"
    # A balance that the entries on the page do not make up is not shown beside them.
    assert not auditor.get("/finance/ledger?account=bank&since=2026-10").soup.select(".sumup")
    about = auditor.get("/finance/ledger").form("form.look").fill(subject="grant:417").submit()
    assert "Grant agreed" in about.text("main tbody tr")
    assert "No entry is like this." in auditor.get("/finance/ledger?subject=grant:9").words


def test_an_entry_says_what_moved_who_did_it_and_what_anybody_may_see(auditor: Client, session: Session, lived: dict[str, Posted]) -> None:
    page = auditor.get(f"/finance/ledger/entries/{lived['fee'].number}")
    assert page.text("h1") == f"Entry {lived['fee'].number:,}: card fee known, £10.00"
    assert "The card company kept £0.35. £9.65 of the gift reached the Stripe balance and can be used." in page.words
    assert page.texts("main .cols tfoot tr") == ["2 transfers £10.00"]
    assert "As it was written" in page.words
    receipt = next(words for words in page.texts("aside .panel") if words.startswith("Anyone holding"))
    assert "Month October 2026" in receipt
    assert "month 2026-10" in receipt
    assert "txn:txn_1" not in page.text("aside")
    assert queries.entry(session, lived["fee"].number).leaf_hash.hex()[:16] in page.text("aside")
    assert page.texts("main .cols section:last-child tbody a.num") == [f"{lived['gift'].number:,}"]
    assert "2 entries like this" in page.follow("Every entry about this gift").words
    assert auditor.get("/finance/ledger/entries/999999").status == 404


def test_colleagues_are_named_and_requests_lead_to_their_papers(client: Client, session: Session, sign_in_as: SignIn) -> None:
    who = grants.cast(session)
    grants.money(session, 100_000)
    request = grants.in_hands(session, who)
    sign_in_as(client, people.user(session, Role.AUDITOR))
    paid = queries.entries(session, subject=request.subject, kind="grant.paid")[0]
    page = client.get(f"/finance/ledger/entries/{paid.number}")
    assert who.finance_two.user.name in page.words or who.finance.user.name in page.words
    assert client.get(page.link(f"Request {request.id}")).status == 200
    # Covered from auditors until they say why.
    assert "Open the request first" in client.get(page.link("Bill 1")).words
    client.get(f"/decisions/{request.id}").form('form[action$="/open"]').fill(words="The yearly sample.").submit()
    assert client.get(page.link("Bill 1")).status == 200
    assert "What people did and said about" in page.words


def test_a_correction_and_what_it_corrects_lead_to_one_another(auditor: Client, session: Session) -> None:
    wrong = books.pay_in(session, 5_000, on=DAY)
    books.award(session, 5_000, on=DAY)
    undone = service.reverse(
        session, number=wrong.number, event_key="correction:1", happened_on=DAY, actor="user:1", reason="entered-twice"
    )
    session.commit()
    page = auditor.get(f"/finance/ledger/entries/{wrong.number}")
    assert "Corrected" in page.texts(".tag")
    correction = page.follow(f"entry {undone.number:,}")
    assert "It was entered twice" in correction.words
    assert "Beyond what the fund had" in correction.texts(".tag")
    assert correction.follow(f"entry {wrong.number:,}").url == page.url
    # Together they moved nothing: no picture is drawn of it.
    assert not page.soup.select("svg.plot")


def test_records_without_money_say_what_they_put_on_record(auditor: Client, session: Session) -> None:
    [opening] = queries.entries_for(session, "fund:general")
    page = auditor.get(f"/finance/ledger/entries/{opening.number}")
    assert "No money. This is a record" in page.words
    assert "“General fund” was opened." in page.words
    assert "restriction unrestricted" in page.text("aside")


def test_an_entry_waits_for_its_seal_and_then_says_where_it_is(
    auditor: Client, session: Session, lived: dict[str, Posted], seal_all: Callable[[Session], int]
) -> None:
    url = f"/finance/ledger/entries/{lived['gift'].number}"
    assert "Not sealed yet" in auditor.get(url).texts(".tag")
    assert auditor.get(f"{url}/proof.tlog-proof").status == 404
    first = seal_all(session)
    books.pay_in(session, 1, on=DAY)
    session.commit()
    second = seal_all(session)
    page = auditor.get(url)
    place = session.scalar(text("SELECT seq + 1 FROM log_leaf WHERE entry_id = :id"), {"id": lived["gift"].entry_id})
    assert f"Sealed at place {place:,}" in page.texts(".tag")
    assert f"Place {place:,} of {second:,}" in page.text("aside")
    # The first checkpoint over it, and the books as they stood there.
    at = page.follow(f"of {first:,} entries")
    assert at.one("#log_size")["value"] == str(first)
    assert "which was signed on" in at.words


def test_a_proof_is_taken_by_finance_and_auditors_alone_and_that_is_written_down(
    auditor: Client, session: Session, lived: dict[str, Posted], seal_all: Callable[[Session], int], sign_in_as: SignIn
) -> None:
    seal_all(session)
    number = lived["gift"].number
    proof = auditor.get(auditor.get(f"/finance/ledger/entries/{number}").link("Save the proof"))
    assert proof.headers["Content-Disposition"] == f'attachment; filename="entry-{number}.tlog-proof"'
    lines = proof.body.decode().splitlines()
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    told = json.loads(base64.b64decode(lines[1].removeprefix("extra ")))
    assert json.loads(told["entry"])["number"] == number
    assert json.loads(told["private"])["event_key"] == "charge:ch_1"
    taken = session.scalars(select(AuditEvent).where(AuditEvent.kind == "proof.taken")).all()
    assert [(one.subject, one.facts) for one in taken] == [(f"entry:{number}", {})]
    assert auditor.get("/finance/ledger/entries/999999/proof.tlog-proof").status == 404
    sign_in_as(auditor, people.user(session, Role.APPROVER))
    assert auditor.get(f"/finance/ledger/entries/{number}/proof.tlog-proof").status == 403
    assert len(session.scalars(select(AuditEvent).where(AuditEvent.kind == "proof.taken")).all()) == 1


def test_the_books_are_read_as_of_any_day_and_any_size_of_the_log_and_links_keep_it(
    auditor: Client, session: Session, lived: dict[str, Posted], seal_all: Callable[[Session], int]
) -> None:
    size = seal_all(session)
    books.pay_in(session, 7_777, "general", on=date(2026, 9, 1))
    session.commit()
    seal_all(session)
    then = auditor.get("/finance/trial-balance").form("form.filter").fill(as_of="October 2026").submit()
    assert "up to the end of 31 October 2026" in then.words
    assert "£127.77" in then.words
    # By day, it is there; as the log had it then, it was not known yet.
    was = auditor.get(f"/finance/trial-balance?log_size={size}")
    assert "£127.77" not in was.words
    assert "which was signed on" in was.words
    assert "a size that was passed by, not signed" in auditor.get(f"/finance/trial-balance?log_size={size - 1}").words
    opened = was.follow("Bank")
    assert opened.text(".sumup") == f"£75.00 stood in this account when the log had {size:,} entries"
    assert numbers(opened) == [lived["late"].number, lived["paid-in"].number]
    assert then.follow("Bank").text(".sumup") == "£127.77 stood in this account at the end of 31 October 2026"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("log_size=9999", "entries so far. You wrote “9999”."),
        ("log_size=0", "Write how many entries the log had"),
        ("as_of=2026-10&log_size=3", "Choose a day or a size of the log, not both."),
        ("as_of=soon", "You wrote “soon”."),
    ],
)
def test_a_state_of_the_books_that_never_was_is_said_in_words(
    auditor: Client, session: Session, lived: dict[str, Posted], seal_all: Callable[[Session], int], query: str, sentence: str
) -> None:
    seal_all(session)
    page = auditor.get(f"/finance/trial-balance?{query}")
    assert (page.status, sentence in page.text("#errors")) == (422, True)
    assert not page.soup.select("main table")


def test_others_do_not_read_the_ledger(client: Client, session: Session, sign_in_as: SignIn) -> None:
    assert client.get("/finance/ledger").status == 303
    sign_in_as(client, people.user(session, Role.KEY_WORKER))
    for url in ("/finance/ledger", "/finance/ledger/path", "/finance/accounts", "/finance/accounts/bank", "/finance/periods"):
        assert client.get(url).status == 403


def test_pages_take_as_few_statements_for_many_entries_as_for_few(auditor: Client, session: Session, statements: list[str]) -> None:
    for pence in range(1, 40):
        books.pay_in(session, pence, on=DAY, key=f"contribution:{pence}")
        books.award(session, pence, on=DAY, key=f"grant:{pence}")
    session.commit()
    budgets = {
        "/finance/ledger?account=bank&since=2026-11&least=0.01": 6,
        "/finance/ledger?account=bank": 7,
        f"/finance/ledger/entries/{queries.entries(session, limit=1)[0].number}": 11,
        "/finance/ledger/path": 5,
        "/finance/accounts": 4,
        "/finance/accounts/bank?since=2026-11": 12,
        "/finance/trial-balance?as_of=2026-11": 6,
    }
    for url, most in budgets.items():
        statements.clear()
        auditor.get(url)
        asked = [one for one in statements if any(f" {table}" in one for table in ("entry", "transfer", "account", "fund", "log_leaf"))]
        assert len(asked) <= most, (url, len(asked), asked)
