"""The ledger's checkpoint on a point's poster: what is printed is on record as published, and looking at the file writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, Refused
from fundapp.core.roles import Role
from fundapp.ledger import checkpoints
from fundapp.ledger.checkpoints import CheckpointView
from fundapp.points import service
from tests.builders import ledger, people
from tests.builders.points import ADMIN, closed_point, point
from tests.support.outside import BASE_URL
from tests.support.web import Client

SignIn = Callable[[Client, object], None]
POSTERS = ("A4, for the window", "A6, for the counter", "A4 with little ink", "A6 with little ink")


@pytest.fixture
def admin(client: Client, session: Session, sign_in_as: SignIn) -> Client:
    people.fund_holder(session)
    sign_in_as(client, people.user(session, Role.ADMIN, name="Ruth Okafor"))
    return client


@pytest.fixture
def signed(session: Session) -> CheckpointView:
    with clock.at(datetime(2026, 11, 14, 10, 32, tzinfo=UTC)):
        ledger.open_books(session)
        return ledger.seal(session)


def grow(session: Session) -> CheckpointView:
    ledger.pay_in(session, 100)
    return ledger.seal(session)


@pytest.mark.parametrize("words", POSTERS)
def test_a_poster_carries_the_checkpoint_that_stood_when_its_point_was_opened(
    admin: Client, session: Session, signed: CheckpointView, words: str
) -> None:
    one = point(session)
    grow(session)
    pdf = admin.get(f"/admin/points/{one.id}").follow(words).body
    with pypdfium2.PdfDocument(pdf) as document:
        said = " ".join(document[0].get_textpage().get_text_bounded().split())
        picture = document[0].render(scale=150 / 72).to_pil()
    assert f"Ledger checkpoint {signed.size} · 14 Nov 2026 · {signed.mark}, printed where we cannot change it." in said
    assert "Compare it at localhost:8000/open/ledger" in said
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [f"{BASE_URL}/g/{one.code}"]
    (told,) = checkpoints.publications(session)
    assert (told.size, told.place) == (signed.size, f"poster:{one.code}")
    # The number and the letters lead to the whole checkpoint.
    assert signed.mark in admin.get("/open/ledger").submit("#printed form", size=str(signed.size)).text("#printed")


def test_an_administrator_renews_it_and_nothing_but_that_writes(admin: Client, session: Session, signed: CheckpointView) -> None:
    one = point(session)
    page = admin.get(f"/admin/points/{one.id}")
    assert "Put today’s checkpoint on it" not in page.words
    newest = grow(session)
    page = admin.get(f"/admin/points/{one.id}")
    assert f"the ledger’s checkpoint over {signed.size} entries" in page.words
    page = page.form(f'form[action="/admin/points/{one.id}/poster"]').submit()
    assert f"the ledger’s checkpoint over {newest.size} entries" in page.words
    assert "checkpoint on its poster" in page.text(".track")
    assert [told.size for told in checkpoints.publications(session, place=f"poster:{one.code}")] == [newest.size, signed.size]
    again = admin.post(f"/admin/points/{one.id}/poster")
    assert again.status == 409
    assert "carries the newest checkpoint already" in again.words
    for words in POSTERS:
        admin.get(f"/admin/points/{one.id}").follow(words)
    assert checkpoints.published(session).times == 2


def test_before_the_first_checkpoint_a_poster_says_nothing_of_it(admin: Client, session: Session) -> None:
    one = point(session)
    page = admin.get(f"/admin/points/{one.id}")
    assert "checkpoint" not in page.words
    with pypdfium2.PdfDocument(page.follow(POSTERS[0]).body) as document:
        assert "checkpoint" not in document[0].get_textpage().get_text_bounded()
    with pytest.raises(Refused):
        service.renew_poster(session, actor=ADMIN, point_id=one.id)
    ledger.open_books(session)
    newest = ledger.seal(session)
    page = admin.get(f"/admin/points/{one.id}")
    assert "It carries no checkpoint of the ledger yet." in page.words
    service.renew_poster(session, actor=ADMIN, point_id=one.id)
    assert checkpoints.published(session).largest == newest.size


def test_a_closed_points_poster_is_not_renewed(session: Session, signed: CheckpointView) -> None:
    one = closed_point(session)
    grow(session)
    with pytest.raises(Refused, match="closed"):
        service.renew_poster(session, actor=ADMIN, point_id=one.id)
    assert checkpoints.published(session).times == 1


@pytest.mark.parametrize("role", [Role.FINANCE, Role.AUDITOR])
def test_those_who_only_read_do_not_renew_it(
    client: Client, session: Session, signed: CheckpointView, sign_in_as: SignIn, role: Role
) -> None:
    people.fund_holder(session)
    one = point(session)
    grow(session)
    sign_in_as(client, people.user(session, role))
    assert "Put today’s checkpoint" not in client.get(f"/admin/points/{one.id}").words
    assert client.post(f"/admin/points/{one.id}/poster").status == 403
    with pytest.raises(NotAllowed):
        service.renew_poster(session, actor=Actor("user:1", roles=frozenset({role})), point_id=one.id)
    assert checkpoints.published(session).times == 1
