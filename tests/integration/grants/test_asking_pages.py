"""A key worker asks, on a phone, one question a page."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.grants.lifecycle import Status
from fundapp.grants.models import GrantRequest, Person
from tests.builders import grants as build


def start(client: Any, session: Session, sign_in_as: Any) -> tuple[build.Cast, Any]:
    who = build.cast(session)
    build.money(session)
    build.item(session, "phone")
    build.item(session, "other", low=500, high=20_000, asks_what=True)
    sign_in_as(client, who.worker.user)
    return who, client.get("/requests")


def test_from_the_first_page_to_sent_by_what_the_pages_say(client: Any, session: Session, sign_in_as: Any) -> None:
    _, home = start(client, session, sign_in_as)
    assert "£1,000" in home.text(".figs")
    page = home.follow("Ask for something")
    page = page.form().fill(item=str(build.item(session).id)).submit()
    assert page.text("h1") == "Who is it for?"
    page = page.form().fill(person="new").submit("Save and continue")
    person = session.scalars(select(Person)).one()
    assert f"Person {person.code} is theirs alone." in page.words
    page = page.form().fill(goal=build.GOAL).submit("Save and continue")
    page = page.form().fill(unblocks="The landlord can ring them.").submit("Save and continue")
    page = page.form().fill(price="39.99", supplier="a phone shop").submit("Save and continue")
    assert "£39.99, a phone shop" in page.words
    page = page.form().submit("Send it for £39.99")
    assert page.status == 422
    assert "Ask them first." in page.words
    page = page.form().fill(agrees="y", how="in_person").submit("Send it for £39.99")
    assert "Sent. You get a mail" in page.words
    request = session.scalars(select(GrantRequest)).one()
    assert (request.status, request.asked_pence, request.person_id) == (Status.WAITING, 3_999, person.id)


def test_what_was_typed_is_kept_though_it_does_not_pass(client: Any, session: Session, sign_in_as: Any) -> None:
    who, _ = start(client, session, sign_in_as)
    request = build.draft(session, who.worker)
    page = client.get(f"/requests/{request.id}/ask/price")
    page = page.form().fill(price="about 40", supplier="a stall").submit("Save and continue")
    assert page.status == 422
    assert "You wrote “about 40”" in page.words
    assert page.one("#price")["value"] == "about 40"
    again = client.get(f"/requests/{request.id}/ask/price")
    assert again.one("#price")["value"] == "about 40"
    assert again.one("#supplier")["value"] == "a stall"
    check = client.get(f"/requests/{request.id}/ask/check")
    assert "Not answered yet" in check.words
    assert "Send it" not in check.texts("button")


def test_back_and_finish_later_save_too(client: Any, session: Session, sign_in_as: Any) -> None:
    who, _ = start(client, session, sign_in_as)
    request = build.draft(session, who.worker)
    page = client.get(f"/requests/{request.id}/ask/goal")
    page = page.form().fill(goal="I want a door of my own.").submit("Stop here, finish later")
    assert "Kept." in page.words
    assert "Finish asking" in page.words
    sent = client.post(f"/requests/{request.id}/ask/unblocks", {"unblocks": "", "go": "back"})
    assert sent.headers["Location"].endswith("/ask/goal")
    session.refresh(request)
    assert (request.goal_words, request.unblocks_words) == ("I want a door of my own.", "")


def test_two_clicks_on_the_first_page_start_one_request(client: Any, session: Session, sign_in_as: Any) -> None:
    start(client, session, sign_in_as)
    form = client.get("/requests/new").form().fill(item=str(build.item(session).id))
    form.submit()
    form.submit()
    assert session.scalar(select(func.count()).select_from(GrantRequest)) == 1


def test_other_asks_what_it_is(client: Any, session: Session, sign_in_as: Any) -> None:
    start(client, session, sign_in_as)
    page = client.get("/requests/new").form().fill(item=str(build.item(session, "other").id)).submit()
    assert "Say what it is" in page.words
    assert session.scalar(select(func.count()).select_from(GrantRequest)) == 0


def test_a_code_of_another_team_is_not_known_here(client: Any, session: Session, sign_in_as: Any) -> None:
    who, _ = start(client, session, sign_in_as)
    theirs = build.draft(session, who.other_worker)
    code = session.get_one(Person, theirs.person_id).code
    mine = build.draft(session, who.worker)
    before = mine.person_id
    page = client.get(f"/requests/{mine.id}/ask/who").form().fill(person="another", code=code).submit("Save and continue")
    assert "Your team has issued no such code" in page.words
    assert page.one("#code")["value"] == code
    session.refresh(mine)
    assert mine.person_id == before


def test_a_second_click_on_send_is_told_and_changes_nothing(client: Any, session: Session, sign_in_as: Any) -> None:
    who, _ = start(client, session, sign_in_as)
    request = build.draft(session, who.worker)
    form = client.get(f"/requests/{request.id}/ask/check").form()
    form.submit()
    page = form.submit()
    assert "You sent this at" in page.words
    assert "It was done once" in page.words


def test_a_draft_that_was_sent_is_not_changed_by_an_old_tab(client: Any, session: Session, sign_in_as: Any) -> None:
    who, _ = start(client, session, sign_in_as)
    request = build.draft(session, who.worker)
    form = client.get(f"/requests/{request.id}/ask/goal").form().fill(goal="Something else")
    client.get(f"/requests/{request.id}/ask/check").form().submit()
    page = form.submit("Save and continue")
    assert "its answers stay as they are" in page.words
    session.refresh(request)
    assert request.goal_words == build.GOAL


def test_who_agreed_to_one_thing_is_asked_again_for_another(client: Any, session: Session, sign_in_as: Any) -> None:
    who, _ = start(client, session, sign_in_as)
    request = build.draft(session, who.worker)
    page = client.get(f"/requests/{request.id}/ask/what?then=check")
    page = page.form().fill(item=str(build.item(session, "other").id), detail="Work boots").submit("Save and continue")
    assert page.text("h1") == "Check it, then send it"
    assert "Do they agree?" in page.texts("h2")
    assert "Work boots" in page.words


def test_a_list_of_nothing_says_what_to_do_next(client: Any, session: Session, sign_in_as: Any) -> None:
    _, home = start(client, session, sign_in_as)
    assert "Nothing asked yet." in home.words
    assert home.follow("Ask for something").text("h1") == "What do they need?"
    assert "None of these." in client.get("/requests?whose=team&state=ended").words
