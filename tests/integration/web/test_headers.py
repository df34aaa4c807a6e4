"""What every answer says to the browser."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from fundapp import create_app
from fundapp.config import Settings
from fundapp.core.roles import Role
from tests.builders import people

HOME = "http://localhost:8000"


def directives(header: str) -> dict[str, str]:
    """A policy's directives by name."""
    return dict(part.strip().partition(" ")[::2] for part in header.split(";"))


@pytest.mark.parametrize("url", ["/", "/healthz", "/sign-in", "/nothing/here", "/account", "/static/nothing.css"])
def test_every_answer_is_strict_about_what_a_page_may_do(app: Flask, url: str) -> None:
    headers = app.test_client().get(url, base_url=HOME).headers
    policy = directives(headers["Content-Security-Policy"])
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    # One page has a script of ours, for passkeys.
    assert policy.get("script-src") == ("'self'" if url == "/sign-in" else None)
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_only_a_public_form_may_lead_to_the_checkout(client: Any, session: Session, sign_in_as: Any) -> None:
    assert directives(client.get("/").headers["Content-Security-Policy"])["form-action"] == "'self' http://127.0.0.1:9 http://localhost:9"
    sign_in_as(client, people.user(session, Role.ADMIN))
    assert directives(client.get("/admin").headers["Content-Security-Policy"])["form-action"] == "'self'"


def test_production_leads_to_stripe_and_speaks_https_for_two_years(settings: Settings, database: Any) -> None:
    real = replace(settings, env="production", base_url="https://fund.example.org", secret_key="s" * 40, stripe_api_base=None)
    app = create_app(real, database=database)
    headers = app.test_client().get("/healthz", base_url="https://fund.example.org").headers
    assert directives(headers["Content-Security-Policy"])["form-action"] == "'self' https://checkout.stripe.com"
    assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


def test_plain_http_promises_nothing_about_https(client: Any) -> None:
    assert "Strict-Transport-Security" not in client.get("/healthz").headers


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io"])
@pytest.mark.parametrize("url", ["/", "/healthz", "/sign-in", "/account"])
def test_another_host_name_is_not_answered(app: Flask, session: Session, host: str, url: str) -> None:
    answer = app.test_client().get(url, base_url=f"http://{host}")
    assert answer.status_code == 400
    assert host not in answer.get_data(as_text=True)


def test_another_host_name_is_not_answered_to_somebody_signed_in_either(client: Any, session: Session, sign_in_as: Any) -> None:
    sign_in_as(client, people.user(session, Role.ADMIN))
    cookie = client.flask.get_cookie("session-8000")
    client.flask.set_cookie("session-8000", cookie.value, domain="evil.example")
    assert client.flask.get("/admin", base_url="http://evil.example").status_code == 400


def test_a_public_page_comes_compressed_and_a_private_one_does_not(client: Any, session: Session, sign_in_as: Any) -> None:
    people.fund_holder(session)
    session.commit()
    wants = {"Accept-Encoding": "gzip, br"}
    plain = client.flask.get("/privacy", base_url=HOME)
    pressed = client.flask.get("/privacy", base_url=HOME, headers=wants)
    assert "Content-Encoding" not in plain.headers
    assert pressed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in pressed.headers["Vary"]
    assert gzip.decompress(pressed.data) == plain.data
    assert len(pressed.data) == int(pressed.headers["Content-Length"]) < len(plain.data) / 2
    assert "Content-Encoding" not in client.flask.get("/sign-in", base_url=HOME, headers=wants).headers
    sign_in_as(client, people.user(session, Role.ADMIN))
    assert "Content-Encoding" not in client.flask.get("/admin", base_url=HOME, headers=wants).headers
    assert "Content-Encoding" not in client.flask.get("/privacy", base_url=HOME, headers=wants).headers


def test_head_says_what_get_would(app: Flask) -> None:
    got, head = (getattr(app.test_client(), verb)("/privacy", base_url=HOME) for verb in ("get", "head"))
    assert head.status_code == got.status_code == 200
    assert head.data == b""
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
