"""Community groups ask through the partner that supports them, by the same rules, and what they offer joins the public list."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import Database
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.keys import Keys
from fundapp.grants import asking as for_people
from fundapp.grants import catalogue, queries
from fundapp.grants.groups import asking, offers, service, tasks
from fundapp.grants.groups.models import SupportOffer
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import GrantRequest
from fundapp.ledger import queries as ledger
from tests.builders import grants as build
from tests.builders import groups
from tests.integration.grants.test_two_at_once import all_at_once

HALF_A_YEAR = timedelta(days=184)


def _typed(item_id: int, **more: str) -> dict[str, str]:
    day = clock.today() + timedelta(days=20)
    return {
        "item": str(item_id),
        "detail": "pans and a hob",
        "purpose": "We want to cook for everybody on Sundays.",
        "helps": "People who eat alone.",
        "how_many": "30",
        "begins-day": str(day.day),
        "begins-month": str(day.month),
        "begins-year": str(day.year),
        "price": "90",
        "how": "in_person",
        "agrees": "y",
        **more,
    }


def test_a_group_asks_through_its_key_worker_and_the_approver_sees_an_organisation(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    build.money(session)
    item = groups.kind(session)
    sign_in_as(client, who.worker.user)
    page = client.get("/groups").follow("Add a group")
    page = page.form().fill(name="Sunday table", about="A weekly meal.", paid_to="Sunday table, savings", contact_name="Olu").submit()
    page = page.follow("Ask for this group").form().fill(**_typed(item.id)).submit()
    request = session.scalars(select(GrantRequest)).one()
    assert (request.status, request.person_id, request.helps_many, request.asked_pence) == (Status.WAITING, None, 30, 9_000)
    assert "Sunday table" in page.words
    assert "Person" not in page.text("h1")
    sign_in_as(client, who.approver.user)
    assert "Sunday table" in client.get("/decisions").words
    page = client.get(f"/decisions/{request.id}")
    for said in ("Sunday table", "A weekly meal.", "30", "Sunday table, savings", "We want to cook for everybody on Sundays."):
        assert said in page.words
    assert "Person" not in page.text(".heading")
    assert "Olu" not in page.words


def test_a_paid_group_offers_and_everybody_reads_it_until_nobody_confirms_it(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    build.money(session)
    made = groups.group(session, who.worker)
    request = groups.paid(session, who, made)
    assert {one.account: one.balance_pence for one in ledger.trial_balance(session)}["help-community"] == 9_000
    sign_in_as(client, who.worker.user)
    assert "Say what they offer now" in client.get("/groups").words
    assert client.get(f"/requests/{request.id}").status == 200
    page = client.get(f"/groups/{made.id}").follow("Say what they offer now")
    page = page.form().fill(name="Sunday kitchen", what="A hot meal.", for_whom="anybody", times="Sundays", reach="St John’s hall").submit()
    assert "On the public list" in page.words
    client.post("/sign-out")
    page = client.get("/").follow("Support near you")
    for said in ("Sunday kitchen", "A hot meal.", "anybody", "Sundays", "St John’s hall", "Sunday table"):
        assert said in page.words
    assert "Olu" not in page.words
    polish = client.get("/support?lang=pl")
    assert polish.soup.html["lang"] == "pl"
    assert polish.one("h2")["lang"] == "en-GB"
    with clock.at(clock.now() + HALF_A_YEAR):
        assert "Sunday kitchen" not in client.get("/support?lang=en").words
        sign_in_as(client, who.worker.user)
        assert "Say whether it is still so" in client.get("/groups").words
        client.get(f"/groups/offers/{session.scalars(select(SupportOffer.id)).one()}").form('form[action$="confirm"]').submit()
        assert "Sunday kitchen" in client.get("/support").words


def test_the_group_is_asked_in_time_once_and_its_link_confirms_or_ends(
    client: Any, session: Session, app: Any, run_jobs: Any, mail_box: Any
) -> None:
    who = build.cast(session)
    build.money(session)
    made = groups.group(session, who.worker, email="table@example.org")
    groups.paid(session, who, made)
    offer = groups.offer(session, who.worker, made)
    run_jobs()
    with clock.at(clock.now() + offers.FRESH - timedelta(days=10)):
        for _turn in range(2):
            tasks.look_through(session)
            session.commit()
        assert run_jobs().count("support.ask_group") == 1
        letter = mail_box.to("table@example.org")[-1].get_content()
        link = next(word for word in letter.split() if "/support/" in word)
        page = client.get("/" + link.split("/", 3)[3])
        assert "Is it still so?" in page.words
        assert page.headers["Cache-Control"] == "no-store"
        assert "Thank you" in page.form('form[action$="confirm"]').submit().words
        session.refresh(offer)
        assert offer.confirmed_at == clock.now()
        page = client.get("/" + link.split("/", 3)[3])
        assert "Thank you" in page.form('form[action$="end"]').submit().words
        assert "Sunday kitchen" not in client.get("/support").words
    wrong = client.get(f"/support/{offer.id}/wrong")
    assert wrong.status == 404
    service.change_group(
        session,
        actor=who.worker.actor,
        group_id=made.id,
        words=service.GroupWords("Sunday table", "A meal.", "them", "Olu", "new@example.org"),
    )
    session.commit()
    assert client.get("/" + link.split("/", 3)[3]).status == 404


def test_the_partner_is_told_once_of_an_offer_that_is_hidden(session: Session, run_jobs: Any, mail_box: Any) -> None:
    who = build.cast(session)
    build.money(session)
    made = groups.group(session, who.worker, email="")
    groups.paid(session, who, made)
    groups.offer(session, who.worker, made)
    assert who.teammate.id != who.other_worker.id
    run_jobs()
    with clock.at(clock.now() + HALF_A_YEAR):
        for _turn in range(2):
            tasks.look_through(session)
            session.commit()
        done = run_jobs()
    assert done.count("support.tell_partner") == 2
    assert done.count("support.ask_group") == 0
    assert "is hidden" in mail_box.to(who.teammate.user.email)[-1]["Subject"]
    assert not [one for one in mail_box.to(who.other_worker.user.email) if "hidden" in one["Subject"]]


def test_an_administrator_takes_an_offer_off_and_puts_it_back(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    build.money(session)
    made = groups.group(session, who.worker)
    groups.paid(session, who, made)
    groups.offer(session, who.worker, made)
    sign_in_as(client, who.admin.user)
    page = client.get("/admin").follow("List of support").form('form[action$="hide"]').submit()
    assert "Taken off" in page.words
    assert "Sunday kitchen" not in client.get("/support").words
    page.form('form[action$="show"]').submit()
    assert "Sunday kitchen" in client.get("/support").words


def test_nobody_asks_or_lists_for_a_group_that_is_not_their_teams(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    item = groups.kind(session)
    made = groups.group(session, who.worker)
    groups.paid(session, who, made)
    offer = groups.offer(session, who.worker, made)
    names = ("other_worker", "amber", "approver", "finance", "admin")
    actors = [who.seat(name).actor for name in names]
    before = build.footprint(session)
    for actor in actors:
        with pytest.raises((NotFound, NotAllowed)):
            asking.ask(session, actor=actor, form_key=uuid4(), group_id=made.id, answers=groups.answers(item))
        with pytest.raises((NotFound, NotAllowed)):
            offers.list_offer(session, actor=actor, group_id=made.id, form_key="k", words=groups.KITCHEN)
        with pytest.raises(NotFound):
            offers.end(session, actor=actor, offer_id=offer.id)
        session.rollback()
    with pytest.raises(NotAllowed):
        offers.hide(session, actor=who.worker.actor, offer_id=offer.id)
    session.rollback()
    assert build.footprint(session) == before


def test_the_cap_of_a_group_holds_for_what_waits_too(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    item = groups.kind(session)
    made = groups.group(session, who.worker)
    groups.waiting(session, who.worker, made, price_pence=60_000)
    assert asking.left_pence(session, made.id) == 40_000
    before = build.footprint(session)
    with pytest.raises(Refused, match=r"£400.00 is what this group can still ask for"):
        asking.ask(session, actor=who.worker.actor, form_key=uuid4(), group_id=made.id, answers=groups.answers(item, price_pence=40_001))
    session.rollback()
    assert build.footprint(session) == before
    groups.waiting(session, who.worker, made, price_pence=40_000)
    assert asking.left_pence(session, made.id) == 0
    # Another group has a cap of its own.
    assert asking.left_pence(session, groups.group(session, who.worker, name="Walkers").id) == 100_000


def test_the_same_form_twice_is_one_request_and_one_offer(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    item = groups.kind(session)
    made = groups.group(session, who.worker)
    key = uuid4()
    first, second = (
        asking.ask(session, actor=who.worker.actor, form_key=key, group_id=made.id, answers=groups.answers(item)) for _turn in range(2)
    )
    assert first.id == second.id
    with pytest.raises(NotFound):
        asking.ask(session, actor=who.teammate.actor, form_key=key, group_id=made.id, answers=groups.answers(item))
    groups.paid(session, who, made)
    listed = [offers.list_offer(session, actor=who.worker.actor, group_id=made.id, form_key="k", words=groups.KITCHEN).id for _turn in "ab"]
    assert len(set(listed)) == 1


def test_a_person_is_not_given_what_is_for_groups_nor_a_group_what_is_for_people(session: Session) -> None:
    who = build.cast(session)
    for_group, phone = groups.kind(session), build.item(session)
    made = groups.group(session, who.worker)
    with pytest.raises(Refused):
        for_people.start_request(session, actor=who.worker.actor, form_key=uuid4(), item_id=for_group.id)
    with pytest.raises(Refused):
        asking.ask(session, actor=who.worker.actor, form_key=uuid4(), group_id=made.id, answers=groups.answers(phone))
    catalogue.stop_offering(session, actor=build.ADMIN, item_id=for_group.id, why="No money.")
    with pytest.raises(Refused):
        asking.ask(session, actor=who.worker.actor, form_key=uuid4(), group_id=made.id, answers=groups.answers(for_group))


def test_nothing_is_listed_before_anything_was_paid(session: Session) -> None:
    who = build.cast(session)
    made = groups.group(session, who.worker)
    with pytest.raises(Refused, match="Once a request of this group is paid"):
        groups.offer(session, who.worker, made)


@pytest.mark.parametrize("wrong", ["person_id = (SELECT min(id) FROM person)", "helps_many = NULL", "helps_many = 0"])
def test_a_request_is_for_one_person_or_one_group(session: Session, wrong: str) -> None:
    who = build.cast(session)
    made = groups.group(session, who.worker)
    build.draft(session, who.worker)
    request = groups.waiting(session, who.worker, made)
    with pytest.raises(IntegrityError):
        session.execute(text(f"UPDATE grant_request SET {wrong} WHERE id = {request.id}"))


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("how_many", "many", "whole number"),
        ("how_many", "10001", "Say how many people it helps"),
        ("begins-year", "2020", "It begins today or later"),
        ("purpose", "Ring 01302 555 123", "looks like a telephone number"),
        ("agrees", "", "Ask the group first."),
        ("price", "lots", "You wrote “lots”."),
    ],
)
def test_what_cannot_stand_is_told_and_what_was_typed_stays(
    client: Any, session: Session, sign_in_as: Any, field: str, typed: str, said: str
) -> None:
    who = build.cast(session)
    item = groups.kind(session)
    made = groups.group(session, who.worker)
    sign_in_as(client, who.worker.user)
    page = client.get(f"/groups/{made.id}/ask").form()
    sent = client.post(f"/groups/{made.id}/ask", {**_typed(item.id), "form_key": str(uuid4()), field: typed})
    assert page is not None
    assert sent.status == 422
    assert said in sent.words
    assert "pans and a hob" in str(sent.one("#detail"))
    assert session.scalar(select(GrantRequest.id)) is None


def test_the_list_is_paged_with_few_questions_to_the_database(client: Any, session: Session, counted: Any) -> None:
    who = build.cast(session)
    build.money(session)
    made = groups.group(session, who.worker)
    groups.paid(session, who, made)
    for number in range(27):
        words = offers.OfferWords(f"Table {number:02}", "A meal.", "anybody", "Sundays", "the hall")
        offers.list_offer(session, actor=who.worker.actor, group_id=made.id, form_key=str(number), words=words)
    session.commit()
    with counted() as made_questions:
        page = client.get("/support")
    assert len(page.texts("section[id^=offer]")) == 25
    assert len(made_questions) <= 8


def test_what_groups_had_is_not_taken_for_the_help_of_somebody_who_is_not_named_yet(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    groups.paid(session, who, groups.group(session, who.worker))
    item = build.item(session)
    draft = for_people.start_request(session, actor=who.worker.actor, form_key=uuid4(), item_id=item.id)
    assert queries.seen_of_person(session, draft) == queries.Seen(0, None)


def test_a_link_is_the_offers_alone(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    made = groups.group(session, who.worker)
    groups.paid(session, who, made)
    keys = Keys("secret", ["key"])
    one = groups.offer(session, who.worker, made)
    other = groups.offer(session, who.worker, made, offers.OfferWords("Walk", "A walk.", "anybody", "Mondays", "the gate"))
    assert offers.by_token(session, keys, offer_id=one.id, token=offers.token_of(keys, one)).id == one.id
    with pytest.raises(NotFound):
        offers.by_token(session, keys, offer_id=other.id, token=offers.token_of(keys, one))


def test_two_requests_at_once_stay_within_the_groups_cap(own_database: Database) -> None:
    with own_database.session() as session:
        who = build.cast(session)
        item = groups.kind(session)
        made = groups.group(session, who.worker)
        actor, group_id, whole = who.worker.actor, made.id, groups.answers(item, price_pence=60_000)

    def asks(session: Session) -> object:
        return asking.ask(session, actor=actor, form_key=uuid4(), group_id=group_id, answers=whole)

    raised = all_at_once(own_database, [asks, asks, asks])
    assert Counter(type(error) for error in raised) == {type(None): 1, Refused: 2}
    with own_database.session() as session:
        assert asking.had_pence(session, group_id) == 60_000
