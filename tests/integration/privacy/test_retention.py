"""What was kept long enough is forgotten, by rules that administrators keep; no total ever moves, and nobody goes below the law."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent, AuditWords
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.errors import NotAllowed, Refused
from fundapp.core.personal import Kept
from fundapp.core.roles import Role
from fundapp.grants import deciding
from fundapp.grants.models import Evidence, GrantRequest
from fundapp.ledger import queries as ledger
from fundapp.payouts.models import Payment
from fundapp.people import service as people_service
from fundapp.people.models import User
from fundapp.points.models import CollectionPoint
from fundapp.privacy import retention, sealing
from fundapp.privacy.models import DataComplaint, Forgotten, RetentionRun
from tests.builders import grants as build
from tests.builders import points

MUCH_LATER = timedelta(days=9_000)


def totals(session: Session) -> object:
    figures = select(
        func.count(), func.sum(GrantRequest.asked_pence), func.sum(GrantRequest.paid_pence), func.count(GrantRequest.person_id.distinct())
    ).where(GrantRequest.status != "draft")
    paid = session.execute(select(func.count(), func.sum(Payment.amount_pence))).one()
    return session.execute(figures).one(), paid, ledger.trial_balance(session), ledger.fund_positions(session)


def apply_all(session: Session, now: datetime) -> dict[str, tuple[int, int]]:
    session.expire_all()
    with clock.at(now):
        found = {}
        for rule in retention.rules_for_today(session):
            with transaction(session):
                run = retention.apply(session, rule)
            found[rule.value] = (run.rows, run.held)
    session.expire_all()
    return found


def complaint(session: Session, about: str) -> DataComplaint:
    made = DataComplaint(form_key="x", contact="c", words="w", status="received", subject=about, received_at=clock.now())
    session.add(made)
    session.commit()
    return made


def test_everything_is_forgotten_in_its_time_and_no_total_moves(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    draft = build.draft(session, who.worker)
    declined = build.waiting(session, who.worker)
    deciding.decline(session, actor=who.approver.actor, request_id=declined.id, version=declined.version, reason="Ask the council.")
    helped = build.closed(session, who)
    open_one = build.waiting(session, who.worker)
    place = points.closed_point(session)
    people_service.deactivate(session, actor=who.admin.actor, user_id=who.panel.id, reason="Left.")
    session.commit()
    ids = draft.id, declined.id, helped.id, open_one.id, place.id
    before = totals(session)

    now = clock.now()
    assert apply_all(session, now + timedelta(days=89))["draft"] == (0, 0)
    assert session.get(GrantRequest, ids[0]) is not None
    done = apply_all(session, now + MUCH_LATER)
    one_each = ("draft", "declined", "identity", "account")
    assert {rule: done[rule] for rule in one_each} == dict.fromkeys(one_each, (1, 0))
    # The contact of the place that closed, and who agreed for its host.
    assert (done["contact"], done["money"]) == ((2, 0), (2, 0))

    assert session.get(GrantRequest, ids[0]) is None
    no, yes, standing = (session.get_one(GrantRequest, one) for one in ids[1:4])
    assert (no.goal_words, no.unblocks_words, no.shops, no.typed) == ("", "", "", {})
    assert (yes.goal_words, yes.shops, yes.paid_pence) == ("", "", 3_999)
    assert standing.goal_words == build.GOAL
    assert session.scalar(select(func.count()).select_from(Evidence)) == 0
    assert session.scalar(select(Payment)).supplier == ""
    left = session.get_one(User, who.panel.id)
    assert (left.name, left.email) == (f"Former colleague {left.id}", f"former-colleague-{left.id}@invalid")
    assert session.get_one(CollectionPoint, ids[4]).contact_name == ""
    about = select(func.count()).select_from(AuditWords).join(AuditEvent).where(AuditEvent.subject.in_([no.subject, yes.subject]))
    assert session.scalar(about) == 0
    assert totals(session) == before

    again = apply_all(session, now + MUCH_LATER + timedelta(days=1))
    assert set(again.values()) == {(0, 0)}
    assert session.scalar(select(func.count()).select_from(Forgotten)) >= 6


def test_a_day_has_one_round_and_the_trail_tells_of_it(session: Session) -> None:
    who = build.cast(session)
    build.draft(session, who.worker)
    now = clock.now() + timedelta(days=200)
    assert apply_all(session, now)["draft"] == (1, 0)
    assert apply_all(session, now) == {}
    assert session.scalar(select(func.count()).select_from(RetentionRun).where(RetentionRun.rule == "draft")) == 1
    told = session.scalars(select(AuditEvent).where(AuditEvent.kind == "retention.applied")).all()
    assert [(one.subject, one.facts) for one in told if one.facts["rule"] == "draft"] == [
        ("retention:draft", {"rule": "draft", "rows": 1, "held": 0})
    ]


@pytest.mark.parametrize("about", ["grant", "person"])
def test_what_a_complaint_is_open_about_is_held_back_until_it_is_answered(session: Session, about: str) -> None:
    who = build.cast(session)
    request = build.draft(session, who.worker)
    held = complaint(session, request.subject if about == "grant" else f"person:{request.person_id}")
    now = clock.now() + timedelta(days=200)
    assert apply_all(session, now)["draft"] == (0, 1)
    assert session.get(GrantRequest, request.id) is not None
    held.status, held.ended_at = "answered", now
    session.commit()
    assert apply_all(session, now + timedelta(days=1))["draft"] == (1, 0)


@pytest.mark.parametrize("spring_or_autumn", [date(2026, 3, 29), date(2026, 10, 25)])
def test_days_are_counted_as_london_has_them_over_both_changes_of_the_clocks(session: Session, spring_or_autumn: date) -> None:
    who = build.cast(session)
    request = build.draft(session, who.worker)
    # Saved in the last minute of the day before the clocks change.
    request.saved_at = clock.start_of(spring_or_autumn) - timedelta(minutes=1)
    session.commit()
    last, first = clock.start_of(spring_or_autumn + timedelta(days=90)) - timedelta(minutes=1), spring_or_autumn + timedelta(days=90)
    with clock.at(last):
        assert retention.due(session, Kept.DRAFT, 90) == 0
    with clock.at(clock.start_of(first)):
        assert retention.due(session, Kept.DRAFT, 90) == 1


def test_rules_are_rows_that_only_administrators_add_to_with_a_reason(session: Session) -> None:
    who = build.cast(session)
    admin = who.admin.actor

    def change(actor: Actor, rule: Kept, days: int, reason: str = "The board said so.") -> None:
        retention.change_rule(session, actor=actor, rule=rule, days=days, reason=reason)

    for refused in (
        lambda: change(admin, Kept.MONEY, 2_556),
        lambda: change(admin, Kept.MONEY, 30),
        lambda: change(admin, Kept.DRAFT, 0),
        lambda: change(admin, Kept.DRAFT, 10_000),
        lambda: change(admin, Kept.DRAFT, 30, " "),
        lambda: change(admin, Kept.DRAFT, 90),
        lambda: change(admin, Kept.IDENTITY, 2_558),
    ):
        with pytest.raises(Refused):
            refused()
    with pytest.raises(NotAllowed):
        change(Actor("user:1", 1, frozenset(Role) - {Role.ADMIN}), Kept.DRAFT, 30)
    assert {rule: len(retention.history(session, rule)) for rule in retention.RULES} == dict.fromkeys(retention.RULES, 1)
    change(admin, Kept.DRAFT, 30)
    session.commit()
    assert [(row.days, row.by) for row in retention.history(session, Kept.DRAFT)] == [(30, admin.user_id), (90, None)]
    assert retention.days_of(session)[Kept.DRAFT].days == 30
    told = session.scalars(select(AuditEvent).where(AuditEvent.kind == "retention.changed")).one()
    assert told.facts == {"rule": "draft", "from_days": 90, "to_days": 30}


@pytest.mark.parametrize(
    "act",
    [
        "INSERT INTO retention_rule (rule, days, since) VALUES ('money', 2556, now())",
        "UPDATE retention_rule SET days = 1",
        "DELETE FROM retention_rule",
        "DELETE FROM grant_request WHERE status <> 'draft'",
    ],
)
def test_the_database_holds_the_least_and_keeps_what_was_sent(session: Session, act: str) -> None:
    build.waiting(session, build.cast(session).worker)
    with pytest.raises(DBAPIError, match=r"money_as_long|permission denied|never deleted"):
        session.execute(text(act))


def test_forgetting_words_leaves_the_sealed_trail_whole(session: Session) -> None:
    who = build.cast(session)
    build.money(session)
    build.closed(session, who)
    now = clock.now().astimezone(UTC) + timedelta(days=2)
    with clock.at(now):
        for day in sealing.due(session):
            with transaction(session):
                sealing.seal(session, day)
    apply_all(session, now + MUCH_LATER)
    assert sealing.verify(session).day is None
