"""Six priced examples on the front page, which an administrator changes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.audit.models import AuditEvent
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound
from fundapp.core.roles import Role
from fundapp.openbooks import queries, service
from tests.builders import people
from tests.support.web import Client

FIRST = [
    "£3 a bus to an interview",
    "£5 photos for an ID card",
    "£10 a haircut before a viewing",
    "£12.50 a birth certificate",
    "£20 a simple phone",
    "£160 a bed, a table and two chairs for a first home",
]


def shown(client: Client) -> list[str]:
    return client.get("/").texts("#examples li")


@pytest.fixture
def admin(session: Session, client: Client, sign_in_as: Any) -> Client:
    """A browser in which an administrator is signed in."""
    sign_in_as(client, people.user(session, Role.ADMIN))
    return client


def test_a_new_fund_already_has_six_examples(client: Client) -> None:
    assert shown(client) == FIRST


def test_an_administrator_changes_one_and_the_change_is_kept_in_the_trail(session: Session, admin: Client) -> None:
    page = admin.get("/admin/examples").follow("a simple phone").submit(amount="24.99", words="a simple phone with a SIM card")
    assert "Changed: £24.99, a simple phone with a SIM card." in page.words
    assert "£24.99 a simple phone with a SIM card" in shown(admin)
    example = next(one for one in queries.all_examples(session) if one.amount_pence == 2499)
    (event,) = audit.trail(session, example.subject)
    assert (event.kind, event.facts["amount_pence"], event.words) == ("example.changed", 2499, "£24.99: a simple phone with a SIM card")
    assert "£24.99: a simple phone with a SIM card" in admin.get(f"/admin/examples/{example.id}").text(".side")


def test_a_seventh_waits_until_another_is_retired(admin: Client) -> None:
    page = admin.get("/admin/examples").submit(amount="35", words="work boots", position="7")
    assert "Waiting behind the six" in page.words
    assert shown(admin) == FIRST
    page = admin.get("/admin/examples").follow("a simple phone").form('form[action$="retire"]').submit()
    assert "Retired." in page.words
    assert shown(admin) == [*FIRST[:4], FIRST[5], "£35 work boots"]
    page.form('form[action$="bring-back"]').submit()
    assert shown(admin) == FIRST


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"amount": "about 40"}, "Write the amount as a number, like 39.99. You wrote “about 40”."),
        ({"amount": ""}, "Write what it costs, like 12.50."),
        ({"amount": "0"}, "The least is 1p"),
        ({"words": " "}, "Say what it buys, like “a birth certificate”."),
        ({"words": "x" * 81}, "Say it in at most 80 letters."),
        ({"position": "0"}, "Write a place from 1 to 99, in figures."),
        ({"position": "first"}, "Write a place from 1 to 99, in figures."),
    ],
)
def test_what_cannot_stand_is_told_at_its_field_and_changes_nothing(
    session: Session, admin: Client, typed: dict[str, str], sentence: str
) -> None:
    page = admin.get("/admin/examples").submit(**{"amount": "35", "words": "work boots", "position": "3", **typed})
    assert page.status == 422
    assert page.one("title").get_text().startswith("Error: ")
    assert sentence in page.text("[role=alert]")
    (name, value), *_ = typed.items()
    field = page.one(f'main [name="{name}"]')
    assert field["aria-invalid"] == "true"
    assert field["value"].strip() == value.strip()
    assert page.one(f'a[href="#{field["id"]}"]')
    assert shown(admin) == FIRST
    assert session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.kind == "example.changed")) == 0


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_but_an_administrator_changes_examples(session: Session, client: Client, sign_in_as: Any, role: Role) -> None:
    sign_in_as(client, people.user(session, role))
    example = queries.all_examples(session)[0]
    assert client.get("/admin/examples").status == 403
    for url in ("/admin/examples", f"/admin/examples/{example.id}", f"/admin/examples/{example.id}/retire"):
        assert client.post(url, {"amount": "1", "words": "x", "position": "1"}).status == 403
    with pytest.raises(NotAllowed):
        service.retire_example(session, actor=Actor("user:9", 9, frozenset({role})), example_id=example.id)
    assert shown(client) == FIRST


def test_somebody_signed_out_is_asked_to_sign_in(client: Client) -> None:
    assert client.get("/admin/examples").headers["Location"].startswith("/sign-in")


def test_an_example_that_is_not_there_is_not_found(session: Session, admin: Client) -> None:
    assert admin.get("/admin/examples/999999").status == 404
    assert admin.post("/admin/examples/999999/retire").status == 404
    with pytest.raises(NotFound):
        service.change_example(
            session, actor=Actor("user:1", 1, frozenset({Role.ADMIN})), example_id=999999, position=1, amount_pence=1, words="x"
        )
