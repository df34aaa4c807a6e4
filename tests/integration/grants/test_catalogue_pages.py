"""Administrators keep the catalogue, and what they changed is kept."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fundapp.core.db import Database
from fundapp.core.errors import NotAllowed, Refused
from fundapp.grants import catalogue, queries
from fundapp.grants.catalogue import ItemWords
from fundapp.grants.models import GrantRequest
from fundapp.ledger import queries as ledger
from tests.builders import grants as build


def test_a_new_kind_of_help_opens_its_account_in_the_ledger(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    sign_in_as(client, who.admin.user)
    page = client.get("/admin").follow("Catalogue").follow("Add a kind of help")
    page = page.form().fill(name="Work boots", code="work-boots", guide_low="30", guide_high="60", help_text="With a steel cap.").submit()
    assert "Added: Work boots. Key workers can ask for it now." in page.words
    accounts = {one.code: (one.name, one.kind) for one in ledger.accounts(session)}
    assert accounts["help-work-boots"] == ("Work boots", "expense")
    sign_in_as(client, who.worker.user)
    assert "Usually £30 to £60. With a steel cap." in client.get("/requests/new").words


def test_changes_are_kept_with_who_made_them_and_the_account_is_renamed(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    item = build.item(session)
    sign_in_as(client, who.admin.user)
    page = client.get(f"/admin/catalogue/{item.id}").form().fill(name="Phone with a SIM", guide_high="50", why="Dearer since May.").submit()
    assert "Upper guide price £45.00 to £50.00" in page.text(".track")
    assert "Name “Phone” to “Phone with a SIM”" in page.text(".track")
    assert who.admin.user.name in page.text(".track")
    assert "“Dearer since May.”" in page.text(".track")
    assert {one.code: one.name for one in ledger.accounts(session)}["help-phone"] == "Phone with a SIM"


def test_every_version_is_shown_with_what_who_when_and_why(client: Any, session: Session, sign_in_as: Any, counted: Any) -> None:
    who = build.cast(session)
    item = build.item(session)
    sign_in_as(client, who.admin.user)
    page = client.get(f"/admin/catalogue/{item.id}")
    typed = {"guide_high": "50", "needs_delivery": "y", "is_sensitive": "y", "why": "The board said so."}
    page = page.form("form:not([action])").fill(**typed).submit()
    assert (item.guide_high_pence, item.needs_delivery, item.is_sensitive) == (5_000, True, True)
    page = page.form("form:not([action])").fill(guide_high="45", why="Cheaper after all.").submit()
    page = page.follow("Every version")
    rows = page.texts("tbody tr")
    assert "£45.00 to £50.00; Has to be brought somewhere; Nobody else’s to know" in rows[1]
    assert "The board said so." in rows[1]
    assert who.admin.user.name in rows[1]
    assert rows[0].startswith("Version 3")
    assert "£50.00 to £45.00" in rows[0]
    assert rows[2].startswith("Version 1")
    assert "Added" in rows[2]
    for turn in range(30):
        words = ItemWords("Phone", 3_500, 4_500 + turn, "")
        catalogue.change_item(session, actor=who.admin.actor, item_id=item.id, words=words, why="Prices move.")
    session.commit()
    with counted() as made:
        assert len(client.get(f"/admin/catalogue/{item.id}/history").texts("tbody tr")) == 25
    assert len(made) <= 12


def test_a_change_without_a_reason_changes_nothing(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    item = build.item(session)
    sign_in_as(client, who.admin.user)
    before = build.footprint(session)
    assert client.get(f"/admin/catalogue/{item.id}").form("form:not([action])").fill(guide_high="50").submit().status == 422
    assert client.get(f"/admin/catalogue/{item.id}").form('form[action$="stop"]').submit().status == 422
    with pytest.raises(Refused):
        catalogue.change_item(session, actor=who.admin.actor, item_id=item.id, words=ItemWords("Phone", 1, 2, ""), why=" ")
    session.rollback()
    assert build.footprint(session) == before
    # The same again is no change, and no version.
    catalogue.change_item(session, actor=who.admin.actor, item_id=item.id, words=catalogue.words_of(item), why="")
    assert build.footprint(session) == before


@pytest.mark.parametrize("act", ["UPDATE catalogue_version SET why = 'other'", "DELETE FROM catalogue_version"])
def test_a_version_is_never_changed_and_never_deleted(own_database: Any, act: str) -> None:
    with own_database.session() as session:
        build.item(session)
    for url in (own_database.app_url, own_database.owner_url):
        other = Database(url)
        with other.session() as session, pytest.raises(DBAPIError):
            session.execute(text(act))
        other.engine.dispose()


def test_what_is_no_longer_offered_cannot_be_asked_for_and_can_be_offered_again(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    phone = build.item(session)
    build.item(session, "id", low=1_250, high=1_250)
    sign_in_as(client, who.admin.user)
    page = client.get(f"/admin/catalogue/{phone.id}").form('form[action$="stop"]').fill(why="None to be had.").submit()
    assert "Not offered now" in page.words
    sign_in_as(client, who.worker.user)
    assert "Phone" not in client.get("/requests/new").text("form")
    assert client.post("/requests/new", {"item": str(phone.id), "form_key": str(uuid4())}).status == 422
    assert session.scalar(select(func.count()).select_from(GrantRequest)) == 0
    sign_in_as(client, who.admin.user)
    page = client.get(f"/admin/catalogue/{phone.id}").form('form[action$="offer"]').fill(why="There are some again.").submit()
    assert "Offered again" in page.text(".track")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("guide_high", "1", "The upper price is at least the lower one."),
        ("guide_low", "about 40", "You wrote “about 40”."),
        ("code", "Work Boots", "Small letters, figures and hyphens"),
        ("name", "", "Give it a name."),
    ],
)
def test_what_cannot_stand_is_told_and_what_was_typed_stays(
    client: Any, session: Session, sign_in_as: Any, field: str, typed: str, said: str
) -> None:
    who = build.cast(session)
    sign_in_as(client, who.admin.user)
    good = {"name": "Boots", "code": "boots", "guide_low": "30", "guide_high": "60", "help_text": "Warm."}
    page = client.get("/admin/catalogue/new").form().fill({**good, field: typed}).submit()
    assert page.status == 422
    assert said in page.words
    assert page.one(f"#{field}")["value"] == typed
    assert page.text("#help_text") == "Warm."
    assert not queries.catalogue(session)


def test_a_short_name_is_used_once(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    build.item(session)
    sign_in_as(client, who.admin.user)
    page = client.get("/admin/catalogue/new").form().fill(name="Mobile", code="phone", guide_low="1", guide_high="2").submit()
    assert page.status == 409
    assert "There is already a kind of help with that short name." in page.words
    assert len(queries.catalogue(session)) == 1


def test_nobody_but_an_administrator_changes_the_catalogue(session: Session) -> None:
    who = build.cast(session)
    item = build.item(session)
    before = build.footprint(session)
    for name in ("worker", "approver", "finance", "panel", "auditor"):
        actor = who.seat(name).actor
        before = build.footprint(session)
        with pytest.raises(NotAllowed):
            catalogue.change_item(session, actor=actor, item_id=item.id, words=ItemWords("Free", 1, 2, ""), why="Because.")
        with pytest.raises(NotAllowed):
            catalogue.stop_offering(session, actor=actor, item_id=item.id, why="Because.")
        with pytest.raises(NotAllowed):
            catalogue.add_item(session, actor=actor, code="free", words=ItemWords("Free", 1, 2, ""))
        session.rollback()
        assert build.footprint(session) == before
