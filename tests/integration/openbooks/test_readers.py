"""Checkpoints mailed out of our reach: once a day to each reader, whatever fails, stops or happens twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.keys import Keys
from fundapp.core.roles import Role
from fundapp.gateways import Gateways
from fundapp.gateways.mail import MailFault
from fundapp.jobs import JobContext
from fundapp.jobs_registry import LOOPS
from fundapp.ledger import checkpoints
from fundapp.openbooks import letters, publishing_tasks, readers
from fundapp.openbooks.models import CheckpointReader, ReaderPart
from fundapp.web.app import fund_of
from tests.builders import ledger, people
from tests.support.outside import MailBox
from tests.support.postgres import OwnDatabase
from tests.support.web import settings_for

RunJobs = Callable[[], list[str]]
ADMIN = Actor("user:1", 1, frozenset({Role.ADMIN}))
ADDRESS, NAME = "mary.holt@trustees.example", "Mary Holt"
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def morning(session: Session) -> Iterator[None]:
    """On 21 November 2026, after six, a sealed ledger has a checkpoint."""
    with clock.at(NOW):
        people.fund_holder(session)
        ledger.open_books(session)
        ledger.seal(session)
        session.commit()
        yield


@pytest.fixture
def context(app: Flask) -> JobContext:
    """What the worker's loops and jobs work with, inside the test's transaction."""
    fund = fund_of(app)
    return JobContext(fund.settings, fund.database, fund.gateways, fund.keys)


def reader(session: Session, email: str = ADDRESS, name: str = NAME, part: ReaderPart = ReaderPart.TRUSTEE) -> CheckpointReader:
    with transaction(session):
        return readers.add_reader(session, actor=ADMIN, name=name, email=email, part=part)


def grow(session: Session) -> int:
    """One entry more, sealed; how many there are."""
    ledger.pay_in(session, 100)
    size = ledger.seal(session).size
    session.commit()
    return size


@contextmanager
def later(**how_long: float) -> Iterator[None]:
    with clock.at(clock.now() + timedelta(**how_long)):
        yield


def turn(session: Session, context: JobContext, run_jobs: RunJobs) -> list[str]:
    """One turn of the worker: its loop, then its jobs."""
    session.commit()
    publishing_tasks.write_checkpoint_letters(context)
    return run_jobs()


def body(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def attached(letter: EmailMessage) -> tuple[str, bytes]:
    (file,) = letter.iter_attachments()
    return str(file.get_filename()), file.get_payload(decode=True)  # type: ignore[return-value]


def published(session: Session) -> list[tuple[int, str, str]]:
    return [(one.size, one.place, one.receipt) for one in checkpoints.publications(session)]


def test_a_reader_is_mailed_the_newest_checkpoint_word_for_word(
    session: Session, context: JobContext, mail_box: MailBox, run_jobs: RunJobs
) -> None:
    mary = reader(session)
    assert turn(session, context, run_jobs) == ["openbooks.send_checkpoint"]
    newest = checkpoints.latest(session)
    assert newest is not None
    (letter,) = mail_box.messages
    assert letter["To"] == ADDRESS
    assert letter["Subject"] == f"Checkpoint of the ledger: {newest.size} entries"
    assert body(letter).endswith(f"\n\n{newest.note}")
    assert attached(letter) == (f"checkpoint-{newest.size}.txt", newest.note.encode())
    assert ledger.SIGNER.verifier.verifies(attached(letter)[1].decode())
    for words in (
        "As a trustee, you were asked",
        ledger.SIGNER.verifier.vkey,
        f"verify.py ledger http://localhost:8000/open/ledger --key KEY --checkpoint checkpoint-{newest.size}.txt",
        f"fundapp ledger verify --checkpoint checkpoint-{newest.size}.txt",
        "01302 000000",
        "the auditor",
    ):
        assert words in body(letter)
    assert "still" not in letter["Subject"]
    assert published(session) == [(newest.size, mary.subject, letter["Message-ID"])]


def test_what_the_letter_calls_the_reader_fits_what_they_are(
    session: Session, context: JobContext, mail_box: MailBox, run_jobs: RunJobs
) -> None:
    for part in ReaderPart:
        reader(session, f"{part}@readers.example", part=part)
    turn(session, context, run_jobs)
    why = {str(letter["To"]).partition("@")[0]: body(letter).partition("WHY YOU GET THIS\n\n")[2] for letter in mail_box.messages}
    assert why["auditor"].startswith("As an auditor, you were asked")
    assert why["partner"].startswith("As a partner, you were asked")
    assert why["other"].startswith("You were asked to keep copies")


def test_it_is_one_letter_a_day_however_often_the_worker_looks(
    session: Session, context: JobContext, mail_box: MailBox, run_jobs: RunJobs
) -> None:
    reader(session)
    turn(session, context, run_jobs)
    size = grow(session)
    with later(hours=8):
        assert turn(session, context, run_jobs) == []
    with later(days=1):
        assert turn(session, context, run_jobs) == ["openbooks.send_checkpoint"]
        assert turn(session, context, run_jobs) == []
    assert [str(letter["Subject"]) for letter in mail_box.messages][1:] == [f"Checkpoint of the ledger: {size} entries"]


def test_a_ledger_that_has_not_grown_is_told_of_once_a_week(
    session: Session, context: JobContext, mail_box: MailBox, run_jobs: RunJobs
) -> None:
    reader(session)
    for day in range(15):
        with later(days=day):
            turn(session, context, run_jobs)
    assert [letter["Date"].datetime.day for letter in mail_box.messages] == [21, 28, 5]
    newest = checkpoints.latest(session)
    assert newest is not None
    for letter in mail_box.messages[1:]:
        assert letter["Subject"] == f"Checkpoint of the ledger: still {newest.size} entries"
        assert "Nothing has been added since the last one" in body(letter)
        assert body(letter).endswith(newest.note)


def test_days_that_nobody_worked_on_are_made_good_by_one_letter(
    session: Session, context: JobContext, mail_box: MailBox, run_jobs: RunJobs
) -> None:
    reader(session)
    turn(session, context, run_jobs)
    for _ in range(3):
        size = grow(session)
    with later(days=4):
        assert turn(session, context, run_jobs) == ["openbooks.send_checkpoint"]
    assert len(mail_box.messages) == 2
    assert attached(mail_box.messages[-1])[0] == f"checkpoint-{size}.txt"


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        ("2026-11-21T05:59", 0),
        ("2026-11-21T06:00", 1),
        # In summer London is an hour ahead; on the days the clocks change as well.
        ("2027-06-15T04:59", 0),
        ("2027-06-15T05:00", 1),
        ("2027-03-28T05:00", 1),
        ("2027-10-31T05:59", 0),
        ("2027-10-31T06:00", 1),
    ],
)
def test_letters_leave_from_six_on_by_london_s_clock(session: Session, moment: str, count: int) -> None:
    reader(session)
    with clock.at(datetime.fromisoformat(moment).replace(tzinfo=UTC)):
        assert letters.write_due(session) == count


def test_without_a_checkpoint_nothing_is_sent(own_database: OwnDatabase) -> None:
    with own_database.session() as session:
        reader(session)
        assert letters.write_due(session) == 0


def test_whoever_is_off_the_list_gets_nothing_not_even_what_was_on_its_way(
    session: Session, context: JobContext, mail_box: MailBox, run_jobs: RunJobs
) -> None:
    mary, amir = reader(session), reader(session, "amir@partners.example", "Amir")
    with transaction(session):
        readers.stop_reader(session, actor=ADMIN, reader_id=amir.id)
    session.commit()
    publishing_tasks.write_checkpoint_letters(context)
    with transaction(session):
        readers.stop_reader(session, actor=ADMIN, reader_id=mary.id)
    assert run_jobs() == ["openbooks.send_checkpoint"]
    assert not mail_box.messages
    with transaction(session):
        readers.bring_back_reader(session, actor=ADMIN, reader_id=mary.id)
    with later(days=1):
        turn(session, context, run_jobs)
    assert [letter["To"] for letter in mail_box.messages] == [ADDRESS]


def test_many_workers_at_once_send_one_letter(own_database: OwnDatabase, mail_box: MailBox, tmp_path: Path) -> None:
    with own_database.session() as session:
        ledger.open_books(session)
        ledger.seal(session)
        session.commit()
        for number in range(3):
            reader(session, f"reader{number}@trustees.example", "Somebody")
    settings = settings_for(own_database, tmp_path, MAIL_URL=mail_box.url)
    context = JobContext(settings, own_database, Gateways.build(settings), Keys(settings.secret_key, settings.private_keys))

    def work(_: int) -> None:
        with clock.at(NOW):
            publishing_tasks.write_checkpoint_letters(context)
            with own_database.session() as mine:
                ids = list(mine.scalars(text("SELECT id FROM checkpoint_letter ORDER BY id")))
            for letter_id in ids:
                publishing_tasks.send_checkpoint(context, letter_id=letter_id)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert sorted(str(letter["To"]) for letter in mail_box.messages) == [f"reader{number}@trustees.example" for number in range(3)]
    with own_database.session() as session:
        assert len(published(session)) == 3
        assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 3


def test_a_worker_killed_between_the_mail_and_its_note_sends_the_same_letter_again(
    session: Session, context: JobContext, mail_box: MailBox
) -> None:
    reader(session)
    letters.write_due(session)
    session.commit()
    (letter_id,) = session.scalars(text("SELECT id FROM checkpoint_letter"))
    letters.send(session, context.gateways.mail, letter_id=letter_id, base_url="http://localhost:8000")
    session.rollback()
    assert published(session) == []
    publishing_tasks.send_checkpoint(context, letter_id=letter_id)
    publishing_tasks.send_checkpoint(context, letter_id=letter_id)
    first, second = mail_box.messages
    assert (first["Message-ID"], body(first)) == (second["Message-ID"], body(second))
    assert len(published(session)) == 1


def test_a_letter_whose_day_is_over_does_not_leave_beside_the_next(
    session: Session, context: JobContext, mail_box: MailBox, run_jobs: RunJobs
) -> None:
    reader(session)
    letters.write_due(session)
    size = grow(session)
    with later(days=1):
        assert turn(session, context, run_jobs) == ["openbooks.send_checkpoint"] * 2
    (letter,) = mail_box.messages
    assert attached(letter)[0] == f"checkpoint-{size}.txt"


def test_while_the_mail_server_is_away_the_fault_is_kept_and_the_letter_tried_again(
    session: Session, context: JobContext, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reader(session)
    letters.write_due(session)
    session.commit()
    (letter_id,) = session.scalars(text("SELECT id FROM checkpoint_letter"))
    folder = tmp_path / "mail"
    folder.rmdir()
    folder.write_text("a file stands where the folder was")
    with caplog.at_level(logging.DEBUG), pytest.raises(MailFault):
        publishing_tasks.send_checkpoint(context, letter_id=letter_id)
    fault = "SELECT fault FROM checkpoint_letter"
    assert session.scalar(text(fault)) == "The folder for mail cannot be written to."
    assert published(session) == []
    session.commit()
    folder.unlink()
    publishing_tasks.send_checkpoint(context, letter_id=letter_id)
    assert session.scalar(text(fault)) == ""
    assert len(context.gateways.mail.letters()) == len(published(session)) == 1
    assert ADDRESS not in caplog.text


def test_an_address_refused_for_good_is_not_tried_again_and_holds_up_nobody(
    session: Session, context: JobContext, mail_box: MailBox, run_jobs: RunJobs
) -> None:
    reader(session, "not an address")
    reader(session)
    assert turn(session, context, run_jobs) == ["openbooks.send_checkpoint"] * 2
    assert [letter["To"] for letter in mail_box.messages] == [ADDRESS]
    assert turn(session, context, run_jobs) == []
    faults = session.scalars(text("SELECT fault FROM checkpoint_letter ORDER BY reader_id")).all()
    assert faults == ["That is not an address that mail can be sent to.", ""]


def test_name_and_address_stand_in_their_one_row_alone(
    session: Session, context: JobContext, mail_box: MailBox, run_jobs: RunJobs, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        mary = reader(session)
        turn(session, context, run_jobs)
        for act in (readers.stop_reader, readers.bring_back_reader):
            with transaction(session):
                act(session, actor=ADMIN, reader_id=mary.id)
        with transaction(session):
            readers.change_reader(session, actor=ADMIN, reader_id=mary.id, name="M. Holt", email=ADDRESS, part=ReaderPart.OTHER)
        grow(session)
        with later(days=1), transaction(session):
            readers.write_again(session, actor=ADMIN, reader_id=mary.id)
    kept = ("audit_event", "audit_words", "publication", "entry", "checkpoint_letter", "procrastinate_jobs", "procrastinate_events")
    rows = [row for table in kept for row in session.scalars(text(f"SELECT to_jsonb(t)::text FROM {table} t"))]
    assert any("reader.changed" in row for row in rows)
    # The mail server of the tests writes a log of its own.
    logged = [one.getMessage() for one in caplog.records if one.name != "mail.log"]
    for personal in (ADDRESS, NAME, "M. Holt"):
        assert not [row for row in [*rows, *logged] if personal in row]
    assert NAME not in str(mail_box.messages[0]["Subject"])


def test_the_worker_keeps_both_loops() -> None:
    assert {"openbooks.write_checkpoint_letters", "openbooks.publish_quarters"} <= {loop.name for loop in LOOPS}
