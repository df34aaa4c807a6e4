"""Several things in one request: put in, left out, sent whole, found, forgotten, and asked for again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import Conflict, NotFound, Refused
from fundapp.grants import asking, asking_again, catalogue, deciding, usual
from fundapp.grants.asking import Answers
from fundapp.grants.models import GrantRequest, Person
from fundapp.grants.thing_models import MOST_THINGS, RequestThing
from tests.builders import grants as build


@pytest.fixture
def who(session: Session) -> build.Cast:
    build.money(session)
    build.item(session, "other", low=500, high=20_000, asks_what=True)
    return build.cast(session)


def put(session: Session, by: build.Seat, request: GrantRequest, position: int, code: str = "bedding", words: str = "") -> RequestThing:
    item = build.item(session, code)
    return asking.put_thing(session, actor=by.actor, request_id=request.id, position=position, item_id=item.id, detail_words=words)


def test_a_request_asks_for_the_sum_of_its_things_and_says_how_many_there_are(session: Session, who: build.Cast) -> None:
    request = build.waiting(session, who.worker, more=[("bedding", 4_500), ("id", 1_250)])
    assert (request.asked_pence, request.what) == (3_999 + 4_500 + 1_250, "Phone and 2 more")
    assert request.shops == "a phone shop, Market Place, a shop, High Street"
    assert [thing.position for thing in request.things] == [1, 2, 3]


def test_two_clicks_put_in_one_thing_and_the_place_says_which(session: Session, who: build.Cast) -> None:
    request = build.draft(session, who.worker)
    assert put(session, who.worker, request, 2).id == put(session, who.worker, request, 2).id
    changed = put(session, who.worker, request, 2, "id")
    assert [(thing.position, thing.item.code) for thing in request.things] == [(1, "phone"), (2, "id")]
    # Whoever agreed to a phone did not agree to this.
    assert (changed.position, request.consent_at) == (2, None)


def test_a_request_is_full_at_six_and_the_seventh_changes_nothing(session: Session, who: build.Cast) -> None:
    request = build.draft(session, who.worker, more=[("bedding", 100)] * (MOST_THINGS - 1))
    before = build.footprint(session)
    with pytest.raises(Refused, match="holds up to 6 things"):
        put(session, who.worker, request, MOST_THINGS + 1)
    session.rollback()
    assert build.footprint(session) == before


def test_what_is_left_out_leaves_no_gap_and_the_only_thing_stays(session: Session, who: build.Cast) -> None:
    request = build.draft(session, who.worker, more=[("bedding", 4_500), ("id", 1_250)])
    out = request.things[0].id
    for _click in range(2):
        asking.take_out_thing(session, actor=who.worker.actor, request_id=request.id, thing_id=out)
        session.commit()
    assert [(thing.position, thing.item.code) for thing in request.things] == [(1, "bedding"), (2, "id")]
    asking.take_out_thing(session, actor=who.worker.actor, request_id=request.id, thing_id=request.things[0].id)
    with pytest.raises(Refused, match="the only thing"):
        asking.take_out_thing(session, actor=who.worker.actor, request_id=request.id, thing_id=request.things[0].id)


def test_nobody_touches_things_of_somebody_else_s_or_of_what_was_sent(session: Session, who: build.Cast) -> None:
    mine, theirs = build.draft(session, who.worker), build.draft(session, who.other_worker, more=[("bedding", 4_500)])
    sent = build.waiting(session, who.worker, more=[("bedding", 4_500)])
    before = build.footprint(session)
    out = {"actor": who.worker.actor, "thing_id": theirs.things[1].id}
    with pytest.raises(NotFound):
        asking.take_out_thing(session, request_id=theirs.id, **out)
    with pytest.raises(NotFound):
        put(session, who.worker, theirs, 2)
    with pytest.raises(NotFound):
        asking.save_answers(
            session, actor=who.worker.actor, request_id=mine.id, answers=Answers(thing_id=theirs.things[1].id, price_pence=1)
        )
    with pytest.raises(Conflict, match="sent already"):
        put(session, who.worker, sent, 3)
    with pytest.raises(Conflict, match="sent already"):
        asking.take_out_thing(session, actor=who.worker.actor, request_id=sent.id, thing_id=sent.things[1].id)
    # A thing of another request is nothing of this one: nothing is left out.
    asking.take_out_thing(session, request_id=mine.id, **out)
    session.rollback()
    assert build.footprint(session) == before


def test_a_thing_that_lacks_something_keeps_the_request_from_being_sent(session: Session, who: build.Cast) -> None:
    request = build.draft(session, who.worker)
    thing = put(session, who.worker, request, 2, "other")
    agreed = Answers(consents=True, consent_how="phone")
    asking.save_answers(session, actor=who.worker.actor, request_id=request.id, answers=agreed)
    assert asking.missing(request) == ["what", "price"]
    with pytest.raises(Refused, match="Some answers are missing"):
        asking.send(session, actor=who.worker.actor, request_id=request.id, version=request.version)
    said = Answers(thing_id=thing.id, detail_words="Work boots", price_pence=4_000, supplier="a shoe shop", thing_typed={"price": ""})
    asking.save_answers(session, actor=who.worker.actor, request_id=request.id, answers=said)
    assert asking.missing(request) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE request_thing SET price_pence = price_pence + 1 WHERE request_id = :id",
        "UPDATE request_thing SET item_id = (SELECT max(id) FROM catalogue_item) WHERE request_id = :id AND position = 1",
        "DELETE FROM request_thing WHERE request_id = :id AND position = 2",
        "INSERT INTO request_thing (request_id, position, item_id, detail_words, supplier, typed, words_index)"
        " SELECT request_id, 3, item_id, detail_words, supplier, typed, words_index FROM request_thing"
        " WHERE request_id = :id AND position = 1",
        "UPDATE request_thing SET request_id = (SELECT min(id) FROM grant_request) WHERE request_id = :id AND position = 2",
    ],
)
def test_the_database_changes_nothing_of_what_was_sent(session: Session, who: build.Cast, change: str) -> None:
    build.draft(session, who.worker)
    request = build.waiting(session, who.worker, more=[("bedding", 4_500)])
    with pytest.raises(DBAPIError, match=r"what was sent is no longer changed|a thing stays with its request"):
        session.execute(text(change), {"id": request.id})
    session.rollback()


def test_the_database_lets_nobody_ask_for_more_than_the_things_cost(session: Session, who: build.Cast) -> None:
    request = build.waiting(session, who.worker, more=[("bedding", 4_500)])
    session.execute(text("UPDATE grant_request SET asked_pence = asked_pence + 1 WHERE id = :id"), {"id": request.id})
    with pytest.raises(IntegrityError, match="what is asked is not what its things cost"):
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    session.rollback()


def test_the_second_thing_is_found_by_its_words_its_shop_and_its_kind(
    client: Any, session: Session, sign_in_as: Any, who: build.Cast
) -> None:
    request = build.draft(session, who.worker, more=[("bedding", 4_500)])
    said = Answers(thing_id=request.things[1].id, detail_words="Tartan blanket", supplier="Tarquin Linen")
    asking.save_answers(session, actor=who.worker.actor, request_id=request.id, answers=said)
    session.commit()
    sign_in_as(client, who.worker.user)
    for words in ("tartan", "tarquin phone", "bedding"):
        found = client.get("/search").form("main form").fill(q=words).submit().words
        assert f"Request {request.id}: Phone and 1 more" in found, words


def test_the_same_again_copies_things_and_shops_and_nothing_of_the_person(session: Session, who: build.Cast) -> None:
    request = build.waiting(session, who.worker, more=[("bedding", 4_500), ("id", 1_250)])
    deciding.decline(session, actor=who.approver.actor, request_id=request.id, version=request.version, reason="They have one.")
    catalogue.stop_offering(session, actor=build.ADMIN, item_id=build.item(session, "bedding").id, why="The shop closed.")
    key = uuid4()
    drafts = [asking_again.ask_again(session, actor=who.worker.actor, request_id=request.id, form_key=key).id for _click in range(2)]
    draft = session.get_one(GrantRequest, drafts[0])
    assert drafts[0] == drafts[1]
    assert [(thing.item.code, thing.price_pence) for thing in draft.things] == [("phone", 3_999), ("id", 1_250)]
    assert (draft.person_id, draft.goal_words, draft.unblocks_words, draft.consent_at) == (None, "", "", None)
    assert asking.missing(draft) == ["who", "goal", "unblocks"]


def test_nobody_asks_again_for_what_another_team_asked_nor_for_what_is_no_longer_offered(session: Session, who: build.Cast) -> None:
    request = build.waiting(session, who.other_worker)
    mine = build.waiting(session, who.worker)
    catalogue.stop_offering(session, actor=build.ADMIN, item_id=build.item(session).id, why="The shop closed.")
    actors = (who.worker.actor, who.approver.actor)
    before = build.footprint(session)
    for actor in actors:
        with pytest.raises(NotFound):
            asking_again.ask_again(session, actor=actor, request_id=request.id, form_key=uuid4())
    with pytest.raises(Refused, match="None of this is offered"):
        asking_again.ask_again(session, actor=who.worker.actor, request_id=mine.id, form_key=uuid4())
    session.rollback()
    assert build.footprint(session) == before


def test_two_clicks_make_one_code_for_somebody_new(session: Session, who: build.Cast) -> None:
    request = build.draft(session, who.worker)
    before = session.scalar(select(func.count()).select_from(Person))
    shown_for = request.person_id
    for _click in range(2):
        asking_again.name_somebody_new(session, actor=who.worker.actor, request_id=request.id, instead_of=shown_for)
        session.commit()
    assert session.scalar(select(func.count()).select_from(Person)) == (before or 0) + 1
    assert request.person_id != shown_for


def test_what_is_typed_is_saved_and_nothing_is_made_while_somebody_still_chooses(
    client: Any, session: Session, sign_in_as: Any, who: build.Cast
) -> None:
    request = build.draft(session, who.worker)
    people = session.scalar(select(func.count()).select_from(Person))
    sign_in_as(client, who.worker.user)
    kept = client.post(f"/requests/{request.id}/ask/goal", {"goal": "A door of my own", "go": "keep"})
    assert kept.status == 200
    client.post(f"/requests/{request.id}/ask/who", {"person": "new", "before": str(request.person_id), "go": "keep"})
    session.refresh(request)
    assert (request.goal_words, session.scalar(select(func.count()).select_from(Person))) == ("A door of my own", people)
    asking.send(session, actor=who.worker.actor, request_id=request.id, version=request.version)
    session.commit()
    assert client.post(f"/requests/{request.id}/ask/goal", {"goal": "Too late", "go": "keep"}).status == 409
    session.refresh(request)
    assert request.goal_words == "A door of my own"


def test_the_day_goes_with_its_reason_and_both_can_be_taken_back(client: Any, session: Session, sign_in_as: Any, who: build.Cast) -> None:
    request = build.draft(session, who.worker)
    sign_in_as(client, who.worker.user)
    address, day = f"/requests/{request.id}/ask/when", clock.today() + timedelta(days=9)
    parts = {"day-day": str(day.day), "day-month": str(day.month), "day-year": str(day.year)}
    assert "Choose what happens on that day." in client.get(address).form().fill(**parts).submit("Save and continue").words
    session.refresh(request)
    assert (request.needed_by, request.needed_for) == (None, None)
    page = client.get(address).form().fill(**parts, why="release").submit("Save and continue")
    assert "They are released" in page.words
    session.refresh(request)
    assert (request.needed_by, request.needed_for) == (day, "release")
    yesterday = clock.today() - timedelta(days=1)
    late = {"day-day": str(yesterday.day), "day-month": str(yesterday.month), "day-year": str(yesterday.year)}
    assert "That day is over." in client.get(address).form().fill(**late).submit("Save and continue").words
    client.post(address, {"day-day": "", "day-month": "", "day-year": "", "go": "on"})
    session.refresh(request)
    assert (request.needed_by, request.needed_for) == (None, None)


def test_what_is_usual_is_told_of_a_kind_only_when_it_was_answered_often_enough(session: Session, who: build.Cast) -> None:
    for place in range(usual.FEWEST):
        assert usual.usually(session) == {}, place
        request = build.waiting(session, who.worker, more=[("phone", 100)])
        if place:
            deciding.agree(session, actor=who.approver.actor, request_id=request.id, version=request.version, fund_code="public-giving")
        else:
            deciding.decline(session, actor=who.approver.actor, request_id=request.id, version=request.version, reason="They have one.")
        session.commit()
    told = usual.usually(session)[build.item(session).id]
    assert (told.answers, told.agreed) == (usual.FEWEST, usual.FEWEST - 1)
