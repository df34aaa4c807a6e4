"""The daily letter with the newest checkpoint, one a reader and London day at the most.

A ledger that has not grown needs no new copy, so nothing is sent for it, but for one letter a week that says so: to a reader, silence
because nothing happened would look the same as silence because somebody stopped the sealer or the mail.

What keeps it at one a day: the letter is a row, one for each reader and day (a rule of the database), written together with the job
that sends it; the job holds the row while it sends; and a letter that did not leave on its day never leaves, because the next day
brings its own. The one gap is the instant between the mail server's yes and our commit: a worker killed just there sends the same
letter again, with the same Message-ID, so that mail programs show it once.
"""

from __future__ import annotations

from datetime import date, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.gateways.mail import Attachment, Mailer
from fundapp.jobs import enqueue
from fundapp.ledger import checkpoints, signing
from fundapp.openbooks.models import CheckpointLetter, CheckpointReader
from fundapp.people import queries as people
from fundapp.web import letters

# London time. Before that, nobody's phone rings for a checkpoint.
FROM = time(6)
STILL_ALIVE = timedelta(days=7)
JOB = "openbooks.send_checkpoint"


def write_due(session: Session) -> int:
    """Write today's letters that are due and not written yet, and ask for their sending. How many they are."""
    newest, today = checkpoints.latest(session), clock.today()
    if newest is None or clock.london(clock.now()).time() < FROM:
        return 0
    written = select(CheckpointLetter.reader_id).where(CheckpointLetter.day == today)
    readers = session.scalars(
        select(CheckpointReader.id).where(CheckpointReader.active, CheckpointReader.id.not_in(written)).order_by(CheckpointReader.id)
    ).all()
    last = _last_sent(session)
    due = [reader_id for reader_id in readers if _is_due(last.get(reader_id), newest.size, today)]
    return len([reader_id for reader_id in due if _write(session, reader_id, today, newest.size)])


def write_now(session: Session, reader: CheckpointReader) -> CheckpointLetter:
    """Ask for the sending of today's letter, and write it if need be. Raises Refused, Busy (it is being sent this very moment)."""
    newest, today = checkpoints.latest(session), clock.today()
    if newest is None:
        raise Refused(_("There is no checkpoint to send yet: nothing in the ledger has been signed."))
    if not _write(session, reader.id, today, newest.size):
        letter = _of_day(session, reader.id, today)
        if letter.sent_at is not None:
            raise Refused(_("Today’s letter has been sent. The next one follows tomorrow."))
        letter.fault = ""
        session.flush()
        enqueue(session, JOB, letter_id=letter.id)
    return _of_day(session, reader.id, today)


def send(session: Session, mailer: Mailer, *, letter_id: int, base_url: str) -> None:
    """Send a letter, unless it was sent, its day is over, or its reader is off the list. In the caller's transaction.

    Raises MailFault, and Busy when another worker is sending it.
    """
    letter = session.get_one(CheckpointLetter, letter_id, with_for_update=True, populate_existing=True)
    reader = session.get_one(CheckpointReader, letter.reader_id)
    if letter.sent_at is not None or letter.day != clock.today() or not reader.active:
        return
    words, note = _words(session, letter, reader, base_url), checkpoints.at(session, letter.checkpoint_size).note
    # As it was signed, byte for byte: what a mail program makes of the text above does not matter then.
    attached = Attachment(f"checkpoint-{letter.checkpoint_size}.txt", note.encode(), "text/plain; charset=utf-8")
    receipt = mailer.send(reader.email, words.subject, words.text, attachments=[attached], key=f"checkpoint-letter:{letter.id}")
    letter.sent_at, letter.fault = clock.now(), ""
    checkpoints.record_publication(session, size=letter.checkpoint_size, place=reader.subject, receipt=receipt)


def note_fault(session: Session, *, letter_id: int, sentence: str) -> None:
    """Keep why a letter did not leave, for the administrators' page."""
    letter = session.get_one(CheckpointLetter, letter_id, with_for_update=True, populate_existing=True)
    if letter.sent_at is None:
        letter.fault = sentence
        session.flush()


def _words(session: Session, letter: CheckpointLetter, reader: CheckpointReader, base_url: str) -> letters.Letter:
    checkpoint = checkpoints.at(session, letter.checkpoint_size)
    last = _last_sent(session).get(reader.id)
    return letters.letter(
        "mail/checkpoint.txt",
        checkpoint=checkpoint,
        still=last is not None and last[0] == checkpoint.size,
        part=reader.part,
        keys=[key.vkey for key in signing.known_keys(session) if key.is_current],
        holder=people.fund_holder(session),
        base_url=base_url,
    )


def _last_sent(session: Session) -> dict[int, tuple[int, date]]:
    """The largest checkpoint that each reader was sent, and the day of their last letter."""
    columns = (CheckpointLetter.reader_id, func.max(CheckpointLetter.checkpoint_size), func.max(CheckpointLetter.day))
    sent = select(*columns).where(CheckpointLetter.sent_at.is_not(None)).group_by(CheckpointLetter.reader_id)
    return {reader_id: (size, day) for reader_id, size, day in session.execute(sent)}


def _is_due(last: tuple[int, date] | None, size: int, today: date) -> bool:
    return last is None or size > last[0] or today - last[1] >= STILL_ALIVE


def _write(session: Session, reader_id: int, day: date, size: int) -> bool:
    """Write a letter and ask for its sending, unless there is one of that day."""
    values = {"reader_id": reader_id, "day": day, "checkpoint_size": size, "written_at": clock.now()}
    statement = insert(CheckpointLetter).values(**values).on_conflict_do_nothing().returning(CheckpointLetter.id)
    letter_id = session.scalar(statement)
    if letter_id is not None:
        enqueue(session, JOB, letter_id=letter_id)
    return letter_id is not None


def _of_day(session: Session, reader_id: int, day: date) -> CheckpointLetter:
    theirs = (CheckpointLetter.reader_id == reader_id, CheckpointLetter.day == day)
    return session.scalars(select(CheckpointLetter).where(*theirs).with_for_update().execution_options(populate_existing=True)).one()
