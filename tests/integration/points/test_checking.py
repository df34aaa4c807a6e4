"""Is this poster real, and reporting one that is not: for anybody, without a name; and what was done about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.core import clock
from fundapp.core.errors import Conflict, NotAllowed, Refused
from fundapp.core.roles import Role
from fundapp.points import service, watching
from fundapp.points.watch_models import PointReport, PointVisit
from fundapp.web.models import PublicTry
from tests.builders import people
from tests.builders.points import ADMIN, KEYS, closed_point, point, report
from tests.support.web import Client

SignIn = Callable[[Client, object], None]


def reports(session: Session) -> list[PointReport]:
    return list(session.scalars(select(PointReport).order_by(PointReport.id)))


def send(client: Client, path: str, **answers: str) -> object:
    return client.get(path).form('form[method="post"]').fill(**answers).submit("Send the report")


def test_what_our_poster_says_is_shown_to_be_compared(client: Client, session: Session) -> None:
    people.fund_holder(session)
    one = point(session)
    page = client.get(one.path).follow("Check or report it")
    assert page.status == 200
    for words in (
        "the bakery on High Street",
        f"{one.code[:4]} {one.code[4:]}",
        f"localhost:8000{one.path}",
        "1234567",
        "We gave this code out",
    ):
        assert words in page.words
    assert str(page.link("It is right: give here")).endswith(one.path)


def test_a_code_that_is_not_ours_is_said_to_be_none_and_counted(client: Client, session: Session) -> None:
    page = client.get("/g/7K4M2ABC/check")
    assert page.status == 404
    assert "We have no poster with this code" in page.words
    assert session.scalar(select(func.sum(PublicTry.tries)).where(PublicTry.what == "points-misses"))
    assert client.get("/posters?code=http://localhost:8000/g/7k4m-2abc").headers["Location"] == "/g/7K4M2ABC/check"
    assert "does not read as a code" in client.get("/posters?code=…").words


def test_a_closed_and_a_replaced_code_are_told_apart(client: Client, session: Session) -> None:
    shut = closed_point(session)
    assert "This place has closed" in client.get(f"{shut.path}/check").words
    old = point(session, name="the library")
    service.replace_point(session, actor=ADMIN, keys=KEYS, point_id=old.id, reason="A sticker was on it.")
    assert "We took this code back" in client.get(f"{old.path}/check").words
    assert "This poster was replaced" in client.get(old.path).words
    assert "This collection point has closed" in client.get(shut.path).words


@pytest.mark.parametrize("typed", ["ours", "7K4M2ABC", "", "not-a-code"])
def test_a_poster_is_reported_whether_its_code_is_ours_or_not(client: Client, session: Session, typed: str) -> None:
    one = point(session)
    code = one.code if typed == "ours" else typed
    page = send(client, f"/g/{code}/report" if code else "/posters/report", trouble="covered", words="At the bus station.")
    assert "159" in page.words  # type: ignore[attr-defined]
    (made,) = reports(session)
    assert (made.point_id, made.trouble, made.words) == (one.id if typed == "ours" else None, "covered", "At the bus station.")
    assert made.code in {one.code, "7K4M2ABC", "", "N0TAC0DE"}
    (event,) = audit.trail(session, made.subject)[-1:]
    assert event.kind == "point.reported"


def test_the_page_that_reports_does_not_say_whether_a_code_is_ours(client: Client, session: Session) -> None:
    one = point(session)
    ours, other = client.get(f"{one.path}/report"), client.get("/g/7K4M2ABC/report")
    assert (ours.status, other.status) == (200, 200)
    assert one.name not in ours.words
    assert ours.words.replace(f"{one.code[:4]} {one.code[4:]}", "·") == other.words.replace("7K4M 2ABC", "·")


def test_nothing_is_taken_in_without_what_is_wrong_or_on_a_page_that_is_too_old(client: Client, session: Session) -> None:
    page = send(client, "/posters/report", words="Hello")
    assert page.status == 422  # type: ignore[attr-defined]
    assert "Choose what is wrong." in page.words  # type: ignore[attr-defined]
    forged = client.post("/posters/report", {"form_key": "forged", "trouble": "covered"}, token=False)
    assert forged.status == 409
    assert "open for too long" in forged.words
    long = client.post("/posters/report", {"form_key": "forged", "trouble": "covered", "words": "a" * 2_001}, token=False)
    assert long.status == 422
    assert reports(session) == []


def test_one_form_sent_twice_is_one_report(client: Client, session: Session) -> None:
    page = client.get("/posters/report")
    sent = {"form_key": str(page.one("input[name=form_key]")["value"]), "trouble": "damaged"}
    for _ in range(2):
        assert client.post("/posters/report", sent, token=False).status == 303
    assert len(reports(session)) == 1


def test_a_network_sends_so_many_and_no_more(client: Client, session: Session) -> None:
    page = client.get("/posters/report")
    sent = {"form_key": str(page.one("input[name=form_key]")["value"]), "trouble": "damaged"}
    answers = [client.post("/posters/report", sent, token=False).status for _ in range(21)]
    assert answers == [303] * 20 + [429]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.FINANCE])
def test_whoever_looks_into_it_says_what_was_done(client: Client, session: Session, sign_in_as: SignIn, role: Role) -> None:
    people.fund_holder(session)
    one = point(session)
    made = report(session, code=one.code)
    who = people.user(session, role, name="Ruth Okafor")
    actor, user_id = who.actor, who.id
    sign_in_as(client, who)
    page = client.get("/admin/points/reports")
    assert "Open, urgent" in page.words
    page = page.follow("Something is stuck over the code")
    assert "By the till." in page.words
    page = (
        page.form('form[method="post"][novalidate]')
        .fill(outcome="put_right", done="Rang them; the sticker is off.")
        .submit("End the report")
    )
    assert "It was put right" in page.words
    session.expire_all()
    assert (made.outcome, made.ended_by, made.done) == ("put_right", user_id, "Rang them; the sticker is off.")
    assert audit.trail(session, one.subject)[-1].kind == "point.report_ended"
    with pytest.raises(Conflict):
        watching.end_report(session, actor=actor, report_id=made.id, outcome="in_order", done="Fine.")
    assert "Looked into" in page.words


def test_an_auditor_reads_reports_and_ends_none(client: Client, session: Session, sign_in_as: SignIn) -> None:
    made = report(session)
    auditor, admin = people.user(session, Role.AUDITOR), people.user(session, Role.ADMIN).actor
    reads = auditor.actor
    sign_in_as(client, auditor)
    page = client.get(f"/admin/points/reports/{made.id}")
    assert "By the till." in page.words
    assert "Say what was done" not in page.words
    assert client.post(f"/admin/points/reports/{made.id}", {"outcome": "in_order", "done": "Fine."}).status == 403
    with pytest.raises(NotAllowed):
        watching.end_report(session, actor=reads, report_id=made.id, outcome="in_order", done="Fine.")
    for outcome, done in (("", "Fine."), ("in_order", " "), ("fine", "Fine.")):
        with pytest.raises(Refused):
            watching.end_report(session, actor=admin, report_id=made.id, outcome=outcome, done=done)
    assert made.ended_at is None


def visits(session: Session) -> dict[int, int]:
    return {
        row.point_id: row.visits
        for row in session.execute(select(PointVisit.point_id, PointVisit.visits).where(PointVisit.day == clock.today()))
    }


def test_a_visit_is_counted_by_day_and_nothing_of_whoever_came(client: Client, session: Session) -> None:
    one, other = point(session), closed_point(session, name="the library")
    for _ in range(3):
        client.get(one.path)
    client.get(other.path.lower())
    client.flask.head(one.path, base_url="http://localhost:8000")
    client.flask.get(one.path, base_url="http://localhost:8000", headers={"Sec-Purpose": "prefetch;prerender"})
    client.get(f"{one.path}/check")
    client.get("/give")
    client.get("/g/7K4M2ABC")
    client.post(one.path, {"form_key": "", "amount": "x"}, token=False)
    assert visits(session) == {one.id: 3, other.id: 1}
    assert {column.name for column in PointVisit.__table__.columns} == {"point_id", "day", "visits"}
