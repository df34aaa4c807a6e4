"""Where a thing is brought to: who may read it, that it is written down, and that it is gone in time."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.errors import NotFound, Refused
from fundapp.core.personal import Kept
from fundapp.grants import asking, confirming, deciding
from fundapp.grants.delivery import addresses
from fundapp.grants.delivery.models import Delivery
from fundapp.grants.models import GrantRequest
from fundapp.privacy import retention
from tests.builders import grants as build
from tests.builders.grants import Cast, Seat

WHERE = "Flat 9, Harbour Court. Somebody is there on Friday."


@pytest.fixture
def who(session: Session) -> Cast:
    build.money(session)
    return build.cast(session)


def say(session: Session, by: Seat, request: GrantRequest, words: str = WHERE) -> None:
    addresses.say(session, actor=by.actor, request_id=request.id, words=words)
    session.commit()


def reads(session: Session, seat: Seat, request: GrantRequest) -> bool:
    """Whether somebody is shown where it is brought to."""
    try:
        _, found = addresses.read(session, actor=seat.actor, request_id=request.id)
    except NotFound:
        session.rollback()
        return False
    session.commit()
    assert found is not None
    return found.words == WHERE


def test_it_is_read_by_the_team_that_asked_and_once_agreed_by_whoever_may_pay(session: Session, who: Cast) -> None:
    request = build.waiting(session, who.worker)
    say(session, who.worker, request)
    everybody = [name for name in Cast.names if name != "amber"]
    assert [name for name in everybody if reads(session, who.seat(name), request)] == ["worker", "teammate"]
    deciding.agree(session, actor=who.approver.actor, request_id=request.id, version=request.version, fund_code="public-giving")
    deciding.step_aside(session, actor=who.finance_three.actor, request_id=request.id, version=request.version)
    session.commit()
    may = [name for name in everybody if reads(session, who.seat(name), request)]
    assert may == ["worker", "teammate", "finance", "finance_two"]


def test_each_reading_is_written_down_without_a_word_of_it(session: Session, who: Cast) -> None:
    request = build.agreed(session, who.worker, who.approver)
    say(session, who.worker, request)
    assert reads(session, who.finance, request)
    assert reads(session, who.finance, request)
    rows = session.query(AuditEvent).filter(AuditEvent.kind.like("delivery.%")).order_by(AuditEvent.id).all()
    assert [(row.kind, row.actor, row.facts) for row in rows] == [
        ("delivery.said", who.worker.actor.reference, {}),
        ("delivery.read", who.finance.actor.reference, {"purpose": "to_pay"}),
        ("delivery.read", who.finance.actor.reference, {"purpose": "to_pay"}),
    ]
    kept = session.execute(text("SELECT address_words::text FROM delivery")).scalar_one()
    assert "Harbour" not in kept


@pytest.mark.parametrize("how", ["withdrawn", "declined", "in_hands", "by_team"])
def test_it_is_gone_as_soon_as_nothing_is_brought_any_more(session: Session, who: Cast, how: str) -> None:
    request = build.paid(session, who) if how == "in_hands" else build.waiting(session, who.worker)
    say(session, who.worker, request)
    asked = {"request_id": request.id, "version": request.version}
    if how == "withdrawn":
        asking.withdraw(session, actor=who.worker.actor, **asked, words="They found one.")
    elif how == "declined":
        deciding.decline(session, actor=who.approver.actor, request_id=request.id, version=request.version, reason="They have one.")
    elif how == "in_hands":
        confirming.confirm(session, actor=who.worker.actor, **asked, bill=build.photo())
    else:
        assert addresses.delivered(session, actor=who.teammate.actor, request_id=request.id)
        assert not addresses.delivered(session, actor=who.worker.actor, request_id=request.id)
    session.commit()
    assert session.query(Delivery).count() == 0
    assert session.query(AuditEvent).filter_by(kind="delivery.dropped").one().facts == {"why": how}
    if how != "by_team":
        before = build.footprint(session)
        with pytest.raises(Refused, match="Nothing is brought"):
            addresses.say(session, actor=who.worker.actor, request_id=request.id, words=WHERE)
        session.rollback()
        assert build.footprint(session) == before


def test_it_is_forgotten_two_weeks_after_it_was_paid_though_nobody_said_that_it_is_there(session: Session, who: Cast) -> None:
    request = build.paid(session, who)
    say(session, who.worker, request)
    for days, left in ((13, 1), (15, 0)):
        with clock.at(clock.now() + timedelta(days=days)):
            assert retention.due(session, Kept.DELIVERY, 14) == 1 - left


@pytest.mark.parametrize("name", ["other_worker", "approver", "finance", "auditor", "admin", "panel"])
def test_nobody_but_its_own_team_says_or_drops_it(session: Session, who: Cast, name: str) -> None:
    request = build.agreed(session, who.worker, who.approver)
    say(session, who.worker, request)
    seat = who.seat(name)
    before = build.footprint(session)
    for act in (
        lambda: addresses.say(session, actor=seat.actor, request_id=request.id, words="Elsewhere"),
        lambda: addresses.delivered(session, actor=seat.actor, request_id=request.id),
    ):
        with pytest.raises(NotFound):
            act()
        session.rollback()
    assert build.footprint(session) == before
    assert reads(session, who.worker, request)


def test_the_pages_lead_to_it_and_no_page_but_its_own_says_it(client: Any, session: Session, sign_in_as: Any, who: Cast) -> None:
    draft = build.draft(session, who.worker)
    sign_in_as(client, who.worker.user)
    page = client.get(f"/requests/{draft.id}/ask/check").follow("Say where it should be brought")
    page = page.form("form[novalidate]").submit("Keep the address")
    assert (page.status, "Write where it is brought to." in page.words) == (422, True)
    page = page.form("form[novalidate]").fill(words=WHERE).submit("Keep the address")
    assert "Kept apart from the request." in page.words
    session.refresh(draft)
    asking.send(session, actor=who.worker.actor, request_id=draft.id, version=draft.version)
    deciding.agree(session, actor=who.approver.actor, request_id=draft.id, version=draft.version, fund_code="public-giving")
    session.commit()
    for name in ("approver", "auditor", "finance", "worker"):
        sign_in_as(client, who.seat(name).user)
        for address in (f"/requests/{draft.id}", f"/decisions/{draft.id}", f"/payouts/{draft.id}"):
            assert "Harbour" not in client.get(address).html, f"{name} at {address}"
    sign_in_as(client, who.finance.user)
    page = client.get(f"/payouts/{draft.id}").follow("Read the address")
    assert "Harbour Court" in page.words
    assert page.headers["Cache-Control"] == "no-store"
    sign_in_as(client, who.worker.user)
    page = client.get(f"/requests/{draft.id}/delivery").form("form.one[action$='/drop']").submit()
    assert "The address is deleted." in page.words
    sign_in_as(client, who.finance.user)
    assert not re.search("Read the address", client.get(f"/payouts/{draft.id}").words)
    assert "There is no address." in client.get(f"/payouts/{draft.id}/delivery").words
