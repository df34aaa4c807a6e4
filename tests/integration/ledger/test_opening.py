"""Funds and accounts are opened, and accounts renamed, by entries without transfers."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import Conflict, NotFound, Refused
from fundapp.ledger import chart, queries, service
from fundapp.ledger.service import Posted
from tests.builders import ledger as books


def open_fund(session: Session, **change: Any) -> Posted:
    terms: dict[str, Any] = {
        "code": "rough-sleepers",
        "name": "Rough sleepers grant",
        "restriction": chart.Restriction.RESTRICTED,
        "purpose": "To remove practical barriers.",
        "starts_on": date(2026, 4, 1),
        "ends_on": date(2027, 3, 31),
        "grantor": "DCLG",
        "actor": "user:1",
    }
    return service.open_fund(session, **{**terms, **change})


def test_a_fund_is_opened_by_an_entry_that_says_its_terms(session: Session) -> None:
    posted = open_fund(session)
    entry = queries.entry(session, posted.number)
    assert (entry.kind, entry.subject, entry.lines) == ("fund.opened", "fund:rough-sleepers", ())
    assert entry.public_particulars == {
        "code": "rough-sleepers",
        "name": "Rough sleepers grant",
        "restriction": "restricted",
        "purpose": "To remove practical barriers.",
        "starts_on": "2026-04-01",
        "ends_on": "2027-03-31",
        "grantor": "DCLG",
    }
    [fund] = queries.funds(session)
    assert (fund.code, fund.starts_on, fund.ends_on, fund.grantor) == ("rough-sleepers", date(2026, 4, 1), date(2027, 3, 31), "DCLG")


def test_terms_that_are_not_given_are_not_said(session: Session) -> None:
    posted = open_fund(session, starts_on=None, ends_on=None, grantor="")
    assert set(queries.entry(session, posted.number).public_particulars) == {"code", "name", "restriction", "purpose"}


def test_the_same_opening_again_is_the_first_and_other_terms_are_a_conflict(session: Session) -> None:
    first = open_fund(session)
    assert open_fund(session) == Posted(first.entry_id, first.number, replayed=True)
    with pytest.raises(Conflict):
        open_fund(session, ends_on=date(2028, 3, 31))
    with clock.at(datetime(2031, 1, 1, 12, tzinfo=UTC)), pytest.raises(Conflict):
        open_fund(session)
    assert len(queries.funds(session)) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"code": "Rough Sleepers"}, "lower-case letters, digits and hyphens"),
        ({"code": ""}, "lower-case letters"),
        ({"code": "a" * 61}, "lower-case letters"),
        ({"name": " "}, "Give it a name"),
        ({"purpose": ""}, "may be used for"),
        ({"starts_on": date(2027, 4, 1)}, "on or after the day it starts"),
    ],
    ids=str,
)
def test_bad_terms_are_refused_and_nothing_is_opened(session: Session, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence), transaction(session):
        open_fund(session, **change)
    assert queries.funds(session) == []
    assert queries.entry_count(session) == 0


def test_the_standard_accounts_are_opened_once(session: Session) -> None:
    service.open_standard_accounts(session, actor="system")
    service.open_standard_accounts(session, actor="system")
    assert [account.code for account in queries.accounts(session)] == [account.code for account in chart.STANDARD]
    assert queries.entry_count(session) == len(chart.STANDARD)


def test_an_account_is_renamed_as_often_as_one_likes_and_the_log_knows_each_name(session: Session) -> None:
    books.open_books(session)
    for name in ("Mobile phones", "Phones and contracts"):
        service.rename_account(session, code="help-phone", name=name, actor="user:1")
    history = [(entry.kind, entry.public_particulars["name"]) for entry in queries.entries_for(session, "account:help-phone")]
    assert history == [
        ("account.opened", "Phones"),
        ("account.renamed", "Mobile phones"),
        ("account.renamed", "Phones and contracts"),
    ]
    assert {account.name for account in queries.accounts(session) if account.code == "help-phone"} == {"Phones and contracts"}
    with pytest.raises(NotFound, match="no-such"):
        service.rename_account(session, code="no-such", name="Whatever", actor="user:1")
    with pytest.raises(Refused, match="Give it a name"):
        service.rename_account(session, code="help-phone", name="", actor="user:1")
