"""Somebody always answers: on call, in the office, or standing in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.roles import Role
from fundapp.people import cover, covering, service
from tests.builders import grants as build
from tests.builders import people

NIGHT = datetime(2027, 1, 12, 22, tzinfo=UTC)
NOON = datetime(2027, 1, 12, 12, tzinfo=UTC)
DAY = date(2027, 1, 12)


def turn(session: Session, who: build.Cast, name: str, *, hours: int = 24, at: datetime = NIGHT) -> int:
    with clock.at(at):
        since = at - timedelta(hours=2)
        row = covering.put_on_call(
            session, actor=who.admin.actor, user_id=who.seat(name).id, starts_at=since, ends_at=since + timedelta(hours=hours)
        )
        session.commit()
        return row.id


def away(session: Session, who: build.Cast, name: str, deputy: str | None, *, days: int = 3, by: Actor | None = None) -> int:
    with clock.at(NOON):
        row = covering.set_absence(
            session,
            actor=by or who.admin.actor,
            user_id=who.seat(name).id,
            deputy_id=who.seat(deputy).id if deputy else None,
            starts_on=DAY,
            ends_on=DAY + timedelta(days=days),
        )
        session.commit()
        return row.id


@pytest.fixture
def who(session: Session) -> build.Cast:
    """The cast, with three approvers in their seats."""
    found = build.cast(session)
    for name in ("approver", "approver_two", "approver_three", "admin", "worker", "teammate"):
        assert found.seat(name)
    return found


def on_duty(session: Session, who: build.Cast, moment: datetime) -> set[str]:
    found = cover.on_duty(session, moment)
    return {name for name in ("approver", "approver_two", "approver_three") if who.seat(name).id in found}


def test_in_office_hours_all_who_are_there_out_of_hours_whoever_is_on_call(session: Session, who: build.Cast) -> None:
    assert on_duty(session, who, NIGHT) == set()
    turn(session, who, "approver_two")
    assert on_duty(session, who, NIGHT) == {"approver_two"}
    assert on_duty(session, who, NOON) == {"approver", "approver_two", "approver_three"}
    away(session, who, "approver", "approver_three")
    assert on_duty(session, who, NOON) == {"approver_two", "approver_three"}
    away(session, who, "approver_two", "approver_three")
    assert on_duty(session, who, NIGHT) == {"approver_three"}


def test_who_was_disabled_is_on_call_no_longer(session: Session, who: build.Cast) -> None:
    turn(session, who, "approver")
    service.deactivate(session, actor=who.admin.actor, user_id=who.approver.id, reason="Left.")
    assert on_duty(session, who, NIGHT) == set()


def test_letters_about_a_request_go_to_those_on_duty_and_to_all_where_nobody_is(session: Session, who: build.Cast, run_jobs: Any) -> None:
    with clock.at(NIGHT):
        build.waiting(session, who.worker)
        assert run_jobs().count("grants.tell_approver") == 3
        turn(session, who, "approver_two")
        build.waiting(session, who.worker)
        assert run_jobs().count("grants.tell_approver") == 1


def test_a_deputy_reads_what_the_key_worker_would(session: Session, who: build.Cast, mail_box: Any, run_jobs: Any) -> None:
    away(session, who, "worker", "teammate", by=who.worker.actor)
    build.money(session)
    with clock.at(NOON):
        build.agreed(session, who.worker, who.approver)
        emails = {who.worker.user.email, who.teammate.user.email}
        run_jobs()
    assert {str(one["To"]) for one in mail_box.messages if "agreed" in str(one["Subject"])} == emails


def test_nobody_stands_in_for_themselves_or_in_a_circle_or_while_away_or_without_the_seat(session: Session, who: build.Cast) -> None:
    away(session, who, "approver", "approver_two")
    refused = [
        # The one who is away stands in for nobody; the deputy stays.
        ("approver_three", "approver", "is away for a part"),
        ("approver_two", "approver", "stand in for"),
        ("approver_two", "approver_three", "stand in for"),
        ("approver_three", "approver_three", "somebody else"),
        ("approver_three", "admin", "somebody else"),
        ("worker", "other_worker", "somebody else"),
        ("approver_three", None, "Choose who stands in"),
        ("approver", "approver_three", "entered already"),
    ]
    for name, deputy, sentence in refused:
        with pytest.raises(Refused, match=sentence):
            away(session, who, name, deputy)
        session.rollback()
    assert session.scalar(text("SELECT count(*) FROM absence")) == 1


def test_somebody_with_a_seat_that_nobody_else_holds_is_away_without_a_deputy(session: Session, who: build.Cast) -> None:
    away(session, who, "admin", None)
    assert cover.deputies(session, DAY) == {who.admin.id: None}


def test_one_enters_ones_own_absence_and_nobody_elses(session: Session, who: build.Cast) -> None:
    absence = away(session, who, "approver", "approver_two", by=who.approver.actor)
    with pytest.raises(NotAllowed):
        away(session, who, "approver_three", "approver_two", by=who.approver.actor)
    with pytest.raises(NotFound):
        covering.end_absence(session, actor=who.approver_two.actor, absence_id=absence)
    covering.end_absence(session, actor=who.approver.actor, absence_id=absence)
    with pytest.raises(NotFound):
        covering.end_absence(session, actor=who.approver.actor, absence_id=absence)
    assert cover.deputies(session, DAY) == {}


def test_odd_turns_are_refused_and_leave_nothing(session: Session, who: build.Cast) -> None:
    turn(session, who, "approver")
    away(session, who, "approver_three", "approver_two")
    odd = [("approver", 2, "already"), ("approver_two", 0, "after it begins"), ("approver_two", 24 * 40, "a month")]
    for name, hours, sentence in [*odd, ("approver_three", 5, "is away"), ("worker", 5, "is no approver")]:
        with pytest.raises(Refused, match=sentence):
            turn(session, who, name, hours=hours)
        session.rollback()
    with pytest.raises(Refused, match="over already"):
        covering.put_on_call(
            session,
            actor=who.admin.actor,
            user_id=who.approver_two.id,
            starts_at=NIGHT - timedelta(days=900),
            ends_at=NIGHT - timedelta(days=899),
        )
    with pytest.raises(NotAllowed):
        covering.put_on_call(
            session, actor=who.approver.actor, user_id=who.approver.id, starts_at=NIGHT, ends_at=NIGHT + timedelta(hours=2)
        )
    assert session.scalar(text("SELECT count(*) FROM on_call")) == 1


def test_a_night_without_anybody_on_call_is_told(session: Session, who: build.Cast) -> None:
    before = len(cover.gaps(session, NIGHT))
    number = turn(session, who, "approver", hours=24)
    gaps = cover.gaps(session, NIGHT)
    assert len(gaps) == before - 1
    assert gaps[0].starts_at > NIGHT
    covering.take_off_call(session, actor=who.admin.actor, turn_id=number)
    assert cover.gaps(session, NIGHT)[0].starts_at == NIGHT


def test_the_rota_is_kept_on_its_page_and_the_first_pages_say_who_decides(
    client: Any, session: Session, sign_in_as: Any, who: build.Cast
) -> None:
    name = who.approver.user.name
    with clock.at(NIGHT):
        sign_in_as(client, who.admin.user)
        assert "and nobody is on call" in client.get("/admin").words
        fields = {
            f"{box}-{part}": value
            for box, day in (("from_day", "12"), ("to_day", "13"))
            for part, value in (("day", day), ("month", "1"), ("year", "2027"))
        }
        wrong = client.post("/admin/cover/turns", {**fields, "who": str(who.approver.id), "from_time": "late", "to_time": "09:00"})
        assert wrong.status == 422
        assert "You wrote “late”" in wrong.words
        done = client.post("/admin/cover/turns", {**fields, "who": str(who.approver.id), "from_time": "17:00", "to_time": "9:00"})
        assert done.status == 303
        assert name in client.get("/admin/cover").words
        sign_in_as(client, who.worker.user)
        assert f"{name} decides" in client.get("/requests").words


def test_the_office_closes_for_a_day_and_changes_its_hours(client: Any, session: Session, sign_in_as: Any, who: build.Cast) -> None:
    with clock.at(NOON):
        sign_in_as(client, who.admin.user)
        today = {"day-day": "12", "day-month": "1", "day-year": "2027", "name": "A move"}
        assert client.post("/admin/cover/office/closed-days", today).status == 303
        assert client.post("/admin/cover/office/closed-days", today).status == 409
        assert not cover.calendar(session, DAY).is_open(NOON)
        assert client.post("/admin/cover/office/closed-days/2027-1-12/open").status == 303
        assert client.post("/admin/cover/office/closed-days/2027-2-31/open").status == 404
        assert client.post("/admin/cover/office/closed-days/8-9223372036854775807-28/open").status == 404
        assert client.post("/admin/cover/office/hours", {"opens": "18:00", "closes": "08:00"}).status == 409
        assert client.post("/admin/cover/office/hours", {"opens": "08:00", "closes": "12:00"}).status == 303
        assert not cover.calendar(session, DAY).is_open(NOON)
        assert date(2027, 12, 27) in [one.day for one in cover.closed_days(session)]
        people.user(session, Role.ADMIN)
