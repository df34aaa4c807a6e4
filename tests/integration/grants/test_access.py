"""Who may open what. A request that somebody may not know of is not there for them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from fundapp.audit.models import AuditEvent
from fundapp.grants import queries
from fundapp.grants.models import Evidence, GrantRequest, Person
from tests.builders import grants as build

EVERYBODY = build.Cast.names
TEAM = {"worker", "teammate"}
APPROVERS = {"approver", "approver_two", "approver_three"}
FINANCE = {"finance", "finance_two", "finance_three"}
# For each state, and each of the three places where a request can be read, who reads it there.
MATRIX = [
    ("draft", "/requests/{id}", TEAM),
    ("draft", "/decisions/{id}", {"auditor"}),
    ("draft", "/payouts/{id}", set[str]()),
    ("draft", "/requests/{id}/ask/goal", TEAM),
    ("waiting", "/requests/{id}", TEAM),
    ("waiting", "/decisions/{id}", {*APPROVERS, "panel", "auditor"}),
    ("waiting", "/payouts/{id}", set[str]()),
    ("agreed", "/requests/{id}", TEAM),
    ("agreed", "/decisions/{id}", {*APPROVERS, *FINANCE, "auditor"}),
    ("agreed", "/payouts/{id}", {*FINANCE, "auditor"}),
    ("in_hands", "/payouts/{id}", {*FINANCE, "auditor"}),
    ("in_hands", "/requests/{id}/bills/{bill}", {*TEAM, *APPROVERS, *FINANCE}),
]


def made(session: Session, who: build.Cast, state: str) -> GrantRequest:
    build.money(session)
    if state == "in_hands":
        return build.in_hands(session, who)
    if state == "agreed":
        return build.agreed(session, who.worker, who.approver)
    return build.waiting(session, who.worker) if state == "waiting" else build.draft(session, who.worker)


@pytest.mark.parametrize(("state", "address", "readers"), MATRIX)
def test_who_may_read_it(client: Any, session: Session, sign_in_as: Any, state: str, address: str, readers: set[str]) -> None:
    who = build.cast(session)
    request = made(session, who, state)
    bill = session.scalar(select(Evidence.id))
    url = address.format(id=request.id, bill=bill)
    for name in EVERYBODY:
        sign_in_as(client, who.seat(name).user)
        page = client.get(url)
        assert page.status == 200 if name in readers else page.status in {403, 404}, f"{name}: {page.status}"
        if name not in readers:
            assert build.GOAL not in page.words


def test_another_team_is_told_the_same_as_of_a_request_that_nobody_made(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    request = made(session, who, "draft")
    sign_in_as(client, who.other_worker.user)
    theirs, nobodys = client.get(f"/requests/{request.id}"), client.get("/requests/999999")
    assert (theirs.status, theirs.text("main")) == (nobodys.status, nobodys.text("main"))


def test_the_list_of_a_team_holds_no_request_of_another(session: Session) -> None:
    who = build.cast(session)
    mine, theirs = made(session, who, "draft"), build.draft(session, who.other_worker)
    found = set(session.scalars(queries.team_requests(who.teammate.actor, whose="team")))
    assert mine in found
    assert theirs not in found


def test_a_code_is_shown_to_the_team_that_issued_it_alone(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    request = made(session, who, "draft")
    person = session.get_one(Person, request.person_id)
    for name, status in (("worker", 200), ("teammate", 200), ("other_worker", 404), ("amber", 404), ("approver", 403), ("admin", 403)):
        sign_in_as(client, who.seat(name).user)
        assert client.get(f"/requests/people/{person.id}").status == status, name


def test_a_code_of_another_team_cannot_be_put_into_a_draft_by_its_number(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    mine, theirs = made(session, who, "draft"), build.draft(session, who.other_worker)
    before = mine.person_id
    sign_in_as(client, who.worker.user)
    page = client.post(f"/requests/{mine.id}/ask/who", {"person": str(theirs.person_id), "code": ""})
    assert page.status == 422
    session.refresh(mine)
    assert mine.person_id == before


def test_a_new_code_cannot_be_put_into_another_teams_draft(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    theirs = build.draft(session, who.other_worker)
    before = theirs.person_id
    sign_in_as(client, who.worker.user)
    assert client.post(f"/requests/people/new?for_request={theirs.id}").status == 404
    session.refresh(theirs)
    assert theirs.person_id == before
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_each_reading_is_written_down_once_a_day_and_an_auditor_says_why(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    request = made(session, who, "waiting")
    agreed = build.agreed(session, who.worker, who.approver)
    address, paid = f"/decisions/{request.id}", f"/payouts/{agreed.id}"

    def reads() -> list[tuple[str, str, str, str | None]]:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.kind == "request.read").options(selectinload(AuditEvent.words_row)))
        return sorted((one.actor, one.subject, one.facts["purpose"], one.words) for one in rows)

    for name, url in (("worker", f"/requests/{request.id}"), ("approver", address), ("panel", address), ("finance", paid)):
        sign_in_as(client, who.seat(name).user)
        for _twice in range(2):
            assert build.GOAL in client.get(url).words or url == paid
    working = sorted(
        [
            (who.approver.actor.reference, request.subject, "to_decide", None),
            (who.panel.actor.reference, request.subject, "to_decide", None),
            (who.finance.actor.reference, agreed.subject, "to_pay", None),
        ]
    )
    assert reads() == working

    sign_in_as(client, who.auditor.user)
    for url, item in ((address, request), (paid, agreed)):
        page = client.get(url)
        assert page.status == 200
        for covered in (build.GOAL, "a phone shop", session.get_one(Person, item.person_id).code):
            assert covered not in page.words
        assert page.form('form[action$="/open"]').fill(words=" ").submit().status == 422
        assert reads() == working
    page = client.get(paid).form('form[action$="/open"]').fill(words="The yearly sample.").submit()
    assert page.url.endswith(paid)
    assert "a phone shop" in page.words
    assert build.GOAL in client.get(f"/decisions/{agreed.id}").words
    assert build.GOAL not in client.get(address).words
    assert reads() == sorted([*working, (who.auditor.actor.reference, agreed.subject, "to_audit", "The yearly sample.")], key=str)
    sign_in_as(client, who.approver.user)
    assert client.post(f"{address}/open", {"words": "I too."}).status == 403


@pytest.mark.parametrize(
    "path", ["/requests", "/requests/new", "/requests/1", "/decisions", "/decisions/1", "/payouts", "/admin/catalogue"]
)
def test_nobody_gets_in_without_signing_in(client: Any, path: str) -> None:
    page = client.get(path)
    assert page.status == 303
    assert "/sign-in" in page.headers["Location"]


def test_addresses_that_are_no_question_lead_nowhere(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    request = made(session, who, "draft")
    sign_in_as(client, who.worker.user)
    assert client.get(f"/requests/{request.id}/ask/diagnosis").status == 404
