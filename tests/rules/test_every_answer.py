"""Every address, as nobody and as somebody of every role: what each answer tells the browser, pages, files, redirects and errors alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from fundapp.core.roles import Role
from fundapp.web.guards import PUBLIC, guard_of, safe_next
from tests.builders import people
from tests.rules.test_addresses import address, rules
from tests.support.outside import BASE_URL
from tests.support.web import Client

SignIn = Callable[[Client, Any], None]
VERBS = ("GET", "POST")
# What may run: our own files, where a page says that it has one. No page has a style or a script in itself.
ALLOWED = {
    "default-src": {"'none'"},
    "manifest-src": {"'self'"},
    "style-src": {"'self'"},
    "script-src": {"'self'"},
    "connect-src": {"'self'"},
    "img-src": {"'self'", "data:"},
    "form-action": {"'self'", "http://127.0.0.1:9", "http://localhost:9"},
    "frame-ancestors": {"'none'"},
    "base-uri": {"'none'"},
    "sandbox": {""},
}
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S|<style|\son[a-z]+\s*=|\sstyle\s*=|javascript:", re.I)
ELSEWHERE = re.compile(r'<(?:script|link|img|iframe|source|object|embed)[^>]+(?:src|href|data)="(?:https?:)?//', re.I)


def faults(app: Flask, answer: TestResponse, what: str) -> list[str]:
    """What is wrong with one answer."""
    said, found = answer.headers, list[str]()
    policy = {
        name: set(values.split(" "))
        for name, _, values in (part.strip().partition(" ") for part in said.get("Content-Security-Policy", "").split(";"))
    }
    if policy.get("default-src") != {"'none'"} or policy.get("frame-ancestors") != {"'none'"}:
        found.append("its policy is open")
    found += [f"its policy allows {name} {values}" for name, values in policy.items() if not values <= ALLOWED.get(name, set())]
    for name, value in (
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        # The scripts that check the ledger are for anybody's page.
        ("Cross-Origin-Resource-Policy", "cross-origin" if what.endswith(".py") and answer.status_code == 200 else "same-origin"),
        ("X-Frame-Options", "DENY"),
    ):
        if said.get(name) != value:
            found.append(f"{name} is {said.get(name)}")
    if said.get("Referrer-Policy") not in {"same-origin", "no-referrer"} or "geolocation=()" not in said.get("Permissions-Policy", ""):
        found.append("it tells other sites where one was, or lets them use the device")
    if answer.mimetype == "text/html" and (INLINE.search(answer.text) or ELSEWHERE.search(answer.text)):
        found.append("something stands in it, or comes from elsewhere")
    for cookie in said.getlist("Set-Cookie"):
        if not {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")} or "domain" in cookie.lower():
            found.append(f"its cookie is {cookie.partition('=')[0]} without what guards it")
    if "Location" in said and urlsplit(said["Location"]).netloc not in {"", urlsplit(BASE_URL).netloc}:
        found.append(f"it leads to {said['Location']}")
    if answer.status_code >= 500:
        found.append(f"it answered {answer.status_code}")
    return [f"{what}: {one}" for one in found]


@pytest.mark.parametrize("roles", [(), tuple(Role)], ids=["nobody", "somebody of every role"])
def test_every_answer_says_what_a_browser_may_do(
    app: Flask, client: Client, session: Session, sign_in_as: SignIn, roles: tuple[Role, ...]
) -> None:
    people.fund_holder(session)
    session.commit()
    if roles:
        sign_in_as(client, people.user(session, *roles))
    wrong = []
    for number, rule in enumerate(rules(app)):
        where, public = address(rule), guard_of(app, rule.endpoint) is PUBLIC
        # What it does not know is refused before any view is asked: one such verb at each address, another at the next.
        for verb in (verb for place, verb in enumerate(VERBS) if verb in (rule.methods or set()) or (place + number) % 3 == 0):
            answer = client.flask.open(where, method=verb, base_url=BASE_URL)
            wrong += faults(app, answer, f"{verb} {where}")
            kept = answer.headers.get("Cache-Control", "")
            if not public and kept != "no-store":
                wrong.append(f"{verb} {where}: it is kept ({kept})")
            if answer.status_code >= 400 and "no-store" not in kept and not rule.endpoint.startswith(("static", "open_ledger", "webhooks")):
                wrong.append(f"{verb} {where}: an error is kept ({kept})")
    assert not wrong, "\n".join(wrong)


AWAY = [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "/%2f/evil.example/..",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "https:evil.example",
    "@evil.example",
    "/.evil.example@evil.example",
    "\u2028//evil.example",
    "/account\r\nSet-Cookie: a=b",
]


@pytest.mark.parametrize("target", AWAY)
def test_no_address_leads_away(client: Client, session: Session, sign_in_as: SignIn, target: str) -> None:
    safe = safe_next(target)
    assert safe is None or (safe.startswith("/") and not safe.startswith(("//", "/\\")) and not re.search(r"[\s\\]", safe))
    sign_in_as(client, people.user(session, Role.KEY_WORKER))
    for name in ("next", "url", "to", "return", "redirect", "back", "continue"):
        answer = client.flask.get(
            "/sign-in", query_string={name: target}, base_url=BASE_URL, headers={"Referer": re.split(r"[\r\n]", target)[0]}
        )
        where = answer.headers.get("Location", "/")
        assert urlsplit(where).netloc in {"", "localhost:8000"}, where
        assert not where.startswith(("//", "/\\"))
        assert "Set-Cookie: a" not in str(answer.headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Server": "evil.example"},
        {"X-Host": "evil.example"},
        {"X-HTTP-Host-Override": "evil.example"},
        {"Forwarded": "host=evil.example;proto=https"},
        {"X-Original-URL": "/admin"},
        {"X-Rewrite-URL": "/admin"},
        {"X-Forwarded-Prefix": "//evil.example"},
        {"X-Forwarded-Proto": "javascript"},
        {"X-Script-Name": "//evil.example"},
        {"X-HTTP-Method-Override": "DELETE"},
        {"X-Method-Override": "POST"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_no_header_changes_where_links_lead_or_what_is_asked(
    client: Client, session: Session, sign_in_as: SignIn, headers: dict[str, str]
) -> None:
    people.fund_holder(session)
    session.commit()
    plain = client.flask.get("/privacy", base_url=BASE_URL)
    told = client.flask.get("/privacy", base_url=BASE_URL, headers=headers)
    assert (told.status_code, told.data) == (plain.status_code, plain.data)
    led = client.flask.get("/account", base_url=BASE_URL, headers=headers)
    assert led.headers["Location"] == "/sign-in?next=/account"
    sign_in_as(client, people.user(session, Role.KEY_WORKER))
    assert client.flask.get("/account", base_url=BASE_URL, headers=headers).status_code == 200


def test_a_form_cannot_say_that_it_is_another_verb(client: Client, session: Session, sign_in_as: SignIn) -> None:
    sign_in_as(client, people.user(session, Role.KEY_WORKER))
    for method in ("DELETE", "PUT", "GET"):
        page = client.post(f"/account?_method={method}", {"_method": method})
        assert page.status == 405


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost:8000@evil.example", "localhost:8000.evil.example", "", "localhost:8000/evil", "[::1]:8000"]
)
def test_an_absolute_request_line_or_a_strange_host_is_not_believed(app: Flask, session: Session, host: str) -> None:
    """As `GET http://evil.example/account HTTP/1.1` reaches the app: the host of the line stands in the Host header (RFC 9112, 3.2.2)."""
    answer = app.test_client().get("/account", base_url=BASE_URL, headers={"Host": host}, environ_overrides={"HTTP_HOST": host})
    assert answer.status_code in {400, 303}
    assert "evil" not in answer.headers.get("Location", "")
    assert "evil" not in answer.text


# All at once: a walk for each would be a minute.
BROKEN = "\r\nSet-Cookie: a=b \nSet-Cookie: a=b \r\n\r\n<script> %0d%0aSet-Cookie: a=b \u560a\u560dSet-Cookie: a=b \x0bSet-Cookie: a=b"


def test_nothing_in_an_address_becomes_a_header(app: Flask, client: Client, session: Session, sign_in_as: SignIn) -> None:
    people.fund_holder(session)
    session.commit()
    sign_in_as(client, people.user(session, *Role))
    for rule in rules(app):
        if "GET" not in (rule.methods or set()):
            continue
        query = dict.fromkeys(("next", "page", "words", "lang", "name", "size", "state", "code", "kind", "subject", "find"), f"1{BROKEN}")
        answer = client.flask.get(
            address(rule).replace("nothing", "a" + BROKEN.replace("\r", "%0d").replace("\n", "%0a")), query_string=query, base_url=BASE_URL
        )
        assert not any("a=b" in value for name, value in answer.headers if name.lower() == "set-cookie"), rule.rule
        assert all("\r" not in value and "\n" not in value for _name, value in answer.headers), rule.rule
        assert answer.status_code < 500, rule.rule


def test_a_cookie_of_another_port_or_town_opens_nothing(app: Flask, client: Client, session: Session, sign_in_as: SignIn) -> None:
    sign_in_as(client, people.user(session, Role.ADMIN))
    value = client.flask.get_cookie("session-8000").value
    for name in ("session", "session-8001", "__Host-session", "session-80000"):
        other = app.test_client()
        other.set_cookie(name, value, domain="localhost")
        assert other.get("/account", base_url=BASE_URL).status_code == 303, name
    spoiled = app.test_client()
    for bad in (value[:-1], value + "A", value.swapcase(), "." + value, "", "a" * 3_000, "\u00e9"):
        spoiled.set_cookie("session-8000", bad, domain="localhost")
        assert spoiled.get("/account", base_url=BASE_URL).status_code == 303
