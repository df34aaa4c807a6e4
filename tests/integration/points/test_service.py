"""What is done with collection points, and what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.actor import SYSTEM, Actor
from fundapp.core.db import transaction
from fundapp.core.errors import Busy, NotAllowed, NotFound, Refused
from fundapp.core.keys import Keys
from fundapp.core.roles import Role
from fundapp.points import codes, queries, service
from fundapp.points.models import CollectionPoint
from tests.builders.points import ADMIN, KEYS, closed_point, facts, point
from tests.support.postgres import OwnDatabase


def events(session: Session, one: CollectionPoint) -> list[tuple[str, dict[str, object], str | None]]:
    return [(event.kind, event.facts, event.words) for event in audit.trail(session, one.subject)]


def written(session: Session) -> tuple[int, int]:
    """How many points and events there are."""
    counts = [session.scalar(select(func.count()).select_from(table)) or 0 for table in (CollectionPoint, AuditEvent)]
    return counts[0], counts[1]


def test_a_new_point_is_open_and_has_a_code_of_its_own(session: Session) -> None:
    one, other = point(session), point(session, name="  the   café\n by the bridge ")
    assert one.is_open
    assert one.code != other.code
    assert codes.explain_unknown(one.code, KEYS) is codes.Unknown.NEVER_GIVEN
    assert other.name == "the café by the bridge"
    assert events(session, one) == [("point.opened", {"code": one.code}, None)]


def test_a_code_is_found_however_it_is_typed(session: Session) -> None:
    one = point(session)
    typed = f" {one.code[:4].lower()}-{one.code[4:].lower()} ".replace("1", "i").replace("0", "o")
    assert queries.point_by_code(session, typed) is one
    assert queries.point_by_code(session, "") is None
    assert queries.point_by_code(session, "\x00' OR 1=1") is None


def test_a_printed_poster_outlives_the_key_its_code_was_made_with(session: Session) -> None:
    old = Keys("a key of long ago, long since rotated away", [])
    one = service.open_point(session, actor=ADMIN, keys=old, **facts())
    assert codes.explain_unknown(one.code, KEYS) is codes.Unknown.MISTYPED
    assert queries.point_by_code(session, one.code) is one


def test_closing_keeps_the_code_alive_and_the_reason_apart(session: Session) -> None:
    one = point(session)
    service.close_point(session, actor=ADMIN, point_id=one.id, reason=" The shop moved away. ")
    assert not one.is_open
    assert queries.point_by_code(session, one.code) is one
    assert events(session, one)[-1] == ("point.closed", {}, "The shop moved away.")


def test_a_point_cannot_be_closed_twice(session: Session) -> None:
    one = closed_point(session)
    closed_at, before = one.closed_at, written(session)
    with pytest.raises(Refused, match="closed already"):
        service.close_point(session, actor=ADMIN, point_id=one.id, reason="Again.")
    assert (one.closed_at, written(session)) == (closed_at, before)


def test_a_closed_point_opens_again_with_its_code_and_an_open_one_does_not(session: Session) -> None:
    one = closed_point(session)
    code = one.code
    service.reopen_point(session, actor=ADMIN, point_id=one.id, reason="The new owner wants it.")
    assert one.is_open
    assert one.code == code
    assert [kind for kind, _, _ in events(session, one)] == ["point.opened", "point.closed", "point.reopened"]
    with pytest.raises(Refused, match="open already"):
        service.reopen_point(session, actor=ADMIN, point_id=one.id, reason="Again.")


@pytest.mark.parametrize("act", [service.close_point, service.reopen_point])
def test_without_a_reason_nothing_is_closed_or_opened(session: Session, act: object) -> None:
    one = point(session) if act is service.close_point else closed_point(session)
    session.commit()
    before = written(session)
    with pytest.raises(Refused, match="Say why"), transaction(session):
        act(session, actor=ADMIN, point_id=one.id, reason="  ")  # type: ignore[operator]
    session.refresh(one)
    assert one.is_open is (act is service.close_point)
    assert written(session) == before


def test_changing_the_host_says_which_facts_changed_and_not_what_they_say(session: Session) -> None:
    one = point(session)
    changed = facts(contact_name="Anita Kaur", contact_details="anita@example.org")
    del changed["name"]
    service.change_host(session, actor=ADMIN, point_id=one.id, **changed)
    assert (one.contact_name, one.contact_details) == ("Anita Kaur", "anita@example.org")
    assert events(session, one)[-1] == ("point.changed", {"changed": "contact_name, contact_details"}, None)
    before = written(session)
    service.change_host(session, actor=ADMIN, point_id=one.id, **changed)
    assert written(session) == before


def test_an_agreement_dated_in_the_future_is_none(session: Session) -> None:
    before = written(session)
    with pytest.raises(Refused, match="future"):
        point(session, agreed_on=clock.today() + timedelta(days=1))
    assert written(session) == before
    assert point(session, agreed_on=clock.today()).agreed_on == clock.today()


@pytest.mark.parametrize("actor", [Actor("user:7", 7, frozenset({role})) for role in Role if role is not Role.ADMIN] + [SYSTEM])
def test_nobody_but_an_administrator_changes_points(session: Session, actor: Actor) -> None:
    one = point(session)
    before, host = written(session), {name: value for name, value in facts().items() if name != "name"}
    acts = [
        lambda: point(session, actor=actor),
        lambda: service.change_host(session, actor=actor, point_id=one.id, **{**host, "business": "Another"}),
        lambda: service.close_point(session, actor=actor, point_id=one.id, reason="Why not."),
        lambda: service.reopen_point(session, actor=actor, point_id=one.id, reason="Why not."),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert written(session) == before
    assert one.is_open
    assert one.business == "Priestley’s Bakery Ltd"


def test_a_point_that_is_not_there_is_not_found(session: Session) -> None:
    for act in (service.close_point, service.reopen_point):
        with pytest.raises(NotFound):
            act(session, actor=ADMIN, point_id=999_999, reason="Gone.")
    with pytest.raises(NotFound):
        queries.point(session, 999_999)
    with pytest.raises(NotFound):
        queries.first_open(session)


def test_a_code_that_is_taken_is_drawn_again(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = point(session)
    drawn = iter([taken.code, taken.code, "ABCDEFGH"])
    monkeypatch.setattr(service, "new_code", lambda _keys: next(drawn))
    assert point(session).code == "ABCDEFGH"
    assert len(events(session, taken)) == 1


def test_codes_that_are_always_taken_are_a_fault_and_leave_nothing(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = point(session)
    session.commit()
    before = written(session)
    monkeypatch.setattr(service, "new_code", lambda _keys: taken.code)
    with pytest.raises(Busy), transaction(session):
        point(session)
    assert written(session) == before


def test_two_at_once_who_draw_the_same_code_both_get_a_point(own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    start = Barrier(2)

    def add(number: int) -> str:
        drawn = iter(["ABCDEFGH", f"ABCDEFG{number}"])
        with own_database.session() as session, transaction(session):
            start.wait(10)
            for_me[session] = drawn
            return service.open_point(session, actor=ADMIN, keys=_Named(session), **facts()).code

    for_me: dict[Session, object] = {}
    monkeypatch.setattr(service, "new_code", lambda keys: next(for_me[keys.session]))  # type: ignore[call-overload]
    with ThreadPoolExecutor(2) as both:
        made = list(both.map(add, (1, 2)))
    assert "ABCDEFGH" in made
    assert len(set(made)) == 2


class _Named(Keys):
    """Keys that know whose they are."""

    def __init__(self, session: Session) -> None:
        super().__init__("k", [])
        self.session = session


def test_the_database_refuses_what_no_service_writes(session: Session) -> None:
    one = point(session)
    for column, value in (("code", "abcdefgh"), ("name", ""), ("name", "x" * 81), ("closed_at", clock.now() - timedelta(days=9))):
        statement = update(CollectionPoint).where(CollectionPoint.id == one.id).values({column: value})
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(statement)


def test_a_list_finds_by_name_business_and_code_open_ones_first(session: Session) -> None:
    bakery = closed_point(session, name="the bakery on High Street")
    bridge = point(session, name="the café by the bridge", business="100% Coffee")
    market = point(session, name="the market hall", business="Doncaster Council", agreed_on=date(2026, 1, 5))

    def found(words: str = "", state: queries.State = queries.State.ALL) -> list[CollectionPoint]:
        return list(session.scalars(queries.points(words=words, state=state)))

    assert found() == [bridge, market, bakery]
    assert found(state=queries.State.OPEN) == [bridge, market]
    assert found(state=queries.State.CLOSED) == [bakery]
    assert found("MARKET") == [market]
    assert found("100%") == [bridge]
    assert found("%") == [bridge]
    assert found(market.code[:4].lower() + "-" + market.code[4:]) == [market]
    assert found(bakery.code[:5], queries.State.OPEN) == []
    assert queries.first_open(session) is bridge


def test_a_retired_code_is_followed_by_another_and_its_gifts_stay_with_it(session: Session) -> None:
    old = point(session)
    new = service.replace_point(session, actor=ADMIN, keys=KEYS, point_id=old.id, reason="Somebody stuck another code on it.")
    assert (new.name, new.business, new.host_id, new.contact_name) == (old.name, old.business, old.host_id, old.contact_name)
    assert new.code != old.code
    assert (old.is_open, new.is_open, old.replaced_by_id) == (False, True, new.id)
    kept = queries.point_by_code(session, old.code)
    assert kept is not None
    assert kept.id == old.id
    assert audit.trail(session, old.subject)[-1].facts == {"by": new.subject}


def test_a_retired_code_is_neither_opened_again_nor_replaced_twice(session: Session) -> None:
    old = point(session)
    service.replace_point(session, actor=ADMIN, keys=KEYS, point_id=old.id, reason="Copied.")
    before = len(session.scalars(select(CollectionPoint)).all())
    with pytest.raises(Refused, match="for good"):
        service.reopen_point(session, actor=ADMIN, point_id=old.id, reason="By mistake.")
    with pytest.raises(Refused, match="closed already"):
        service.replace_point(session, actor=ADMIN, keys=KEYS, point_id=old.id, reason="Again.")
    assert len(session.scalars(select(CollectionPoint)).all()) == before
    assert not old.is_open


def test_only_an_administrator_with_a_reason_replaces_a_code(session: Session) -> None:
    one = point(session)
    with pytest.raises(NotAllowed):
        service.replace_point(session, actor=Actor("user:1", roles=frozenset({Role.FINANCE})), keys=KEYS, point_id=one.id, reason="x")
    with pytest.raises(Refused):
        service.replace_point(session, actor=ADMIN, keys=KEYS, point_id=one.id, reason=" ")
    assert one.is_open


def test_a_look_at_a_poster_is_noted_by_whoever_was_there_with_what_they_saw(session: Session) -> None:
    one, finance = point(session), Actor("user:9", 9, frozenset({Role.FINANCE}))
    service.note_look(session, actor=finance, point_id=one.id, words="  Whole, and it names this place. ")
    assert events(session, one)[-1] == ("point.looked_at", {"code": one.code}, "Whole, and it names this place.")
    before = written(session)
    auditor = Actor("user:8", 8, frozenset({Role.AUDITOR}))
    for actor, number, words, refusal in (
        (auditor, one.id, "Whole.", NotAllowed),
        (finance, 999_999, "Whole.", NotFound),
        (finance, one.id, "  ", Refused),
    ):
        with pytest.raises(refusal):
            service.note_look(session, actor=actor, point_id=number, words=words)
    assert written(session) == before
