"""The guard walk: every address of the real app, as nobody and as each role."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, IntegerConverter, Rule, UUIDConverter

from fundapp.web.guards import PUBLIC, guard_of, guards, only_of, verify
from fundapp.web.navigation import ways


def address(rule: Rule) -> str:
    """An address that the rule answers to."""
    values: dict[str, Any] = {}
    for name, converter in rule._converters.items():
        values[name] = 1 if isinstance(converter, IntegerConverter) else "x"
        if isinstance(converter, AnyConverter):
            values[name] = min(converter.items)
        if isinstance(converter, UUIDConverter):
            values[name] = "0b1f7a5e-3a6c-4d57-9f5e-0d9e2a1c7b11"
    url = rule.rule
    for name, value in values.items():
        start, end = url.rfind("<", 0, url.index(f"{name}>")), url.index(f"{name}>") + len(name) + 1
        url = url[:start] + str(value) + url[end:]
    return url


def test_every_view_is_guarded(app: Flask) -> None:
    verify(app)
    assert set(guards(app)) == set(app.blueprints)


def test_nobody_signed_out_gets_past_a_door_that_is_not_public(app: Flask, session: Session) -> None:
    walked = 0
    for rule in app.url_map.iter_rules():
        if guard_of(app, rule.endpoint) is PUBLIC:
            continue
        for verb in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = app.test_client().open(address(rule), method=verb, base_url="http://localhost:8000")
            assert answer.status_code == 303, (verb, rule.rule)
            assert answer.headers["Location"].startswith("/sign-in"), (verb, rule.rule)
            walked += 1
    assert walked > 20


def test_each_way_in_the_bar_opens_for_everybody_who_sees_it(app: Flask) -> None:
    for way in ways(app):
        needed, narrowed = guard_of(app, way.endpoint), only_of(app, way.endpoint)
        if isinstance(needed, frozenset):
            assert way.roles <= needed, way
        assert narrowed is None or way.roles <= narrowed, way
