"""The search box: whoever looks finds what is theirs to open, and nothing else; what they typed is kept nowhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import combinations
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.roles import Role
from fundapp.giving.lifecycle import Status as GiftStatus
from fundapp.giving.models import Donation
from fundapp.grants import deciding, lifecycle, search
from fundapp.grants.lifecycle import Tie
from fundapp.grants.models import GrantRequest, Person
from fundapp.ledger.models import Entry
from fundapp.web.searching import sources
from tests.builders import grants as build
from tests.builders import people, points
from tests.support.page import Page
from tests.support.web import Client

SignIn = Callable[[Client, object], None]


def every_state(session: Session, who: build.Cast) -> list[GrantRequest]:
    """Requests of two teams, one in every state of its life."""
    build.money(session)
    draft, waiting, foreign = build.draft(session, who.worker), build.waiting(session, who.worker), build.waiting(session, who.other_worker)
    asked, declined, another = (build.waiting(session, by) for by in (who.worker, who.worker, who.other_worker))
    deciding.ask_question(session, actor=who.approver.actor, request_id=asked.id, version=1, words="Does it come with a SIM?")
    deciding.decline(session, actor=who.approver.actor, request_id=declined.id, version=1, reason="The council gives these.")
    given = build.agreed(session, who.other_worker, who.approver)
    withdrawn = build.agreed(session, who.worker, who.approver)
    deciding.release_award(session, actor=who.approver_two.actor, request_id=withdrawn.id, version=withdrawn.version, reason="Not needed.")
    later = [state(session, who) for state in (build.entered, build.part_paid, build.paid, build.closed)]
    return [draft, waiting, foreign, asked, declined, another, given, withdrawn, *later]


def look_for(client: Client, words: str) -> Page:
    """Type into the box and press Enter; the answer, not followed."""
    return client.post("/search", {"q": words})


def hits(page: Page) -> list[str]:
    """Where the results lead."""
    return [str(one["href"]) for one in page.soup.select(".hits a[href]")]


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []
    engine = session.get_bind().engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "SET CONSTRAINTS")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_the_condition_is_the_pages_own_rule_for_every_set_of_seats_and_every_owner_and_state(session: Session) -> None:
    who = build.cast(session)
    made = every_state(session, who)
    teams = (who.worker.actor, who.other_worker.actor, who.approver.actor)
    for size in range(len(Role) + 1):
        for roles in combinations(Role, size):
            for one in teams:
                actor = Actor("user:999", 999, frozenset(roles), one.organisation_id, one.team_id)
                found = set(session.scalars(select(GrantRequest.id).where(search.visible(actor))))
                may = {
                    row.id
                    for row in made
                    if lifecycle.may_see(
                        sent=row.sent_at is not None,
                        agreed=row.agreed_at is not None,
                        status=row.status,
                        roles=actor.roles,
                        ties={Tie.OWN_TEAM} if row.team_id == actor.team_id else set(),
                    )
                }
                assert found & {row.id for row in made} == may, (roles, one.team_id)


@pytest.mark.parametrize("seat", ["worker", "approver", "panel", "finance", "auditor", "admin"])
def test_whatever_somebody_finds_opens_for_them(client: Client, session: Session, sign_in_as: SignIn, seat: str) -> None:
    who = build.cast(session)
    made = every_state(session, who)
    points.point(session)
    sign_in_as(client, who.seat(seat).user)
    found: set[str] = set()
    for words in ("phone", f"{made[0].id} a", "£39.99"):
        page = look_for(client, words).follow()
        found.update(hits(page))
        for one in page.soup.select("a[href*='in=']"):
            found.update(hits(client.get(str(one["href"]))))
    assert found or seat == "admin"
    for url in found:
        assert client.get(url).status == 200, f"{seat} found {url} and cannot open it"


def test_a_key_worker_finds_their_own_team_s_requests_and_no_trace_of_another_s(
    client: Client, session: Session, sign_in_as: SignIn
) -> None:
    who = build.cast(session)
    made = every_state(session, who)
    own = {row.id for row in made if row.team_id == who.worker.actor.team_id}
    sign_in_as(client, who.teammate.user)
    page = look_for(client, "phone").follow()
    assert page.text("h1") == f"{len(own)} things found"
    foreign = next(row for row in made if row.id not in own)
    code = session.scalar(select(Person.code).where(Person.id == foreign.person_id))
    for words in (f"R-{foreign.id}", str(foreign.id), code or ""):
        nothing = look_for(client, words)
        assert "/search/" in nothing.headers["Location"]
        assert nothing.follow().text("h1") == "Nothing found"


def test_a_reference_goes_straight_to_its_page_however_it_is_written(client: Client, session: Session, sign_in_as: SignIn) -> None:
    who = build.cast(session)
    request = build.waiting(session, who.worker)
    point = points.point(session)
    sign_in_as(client, who.approver.user)
    for words in (str(request.id), f" r-{request.id} ", f"Request no. {request.id}", f"#{request.id}"):
        assert look_for(client, words).headers["Location"] == f"/decisions/{request.id}"
    sign_in_as(client, who.finance.user)
    typed = point.code.replace("0", "o").replace("1", "l").lower()
    for words in (point.code, f"{typed[:4]} {typed[4:]}", f"{typed[:4]}-{typed[4:]}", f"https://fund.example/g/{point.code}"):
        if not any(letter.isdigit() for letter in words):
            continue
        assert look_for(client, words).headers["Location"] == f"/admin/points/{point.id}"
    assert look_for(client, point.code[:5]).follow().words.count("The bakery on High Street") == 1


def test_a_number_of_two_things_shows_both_and_a_word_before_it_decides(client: Client, session: Session, sign_in_as: SignIn) -> None:
    who = build.cast(session)
    build.money(session)
    request = build.agreed(session, who.worker, who.approver)
    number = session.scalar(select(func.min(Entry.number)))
    sign_in_as(client, who.finance.user)
    assert look_for(client, f"FUND {request.id}").headers["Location"] == f"/payouts/{request.id}"
    assert look_for(client, f"entry {number:,}").headers["Location"] == f"/finance/ledger/entries/{number}"
    assert look_for(client, f"grant:{request.id}").follow().texts(".hits a")[0].startswith("Entry ")


def test_a_receipt_is_found_by_its_number_and_says_nothing_of_who_gave(client: Client, session: Session, sign_in_as: SignIn) -> None:
    gift = Donation(
        id="7f3a09bc-1111-4111-8111-111111111111",
        key_hash=b"k" * 32,
        token_hash=b"t" * 32,
        fund_code="public-giving",
        amount_pence=1_000,
        status=GiftStatus.STARTED,
        attempt=1,
        session_expires_at=clock.now(),
        created_at=clock.now(),
        looked_at=clock.now(),
    )
    build.money(session)
    session.add(gift)
    session.commit()
    sign_in_as(client, people.user(session, Role.FINANCE))
    for words in ("7F3A09BC", "7f3a o9bc", " 7f3a-09bc"):
        assert str(gift.id) in look_for(client, words).headers["Location"]
    sign_in_as(client, people.user(session, Role.APPROVER))
    assert look_for(client, "7F3A09BC").follow().text("h1") == "Nothing found"


def test_an_amount_finds_payments_and_leads_to_every_movement_of_it(client: Client, session: Session, sign_in_as: SignIn) -> None:
    who = build.cast(session)
    build.money(session)
    request = build.paid(session, who)
    sign_in_as(client, who.finance.user)
    page = look_for(client, "£39.99").follow()
    assert f"/payouts/{request.id}" in hits(page)
    assert client.get(next(url for url in hits(page) if "least=39.99" in url)).status == 200


def test_long_lists_are_cut_with_the_way_to_all_of_them(client: Client, session: Session, sign_in_as: SignIn) -> None:
    who = build.cast(session)
    for _ in range(27):
        build.waiting(session, who.worker)
    sign_in_as(client, who.approver.user)
    page = look_for(client, "phone").follow()
    assert len(hits(page)) == 5
    whole = page.follow("All 27")
    assert len(hits(whole)) == 25
    assert len(hits(whole.follow("Next"))) == 2
    assert client.get(whole.url.replace("in=requests", "in=payments")).text("h1") == "Nothing found"
    assert client.get(whole.url + "&page=99999").status == 200


def test_each_source_asks_one_question(app: Flask, client: Client, session: Session, sign_in_as: SignIn) -> None:
    who = build.cast(session)
    build.money(session)
    for _ in range(3):
        build.paid(session, who)
    points.point(session)
    sign_in_as(client, people.user(session, *Role))
    client.get("/search")
    with counted(session) as bare:
        client.get("/search")
    for words in ("phone", "£39.99", "grant:1", "bakery", "7F3A09BC"):
        address = look_for(client, words).headers["Location"]
        assert "/search/" in address, words
        with counted(session) as sent:
            client.get(address)
        assert len(sent) - len(bare) <= len(sources(app)), "\n\n".join(sent)


def test_nothing_that_is_typed_breaks_it(client: Client, session: Session, sign_in_as: SignIn) -> None:
    who = build.cast(session)
    build.waiting(session, who.worker)
    sign_in_as(client, people.user(session, *Role))
    for words in ("", "   ", "\u200b", "%", "_", "\\", "'; DROP TABLE entry; --", "<script>alert(1)</script>", "9" * 300, "é" * 99):
        page = look_for(client, words).follow()
        assert page.status == 200
        assert page.text("h1") in {"Find anything", "Nothing found"}, words
        assert "<script>" not in page.html
    assert client.post("/search", {}).status == 303


def test_the_words_stand_in_no_address_no_log_and_no_title(
    client: Client, session: Session, sign_in_as: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    sign_in_as(client, people.user(session, Role.ADMIN))
    with caplog.at_level(logging.INFO):
        answer = look_for(client, "Amina Yusuf")
        page = answer.follow()
    assert "Amina" not in answer.headers["Location"]
    assert "Amina" in page.words
    assert "Amina" not in page.text("title")
    logged = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "POST /search 303" in logged
    assert "GET /search/<token> 200" in logged
    assert "Amina" not in logged
    assert answer.headers["Location"].rpartition("/")[2] not in logged


def test_an_address_opens_for_the_session_that_asked_and_no_other(app: Flask, client: Client, session: Session, sign_in_as: SignIn) -> None:
    user = people.user(session, Role.ADMIN)
    sign_in_as(client, user)
    address = look_for(client, "Amina Yusuf").headers["Location"]
    assert client.get(address).status == 200
    other = Client(app, session)
    assert other.get(address).status == 303
    sign_in_as(other, user)
    gone = other.get(address)
    assert (gone.status, "Amina" in gone.html) == (404, False)
    assert "Search once more" in gone.words
    assert client.get(address + "x").status == client.get("/search/nothing").status == 404


def test_a_search_is_refused_without_its_token_and_sent_to_sign_in_without_a_session(
    client: Client, session: Session, sign_in_as: SignIn
) -> None:
    assert "/sign-in" in look_for(client, "417").headers["Location"]
    sign_in_as(client, people.user(session, Role.ADMIN))
    assert client.post("/search", {"q": "417"}, token=False).status == 400


def test_the_empty_page_tells_what_this_person_can_find(client: Client, session: Session, sign_in_as: SignIn) -> None:
    sign_in_as(client, people.user(session, Role.KEY_WORKER))
    page = client.get("/search")
    assert page.texts(".hits b") == ["Requests"]
    sign_in_as(client, people.user(session, Role.FINANCE, Role.ADMIN))
    assert client.get("/search").texts(".hits b") == ["Payments", "Receipts", "Ledger entries", "Collection points", "People"]
