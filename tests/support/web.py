"""The app as the tests meet it: made by create_app, spoken to by a client that checks every answer by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from flask import Flask, g
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from fundapp.config import Settings
from fundapp.core.db import Database
from fundapp.people import sessions
from fundapp.people.models import User
from tests.builders.stand_in import StandIn
from tests.support.outside import BASE_URL
from tests.support.page import Page, faults
from tests.support.postgres import OwnDatabase

# Nobody listens there: a test that wants Stripe asks for the fixture `stand_in`.
NOWHERE = "http://127.0.0.1:9"


def environ_for(database: OwnDatabase, folder: Path, **environ: str) -> dict[str, str]:
    """The environment of a test's process, on one database, with files in one folder."""
    mail = folder / "mail"
    mail.mkdir(exist_ok=True)
    defaults = {
        "FUND_ENV": "test",
        "DATABASE_URL": database.app_url,
        "BASE_URL": BASE_URL,
        "STRIPE_API_BASE": NOWHERE,
        "MAIL_URL": mail.as_uri(),
        "UPLOADS": str(folder / "uploads"),
    }
    return {**defaults, **environ}


def settings_for(database: OwnDatabase, folder: Path, **environ: str) -> Settings:
    """Settings of a test, on one database, with files in one folder."""
    return Settings.read(environ_for(database, folder, **environ))


@pytest.fixture
def settings(worker_database: OwnDatabase, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """The test's settings. They lead to `mail_box` and `stand_in` where the test asks for these."""
    environ = {}
    if "mail_box" in request.fixturenames:
        environ["MAIL_URL"] = request.getfixturevalue("mail_box").url
    if "stand_in" in request.fixturenames:
        stand_in = request.getfixturevalue("stand_in")
        environ.update(stripe_of(stand_in))
    return settings_for(worker_database, tmp_path, **environ)


def stripe_of(stand_in: StandIn) -> dict[str, str]:
    """The part of the environment that leads to a stand-in."""
    return {
        "STRIPE_API_BASE": stand_in.base_url,
        "STRIPE_SECRET_KEY": stand_in.secret_key,
        "STRIPE_WEBHOOK_SECRET": stand_in.webhook_secret,
    }


# One app for all tests of a worker that differ in their files and their transaction alone: it serves one after the other.
_made: dict[Settings, Flask] = {}


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    """The app, inside the test's transaction."""
    from fundapp import composition, create_app
    from fundapp.web.app import Fund, install

    shape = replace(settings, database_url=None, mail_url="", uploads=Path())
    if shape not in _made:
        _made[shape] = create_app(settings, database=database)
        # Before it serves anybody: an app takes no more on after that.
        _watch(_made[shape])
    app = _made[shape]
    gateways = composition.open_gateways(settings)
    install(app, Fund(settings, database, composition.derive_keys(settings), gateways))
    app.extensions["gateways"] = gateways
    configured = dict(app.config)
    yield app
    app.config.clear()
    app.config.update(configured)


@pytest.fixture
def client(app: Flask, session: Session) -> Client:
    """A browser without an opinion: checks every answer, and returns it as a Page."""
    return Client(app, session)


@pytest.fixture
def sign_in_as(session: Session) -> Callable[..., None]:
    """`sign_in_as(client, user)`: from now on the client comes with a session of this user. Past the sign-in page, as a cookie.

    Everything is proven just now; `proven_by="password"` is somebody who has shown no more than that.
    """

    def sign_in(client: Client, user: User, *, proven_by: str = "app", second_factor_owed: bool = False) -> None:
        _, token = sessions.start(session, user=user, device="a test", proven_by=proven_by, second_factor_owed=second_factor_owed)
        session.commit()
        with client.flask.session_transaction(base_url=BASE_URL) as cookie:
            cookie.clear()
            cookie.update({"_user_id": token, "_fresh": True})

    return sign_in


@pytest.fixture
def run_jobs(app: Flask, session: Session) -> Callable[[], list[str]]:
    """`run_jobs()` does what the test's acts have queued, inside the test's transaction, and tells the names of the jobs it ran."""
    from fundapp.jobs import JobContext
    from fundapp.jobs_registry import ROOMS
    from fundapp.web.app import fund_of

    fund = fund_of(app)
    context = JobContext(fund.settings, fund.database, fund.gateways, fund.keys)
    jobs = {job.name: job.function for room in ROOMS for job in room.jobs}

    def run() -> list[str]:
        done = []
        session.commit()
        waiting = text("DELETE FROM procrastinate_jobs WHERE status = 'todo' RETURNING id, task_name, args")
        while rows := sorted(session.execute(waiting).all()):
            session.commit()
            for _, name, args in rows:
                jobs[name](context, **args)
                done.append(name)
        session.commit()
        session.expire_all()
        return done

    return run


class Client:
    """Speaks to the app and checks by itself that each answer is sound."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app = app
        self.session = session
        self.flask = app.test_client()
        self._left_behind = _watch(app)

    def get(self, url: str, **query: Any) -> Page:
        """Open a page."""
        return self._send("GET", url, query=query or None)

    def post(self, url: str, data: dict[str, Any] | None = None, *, token: bool = True, **options: Any) -> Page:
        """Send a POST past any form, with a valid CSRF token unless told not to. Does not follow a redirect."""
        sent = dict(data or {})
        if token:
            sent["csrf_token"] = self._token()
        return self._send("POST", url, data=sent, **options)

    def _token(self) -> str:
        # As Flask-WTF makes it: the same secret in the session and, signed, in the form.
        with self.flask.session_transaction(base_url=BASE_URL) as cookie:
            raw = cookie.setdefault("csrf_token", "0123456789abcdef0123456789abcdef01234567")
        return str(URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token").dumps(raw))

    def _send(self, method: str, url: str, *, query: Any = None, **options: Any) -> Page:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        # What the test prepared must be seen, and what the request changed must not hide behind what the test remembers.
        self.session.commit()
        response = self.flask.open(path, method=method, base_url=BASE_URL, query_string=query, **options)
        page = Page(response, BASE_URL + path, self._send)
        self.session.expire_all()
        self._check(page)
        return page

    def _check(self, page: Page) -> None:
        left, self._left_behind[:] = list(self._left_behind), []
        assert not left, f"{page.url} left uncommitted work: {left}"
        # Deferred rules would otherwise never be asked: the outer transaction is rolled back.
        self.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        self.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        self.session.commit()
        wrong = faults(page.html, page.soup, page.errors) if page.is_html and page.body else []
        assert not wrong or 300 <= page.status < 400, f"{page.url} ({page.status}): " + "; ".join(wrong)


def _watch(app: Flask) -> list[str]:
    """Note what a request's session had written or changed and never committed. One list an app, for all its clients."""
    if "left-behind" in app.extensions:
        return cast(list[str], app.extensions["left-behind"])
    left_behind: list[str] = []
    app.extensions["left-behind"] = left_behind

    def look(_: BaseException | None) -> None:
        session: Session | None = g.get("session")
        if session is None:
            return
        if session.info.get("flushed") or session.new or session.dirty or session.deleted:
            left_behind.append(f"new {list(session.new)}, changed {list(session.dirty)}, deleted {list(session.deleted)}")

    # The last to be registered is the first to be asked: before the session is closed.
    app.teardown_appcontext(look)
    return left_behind


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: Any) -> None:
    session.info["flushed"] = True


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_soft_rollback")
def _settled(session: Session, *_: Any) -> None:
    session.info.pop("flushed", None)
