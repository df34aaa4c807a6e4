"""The months' pages: one finance officer closes, another seals, everybody can see who and what; and what comes late says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.errors import NotAllowed
from fundapp.core.roles import Role
from fundapp.finance import closing
from fundapp.finance.models import Contribution
from fundapp.ledger import chart, periods, periods_read, queries, service
from fundapp.ledger.service import Line
from fundapp.people.models import User
from tests.builders import ledger as books
from tests.builders import people
from tests.integration.finance.conftest import Visit
from tests.support.page import Page

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
OCTOBER = date(2026, 10, 31)


@pytest.fixture(autouse=True)
def third_of_november() -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def session(own_session: Session) -> Session:
    """Books from September on, in a clone: closing moves a watermark that no rollback lowers."""
    with clock.at(datetime(2026, 9, 2, tzinfo=UTC)):
        books.open_books(own_session)
    books.pay_in(own_session, 20_000, on=date(2026, 9, 10))
    books.award(own_session, 3_000, on=date(2026, 10, 6), key="grant:1")
    line = Line(chart.STRIPE_CLEARING, chart.DONATIONS, "public-giving", 1_000)
    service.post(
        own_session, event_key="charge:1", kind="gift.charged", happened_on=OCTOBER, lines=[line], actor="stripe", subject="donation:1"
    )
    own_session.commit()
    return own_session


@pytest.fixture
def marta(session: Session) -> User:
    return people.user(session, Role.FINANCE, name="Marta Silva")


@pytest.fixture
def priya(session: Session) -> User:
    return people.user(session, Role.FINANCE, name="Priya Nair")


def row(page: Page, month: str) -> str:
    return next(words for words in page.texts("main tbody tr") if words.startswith(month))


def audited(session: Session, kind: str) -> list[tuple[str, str]]:
    return [(one.actor, one.subject) for one in session.scalars(select(AuditEvent).where(AuditEvent.kind == kind).order_by(AuditEvent.id))]


def test_a_month_is_closed_by_one_and_sealed_by_another_from_the_desk_on(session: Session, visit: Visit, marta: User, priya: User) -> None:
    closer, sealer = visit(marta), visit(priya)
    month = closer.get("/finance").follow("September 2026 can be closed")
    assert "No entry can be dated in September 2026 any more" in month.words
    assert "This cannot be undone." in month.words
    assert "Received given and paid in, less what was given back £200.00" in month.words
    closed = month.form("aside form").submit("Close September 2026")
    assert "Closed by Marta Silva on 3 November 2026, 12:00 pm." in closed.words
    assert "You closed it, so another finance officer seals it" in closed.words
    assert not closed.soup.select("aside form")
    assert audited(session, "period.closed") == [(marta.reference, "period:2026-09-30")]

    waiting = sealer.get("/finance").follow("September 2026 waits to be sealed")
    sealed = waiting.form("aside form").submit("Seal September 2026")
    assert "Sealed by Priya Nair on 3 November 2026" in sealed.words
    assert audited(session, "period.sealed") == [(priya.reference, "period:2026-09-30")]
    [seal] = queries.entries(session, kind="period.sealed")
    told = sealed.follow(f"entry {seal.number:,}")
    assert "The books of September 2026 were sealed with their totals, for ever. £200.00 was left at the end." in told.words
    assert told.follow("The month and its totals").text("h1") == "September 2026"

    months = closer.get("/finance/periods")
    assert row(months, "September 2026").startswith("September 2026 Sealed Marta Silva, 3 November 2026 Priya Nair, 3 November 2026")
    assert "£200.00 £0.00 £200.00" in row(months, "September 2026")
    assert row(months, "October 2026") == "October 2026 Over, not closed"
    assert row(months, "November 2026") == "November 2026 Open"


def test_reading_opens_no_month(session: Session, visit: Visit, marta: User) -> None:
    for url in ("/finance/periods", "/finance/periods/2026-10", "/finance"):
        assert visit(marta).get(url).status == 200
    assert periods_read.periods(session) == []


def test_what_the_rules_refuse_is_said_on_the_page_and_nothing_changes(session: Session, visit: Visit, marta: User) -> None:
    me = visit(marta)
    refused = me.post("/finance/periods/2026-10/close")
    assert (refused.status, refused.text("#errors li")) == (409, "The period to 30 September 2026 comes first: it is not closed yet.")
    assert "September 2026 has to be closed first." in refused.words
    early = me.post("/finance/periods/2026-11/close")
    assert "is not over yet. It can be closed from the day after." in early.text("#errors li")
    unsealable = me.post("/finance/periods/2026-09/seal")
    assert unsealable.status in (404, 409)
    me.post("/finance/periods/2026-09/close")
    own = me.post("/finance/periods/2026-09/seal")
    assert (own.status, own.text("#errors li")) == (409, "Somebody else seals what you closed: two people stand for a month's books.")
    me.post("/finance/periods/2026-10/close")
    assert "September 2026 has to be sealed first." in me.get("/finance/periods/2026-10").words
    assert [one.state for one in periods_read.months(session)] == ["open", "closing", "closing"]
    assert audited(session, "period.sealed") == []


def test_sent_twice_each_act_happens_once(session: Session, visit: Visit, marta: User, priya: User) -> None:
    for _ in range(2):
        assert visit(marta).post("/finance/periods/2026-09/close").status == 303
    for _ in range(2):
        assert visit(priya).post("/finance/periods/2026-09/seal").status == 303
    assert len(audited(session, "period.closed")) == len(audited(session, "period.sealed")) == 1
    assert queries.entry_count(session, kind="period.sealed") == 1


def test_something_still_under_way_is_told_as_busy(
    session: Session, visit: Visit, marta: User, priya: User, monkeypatch: pytest.MonkeyPatch, own_database: object
) -> None:
    monkeypatch.setattr(periods, "_WAITS", 1)
    visit(marta).post("/finance/periods/2026-09/close")
    with own_database.session() as writing:  # type: ignore[attr-defined]
        books.pay_in(writing, 1, on=date(2026, 11, 1))
        page = visit(priya).post("/finance/periods/2026-09/seal")
        assert (page.status, "Something that began before the books were closed is not over yet" in page.text("#errors")) == (503, True)
        assert "Seal September 2026" in page.texts("aside button")
        writing.rollback()
    assert visit(priya).post("/finance/periods/2026-09/seal").status == 303


def test_an_auditor_reads_months_and_others_do_not(session: Session, visit: Visit) -> None:
    auditor = visit(people.user(session, Role.AUDITOR))
    page = auditor.get("/finance/periods/2026-09")
    assert "A finance officer closes it, and another seals it." in page.words
    assert not page.soup.select("main form")
    for act in ("close", "seal"):
        assert auditor.post(f"/finance/periods/2026-09/{act}").status == 403
    with pytest.raises(NotAllowed):
        closing.close_month(session, actor=people.user(session, Role.AUDITOR).actor, year=2026, number=9)
    assert periods_read.shut_until(session) is None


@pytest.mark.parametrize("month", ["2026-12", "2026-08", "2026-13", "2026-0", "9999-12", "0-1", "99999-1"])
def test_a_month_without_books_is_not_found(session: Session, visit: Visit, marta: User, month: str) -> None:
    me = visit(marta)
    assert me.get(f"/finance/periods/{month}").status == 404
    assert {me.post(f"/finance/periods/{month}/{act}").status for act in ("close", "seal")} == {404}
    assert periods_read.shut_until(session) is None


def test_what_is_not_certain_yet_is_named_before_a_month_is_closed(session: Session, visit: Visit, marta: User) -> None:
    assert "Not certain yet" not in visit(marta).get("/finance/periods/2026-09").words
    visit(marta).post("/finance/periods/2026-09/close")
    october = visit(marta).get("/finance/periods/2026-10")
    assert "Stripe, fee not yet known £10.00" in october.text("aside .checks")


def test_a_contribution_of_a_closed_month_is_refused_in_words_and_keeps_what_was_typed(session: Session, visit: Visit, marta: User) -> None:
    me = visit(marta)
    me.post("/finance/periods/2026-09/close")
    me.post("/finance/periods/2026-10/close")
    form = me.get("/finance/contributions/new").form("main form")
    typed = {"received_from": "Town Council", "fund_code": "public-giving", "amount": "1,500", "bank_reference": "TC-9"}
    page = form.fill(typed | {"received_on-day": "30", "received_on-month": "10", "received_on-year": "2026"}).submit()
    assert (page.status, page.text("#errors li")) == (409, "The books are closed up to 31 October 2026. Give a later day.")
    kept = page.form("main form").data
    assert {name: kept[name] for name in typed} == typed
    assert kept["received_on-month"] == "10"
    assert session.scalars(select(Contribution)).all() == []
    assert page.form("main form").fill({"received_on-day": "1", "received_on-month": "11"}).submit().status == 200
    assert queries.entries(session, limit=1)[0].happened_on == date(2026, 11, 1)


def test_a_gift_that_comes_to_light_late_says_so_and_leaves_the_sealed_month_as_it_was(
    session: Session, visit: Visit, marta: User, priya: User
) -> None:
    for month in ("2026-09", "2026-10"):
        visit(marta).post(f"/finance/periods/{month}/close")
        visit(priya).post(f"/finance/periods/{month}/seal")
    before = visit(marta).get("/finance/periods/2026-10").texts("main .cols table tr")
    line = Line(chart.STRIPE_CLEARING, chart.DONATIONS, "public-giving", 500)
    late = service.receive(
        session,
        event_key="charge:2",
        kind="gift.charged",
        happened_on=date(2026, 10, 20),
        lines=[line],
        actor="stripe",
        subject="donation:2",
    )
    session.commit()
    page = visit(marta).get(f"/finance/ledger/entries/{late.number}")
    said = "It happened on 20 October 2026. The books of that day were closed by then, so it is dated 1 November 2026, the first open day."
    assert said in page.words
    assert "told late" in visit(marta).get("/finance/ledger?find=charge:2").text("main tbody tr")
    assert visit(marta).get("/finance/periods/2026-10").texts("main .cols table tr") == before
    assert "A sealed month never changes" not in " ".join(before)
