"""Another site's form does nothing here."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from fundapp.core.roles import Role
from fundapp.people import queries
from fundapp.people.models import User
from fundapp.web.csrf import needs_token
from fundapp.web.guards import PUBLIC, guard_of
from tests.builders import people


@pytest.fixture
def victim(client: Any, session: Session, sign_in_as: Any) -> User:
    """An administrator, signed in at the client; somebody wants another account disabled in their name."""
    sign_in_as(client, people.user(session, Role.ADMIN))
    return people.user(session)


def test_a_form_without_its_token_does_nothing(client: Any, session: Session, victim: User) -> None:
    page = client.post(f"/admin/people/{victim.id}/disable", {"reason": "x"}, token=False)
    assert page.status == 400
    assert "open for too long" in page.text("main")
    assert queries.user(session, victim.id).active


@pytest.mark.parametrize("token", ["", "x", "0123456789abcdef", "IjAxMjMi.abc.def"])
def test_a_made_up_token_does_nothing(client: Any, session: Session, victim: User, token: str) -> None:
    assert client.post(f"/admin/people/{victim.id}/disable", {"reason": "x", "csrf_token": token}, token=False).status == 400
    assert queries.user(session, victim.id).active


def test_somebody_elses_token_does_nothing(client: Any, app: Flask, session: Session, victim: User) -> None:
    other = app.test_client().get("/sign-in", base_url="http://localhost:8000").get_data(as_text=True)
    token = other.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert len(token) > 20
    assert client.post(f"/admin/people/{victim.id}/disable", {"reason": "x", "csrf_token": token}, token=False).status == 400
    assert queries.user(session, victim.id).active


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://["},
        {"Origin": "http://localhost:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    ],
)
def test_a_form_that_says_it_comes_from_elsewhere_does_nothing_even_with_a_token(
    client: Any, session: Session, victim: User, headers: dict[str, str]
) -> None:
    page = client.post(f"/admin/people/{victim.id}/disable", {"reason": "x"}, headers=headers)
    assert page.status == 400
    assert "another site" in page.text("main")
    assert queries.user(session, victim.id).active


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin"}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}],
)
def test_our_own_form_is_believed(client: Any, session: Session, victim: User, headers: dict[str, str]) -> None:
    assert client.post(f"/admin/people/{victim.id}/disable", {"reason": "x"}, headers=headers).status == 303


def test_somebody_signed_out_is_asked_in_not_blamed_for_a_stale_form(client: Any, session: Session) -> None:
    page = client.post("/admin/people/1/disable", {"reason": "x"}, token=False)
    assert (page.status, page.headers["Location"]) == (303, "/sign-in")


def test_only_public_views_go_without_the_token_and_each_says_why(app: Flask) -> None:
    without = [rule.endpoint for rule in app.url_map.iter_rules() if not needs_token(app, rule.endpoint)]
    for endpoint in without:
        assert guard_of(app, endpoint) is PUBLIC, endpoint
        assert len(app.view_functions[endpoint].without_token) > 10, endpoint  # type: ignore[attr-defined]


def test_the_design_of_a_token_survives_a_long_lunch(client: Any, session: Session, victim: User) -> None:
    from datetime import timedelta

    from fundapp.core import clock

    form = client.get(f"/admin/people/{victim.id}/disable").form().fill(reason="x")
    with clock.at(clock.now() + timedelta(hours=11)):
        assert "is disabled" in form.submit("Disable the account").text("[role=status]")
