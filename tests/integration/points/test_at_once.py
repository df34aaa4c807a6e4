"""Several at once: a code is replaced once, an offer opened once, a report ended once, and each visit counted."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from fundapp.core.db import Database, transaction
from fundapp.core.errors import Conflict, Refused
from fundapp.core.roles import Role
from fundapp.points import hosting, service, watching
from fundapp.points.models import CollectionPoint
from fundapp.points.watch_models import PointReport, PointVisit
from tests.builders import people
from tests.builders.points import ADMIN, KEYS, facts, offer, point, report
from tests.support.postgres import OwnDatabase
from tests.support.web import Client

SignIn = Callable[[Client, object], None]
ENDED = {"outcome": "in_order", "done": "Went there."}


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(CollectionPoint)) or 0


def at_once(own: OwnDatabase, act: Callable[[Session], object], times: int = 2) -> list[object]:
    """What each of several who do one thing at once was answered."""
    start = Barrier(times)

    def go(_number: int) -> object:
        with own.session() as session:
            start.wait(10)
            try:
                with transaction(session):
                    return act(session)
            except (Refused, Conflict) as refusal:
                return type(refusal)

    with ThreadPoolExecutor(times) as all_of_them:
        return list(all_of_them.map(go, range(times)))


def test_of_several_at_once_one_does_it_and_every_visit_counts(own_database: OwnDatabase) -> None:
    with own_database.session() as session, transaction(session):
        one, other = point(session), point(session, name="the library")
        offered, reported = offer(session).id, report(session).id
        admin = people.user(session, Role.ADMIN).actor
        numbers, code = (one.id, other.id), other.code
    replaced = at_once(
        own_database, lambda session: service.replace_point(session, actor=ADMIN, keys=KEYS, point_id=numbers[0], reason="x").id
    )
    assert [type(answer) for answer in replaced].count(int) == 1

    def opened(session: Session) -> int:
        made = service.open_point(session, actor=ADMIN, keys=KEYS, **facts(name="the barber’s"))
        hosting.answer_offer(session, actor=ADMIN, offer_id=offered, point=made)
        return made.id

    assert [type(answer) for answer in at_once(own_database, opened)].count(int) == 1
    ended = at_once(own_database, lambda session: watching.end_report(session, actor=admin, report_id=reported, **ENDED).id)
    assert [type(answer) for answer in ended].count(int) == 1
    at_once(own_database, lambda session: watching.count_visit(session, code), times=6)
    with own_database.session() as session:
        assert count(session) == 4
        assert session.execute(select(PointVisit.point_id, PointVisit.visits)).all() == [(numbers[1], 6)]
        assert session.get_one(PointReport, reported).ended_by == admin.user_id


def test_lists_of_what_was_reported_offered_and_asked_for_take_few_questions(
    client: Client, database: Database, session: Session, sign_in_as: SignIn
) -> None:
    people.fund_holder(session)
    one = point(session)
    for number in range(30):
        report(session, code=one.code)
        offer(session, place=f"place {number:02}")
    hosting.ask(session, host_id=one.host_id, form_key="a", wish="another", point_id=None, words="")
    sign_in_as(client, people.user(session, Role.ADMIN))
    for address in (
        "/admin/points/reports",
        "/admin/points/hosts/offers",
        "/admin/points/hosts/wishes",
        f"/admin/points/hosts/{one.host_id}",
    ):
        asked: list[str] = []
        listen = lambda *said, asked=asked: asked.append(said[2])  # noqa: E731
        event.listen(database.engine, "before_cursor_execute", listen)
        page = client.get(address)
        event.remove(database.engine, "before_cursor_execute", listen)
        assert page.status == 200
        assert sum("point_report" in said or "host_" in said or "collection_point" in said for said in asked) <= 8, address
    assert client.get("/admin/points/reports?page=2").status == 200
    assert client.get("/admin/points/hosts/offers?page=2").text("h1") == "Places that are offered"
