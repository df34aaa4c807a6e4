"""An app holds everything of its own: one process may serve several towns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from fundapp import create_app
from fundapp.people import sessions
from fundapp.web.app import fund_of
from tests.builders import people
from tests.support.web import settings_for

HOME = "http://localhost:8000"


def test_two_towns_in_one_process_know_nothing_of_each_other(cluster: Any, tmp_path: Path) -> None:
    with cluster.clone() as first, cluster.clone() as second:
        settings = settings_for(first, tmp_path)
        apps = [
            create_app(replace(settings, secret_key="first town " * 4)),
            create_app(replace(settings, database_url=second.app_url, secret_key="second town " * 4)),
        ]
        for database, town in ((first, "Doncaster"), (second, "Rotherham")):
            with database.session() as session:
                holder = people.fund_holder(session)
                holder.town = town
                session.commit()
        pages = [app.test_client().get("/sign-in", base_url=HOME).get_data(as_text=True) for app in apps]
        assert "Doncaster" in pages[0]
        assert "Rotherham" not in pages[0]
        assert "Rotherham" in pages[1]
        with first.session() as session:
            user = people.user(session)
        browser = apps[0].test_client()
        token = browser.get("/sign-in", base_url=HOME).get_data(as_text=True).partition('name="csrf_token" value="')[2].partition('"')[0]
        data = {"csrf_token": token, "email": user.email, "password": people.PASSWORD}
        assert browser.post("/sign-in", base_url=HOME, data=data).status_code == 303
        cookie = browser.get_cookie("session-8000")
        stranger = apps[1].test_client()
        stranger.set_cookie("session-8000", cookie.value, domain="localhost")
        assert browser.get("/account", base_url=HOME).status_code == 200
        assert stranger.get("/account", base_url=HOME).status_code == 303
        for app in apps:
            fund_of(app).database.dispose()


def test_without_a_database_an_app_says_so(settings: Any) -> None:
    with pytest.raises(ValueError, match="set DATABASE_URL"):
        create_app(replace(settings, database_url=None))


def test_a_migrated_database_is_ready_and_another_says_what_is_missing(cluster: Any, settings: Any, app: Any) -> None:
    answer = app.test_client().get("/readyz", base_url=HOME)
    assert (answer.status_code, answer.json) == (200, {"ready": True, "fault": None})
    with cluster.empty() as (app_url, _):
        bare = create_app(replace(settings, database_url=app_url))
        answer = bare.test_client().get("/readyz", base_url=HOME)
        assert answer.status_code == 503
        assert "fundapp migrate" in answer.json["fault"]
        fund_of(bare).database.dispose()


def test_a_request_leaves_no_connection_behind(own_database: Any, tmp_path: Path) -> None:
    app = create_app(settings_for(own_database, tmp_path))
    database = fund_of(app).database
    with own_database.session() as session:
        user = people.user(session)
        _, token = sessions.start(session, user=user, device="a test", proven_by="app")
        session.commit()
    browser = app.test_client()
    with browser.session_transaction(base_url=HOME) as cookie:
        cookie["_user_id"] = token
    for url in ("/account", "/nothing", "/admin", "/sign-in", "/healthz"):
        browser.get(url, base_url=HOME)
        assert database.engine.pool.checkedout() == 0, url  # type: ignore[attr-defined]
    with own_database.session() as session:
        idle = session.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"))
        assert idle == 0
    database.dispose()
