"""The administrators' page of those who keep checkpoints: who, what reached them, what failed, and once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound
from fundapp.core.roles import Role
from fundapp.gateways.mail import read_mailbox
from fundapp.openbooks import letters, readers, readers_read
from fundapp.openbooks.models import CheckpointReader, ReaderPart
from tests.builders import ledger, people
from tests.support.page import Page
from tests.support.web import Client

RunJobs = Callable[[], list[str]]
PAGE = "/admin/checkpoint-readers"
MARY = {"name": "Mary Holt", "email": "Mary.Holt@Trustees.example", "part": "trustee"}


@pytest.fixture(autouse=True)
def morning(session: Session) -> Iterator[None]:
    """On 21 November 2026, 9:00 am, a sealed ledger has a checkpoint."""
    with clock.at(datetime(2026, 11, 21, 9, tzinfo=UTC)):
        ledger.open_books(session)
        ledger.seal(session)
        session.commit()
        yield


@pytest.fixture
def admin(session: Session, client: Client, sign_in_as: Any) -> Client:
    """A browser in which an administrator is signed in."""
    sign_in_as(client, people.user(session, Role.ADMIN))
    return client


def add(admin: Client, **changed: str) -> Page:
    return admin.get(PAGE).form(".side form").fill({**MARY, **changed}).submit()


def rows(page: Page) -> list[str]:
    return page.texts("main .cols tbody tr")


def test_an_administrator_adds_somebody_and_sees_what_reached_them(session: Session, admin: Client, run_jobs: RunJobs) -> None:
    assert "Nobody keeps checkpoints yet" in admin.get(PAGE).words
    page = add(admin)
    assert "Mary Holt is on the list." in page.words
    assert rows(page) == ["Mary Holt Trustee none yet Not written yet"]
    letters.write_due(session)
    assert rows(admin.get(PAGE)) == ["Mary Holt Trustee none yet On its way"]
    run_jobs()
    (size,) = session.scalars(text("SELECT max(size) FROM checkpoint"))
    assert rows(admin.get(PAGE)) == [f"Mary Holt Trustee checkpoint {size}, 21 November 2026, 9:00 am Sent"]
    page = admin.get(PAGE).follow("Mary Holt")
    assert rows(page) == [f"21 November 2026 {size} Sent 21 November 2026, 9:00 am"]
    assert "Put on the list" in page.text(".side")
    assert page.one('[name="email"]')["value"] == "mary.holt@trustees.example"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": " "}, "Write their name."),
        ({"name": "x" * 101}, "Keep it under 100 characters."),
        ({"email": "mary at home"}, "Write an e-mail address, like name@example.org."),
        ({"email": ""}, "Write their e-mail address."),
        ({"part": None}, "Choose what they are."),
        ({"part": "donor"}, "Choose what they are."),
    ],
)
def test_what_cannot_stand_is_told_and_changes_nothing(session: Session, admin: Client, typed: dict[str, Any], sentence: str) -> None:
    page = admin.get(PAGE).form(".side form").fill({**MARY, **typed}).submit()
    assert page.status == 422
    assert sentence in page.text("[role=alert]") or typed == {"part": "donor"}
    assert session.query(CheckpointReader).count() == 0


def test_one_address_is_on_the_list_once_whatever_its_case(session: Session, admin: Client) -> None:
    add(admin)
    page = add(admin, email="MARY.HOLT@trustees.example", name="Somebody else")
    assert page.status == 409
    assert "Somebody with that e-mail is on the list already, or was." in page.text("[role=alert]")
    assert page.one('[name="name"]')["value"] == "Somebody else"
    add(admin, email="amir@partners.example", name="Amir Shah", part="partner")
    page = admin.get(PAGE).follow("Amir Shah").form("form.narrow-form").fill(email="mary.holt@trustees.example").submit()
    assert page.status == 409
    assert sorted(one.email for one in session.query(CheckpointReader)) == ["amir@partners.example", "mary.holt@trustees.example"]


def test_off_the_list_and_back_with_a_line_for_each(session: Session, admin: Client, run_jobs: RunJobs) -> None:
    page = add(admin).follow("Mary Holt").form('form[action$="/stop"]').submit()
    assert "Off the list" in page.words
    assert not page.soup.select('form[action$="/write-again"]')
    assert letters.write_due(session) == 0
    assert rows(admin.get(PAGE)) == ["Mary Holt Trustee none yet Off the list"]
    page.form('form[action$="/bring-back"]').submit()
    assert letters.write_due(session) == 1
    (reader,) = session.query(CheckpointReader)
    events = audit.trail(session, reader.subject)
    assert [one.kind for one in events] == ["reader.added", "reader.stopped", "reader.brought_back"]
    assert all(one.facts == {"part": "trustee"} and one.words is None for one in events)


def test_a_failure_is_seen_put_right_and_run_again(session: Session, admin: Client, run_jobs: RunJobs, tmp_path: Path) -> None:
    wrong = Actor("user:1", 1, frozenset({Role.ADMIN}))
    readers.add_reader(session, actor=wrong, name="Mary Holt", email="mary holt", part=ReaderPart.TRUSTEE)
    letters.write_due(session)
    run_jobs()
    page = admin.get(PAGE)
    assert "Not sent That is not an address that mail can be sent to." in rows(page)[0]
    page = page.follow("Mary Holt").form("form.narrow-form").fill(email="mary@trustees.example").submit()
    page = page.form('form[action$="/write-again"]').submit()
    assert "Asked for." in page.words
    assert "On its way" in rows(page)[0]
    assert run_jobs() == ["openbooks.send_checkpoint"]
    page = admin.get(page.url)
    assert "Sent" in rows(page)[0]
    assert "Sent by hand" in page.text(".side")
    assert [letter.to for letter in read_mailbox((tmp_path / "mail").as_uri())] == ["mary@trustees.example"]


def test_nobody_is_sent_two_on_one_day_however_often_it_is_asked_for(session: Session, admin: Client, run_jobs: RunJobs) -> None:
    page = add(admin).follow("Mary Holt")
    for _ in range(3):
        page = page.form('form[action$="/write-again"]').submit()
    assert run_jobs() == ["openbooks.send_checkpoint"] * 3
    assert session.scalar(text("SELECT count(*) FROM publication")) == 1
    page = page.form('form[action$="/write-again"]').submit()
    assert "Today’s letter has been sent." in page.text(".notices")
    assert run_jobs() == []


def test_a_letter_that_did_not_leave_on_its_day_is_told_as_that(session: Session, admin: Client) -> None:
    add(admin)
    with clock.at(clock.now() - timedelta(days=1)):
        letters.write_due(session)
    assert "Did not leave on its day" in rows(admin.get(PAGE))[0]


def test_a_ledger_without_a_checkpoint_is_told_as_that(session: Session, admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    page = add(admin).follow("Mary Holt")
    monkeypatch.setattr("fundapp.ledger.checkpoints.latest", lambda _: None)
    assert "the ledger has no checkpoint" in admin.get(PAGE).words
    assert "There is no checkpoint to send yet" in page.form('form[action$="/write-again"]').submit().text(".notices")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_but_an_administrator_sees_or_changes_the_list(session: Session, client: Client, sign_in_as: Any, role: Role) -> None:
    sign_in_as(client, people.user(session, role))
    assert client.get(PAGE).status == 403
    assert client.post(PAGE, MARY).status == 403
    with pytest.raises(NotAllowed):
        readers.add_reader(session, actor=Actor("user:9", 9, frozenset({role})), name="M", email="m@x.example", part=ReaderPart.OTHER)
    assert session.query(CheckpointReader).count() == 0


def test_a_reader_that_is_not_there_is_not_found(session: Session, admin: Client) -> None:
    for url in ("", "/stop", "/bring-back", "/write-again"):
        assert admin.post(f"{PAGE}/999999{url}", MARY).status == 404
    assert admin.get(f"{PAGE}/999999").status == 404
    with pytest.raises(NotFound):
        readers_read.reader(session, 999999)


def test_the_list_asks_the_same_however_long_it_is(session: Session, admin: Client) -> None:
    def questions() -> int:
        asked: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            asked.append(statement)

        event.listen(session.connection(), "before_cursor_execute", note)
        readers_read.readers(session)
        event.remove(session.connection(), "before_cursor_execute", note)
        return len(asked)

    add(admin)
    few = questions()
    for number in range(5):
        add(admin, email=f"reader{number}@partners.example")
    letters.write_due(session)
    assert questions() == few == 3
