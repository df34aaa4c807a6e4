"""Public pages set no cookie; the others set one, for this host alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from fundapp import create_app
from fundapp.config import Settings
from fundapp.core.roles import Role
from fundapp.web.guards import PUBLIC, guard_of
from tests.builders import people

# Public pages with a form that only somebody with an account fills in, and the demonstration's own.
WITH_TOKEN = ("sign_in.", "forgotten.", "design.", "mailbox.")


def public_pages(app: Flask) -> list[str]:
    """The address of every public page that needs no token or code to be found."""
    open_to_all = [rule for rule in app.url_map.iter_rules() if guard_of(app, rule.endpoint) is PUBLIC and "GET" in (rule.methods or ())]
    return [rule.rule for rule in open_to_all if not rule.arguments and not rule.endpoint.startswith(WITH_TOKEN)]


def test_no_public_page_sets_a_cookie(app: Flask, session: Session) -> None:
    people.fund_holder(session)
    session.commit()
    pages = public_pages(app)
    assert {"/", "/open", "/privacy", "/healthz"} <= set(pages)
    for url in [*pages, "/nothing/here", "/g/00000000"]:
        answer = app.test_client().get(url, base_url="http://localhost:8000")
        assert answer.headers.getlist("Set-Cookie") == [], url
        assert answer.status_code < 500, url


def test_a_public_page_takes_no_notice_of_a_cookie_it_does_not_know(app: Flask) -> None:
    browser = app.test_client()
    browser.set_cookie("session-8000", "rubbish", domain="localhost")
    assert browser.get("/healthz", base_url="http://localhost:8000").headers.getlist("Set-Cookie") == []


def production(settings: Settings) -> Settings:
    """The same database, as production would serve it."""
    return replace(settings, env="production", base_url="https://fund.example.org", secret_key="s" * 40, stripe_api_base=None)


def test_production_cookies_go_over_https_alone_and_belong_to_the_host(settings: Settings, database: Any, session: Session) -> None:
    user = people.user(session)
    session.commit()
    app = create_app(production(settings), database=database)
    browser = app.test_client()
    proxied = {"base_url": "http://fund.example.org", "headers": {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}}
    page = browser.get("/sign-in", **proxied)
    (cookie,) = page.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-session=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie
    assert user.email not in cookie


def test_the_caller_behind_the_proxy_is_who_is_counted(settings: Settings, database: Any) -> None:
    from flask import request

    app = create_app(production(settings), database=database)
    seen: list[str | None] = []
    app.before_request_funcs[None].append(lambda: seen.append(request.remote_addr))
    forged = {"X-Forwarded-For": "1.2.3.4, 198.51.100.7", "X-Forwarded-Proto": "https"}
    app.test_client().get("/healthz", base_url="http://fund.example.org", headers=forged)
    assert seen == ["198.51.100.7"]


def test_elsewhere_nobody_says_whose_call_it_is_but_the_socket(app: Flask) -> None:
    from flask import request

    seen: list[str | None] = []
    app.before_request_funcs[None].append(lambda: seen.append(request.remote_addr))
    app.test_client().get("/healthz", base_url="http://localhost:8000", headers={"X-Forwarded-For": "198.51.100.7"})
    assert seen == ["127.0.0.1"]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.KEY_WORKER])
def test_pages_of_somebody_signed_in_are_kept_nowhere(client: Any, session: Session, sign_in_as: Any, role: Role) -> None:
    sign_in_as(client, people.user(session, role))
    page = client.get("/account")
    assert page.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in page.headers or "HttpOnly" in page.headers["Set-Cookie"]
