"""An app with a door that nobody guards does not start."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask

from fundapp.core.roles import Role
from fundapp.web.guards import PUBLIC, SIGNED_IN, Unguarded, guard, guard_of, only, only_of, safe_next, verify


def app_with(blueprint: Blueprint) -> Flask:
    """An app that serves one page of a blueprint."""
    blueprint.add_url_rule("/page", "page", lambda: "x")
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(blueprint)
    return app


def test_a_blueprint_without_a_guard_keeps_the_app_from_starting() -> None:
    with pytest.raises(Unguarded, match=r"bare\.page"):
        verify(app_with(Blueprint("bare", __name__)))


def test_a_view_outside_any_blueprint_keeps_the_app_from_starting() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/loose", "loose", lambda: "x")
    with pytest.raises(Unguarded, match="loose"):
        verify(app)


@pytest.mark.parametrize("who", [(), (PUBLIC, Role.ADMIN), (PUBLIC, SIGNED_IN)])
def test_a_guard_that_says_nothing_or_two_things_is_refused(who: tuple[object, ...]) -> None:
    with pytest.raises(Unguarded):
        guard(Blueprint("unsure", __name__), *who)  # type: ignore[arg-type]


def test_each_app_knows_the_guard_of_a_blueprint_they_share() -> None:
    blueprint = Blueprint("shared", __name__)
    guard(blueprint, Role.FINANCE, Role.AUDITOR)
    first, second = app_with(blueprint), Flask(__name__, static_folder=None)
    second.register_blueprint(blueprint)
    for app in (first, second):
        verify(app)
        assert guard_of(app, "shared.page") == {Role.FINANCE, Role.AUDITOR}


@pytest.mark.parametrize("order", ["above", "below"])
def test_only_narrows_a_view_whichever_decorator_stands_first(order: str) -> None:
    blueprint = Blueprint("narrow", __name__)
    guard(blueprint, SIGNED_IN)

    def view() -> str:
        return "x"

    if order == "above":
        only(Role.ADMIN)(blueprint.get("/narrow")(view))
    else:
        blueprint.get("/narrow")(only(Role.ADMIN)(view))
    assert only_of(app_with(blueprint), "narrow.view") == {Role.ADMIN}


@pytest.mark.parametrize("target", ["/requests", "/requests?page=2", "/a/b-c/1"])
def test_a_plain_path_is_an_address_to_go_on_to(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "requests",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        " /requests",
        "/requests\r\nSet-Cookie: x=1",
        "/" + "a" * 600,
    ],
)
def test_no_address_leads_to_another_house(target: str | None) -> None:
    assert safe_next(target) is None
