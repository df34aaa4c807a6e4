"""A year's statement: what was given and what went back, each in the tax year in which it happened, across its end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

import pypdfium2
import pytest
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.giving import statements
from fundapp.giving.gift_aid.models import Scope
from fundapp.giving.statements import What
from tests.builders import gift_aid as build
from tests.support.web import Client

Counted = Callable[[], AbstractContextManager[list[str]]]
LAST = datetime(2026, 4, 5, 22, 30, tzinfo=UTC)
# Half an hour after midnight in London, which summer time has reached.
FIRST = datetime(2026, 4, 5, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 4, 5), 2025), (date(2026, 4, 6), 2026), (date(2026, 12, 31), 2026), (date(2027, 1, 1), 2026), (date(2027, 4, 5), 2026)],
)
def test_a_tax_year_begins_on_the_sixth_of_april(day: date, year: int) -> None:
    assert statements.tax_year_of(day) == year


def test_a_refund_in_a_later_year_stands_in_that_year_alone_and_once(books: Session) -> None:
    before, after = build.paid(books, 1_000, at=LAST), build.paid(books, 500, at=FIRST)
    told = statements.statements(books, [before, after])
    old = told[-1]
    assert [(one.year, one.net_pence) for one in told] == [(2026, 500), (2025, 1000)]
    build.given_back(books, before, 1_000, at=datetime(2026, 7, 1, 12, tzinfo=UTC))
    told = statements.statements(books, [before, after])
    assert told[-1] == old
    new = told[0]
    assert (new.given_pence, new.back_pence, new.net_pence) == (500, 1000, -500)
    assert [(line.what, line.amount_pence) for line in new.lines] == [(What.GIVEN, 500), (What.GIVEN_BACK, -1000)]


def test_all_years_together_come_to_what_is_left(books: Session) -> None:
    gifts = [build.paid(books, pence, at=at) for pence, at in ((1_000, LAST), (700, FIRST), (300, FIRST))]
    build.given_back(books, gifts[0], 333, at=FIRST)
    build.given_back(books, gifts[2], 300, at=datetime(2027, 6, 1, tzinfo=UTC))
    told = statements.statements(books, gifts)
    assert sum(one.net_pence for one in told) == 2_000 - 633
    assert [one.year for one in told] == [2027, 2026, 2025]
    assert [one.net_pence for one in told] == [-300, 667, 1000]


def test_what_is_under_gift_aid_is_told_and_stays_told_when_it_is_given_back_later(books: Session) -> None:
    aided, plain = build.paid(books, 1_000, at=LAST), build.paid(books, 500, at=LAST)
    with clock.at(LAST):
        build.declare(books, aided)
    assert [one.aided_pence for one in statements.statements(books, [aided, plain])] == [1000]
    build.given_back(books, aided, 1_000, at=FIRST)
    assert [one.aided_pence for one in statements.statements(books, [aided, plain])] == [-1000, 1000]


def test_the_page_and_the_pdf_tell_the_same_and_no_other_year_is_there(books: Session, client: Client) -> None:
    gift = build.paid(books, 1_250, at=FIRST)
    with clock.at(FIRST):
        made = build.declare(books, gift, scope=Scope.FUTURE)
    build.given_back(books, gift, 250, at=datetime(2026, 7, 1, tzinfo=UTC))
    own = client.get(build.page_of(made.donor_id))
    page = own.follow("2026 to 2027")
    for words in ("6 April 2026", "5 April 2027", "£12.50", "−£2.50", "£10.00", "Of this, £10.00 under Gift Aid"):
        assert words in page.words, words
    answer = client.get(page.link("Statement (PDF)"))
    assert answer.headers["Content-Type"] == "application/pdf"
    said = words_of(answer.body)
    for words in ("Gifts in the tax year 2026 to 2027", "£12.50", "−£2.50", "£10.00", "Given back to you"):
        assert words in said, words
    assert client.get(f"{build.page_of(made.donor_id)}/years/2025").status == 404
    assert client.get(f"{build.page_of(made.donor_id)}/years/999999999/statement.pdf").status == 404


def test_a_year_of_a_hundred_gifts_has_every_one_of_them_on_some_page(books: Session) -> None:
    from fundapp.gateways.documents.statement import statement_pdf
    from fundapp.giving.statements import Line, Statement
    from fundapp.people import queries as people

    lines = tuple(Line(date(2026, 5, 1), What.GIVEN, f"{number:08X}", number, is_aided=False) for number in range(1, 101))
    told = Statement(2026, lines)
    pdf = statement_pdf(**told.for_pdf(people.fund_holder(books), whose="Declaration 1", page_url="http://localhost/x"))
    said = words_of(pdf)
    assert all(line.reference in said for line in lines)
    assert "£50.50" in said


def test_ten_gifts_take_as_many_statements_as_one(books: Session, counted: Counted) -> None:
    gifts = [build.paid(books, at=FIRST) for _ in range(10)]
    with counted() as few:
        statements.statements(books, gifts[:1])
    with counted() as many:
        statements.statements(books, gifts)
    assert len(many) == len(few) <= 4


def words_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)
