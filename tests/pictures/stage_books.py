"""The books: sealed and not sealed yet, months closed and open, a quarter published, what needs a look; and what else pages name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.roles import Role
from fundapp.gateways.mail import read_mailbox
from fundapp.giving.alarms import AlarmKind, raise_alarm
from fundapp.ledger import chart, entries, periods, periods_read, sealing, service, signing
from fundapp.ledger import queries as ledger
from fundapp.ledger.notes import Signer
from fundapp.ledger.service import Line
from fundapp.openbooks import queries as openbooks
from fundapp.openbooks import readers
from fundapp.openbooks.models import ReaderPart
from fundapp.people import service as people_service
from tests.builders import ledger as books
from tests.builders import openbooks as published
from tests.builders import people
from tests.builders.grants import Seat
from tests.pictures import stage_gifts
from tests.support.live import LiveServer

# Who keeps copies of the ledger's checkpoints.
READERS: tuple[dict[str, Any], ...] = (
    {"name": "Hollis & Wren, auditors", "email": "checkpoints@hollis-wren.example", "part": ReaderPart.AUDITOR},
    {"name": "Bernard Tasker", "email": "bernard@tasker.example", "part": ReaderPart.TRUSTEE},
)
_JOB = text("""
INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts)
VALUES ('fund', 'giving.send_receipt', '{"gift_id": "7d1f"}', 'todo', 8) RETURNING id
""")


def make(session: Session, live: LiveServer, who: dict[str, Seat]) -> dict[str, object]:
    """Numbers of entries and months, tokens and names of people, points and letters."""
    names = _correct(session)
    _trouble(session)
    signer = _new_key(session, live)
    _seal(session, signer)
    names |= _months(session)
    published.publish(session)
    _seal(session, signer)
    names |= _people(session, live, who)
    example = openbooks.all_examples(session)[0]
    names |= {"example": example.id, "gift_unsealed": stage_gifts.pay_one(session, live)}
    names |= {"unsealed": entries.entries(session, limit=1)[0].number}
    session.commit()
    return names


def _new_key(session: Session, live: LiveServer) -> Signer:
    """A key of the stage's own; those of earlier times sign no more."""
    signer = Signer.generate(live.settings.ledger_origin)
    with transaction(session):
        signing.introduce_key(session, vkey=signer.verifier.vkey, actor="system")
        for key in signing.known_keys(session):
            if key.is_current and key.vkey != signer.verifier.vkey:
                signing.retire_key(session, key_id=key.key_id, actor="system")
    return signer


def _seal(session: Session, signer: Signer) -> None:
    """Seal all that waits."""
    sealed = True
    while sealed:
        with transaction(session):
            found = sealing.seal(session, origin=signer.name, signer=signer)
        sealed = bool(found and found.entries)


def _correct(session: Session) -> dict[str, object]:
    """An entry that was wrong, and the one that takes it back; a record without money; a gift's; a grant's."""
    today = clock.today()
    wrong = books.pay_in(session, 12_000, "general", key="contribution:900001")
    undone = service.reverse(
        session, number=wrong.number, event_key="correction:900001", happened_on=today, actor="user:1", reason="wrong-amount"
    )
    session.commit()

    def newest(kind: str) -> int:
        return entries.entries(session, limit=1, kind=kind)[0].number

    return {
        "corrected": wrong.number,
        "correction": undone.number,
        "gift_entry": newest("gift.charged"),
        "grant_entry": newest("grant.awarded"),
        "record": newest("fund.opened"),
    }


def _trouble(session: Session) -> None:
    """What finance has to look at: an alarm, a job that was given up, a fund below what it had."""
    with transaction(session):
        raise_alarm(session, kind=AlarmKind.REFUND_FAILED, about="re_3PqT8zKd", subject="donation:7d1f")
        raise_alarm(session, kind=AlarmKind.PAYOUT, about="po_1NzYk2Ab", subject="payout:po_1NzYk2Ab")
        short = ledger.available_pence(session, "general") + 1_240
        line = Line(chart.REFUNDS, chart.STRIPE_BALANCE, "general", short)
        service.force(
            session,
            event_key="txn:re_stage",
            kind="gift.refunded",
            happened_on=clock.today(),
            lines=[line],
            actor="stripe",
            subject="donation:7d1f",
        )
        session.execute(text("DELETE FROM procrastinate_jobs"))
        given_up = session.scalar(_JOB)
        session.execute(text("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = :id"), {"id": given_up})
        session.execute(text("UPDATE procrastinate_jobs SET status = 'failed', attempts = 9 WHERE id = :id"), {"id": given_up})


def _months(session: Session) -> dict[str, object]:
    """Months sealed until the end of the last quarter but one month, the next closed and not sealed, the rest open."""
    quarter = clock.quarter_start(clock.today())
    last = quarter - timedelta(days=1)
    published.close_books(session, last)
    with transaction(session):
        periods.ensure_months(session)
    found = {"sealed_month": f"{last:%Y-%m}", "open_month": f"{clock.today():%Y-%m}"}
    ended = [one.ends_on for one in periods_read.periods(session) if last < one.ends_on < clock.today()]
    if ended:
        with transaction(session):
            periods.close(session, ends_on=min(ended), actor="user:7")
        found["closing_month"] = f"{min(ended):%Y-%m}"
    return dict(found) | {"closing_month": found.get("closing_month", found["sealed_month"])}


def _people(session: Session, live: LiveServer, who: dict[str, Seat]) -> dict[str, object]:
    """Somebody invited, somebody who left, and the letter of an invitation."""
    team = people.team(session, "Street team", of="Riverside Outreach")
    with transaction(session):
        token = people_service.invite_by_link(
            session, actor=who["admin"].actor, email="jo@riverside.example", roles=[Role.KEY_WORKER], team_id=team.id
        )
        people_service.invite(session, actor=who["admin"].actor, email="lee@riverside.example", roles=[Role.KEY_WORKER], team_id=team.id)
    live.run_jobs()
    with transaction(session):
        reader, gone = (readers.add_reader(session, actor=who["admin"].actor, **one) for one in READERS)
        readers.stop_reader(session, actor=who["admin"].actor, reader_id=gone.id)
    left = people.user(session, Role.KEY_WORKER, at=team, name="Pat Morley", email="pat@riverside.example")
    with transaction(session):
        people_service.deactivate(session, actor=who["admin"].actor, user_id=left.id, reason="Works elsewhere now.")
    letters = read_mailbox(live.settings.mail_url)
    names = {"invitation": token, "left": left.id, "letter": letters[0].name, "organisation": team.organisation_id}
    names |= {"reader": reader.id, "reader_gone": gone.id}
    return names | {"person_account": who["worker"].id, "own_account": who["admin"].id}
