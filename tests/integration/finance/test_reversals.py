"""Contributions taken back: by two people, once, and both entries stay."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.errors import Conflict, FundError, NotAllowed, NotFound, Refused
from fundapp.core.roles import Role
from fundapp.finance import reversals
from fundapp.finance.contributions import receive_contribution
from fundapp.finance.models import Contribution
from fundapp.finance.shortfalls import open_shortfalls
from fundapp.ledger import chart
from fundapp.ledger import queries as ledger
from tests.builders import ledger as books
from tests.builders import people
from tests.builders.refunds import officers
from tests.support.postgres import OwnDatabase
from tests.support.web import Client

SignIn = Callable[[Client, object], None]


def received(session: Session, by: Actor) -> Contribution:
    books.open_books(session)
    with transaction(session):
        return receive_contribution(
            session, actor=by, once_key="one", received_from="A grant-maker", fund_code="public-giving", amount_pence=50_000,
            received_on=clock.today(), bank_reference="GM 1",
        )  # fmt: skip


def call_wrong(session: Session, by: Actor, which: Contribution) -> None:
    with transaction(session):
        reversals.call_wrong(session, actor=by, contribution_id=which.id, words="It was for another charity.")


def test_one_says_it_another_does_it_and_both_entries_stay(session: Session) -> None:
    one, two = officers(session)
    made = received(session, one)
    call_wrong(session, one, made)
    with pytest.raises(NotAllowed, match="Somebody else"):
        reversals.take_back(session, actor=one, contribution_id=made.id)
    assert ledger.balance_pence(session, chart.BANK) == 50_000
    with transaction(session):
        reversals.take_back(session, actor=two, contribution_id=made.id)
    assert [entry.kind for entry in ledger.entries_for(session, f"contribution:{made.id}")] == ["contribution.received", "reversal"]
    assert ledger.balance_pence(session, chart.BANK) == 0
    for act in (reversals.take_back, reversals.keep):
        with pytest.raises(Conflict):
            act(session, actor=two, contribution_id=made.id)
    with pytest.raises(Conflict):
        call_wrong(session, one, made)


def test_one_that_was_right_is_kept_and_may_be_called_wrong_again(session: Session) -> None:
    one, two = officers(session)
    made = received(session, one)
    call_wrong(session, one, made)
    with pytest.raises(Conflict):
        call_wrong(session, two, made)
    with transaction(session):
        reversals.keep(session, actor=two, contribution_id=made.id)
    call_wrong(session, one, made)
    assert ledger.balance_pence(session, chart.BANK) == 50_000


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FINANCE])
def test_nobody_but_finance_takes_one_back(session: Session, role: Role) -> None:
    one, _two = officers(session)
    made = received(session, one)
    other = Actor("user:99", 99, frozenset({role}))
    with pytest.raises(NotAllowed):
        call_wrong(session, other, made)
    call_wrong(session, one, made)
    with pytest.raises(NotAllowed):
        reversals.take_back(session, actor=other, contribution_id=made.id)
    assert ledger.balance_pence(session, chart.BANK) == 50_000


def test_no_reason_and_nothing_there_are_refused(session: Session) -> None:
    one, _two = officers(session)
    made = received(session, one)
    with pytest.raises(Refused, match="Say why"):
        reversals.call_wrong(session, actor=one, contribution_id=made.id, words="  ")
    with pytest.raises(NotFound):
        reversals.call_wrong(session, actor=one, contribution_id=made.id + 1, words="Wrong.")


def test_a_fund_that_has_spent_it_is_short_and_an_alarm_says_so(session: Session) -> None:
    one, two = officers(session)
    made = received(session, one)
    books.award(session, 40_000)
    call_wrong(session, one, made)
    with transaction(session):
        reversals.take_back(session, actor=two, contribution_id=made.id)
    assert ledger.available_pence(session, "public-giving") == -40_000
    assert len(open_shortfalls(session, [])) == 1


def test_eight_clicks_at_once_take_it_back_once(own_database: OwnDatabase) -> None:
    with own_database.session() as session:
        one, two = officers(session)
        made = received(session, one)
        made_id = made.id
        call_wrong(session, one, made)

    def click(_: int) -> bool:
        with own_database.session() as session:
            try:
                with transaction(session):
                    reversals.take_back(session, actor=two, contribution_id=made_id)
            except FundError:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(click, range(8))).count(True) == 1
    with own_database.session() as session:
        assert ledger.balance_pence(session, chart.BANK) == 0


def test_on_the_page_whoever_said_it_is_not_offered_to_do_it(client: Client, session: Session, sign_in_as: SignIn) -> None:
    one, two = people.user(session, Role.FINANCE), people.user(session, Role.FINANCE)
    received(session, one.actor)
    sign_in_as(client, one)
    page = client.get("/finance/contributions").follow("A grant-maker")
    page = page.form("form[action$=call-wrong]").fill(words="It was for another charity.").submit("Say that it is wrong")
    assert not page.soup.select("form[action$=take-back]")
    sign_in_as(client, two)
    page = client.get("/finance/contributions").follow("A grant-maker")
    page.form("form[action$=take-back]").submit("Take it back in the ledger")
    assert "Taken back" in client.get("/finance/contributions").words
    assert ledger.balance_pence(session, chart.BANK) == 0
