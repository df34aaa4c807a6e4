"""The offered amounts: administrators change them, donors see them at once, and the trail remembers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.core.errors import NotAllowed, Refused
from fundapp.core.roles import Role
from fundapp.giving import queries
from fundapp.giving.presets import change_presets
from fundapp.people.models import User
from tests.builders import people
from tests.support.web import Client

SignIn = Callable[[Client, User], None]
NOW = [(300, "a bus to an interview"), (500, "photos for an ID card"), (1000, "a haircut"), (2000, "a simple phone")]


def offered(session: Session) -> list[tuple[int, str]]:
    session.expire_all()
    return [(one.amount_pence, one.words) for one in queries.presets(session)]


def test_a_change_shows_on_the_giving_page_and_in_the_trail(client: Client, books: Session, sign_in_as: SignIn) -> None:
    sign_in_as(client, people.user(books, Role.ADMIN))
    page = client.get("/admin/giving").submit(amount_1="4", words_1="  a sandwich  and tea ")
    assert "The giving page shows these from now on." in page.text()
    assert offered(books)[0] == (400, "a sandwich and tea")
    giving = client.get("/give")
    assert giving.texts(".choice")[0] == "£4 a sandwich and tea"
    assert giving.form().fill(amount="400")
    (line,) = audit.trail(books, "preset:1")
    assert (line.kind, line.facts["from_pence"], line.facts["to_pence"]) == ("preset.changed", 300, 400)
    assert audit.trail(books, "preset:2") == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"amount_1": "0.50"}, "The least is £1. You wrote “0.50”."),
        ({"amount_2": "lots"}, "Write the amount as a number, like 39.99. You wrote “lots”."),
        ({"amount_2": ""}, "Write amount 2, like 5."),
        ({"words_3": " "}, "Say what amount 3 does, like “photos for an ID card”."),
        ({"words_3": "x" * 41}, "Say it in at most 40 letters: it stands beside the amount on a phone."),
        ({"amount_2": "3"}, "The amounts grow from the first to the last, and no two are alike."),
        ({"amount_4": "6"}, "The amounts grow from the first to the last, and no two are alike."),
    ],
)
def test_what_cannot_be_offered_is_refused_and_what_was_typed_stays(
    client: Client, books: Session, sign_in_as: SignIn, change: dict[str, str], sentence: str
) -> None:
    sign_in_as(client, people.user(books, Role.ADMIN))
    page = client.get("/admin/giving").submit(**change)
    assert page.status in {409, 422}
    assert page.texts(".errors li") == [sentence]
    assert {name: page.form().data[name] for name in change} == {name: value.strip() for name, value in change.items()}
    assert offered(books) == NOW


def test_only_administrators_change_what_is_offered(client: Client, books: Session, sign_in_as: SignIn) -> None:
    officer = people.user(books, Role.FINANCE)
    with pytest.raises(NotAllowed):
        change_presets(books, actor=officer.actor, offered=NOW)
    sign_in_as(client, officer)
    assert client.get("/admin/giving").status == 403
    assert client.post("/admin/giving", {"amount_1": "4"}).status == 403
    assert offered(books) == NOW


@pytest.mark.parametrize("wrong", [NOW[:3], [*NOW, (9000, "x")], [], [(50, "x"), *NOW[1:]], [(300, " "), *NOW[1:]]])
def test_the_service_holds_by_itself(books: Session, wrong: Any) -> None:
    with pytest.raises(Refused):
        change_presets(books, actor=people.user(books, Role.ADMIN).actor, offered=wrong)
    assert offered(books) == NOW
