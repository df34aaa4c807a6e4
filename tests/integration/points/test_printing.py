"""Printing for points: each kind from its own page, and all open ones in one file, in parts."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import event
from sqlalchemy.orm import Session

from fundapp.core.db import Database
from fundapp.core.roles import Role
from fundapp.gateways.documents import PIECES
from fundapp.points import printing
from tests.builders import ledger, people
from tests.builders.points import closed_point, point
from tests.support.outside import BASE_URL
from tests.support.web import Client

SignIn = Callable[[Client, object], None]


@pytest.fixture
def reader(client: Client, session: Session, sign_in_as: SignIn) -> Client:
    people.fund_holder(session)
    sign_in_as(client, people.user(session, Role.FINANCE))
    return client


@pytest.mark.parametrize("name", ["window-sticker", "table-card", "tin-label"])
def test_each_kind_is_printed_from_the_point_s_page(reader: Client, session: Session, name: str) -> None:
    one = point(session)
    page = reader.get(f"/admin/points/{one.id}").follow(PIECES[name].words)
    assert page.headers["Content-Disposition"] == f'attachment; filename="{name}-{one.code}.pdf"'
    with pypdfium2.PdfDocument(page.body) as document:
        said = document[0].get_textpage().get_text_bounded()
        codes = zxingcpp.read_barcodes(document[0].render(scale=150 / 72).to_pil())
    assert {code.text for code in codes} == {f"{BASE_URL}/g/{one.code}"}
    assert "1234567" in said


def test_all_open_points_are_printed_in_one_file_in_few_queries(
    reader: Client, database: Database, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.open_books(session)
    ledger.seal(session)
    monkeypatch.setattr(printing, "PART", 3)
    names = [f"place {number}" for number in range(5)]
    for name in names:
        point(session, name=name)
    closed_point(session, name="place 9")
    page = reader.get("/admin/points").follow("Print for all")
    assert "in parts" in page.words
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    first = page.follow("A6, for the counter, part 1 of 2").body
    assert sum("publication" in one or "collection_point" in one or "checkpoint" in one for one in asked) <= 4
    second = page.follow("A6, for the counter, part 2 of 2").body
    found = []
    for pdf in (first, second):
        with pypdfium2.PdfDocument(pdf) as document:
            found += [" ".join(one.get_textpage().get_text_bounded().split()) for one in document]
    assert len(found) == 5
    assert all(name in said and "Ledger checkpoint" in said for name, said in zip(names, found, strict=True))
    assert reader.get("/admin/points/all-poster-a6.pdf?page=3").status == 404


def test_nothing_is_printed_before_the_charity_is_named_and_nothing_that_is_not_there(
    client: Client, session: Session, sign_in_as: SignIn
) -> None:
    one = point(session)
    sign_in_as(client, people.user(session, Role.FINANCE))
    assert "Enter the charity’s facts first" in client.get(f"/admin/points/{one.id}/tin-label.pdf").words
    assert "enters the charity’s facts first" in client.get("/admin/points/print").words
    assert client.get(f"/admin/points/{one.id}/mug.pdf").status == 404
    assert client.get("/admin/points/999999/tin-label.pdf").status == 404
