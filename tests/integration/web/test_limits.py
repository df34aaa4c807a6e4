"""How often a public form may be sent, and who asks for what is not there."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from fundapp import create_app
from fundapp.core import clock
from fundapp.core.keys import Keys
from fundapp.giving.models import Donation
from fundapp.web import limits
from fundapp.web.limits import Limit
from fundapp.web.models import Guessing, PublicTry
from tests.builders import people, points
from tests.support.postgres import OwnDatabase
from tests.support.web import settings_for

KEYS = Keys("s" * 40, ("p" * 40,))
HOME = "http://localhost:8000"
# A public form whose limit stands still; what a giver's form may do: integration/giving/test_card_testing.py.
FORM = "/complaints/data"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    """Limits that a test reaches soon, on the same views."""
    for view in app.view_functions.values():
        if found := getattr(view, "limit", None):
            monkeypatch.setattr(view, "limit", Limit(found.what, 3, found.minutes))
        if found := getattr(view, "noticed", None):
            monkeypatch.setattr(view, "noticed", Limit(found.what, 3, 10, 8, found.closes))


def post(app: Flask, url: str, address: str = "198.51.100.7", **headers: str) -> Any:
    return app.test_client().post(url, base_url=HOME, environ_base={"REMOTE_ADDR": address}, headers=headers)


def get(app: Flask, url: str, address: str = "198.51.100.7") -> Any:
    return app.test_client().get(url, base_url=HOME, environ_base={"REMOTE_ADDR": address})


@pytest.mark.usefixtures("small")
def test_a_form_sent_too_often_is_told_when_to_come_back(app: Flask, session: Session) -> None:
    people.fund_holder(session)
    session.commit()
    assert {post(app, FORM).status_code for _ in range(3)} == {422}
    late = post(app, FORM)
    assert late.status_code == 429
    assert 1 <= int(late.headers["Retry-After"]) <= 600
    assert "Too many came from your network" in late.text
    assert late.headers["Cache-Control"] == "no-store"
    assert session.scalar(select(func.count()).select_from(Donation)) == 0
    # Looking is no sending, and the next network is another.
    assert get(app, "/give").status_code == 200
    assert post(app, FORM, "198.51.100.8").status_code == 422


@pytest.mark.usefixtures("small")
def test_a_form_of_another_site_uses_up_nobodys_tries(app: Flask, session: Session) -> None:
    for _ in range(5):
        assert post(app, FORM, **{"Sec-Fetch-Site": "cross-site"}).status_code == 400
    assert session.scalar(select(func.count()).select_from(PublicTry)) == 0


@pytest.mark.usefixtures("small")
def test_one_phone_with_many_ipv6_addresses_is_one_network(app: Flask, session: Session) -> None:
    people.fund_holder(session)
    session.commit()
    assert [post(app, FORM, f"2001:db8:1:2::{host}").status_code for host in range(1, 5)] == [422, 422, 422, 429]


@pytest.mark.usefixtures("small")
def test_the_next_stretch_begins_anew_and_cannot_be_told_to_be_the_same_network(app: Flask, session: Session) -> None:
    people.fund_holder(session)
    session.commit()
    for _ in range(4):
        post(app, FORM)
    with clock.at(clock.now() + timedelta(minutes=10)):
        assert post(app, FORM).status_code == 422
    assert len(set(session.scalars(select(PublicTry.network_hash)))) == 2


def test_counting_is_one_statement(app: Flask, session: Session) -> None:
    people.fund_holder(session)
    session.commit()
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(session.get_bind().engine, "before_cursor_execute", note)
    try:
        post(app, FORM)
    finally:
        event.remove(session.get_bind().engine, "before_cursor_execute", note)
    assert len([one for one in said if "public_try" in one]) == 1


def test_two_processes_count_together(own_database: OwnDatabase, tmp_path: Any) -> None:
    limit = Limit("give", 5)
    apps = [create_app(settings_for(own_database, tmp_path)) for _ in range(2)]
    found: list[int] = []

    def hammer(app: Flask) -> None:
        with app.app_context():
            for _ in range(10):
                with app.extensions["fund"].database.session() as session:
                    found.append(limits.counted(session, KEYS, limit, "198.51.100.7")["198.51.100.7"])
                    session.commit()

    threads = [threading.Thread(target=hammer, args=(app,)) for app in apps for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for app in apps:
        app.extensions["fund"].database.dispose()
    assert sorted(found) == list(range(1, 41))


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("url", "what"), [("/gifts/nobody", "gifts"), ("/g/00000000", "points"), ("/invitations/nobody", "invitations")])
def test_who_asks_for_what_is_not_there_is_turned_away_and_noticed_once(app: Flask, session: Session, url: str, what: str) -> None:
    people.fund_holder(session)
    session.commit()
    plain = get(app, url)
    assert [get(app, url).status_code for _ in range(3)] == [404, 404, 429]
    late = get(app, url)
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) >= 1
    for name in ("Referrer-Policy", "Content-Security-Policy", "Cache-Control", "X-Content-Type-Options"):
        assert late.headers[name] == (plain.headers[name] if name != "Cache-Control" else "no-store")
    (alarm,) = session.scalars(select(Guessing))
    assert (alarm.what, alarm.times, alarm.seen_at) == (what, 1, None)
    session.commit()
    # Somebody else is not turned away.
    assert get(app, url, "198.51.100.8").status_code == 404


@pytest.mark.usefixtures("small")
def test_many_networks_that_guess_a_little_each_are_noticed_together(app: Flask, session: Session) -> None:
    people.fund_holder(session)
    session.commit()
    assert {get(app, "/gifts/nobody", f"198.51.100.{host}").status_code for host in range(1, 10)} == {404}
    assert [alarm.what for alarm in session.scalars(select(Guessing))] == ["gifts"]


@pytest.mark.usefixtures("small")
def test_nobody_can_lock_a_shops_wifi_out_of_giving(app: Flask, session: Session) -> None:
    people.fund_holder(session)
    point = points.point(session)
    session.commit()
    for _ in range(6):
        get(app, "/g/00000000")
    assert get(app, f"/g/{point.code}").status_code == 200


@pytest.mark.usefixtures("small")
def test_a_page_with_short_codes_closes_for_a_network_that_guesses(app: Flask, session: Session) -> None:
    people.fund_holder(session)
    point = points.point(session)
    session.commit()
    view = app.view_functions["giving.give_at_point"]
    view.noticed = Limit("points-misses", 3, 10, 8, closes=True)  # type: ignore[attr-defined]
    for _ in range(4):
        get(app, "/g/00000000")
    assert get(app, f"/g/{point.code}").status_code == 429
    assert get(app, f"/g/{point.code}", "198.51.100.8").status_code == 200


@pytest.mark.usefixtures("small")
def test_what_is_kept_names_no_address(app: Flask, session: Session) -> None:
    people.fund_holder(session)
    session.commit()
    for _ in range(5):
        get(app, "/gifts/nobody")
    kept = repr([vars(row) for model in (PublicTry, Guessing) for row in session.scalars(select(model))])
    assert "198.51.100.7" not in kept
    assert "nobody" not in kept


def test_old_counts_are_forgotten(session: Session) -> None:
    limit = Limit("give", 5)
    with clock.at(clock.now() - limits.KEPT - timedelta(hours=1)):
        limits.counted(session, KEYS, limit, "198.51.100.7")
    limits.counted(session, KEYS, limit, "198.51.100.7")
    limits.forget_old(session)
    assert session.scalar(select(func.count()).select_from(PublicTry)) == 1
