"""What each point takes, from ledger rows; and the alarm for one that has gone silent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import Database
from fundapp.core.roles import Role
from fundapp.giving import figures, point_watch, queries
from fundapp.giving.models import GivingAlarm
from fundapp.points import figures as points
from fundapp.points import service
from fundapp.points.models import CollectionPoint
from fundapp.points.watch_models import PointVisit
from tests.builders import ledger, people
from tests.builders.points import ADMIN, KEYS, point
from tests.builders.takings import given, given_back
from tests.support.web import Client

SignIn = Callable[[Client, object], None]
MAY, JUNE = date(2026, 5, 4), date(2026, 6, 9)


@pytest.fixture
def bakery(session: Session) -> CollectionPoint:
    ledger.open_books(session)
    return point(session)


def test_takings_are_what_the_ledger_says_by_month_less_what_was_given_back(session: Session, bakery: CollectionPoint) -> None:
    other = point(session, name="the library")
    first = given(session, bakery, 1_000, MAY)
    given(session, bakery, 500, MAY)
    given(session, bakery, 300, JUNE)
    given(session, other, 2_000, JUNE)
    given(session, None, 700, JUNE)
    given_back(session, first, 400, JUNE)
    may, june = figures.by_month(session, [bakery.id])
    assert (may.month, may.taken_pence, may.gifts, may.days) == (date(2026, 5, 1), 1_500, 2, 1)
    assert (june.month, june.taken_pence, june.gifts) == (date(2026, 6, 1), -100, 1)
    taken = figures.by_point(session, [bakery.id, other.id], since=date(2026, 6, 1))
    assert (taken[bakery.id].this_month_pence, taken[bakery.id].ever_pence, taken[bakery.id].gifts) == (-100, 1_400, 3)
    assert (taken[other.id].ever_pence, taken[other.id].last_gift_on) == (2_000, JUNE)


def test_gifts_by_a_retired_code_stay_with_it(session: Session, bakery: CollectionPoint) -> None:
    given(session, bakery, 1_000, MAY)
    new = service.replace_point(session, actor=ADMIN, keys=KEYS, point_id=bakery.id, reason="Copied.")
    later = given(session, bakery, 300, JUNE)
    assert later.fund_code == "general"
    assert figures.by_point(session, [bakery.id, new.id], since=JUNE).keys() == {bakery.id}


def test_the_page_of_a_gift_stays_as_it_was_when_its_code_is_retired(client: Client, session: Session, bakery: CollectionPoint) -> None:
    people.fund_holder(session)
    before = given(session, bakery, 1_000, MAY)
    page = f"/gifts/{KEYS.link_token('gift', str(before.id))}"
    receipt = client.get(f"{page}/receipt.pdf").body
    service.replace_point(session, actor=ADMIN, keys=KEYS, point_id=bakery.id, reason="Copied.")
    later = given(session, bakery, 300, JUNE)
    assert "Given at the bakery on High Street" in client.get(page).words
    assert "retired" not in client.get(page).words
    assert client.get(f"{page}/receipt.pdf").body == receipt
    assert "code had been retired when you gave" in client.get(f"/gifts/{KEYS.link_token('gift', str(later.id))}").words


def test_finance_sees_takings_and_visits_in_few_queries(
    client: Client, database: Database, session: Session, sign_in_as: SignIn, bakery: CollectionPoint
) -> None:
    people.fund_holder(session)
    given(session, bakery, 1_234, clock.today())
    for number in range(30):
        point(session, name=f"place {number:02}")
    session.add(PointVisit(point_id=bakery.id, day=clock.today(), visits=17))
    sign_in_as(client, people.user(session, Role.FINANCE))
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    page = client.get("/finance/points?words=High+Street")
    assert sum("collection_point" in one or "donation" in one or "point_visit" in one for one in asked) <= 5
    for words in ("£12.34", "17"):
        assert words in page.text("tbody")
    page = page.follow("The bakery on High Street")
    assert "£12.34" in page.words
    assert page.text("tfoot td") == "£12.34"
    assert "next" in client.get("/finance/points").text("nav.paging").lower()


def visited(session: Session, where: CollectionPoint, days: range, count: int = 3) -> None:
    today = clock.today()
    session.add_all(PointVisit(point_id=where.id, day=today - timedelta(days=back), visits=count) for back in days)
    session.flush()


def alarms(session: Session) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in session.scalars(select(GivingAlarm).order_by(GivingAlarm.id))]


def test_a_point_that_falls_silent_raises_one_alarm_for_finance(session: Session, bakery: CollectionPoint) -> None:
    loud, shut = point(session, name="the library"), point(session, name="the barber’s")
    visited(session, bakery, range(5, 60))
    visited(session, loud, range(60))
    visited(session, shut, range(5, 60))
    service.close_point(session, actor=ADMIN, point_id=shut.id, reason="Moved.")
    for _ in range(2):
        point_watch.watch(session)
    assert alarms(session) == [("point-silent", bakery.subject)]
    (told,) = queries.open_alarms(session)
    assert "Another code may be stuck over it" in told.sentence
    # A silence that goes on is the same one; a new one is told anew.
    with clock.at(clock.now() + timedelta(days=1)):
        point_watch.watch(session)
        assert len(alarms(session)) == 1


def test_a_page_that_is_opened_where_nobody_gives_any_more_is_looked_into(session: Session, bakery: CollectionPoint) -> None:
    today = clock.today()
    visited(session, bakery, range(100))
    for back in range(30, 90, 2):
        given(session, bakery, 300, today - timedelta(days=back))
    point_watch.watch(session)
    assert alarms(session) == [("point-without-gifts", bakery.subject)]


def test_visits_are_told_by_point_and_by_month(session: Session, bakery: CollectionPoint) -> None:
    today = date(2026, 6, 20)
    for on, count in ((date(2026, 5, 1), 4), (date(2026, 6, 1), 5), (today, 1)):
        session.add(PointVisit(point_id=bakery.id, day=on, visits=count))
    session.flush()
    assert points.visited(session, [bakery.id], today=today)[bakery.id] == (6, today)
    assert points.visits_by_month(session, bakery.id) == {date(2026, 5, 1): 4, date(2026, 6, 1): 6}
