"""What waits: the same that the table of steps would let somebody do, counted in the bar, shown where they begin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.roles import Role
from fundapp.grants import deciding, lifecycle, steps
from fundapp.grants import waiting as grants_waiting
from fundapp.grants.lifecycle import Action
from fundapp.grants.models import GrantRequest
from fundapp.payouts import waiting as payouts_waiting
from fundapp.people import service as people_service
from fundapp.web.needs import Need
from tests.builders import grants as build
from tests.builders import people
from tests.integration.web.test_search import counted, every_state
from tests.support.web import Client

SignIn = Callable[[Client, object], None]
SEATS = (
    {Role.APPROVER},
    {Role.FINANCE},
    {Role.APPROVER, Role.FINANCE, Role.KEY_WORKER},
    {Role.APPROVER, Role.ADMIN},
    {Role.FINANCE, Role.ADMIN},
)


def test_nobody_is_shown_what_they_may_not_do_and_everybody_all_that_they_may(session: Session) -> None:
    who = build.cast(session)
    made = every_state(session, who)
    aside = build.waiting(session, who.worker)
    deciding.step_aside(session, actor=who.approver_two.actor, request_id=aside.id, version=aside.version)
    for seat in ("worker", "approver", "approver_two", "finance", "finance_two", "other_worker"):
        one = who.seat(seat).actor
        for roles in SEATS:
            actor = Actor(one.reference, one.user_id, frozenset(roles), one.organisation_id, one.team_id)
            answers, payments = (
                set(session.scalars(found(actor).with_only_columns(GrantRequest.id).order_by(None)))
                for found in (grants_waiting.to_answer, payouts_waiting.to_pay)
            )
            for row in [*made, aside]:
                can = set(lifecycle.allowed(row.status, actor.roles, steps.ties(session, row, actor)))
                if Role.APPROVER in roles:
                    assert (row.id in answers) == (Action.AGREE in can), (seat, roles, row.status)
                if Role.FINANCE in roles:
                    assert (row.id in payments) == bool(can & {Action.ENTER_PAYMENT, Action.RELEASE_PAYMENT}), (seat, roles, row.status)


@pytest.mark.parametrize(
    ("seat", "path", "count"),
    [("worker", "/requests", 3), ("approver", "/decisions", 3), ("finance", "/payouts", 2)],
)
def test_the_bar_counts_what_waits_there_for_this_person(
    client: Client, session: Session, sign_in_as: SignIn, seat: str, path: str, count: int
) -> None:
    who = build.cast(session)
    every_state(session, who)
    sign_in_as(client, who.seat(seat).user)
    page = client.get("/help")
    (way,) = [one for one in page.soup.select("header nav a, #menu a") if one["href"] == path]
    assert way.get_text(" ", strip=True).split()[1:2] == [str(count)]
    assert "waiting for you" in way.get_text()


def test_an_auditor_an_admin_s_approver_and_an_idle_panel_hear_of_no_decision(client: Client, session: Session, sign_in_as: SignIn) -> None:
    who = build.cast(session)
    build.waiting(session, who.worker)
    for roles in ((Role.AUDITOR,), (Role.APPROVER, Role.ADMIN), (Role.PANEL,)):
        sign_in_as(client, people.user(session, *roles))
        assert client.get("/help").soup.select("header nav .count") == []


def test_somebody_with_several_kinds_of_work_begins_where_all_of_it_is_each_part_once(client: Client, session: Session) -> None:
    who = build.cast(session)
    every_state(session, who)
    user = people.user(session, Role.APPROVER, Role.PANEL, Role.FINANCE, Role.AUDITOR)
    answer = client.get("/sign-in").form().fill(email=user.email, password=people.PASSWORD).submit(follow=False)
    assert answer.headers["Location"] == "/home"
    people.code(session, user.email)
    page = answer.follow().follow().form().fill(code=people.code(session, user.email)).submit()
    headings = [one.get_text(" ", strip=True).split(" ")[0] for one in page.soup.select(".needs h2")]
    assert headings == ["Decisions", "Payouts"]
    assert page.text("h1") == "6 things need you"
    assert page.texts("header nav a")[0] == "Home"
    # Oldest first, each leading to its page.
    asked = session.scalars(select(GrantRequest).where(GrantRequest.status == "waiting").order_by(GrantRequest.sent_at)).all()
    shown = [str(one["href"]) for one in page.soup.select(".needs .btn") if str(one["href"]).startswith("/decisions/")]
    assert shown == [f"/decisions/{row.id}" for row in asked]
    assert "Waits since" in page.words


@pytest.mark.parametrize(
    ("roles", "home"),
    [
        ((Role.KEY_WORKER,), "/requests"),
        ((Role.APPROVER, Role.PANEL), "/decisions"),
        ((Role.FINANCE, Role.AUDITOR), "/finance"),
        ((Role.ADMIN,), "/admin"),
    ],
)
def test_whoever_has_one_kind_of_work_is_led_from_the_common_address_to_it(
    client: Client, session: Session, sign_in_as: SignIn, roles: tuple[Role, ...], home: str
) -> None:
    sign_in_as(client, people.user(session, *roles))
    answer = client.get("/home")
    assert (answer.status, answer.headers["Location"]) == (303, home)
    page = answer.follow()
    assert "Home" not in page.texts("header nav a, #menu a")
    assert page.one("header .brand")["href"] == "/home"


def test_the_page_of_all_work_asks_no_more_however_much_waits(client: Client, session: Session, sign_in_as: SignIn) -> None:
    who = build.cast(session)
    every_state(session, who)
    sign_in_as(client, people.user(session, Role.KEY_WORKER, Role.APPROVER, Role.FINANCE))
    client.get("/home")
    with counted(session) as few:
        client.get("/home")
    for _ in range(6):
        build.waiting(session, who.worker)
        build.entered(session, who)
    with counted(session) as many:
        page = client.get("/home")
    # One question for each kind of work of three seats.
    assert len(many) == len(few) <= 38, "\n\n".join(many)
    assert len(page.soup.select(".needs:first-of-type .need-row")) <= 5
    assert page.link("All 9").endswith("/decisions")


def test_an_administrator_is_told_of_empty_seats_and_of_invitations_that_are_over(
    client: Client, session: Session, sign_in_as: SignIn
) -> None:
    admin = people.user(session, Role.ADMIN)
    team_id = people.user(session, Role.APPROVER).team_id
    with clock.at(clock.now() - timedelta(days=9)):
        people_service.invite(session, actor=admin.actor, email="late@example.org", roles=[Role.FINANCE], team_id=team_id)
    people_service.invite(session, actor=admin.actor, email="fresh@example.org", roles=[Role.FINANCE], team_id=team_id)
    sign_in_as(client, admin)
    said = client.get("/admin").text(".needs")
    assert "Nobody is a key worker" in said
    assert "Nobody is a finance officer" in said
    assert "late@example.org" in said
    assert "fresh@example.org" not in said
    assert "approver" not in said


@pytest.mark.parametrize(
    ("since", "due", "words"),
    [
        (datetime(2026, 11, 17, 9, 12, tzinfo=UTC), None, "Waits since 9:12 am"),
        (datetime(2026, 11, 17, 9, 12, tzinfo=UTC), datetime(2026, 11, 17, 17, 0, tzinfo=UTC), "Waits since 9:12 am, by 5:00 pm"),
        (
            datetime(2026, 11, 16, 14, 0, tzinfo=UTC),
            datetime(2026, 11, 18, 9, 0, tzinfo=UTC),
            "Waits since yesterday, 2:00 pm, by tomorrow, 9:00 am",
        ),
        (datetime(2026, 11, 3, 9, 0, tzinfo=UTC), None, "Waits since Tuesday 3 November"),
        (datetime(2025, 1, 3, 9, 0, tzinfo=UTC), None, "Waits since 3 January 2025"),
        (None, None, ""),
    ],
)
def test_how_long_something_waits_is_said_as_people_say_it(since: datetime | None, due: datetime | None, words: str) -> None:
    with clock.at(datetime(2026, 11, 17, 12, 0, tzinfo=UTC)):
        need = Need("what", "about", "/", "Do", since=since, due_at=due)
        assert (need.clock, need.is_late) == (words, False)
        assert Need("what", "about", "/", "Do", due_at=datetime(2026, 11, 17, 11, 59, tzinfo=UTC)).is_late
