"""Letters: to whom, when, and what they must never hold."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from fundapp.core.errors import FundError
from fundapp.grants import asking, deciding
from fundapp.grants.models import GrantRequest, Person
from fundapp.payouts import service as payouts
from tests.builders import grants as build


@pytest.fixture
def who(session: Session) -> build.Cast:
    build.money(session)
    who = build.cast(session)
    for name in ("worker", "approver", "approver_two", "finance", "finance_two", "panel", "auditor", "admin"):
        who.seat(name)
    return who


def secrets(session: Session, request: GrantRequest) -> list[str]:
    person = session.get_one(Person, request.person_id)
    return [build.GOAL, "landlord", "phone shop", person.code, "Phone", "daughter"]


def test_a_request_that_waits_is_told_to_each_approver_who_may_decide(
    session: Session, who: build.Cast, run_jobs: Any, mail_box: Any
) -> None:
    request = build.waiting(session, who.worker)
    deciding.step_aside(session, actor=who.approver_two.actor, request_id=request.id, version=1)
    session.commit()
    run_jobs()
    mail_box.wait(1)
    assert len(mail_box.to(who.approver.user.email)) == 1
    assert not mail_box.to(who.approver_two.user.email)
    assert len(mail_box.messages) == 1
    letter = mail_box.messages[0]
    assert letter["Subject"] == f"Request {request.id} waits for an answer"
    assert f"/decisions/{request.id}" in letter.get_content()


@pytest.mark.parametrize("news", ["question", "agreed", "declined", "paid", "released"])
def test_the_asker_is_told_and_no_letter_holds_a_word_of_anybodys(
    session: Session, who: build.Cast, run_jobs: Any, mail_box: Any, news: str
) -> None:
    request = build.waiting(session, who.worker)
    act = {"actor": who.approver.actor, "request_id": request.id}
    if news == "question":
        deciding.ask_question(session, version=1, words="Which phone, for Mary?", **act)
    elif news == "declined":
        deciding.decline(session, version=1, reason="Mary had one in May.", **act)
    else:
        deciding.agree(session, version=1, fund_code="public-giving", **act)
    if news == "released":
        deciding.release_award(session, version=2, reason="Mary moved away.", **act)
    session.commit()
    if news == "paid":
        build.enter(session, who.finance, request)
        payouts.release_payment(session, actor=who.finance_two.actor, request_id=request.id, version=request.version)
    run_jobs()
    letters = mail_box.to(who.worker.user.email)
    subjects = {
        "question": f"A question about request {request.id}",
        "agreed": f"Request {request.id} is agreed, not yet paid",
        "declined": f"An answer to request {request.id}",
        "paid": f"Request {request.id} is paid",
        "released": f"Request {request.id} is closed, not spent",
    }
    assert subjects[news] in [letter["Subject"] for letter in letters]
    for letter in mail_box.messages:
        said = letter["Subject"] + letter.get_content()
        assert not [word for word in [*secrets(session, request), "Mary"] if word in said]


def test_a_letter_that_is_overtaken_is_not_sent(session: Session, who: build.Cast, run_jobs: Any, mail_box: Any) -> None:
    request = build.waiting(session, who.worker)
    asking.withdraw(session, actor=who.worker.actor, request_id=request.id, version=1)
    session.commit()
    run_jobs()
    assert not mail_box.messages


def test_somebody_whose_account_is_disabled_gets_no_letter(session: Session, who: build.Cast, run_jobs: Any, mail_box: Any) -> None:
    request = build.waiting(session, who.worker)
    who.worker.user.disabled_at = build.clock.now()
    deciding.decline(session, actor=who.approver.actor, request_id=request.id, version=1, reason="No.")
    session.commit()
    run_jobs()
    assert not mail_box.to(who.worker.user.email)


def test_a_refused_act_leaves_no_letter_behind(session: Session, who: build.Cast, run_jobs: Any) -> None:
    request = build.waiting(session, who.worker)
    run_jobs()
    with pytest.raises(FundError):
        deciding.agree(session, actor=who.approver.actor, request_id=request.id, version=1, fund_code="general")
    session.rollback()
    assert run_jobs() == []
