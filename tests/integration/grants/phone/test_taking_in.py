"""What a phone sends: taken in once, whole or not at all, by whoever wrote it and nobody else."""

from __future__ import annotations

import json
import threading
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import FundError
from fundapp.grants import asking
from fundapp.grants.models import GrantRequest, Person
from fundapp.grants.phone.marks import drafts_key, owner_mark
from fundapp.grants.phone.taking_in import Written, WrittenThing, take_in
from fundapp.web.app import fund_of
from tests.builders import grants as build
from tests.builders.grants import Cast
from tests.support.postgres import OwnDatabase

SEND, READY = "/requests/phone/send", "/requests/phone/ready"


@pytest.fixture
def who(session: Session) -> Cast:
    return build.cast(session)


def sheet(session: Session, app: Flask, of: build.Seat, **changed: str) -> dict[str, str]:
    """What a phone sends of a whole request."""
    found = {
        "id": str(uuid4()),
        "owner": owner_mark(fund_of(app).keys, of.id),
        "way": "send",
        "thing-0-item": str(build.item(session).id),
        "thing-0-price": "39.99",
        "thing-0-supplier": "a phone shop, Market Place",
        "new_code": "y",
        "goal": build.GOAL,
        "unblocks": "The landlord can ring them.",
        "agrees": "y",
        "how": "in_person",
    }
    return {name: value for name, value in (found | changed).items() if value}


def on(day: date, **besides: str) -> dict[str, str]:
    """A day as its three boxes say it, with what is said besides."""
    return {"day-day": str(day.day), "day-month": str(day.month), "day-year": str(day.year), **besides}


def send(client: Any, sent: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """What the Fund answers the phone."""
    answer = client.post(SEND, sent)
    return answer.status, json.loads(answer.body)


def test_a_whole_draft_is_sent_in_one_act_and_its_code_is_told(
    app: Flask, client: Any, session: Session, sign_in_as: Any, who: Cast
) -> None:
    sign_in_as(client, who.worker.user)
    status, told = send(client, sheet(session, app, who.worker))
    (request,) = session.query(GrantRequest).all()
    (person,) = session.query(Person).all()
    assert (status, told["taken"], told["sent"], told["url"]) == (200, True, True, f"/requests/{request.id}")
    assert person.code in told["words"]
    assert (request.status, request.asked_pence, request.person_id, request.asked_by) == ("waiting", 3_999, person.id, who.worker.id)


def test_the_same_draft_again_is_the_same_request_whatever_comes_with_it(
    app: Flask, client: Any, session: Session, sign_in_as: Any, who: Cast
) -> None:
    sign_in_as(client, who.worker.user)
    sent = sheet(session, app, who.worker)
    first = send(client, sent)
    before = build.footprint(session)
    assert send(client, sent) == first
    again = send(client, sent | {"thing-0-price": "12.00", "goal": "Something else."})
    assert again == first
    assert build.footprint(session) == before


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"thing-0-price": "about 40"}, "thing-0-price"),
        ({"thing-0-price": ""}, "thing-0-price"),
        ({"thing-0-item": ""}, "thing-0-item"),
        ({"thing-0-supplier": ""}, "thing-0-supplier"),
        ({"goal": ""}, "goal"),
        ({"goal": "Ring me on 07700 900123"}, "goal"),
        ({"unblocks": "x" * 601}, "unblocks"),
        ({"agrees": ""}, "agrees"),
        ({"how": "by pigeon"}, "how"),
        ({"new_code": ""}, "code"),
        ({"thing-1-item": "1"}, "thing-1-price"),
    ],
)
def test_what_is_to_be_put_right_is_named_and_nothing_is_kept(
    app: Flask, client: Any, session: Session, sign_in_as: Any, who: Cast, changed: dict[str, str], field: str
) -> None:
    sign_in_as(client, who.worker.user)
    sent = sheet(session, app, who.worker, **changed)
    before = build.footprint(session)
    status, told = send(client, sent)
    assert status == 422
    assert told["wrong"][field]
    assert build.footprint(session) == before


def test_what_is_said_besides_goes_with_it_and_none_of_it_is_needed(
    app: Flask, client: Any, session: Session, sign_in_as: Any, who: Cast
) -> None:
    sign_in_as(client, who.worker.user)
    soon = clock.today() + timedelta(days=9)
    besides = on(soon, why="move-in", group="care-leaver", locality="north", **{"paid-how": "voucher"})
    assert send(client, sheet(session, app, who.worker, **besides))[1]["sent"]
    assert send(client, sheet(session, app, who.worker))[1]["sent"]
    said = [
        (one.needed_by, one.needed_for, one.paid_how, one.person_group, one.locality)
        for one in session.query(GrantRequest).order_by(GrantRequest.id)
    ]
    assert said == [(soon, "move-in", "voucher", "care-leaver", "north"), (None, None, None, None, None)]


def test_a_group_or_a_place_that_nobody_offers_is_not_written_down(
    app: Flask, client: Any, session: Session, sign_in_as: Any, who: Cast
) -> None:
    sign_in_as(client, who.worker.user)
    made_up = {"group": "former addict", "locality": "12 High Street", "paid-how": "cash"}
    assert send(client, sheet(session, app, who.worker, **made_up))[1]["sent"]
    request = session.query(GrantRequest).one()
    assert (request.person_group, request.locality, request.paid_how) == (None, None, None)


# Half a day is not kept at the Fund either: it would be lost without a word.
@pytest.mark.parametrize("way", ["send", pytest.param("keep", marks=pytest.mark.long)])
@pytest.mark.parametrize(
    ("days", "changed", "field"),
    [
        # Written when it was still to come, and sent when it was over.
        (-1, {"why": "release"}, "day"),
        (367, {"why": "release"}, "day"),
        (9, {"why": "release", "day-year": ""}, "day"),
        (9, {"why": "release", "day-month": "Sam"}, "day"),
        (9, {"why": "release", "day-day": "", "day-month": "", "day-year": ""}, "day"),
        (9, {"why": ""}, "why"),
        (9, {"why": "a birthday"}, "why"),
    ],
)
def test_a_day_that_says_nothing_stays_on_the_phone_to_be_put_right(
    app: Flask, client: Any, session: Session, sign_in_as: Any, who: Cast, way: str, days: int, changed: dict[str, str], field: str
) -> None:
    sign_in_as(client, who.worker.user)
    sent = sheet(session, app, who.worker, **on(clock.today() + timedelta(days=days)) | changed | {"way": way})
    before = build.footprint(session)
    status, told = send(client, sent)
    assert (status, list(told["wrong"])) == (422, [field])
    assert build.footprint(session) == before


def test_what_was_said_besides_is_taken_back_by_a_later_try_that_says_it_no_more(
    app: Flask, client: Any, session: Session, sign_in_as: Any, who: Cast
) -> None:
    sign_in_as(client, who.worker.user)
    besides = on(clock.today() + timedelta(days=9), why="move-in", group="care-leaver", locality="north")
    sent = sheet(session, app, who.worker, way="keep")
    assert send(client, sent | besides)[1]["taken"]
    session.commit()
    assert send(client, sent | {"way": "send"})[1]["sent"]
    request = session.query(GrantRequest).one()
    assert (request.needed_by, request.needed_for, request.person_group, request.locality) == (None, None, None, None)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"thing-0-item": "999999"}, "That is not offered just now."),
        ({"code": "NOBODY", "new_code": ""}, "Your team has issued no such code."),
        ({"id": "1"}, "has no number of its own"),
        ({"way": "keep", "thing-0-item": ""}, "Choose what they need first."),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    app: Flask, client: Any, session: Session, sign_in_as: Any, who: Cast, changed: dict[str, str], words: str
) -> None:
    sign_in_as(client, who.worker.user)
    sent = sheet(session, app, who.worker, **changed)
    before = build.footprint(session)
    status, told = send(client, sent)
    assert (status, "taken" in told) == (409, False)
    assert words in told["refused"]
    assert build.footprint(session) == before


def test_nobody_sends_what_somebody_else_wrote(app: Flask, client: Any, session: Session, sign_in_as: Any, who: Cast) -> None:
    sign_in_as(client, who.other_worker.user)
    before = build.footprint(session)
    # Still on the phone of somebody who asks for another team, in whose browser somebody else signed in.
    assert send(client, sheet(session, app, who.worker)) == (409, {"signedOut": True})
    # A number that another team's request has.
    taken = build.draft(session, who.worker)
    before = build.footprint(session)
    status, told = send(client, sheet(session, app, who.other_worker, id=str(taken.form_key)))
    assert (status, told) == (409, {"refused": "This draft belongs to another team. Write it anew."})
    assert build.footprint(session) == before


def test_a_draft_kept_at_the_fund_is_gone_on_with_there_and_sent_once(
    app: Flask, client: Any, session: Session, sign_in_as: Any, who: Cast
) -> None:
    sign_in_as(client, who.worker.user)
    sent = sheet(session, app, who.worker, way="keep", agrees="", how="", **{"thing-0-price": "about 40"})
    status, told = send(client, sent)
    (request,) = session.query(GrantRequest).all()
    assert (status, told["sent"], told["url"]) == (200, False, f"/requests/{request.id}/ask/check")
    assert (request.status, asking.missing(request), request.things[0].typed) == ("draft", ["price"], {"price": "about 40"})
    session.commit()
    # The answer was lost, and more was written on the phone: the same request, the same code, now sent.
    whole = sheet(session, app, who.worker, id=sent["id"])
    assert send(client, whole)[1]["sent"]
    assert session.query(GrantRequest).count() == session.query(Person).count() == 1
    # Thrown away at the Fund: the phone is told that it is seen to, and nothing is raised from the dead.
    asking.withdraw(session, actor=who.worker.actor, request_id=request.id, version=1, words="Not needed.")
    session.commit()
    assert send(client, whole)[1]["taken"]
    assert session.query(GrantRequest).one().status == "withdrawn"


def test_several_things_are_taken_in_and_what_an_earlier_try_had_more_is_left_out(
    app: Flask, client: Any, session: Session, sign_in_as: Any, who: Cast
) -> None:
    sign_in_as(client, who.worker.user)
    item = str(build.item(session, "other", low=500, high=10_000, asks_what=True).id)
    thing = {"thing-1-item": item, "thing-1-detail": "a kettle", "thing-1-price": "20", "thing-1-supplier": "a shop"}
    more = {name.replace("1-", "2-"): words for name, words in thing.items()}
    sent = sheet(session, app, who.worker, **thing, **more)
    assert send(client, sent | {"way": "keep"})[1]["taken"]
    assert len(session.query(GrantRequest).one().things) == 3
    session.commit()
    assert send(client, {name: words for name, words in sent.items() if name not in more})[1]["sent"]
    request = session.query(GrantRequest).one()
    assert ([one.detail_words for one in request.things], request.asked_pence) == (["", "a kettle"], 5_999)


def test_what_a_phone_is_given_is_its_owners_alone_and_the_same_each_time(
    app: Flask, client: Any, session: Session, sign_in_as: Any, who: Cast
) -> None:
    build.item(session)
    told = {}
    for name in ("worker", "teammate", "worker"):
        sign_in_as(client, who.seat(name).user)
        found = client.get(READY)
        assert found.headers["Cache-Control"] == "no-store"
        told[name] = {part: json.loads(found.body)[part] for part in ("owner", "key")}
    assert told["worker"] != told["teammate"]
    assert told["worker"] == {"owner": owner_mark(fund_of(app).keys, who.worker.id), "key": drafts_key(fund_of(app).keys, who.worker.id)}


def test_the_shell_is_the_same_for_everybody_and_names_nobody(
    app: Flask, client: Any, session: Session, sign_in_as: Any, who: Cast
) -> None:
    build.item(session)
    stranger = client.get("/without-signal")
    worker = client.get("/service-worker.js").body
    sign_in_as(client, who.worker.user)
    assert client.get("/without-signal").html == stranger.html
    assert client.get("/service-worker.js").body == worker
    assert who.worker.user.name not in stranger.html
    assert "csrf" not in stranger.html
    assert "Phone" not in stranger.words
    assert "Set-Cookie" not in stranger.headers


def test_two_sendings_at_once_make_one_request(own_database: OwnDatabase) -> None:
    with own_database.session() as session:
        who = build.cast(session)
        worker, item = who.worker, build.item(session).id
        session.commit()
    key, made, faults = uuid4(), list[int](), list[FundError]()
    thing = WrittenThing(item, "", 3_999, "", "a phone shop")
    written = Written((thing,), "", wants_code=True, goal_words="A phone.", unblocks_words="Calls.", consent_how="phone", consents=True)
    start = threading.Barrier(2)

    def try_it() -> None:
        with own_database.session() as session:
            start.wait()
            try:
                with transaction(session):
                    made.append(take_in(session, actor=worker.actor, key=key, written=written, sends=True).request.id)
            except FundError as fault:
                faults.append(fault)

    tries = [threading.Thread(target=try_it) for _ in range(2)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    with own_database.session() as session:
        assert (session.query(GrantRequest).count(), session.query(Person).count(), faults) == (1, 1, [])
    assert len(set(made)) == 1
