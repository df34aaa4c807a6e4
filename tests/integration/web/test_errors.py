"""Every failure has its page, with a sentence that says what to do."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Blueprint, Flask
from sqlalchemy import text

from fundapp import composition, create_app
from fundapp.config import Settings
from fundapp.core.errors import Busy, Conflict, NotAllowed, NotFound, OutsideFault, Refused
from fundapp.people.throttle import TooManyTries
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.session import db

RAISED = {
    "refused": (Refused("The fund is empty."), 409),
    "conflict": (Conflict("Somebody was first."), 409),
    "not-allowed": (NotAllowed("Not your team."), 403),
    "not-found": (NotFound("No such gift."), 404),
    "busy": (Busy(), 503),
    "outside": (OutsideFault("Stripe does not answer. Try again."), 502),
    "too-many": (TooManyTries(), 429),
}


@pytest.fixture
def failing(settings: Settings, database: Any, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An app with one more blueprint, whose views fail in every way."""
    blueprint = Blueprint("failing", __name__, url_prefix="/failing")
    guard(blueprint, PUBLIC)

    @blueprint.get("/<kind>")
    def fail(kind: str) -> str:
        if kind == "bug":
            raise ValueError("Jane Doe, 1 High Street")
        if kind == "database":
            db().execute(text("SELECT * FROM no_such_table WHERE name = :name"), {"name": "Jane Doe"})
        raise RAISED[kind][0]

    monkeypatch.setattr(composition, "BLUEPRINTS", (*composition.BLUEPRINTS, blueprint))
    app = create_app(settings, database=database)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def page(app: Flask, url: str, **options: Any) -> tuple[int, str]:
    """An answer's status and words."""
    answer = app.test_client().open(url, base_url="http://localhost:8000", **options)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("kind", RAISED)
def test_each_kind_of_refusal_has_its_status_and_shows_its_sentence(failing: Flask, kind: str) -> None:
    error, status = RAISED[kind]
    got, words = page(failing, f"/failing/{kind}")
    assert got == status
    assert error.sentence in words
    assert "<h1>" in words


@pytest.mark.parametrize("kind", ["bug", "database"])
def test_a_fault_of_ours_says_so_and_nothing_of_its_cause(failing: Flask, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        status, words = page(failing, f"/failing/{kind}")
    assert status == 500
    assert "Something broke on our side" in words
    for secret in ("Jane", "ValueError", "no_such_table", "Traceback", "SELECT"):
        assert secret not in words
    assert "/failing/<kind>" in caplog.text


def test_production_writes_no_faults_words(settings: Settings, failing: Flask, caplog: pytest.LogCaptureFixture) -> None:
    from dataclasses import replace

    from fundapp.web import app as web_app

    web_app.install(failing, replace(web_app.fund_of(failing), settings=replace(settings, env="production")))
    page(failing, "/failing/bug")
    page(failing, "/failing/database")
    assert "ValueError" in caplog.text
    assert "ProgrammingError" in caplog.text
    assert "Jane" not in caplog.text


def test_a_database_that_is_gone_is_503_on_every_page_and_alive_all_the_same(settings: Settings) -> None:
    from dataclasses import replace

    app = create_app(replace(settings, database_url="postgresql://nobody:x@127.0.0.1:1/nowhere"))
    app.testing = False
    for url in ("/", "/privacy", "/open"):
        status, words = page(app, url)
        assert status == 503, url
        assert "<h1>" in words
    assert page(app, "/healthz")[0] == 200
    status, words = page(app, "/readyz")
    assert status == 503
    assert "does not answer" in words
    assert "x@" not in words


def test_an_unknown_address_a_wrong_verb_and_too_much_have_their_pages(app: Flask) -> None:
    assert page(app, "/nothing")[0] == 404
    answer = app.test_client().put("/sign-in", base_url="http://localhost:8000")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    big = app.test_client().post("/sign-in", base_url="http://localhost:8000", data=b"x" * 13_000_000)
    assert big.status_code == 413


def test_an_address_with_a_letter_that_no_address_has_is_refused(app: Flask) -> None:
    for url in ("/invitations/%00", "/sign-in?next=%00", "/admin/people?words=%00"):
        assert page(app, url)[0] in {400, 303}


@pytest.mark.parametrize("url", ["/invitations/%ff%fe", "/invitations/%ed%a0%80", "/sign-in?next=%ff", "/%ff", "/g/%F0%9F%92%B0"])
def test_bytes_that_are_no_text_break_nothing(app: Flask, url: str) -> None:
    assert page(app, url)[0] < 500
