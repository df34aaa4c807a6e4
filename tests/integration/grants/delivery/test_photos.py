"""Photos of what is asked for: up to three, their pixels alone, shown to whoever decides, and forgotten with the words."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest
from PIL import Image
from sqlalchemy.orm import Session, undefer

from fundapp.audit.models import AuditEvent
from fundapp.core.db import transaction
from fundapp.core.errors import FundError, NotAllowed, NotFound, Refused
from fundapp.grants import asking, deciding, forgetting, reading
from fundapp.grants.delivery import photos
from fundapp.grants.delivery.models import RequestPhoto
from tests.builders import grants as build
from tests.builders.grants import Cast
from tests.support.postgres import OwnDatabase


@pytest.fixture
def who(session: Session) -> Cast:
    return build.cast(session)


def add(session: Session, who: Cast, request_id: int, photo: bytes = b"") -> int:
    row = photos.add(session, actor=who.worker.actor, request_id=request_id, photo=photo or build.photo())
    session.commit()
    return row.id


def test_a_photo_is_kept_as_its_pixels_alone_and_shown_to_those_who_see_the_request(session: Session, who: Cast) -> None:
    place = Image.Exif()
    place[0x010F] = "A phone of somebody"
    request = build.draft(session, who.worker)
    number = add(session, who, request.id, build.photo(exif=place))
    kept = session.query(RequestPhoto).options(undefer(RequestPhoto.content)).one().content
    assert b"somebody" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()
    with pytest.raises(NotFound):
        photos.picture(session, actor=who.approver.actor, request_id=request.id, photo_id=number)
    asking.send(session, actor=who.worker.actor, request_id=request.id, version=request.version)
    session.commit()
    for name in ("worker", "teammate", "approver", "panel"):
        assert photos.picture(session, actor=who.seat(name).actor, request_id=request.id, photo_id=number) == kept
    for name in ("other_worker", "finance", "admin"):
        with pytest.raises(NotFound):
            photos.picture(session, actor=who.seat(name).actor, request_id=request.id, photo_id=number)
    with pytest.raises(NotAllowed, match="say why"):
        photos.picture(session, actor=who.auditor.actor, request_id=request.id, photo_id=number)
    reading.open_to_read(session, actor=who.auditor.actor, request_id=request.id, words="A sample.")
    assert photos.picture(session, actor=who.auditor.actor, request_id=request.id, photo_id=number) == kept
    read = session.query(AuditEvent).filter_by(kind="photo.read").order_by(AuditEvent.id).all()
    assert [row.actor for row in read] == [who.seat(name).actor.reference for name in ("approver", "panel", "auditor")]
    assert read[0].facts == {"photo": number, "purpose": "to_decide"}
    # Under another request's number it is not there.
    other = build.waiting(session, who.worker)
    with pytest.raises(NotFound):
        photos.picture(session, actor=who.worker.actor, request_id=other.id, photo_id=number)


@pytest.mark.parametrize(
    ("photo", "sentence"),
    [
        (b"", "empty"),
        (b"not a photo", "could not read"),
        (b"%PDF-1.4\n%%EOF", "PDF"),
        (b"\xff\xd8\xff" * 4_000_000, "larger than 10 MB"),
    ],
)
def test_what_is_no_photo_is_refused_and_nothing_is_kept(session: Session, who: Cast, photo: bytes, sentence: str) -> None:
    request = build.draft(session, who.worker)
    before = build.footprint(session)
    with pytest.raises(Refused, match=sentence):
        photos.add(session, actor=who.worker.actor, request_id=request.id, photo=photo)
    session.rollback()
    assert build.footprint(session) == before
    assert session.query(RequestPhoto).count() == 0


def test_up_to_three_are_kept_and_one_that_is_taken_away_makes_room(session: Session, who: Cast) -> None:
    request = build.draft(session, who.worker)
    numbers = [add(session, who, request.id) for _ in range(3)]
    with pytest.raises(Refused, match="Three photos are there already"):
        photos.add(session, actor=who.worker.actor, request_id=request.id, photo=build.photo())
    session.rollback()
    for _ in range(2):
        photos.take_away(session, actor=who.worker.actor, request_id=request.id, photo_id=numbers[1])
    session.commit()
    add(session, who, request.id)
    assert sorted(one.place for one in photos.of(session, request.id)) == [1, 2, 3]
    assert session.query(AuditEvent).filter_by(kind="photo.removed").count() == 1


def test_after_sending_none_is_added_or_taken_away_until_somebody_asks(session: Session, who: Cast) -> None:
    request = build.draft(session, who.worker)
    number = add(session, who, request.id)
    asking.send(session, actor=who.worker.actor, request_id=request.id, version=request.version)
    session.commit()
    before = build.footprint(session)
    for act in (
        lambda: photos.add(session, actor=who.worker.actor, request_id=request.id, photo=build.photo()),
        lambda: photos.take_away(session, actor=who.worker.actor, request_id=request.id, photo_id=number),
    ):
        with pytest.raises(Refused, match="This was sent"):
            act()
        session.rollback()
    assert build.footprint(session) == before
    deciding.ask_question(session, actor=who.approver.actor, request_id=request.id, version=request.version, words="What does the tag say?")
    session.commit()
    add(session, who, request.id)
    assert len(photos.of(session, request.id)) == 2


def test_nobody_of_another_team_adds_one_or_takes_one_away(session: Session, who: Cast) -> None:
    request = build.draft(session, who.worker)
    number = add(session, who, request.id)
    others = [who.seat(name) for name in ("other_worker", "approver", "admin")]
    before = build.footprint(session)
    for seat in others:
        for act in (
            lambda seat: photos.add(session, actor=seat.actor, request_id=request.id, photo=build.photo()),
            lambda seat: photos.take_away(session, actor=seat.actor, request_id=request.id, photo_id=number),
        ):
            with pytest.raises(NotFound):
                act(seat)
            session.rollback()
    assert build.footprint(session) == before


@pytest.mark.parametrize("kept", ["declined", "identity", "draft"])
def test_they_are_forgotten_with_the_words(session: Session, who: Cast, kept: str) -> None:
    request = build.draft(session, who.worker)
    add(session, who, request.id)
    rule = next(one for one in forgetting.FORGETTING if one.rule == kept and one.name == "grant")
    rule.forget(session, request)
    session.commit()
    assert session.query(RequestPhoto).count() == 0


def test_of_photos_sent_at_once_three_stay(own_database: OwnDatabase) -> None:
    with own_database.session() as session:
        who = build.cast(session)
        worker, request_id = who.worker, build.draft(session, who.worker).id
    start, told = threading.Barrier(5), list[str]()

    def try_it() -> None:
        with own_database.session() as session:
            start.wait()
            try:
                with transaction(session):
                    photos.add(session, actor=worker.actor, request_id=request_id, photo=build.photo())
            except FundError as fault:
                told.append(fault.sentence)

    tries = [threading.Thread(target=try_it) for _ in range(5)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    with own_database.session() as session:
        assert session.query(RequestPhoto).count() == 3
    assert len(told) == 2


def test_the_pages_take_a_photo_show_it_and_let_it_be_taken_away(client: Any, session: Session, sign_in_as: Any, who: Cast) -> None:
    request = build.draft(session, who.worker)
    sign_in_as(client, who.worker.user)
    page = client.get(f"/requests/{request.id}/ask/check").follow("Add a photo of the price, if it helps")
    page = page.form("form[enctype]").submit("Add the photo")
    assert (page.status, "Take or choose a photo first." in page.words) == (422, True)
    page = page.form("form[enctype]").fill(photo=(io.BytesIO(build.photo()), "tag.jpg")).submit("Add the photo")
    assert "The photo is here." in page.words
    picture = client.get(str(page.one("main img")["src"]))
    assert (picture.status, picture.headers["Content-Type"], picture.headers["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    page = page.form("form[action$='/take-away']").submit()
    assert "The photo is deleted." in page.words
    assert session.query(RequestPhoto).count() == 0
