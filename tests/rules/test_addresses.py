"""Every address is guarded, in kebab-case, with typed ids; and silence is never a permission."""

import re
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule, UnicodeConverter, UUIDConverter

from fundapp.core.roles import Role
from fundapp.openbooks.tile_paths import Tile, TileConverter
from fundapp.web.guards import PUBLIC, Door, guard_of, only_of
from tests.builders import people
from tests.support.web import Client

# Text in an address is a code or a token that nobody can count through, or a file's name; anything else has a type.
PLAIN_TEXT = {"code", "token", "name", "filename", "digest", "key"}

SignIn = Callable[[Client, object], None]


def rules(app: Flask) -> Iterator[Rule]:
    return (rule for rule in app.url_map.iter_rules() if not rule.alias)


def address(rule: Rule) -> str:
    """An address that this rule answers, where there is most likely nothing."""
    built = rule.build({name: some(converter) for name, converter in rule._converters.items()})
    assert built is not None
    return built[1]


def some(converter: BaseConverter) -> object:
    """A value that fits a converter."""
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    if isinstance(converter, UUIDConverter):
        return UUID(int=7)
    if isinstance(converter, TileConverter):
        return Tile(0)
    return 1 if isinstance(converter, IntegerConverter) else "nothing"


def needs(app: Flask, rule: Rule) -> frozenset[Role] | None:
    """The roles of which one is needed; none for a public page; an empty set for anybody signed in."""
    guard = guard_of(app, rule.endpoint)
    assert guard is not None, f"{rule.rule} has no guard"
    if guard is PUBLIC:
        return None
    narrowed = only_of(app, rule.endpoint) or frozenset()
    if isinstance(guard, Door):
        return narrowed
    return guard & narrowed if narrowed else guard


def test_every_address_is_in_kebab_case_with_typed_ids(app: Flask) -> None:
    for rule in rules(app):
        if rule.endpoint.startswith("static"):
            continue
        plain = re.sub(r"<[^>]+>", "x", rule.rule)
        assert re.fullmatch(r"/|(/[a-z0-9.-]+)+", plain), f"{rule.rule} is not in kebab-case"
        assert not plain.endswith("/") or plain == "/", f"{rule.rule} ends with a slash"
        for argument, converter in rule._converters.items():
            assert type(converter) is not UnicodeConverter or argument in PLAIN_TEXT, f"{argument} in {rule.rule} has no type"


@pytest.mark.parametrize("role", list(Role))
def test_no_page_that_a_role_may_open_breaks(app: Flask, client: Client, session: Session, sign_in_as: SignIn, role: Role) -> None:
    sign_in_as(client, people.user(session, role))
    for rule in rules(app):
        roles = needs(app, rule)
        if "GET" not in rule.methods or (roles and role not in roles):
            continue
        page = client.get(address(rule))
        assert page.status < 500, f"{rule.rule} answered {page.status}"
