"""An address that refuses mail for good, on two days, costs the account: whoever reads no letters has left."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.core import clock
from fundapp.core.actor import SYSTEM
from fundapp.core.roles import Role
from fundapp.gateways import mail
from fundapp.people import alerts, queries, service, unreachable
from fundapp.people.models import User
from tests.builders import people


def refuse(session: Session, user: User, *, days_ago: int = 0, code: str = "5.1.1") -> bool:
    """A refusal for good; answers whether the account is still in use."""
    with clock.at(clock.now() - timedelta(days=days_ago)):
        unreachable.note_refusal(session, user_id=user.id, code=code)
    session.commit()
    session.expire_all()
    return queries.user(session, user.id).active


def test_two_refusals_on_different_days_disable_the_account_and_the_administrators_are_told(session: Session, run_jobs: Any) -> None:
    people.user(session, Role.ADMIN)
    user = people.user(session, Role.KEY_WORKER)
    assert refuse(session, user, days_ago=1)
    assert not refuse(session, user)
    last = audit.trail(session, user.reference)[-1]
    assert (last.kind, last.actor) == ("user.disabled", "system")
    assert run_jobs().count("people.tell_of_refusal") == 1


def test_two_refusals_on_one_day_are_one(session: Session) -> None:
    user = people.user(session, Role.KEY_WORKER)
    assert refuse(session, user)
    assert refuse(session, user)
    assert [line.kind for line in audit.trail(session, user.reference)].count("user.mail_refused") == 1


def test_a_letter_that_gets_through_begins_anew(session: Session) -> None:
    user = people.user(session, Role.KEY_WORKER)
    refuse(session, user, days_ago=2)
    unreachable.forgive(session, user_id=user.id)
    assert refuse(session, user)


def test_the_last_administrator_stays_and_finance_is_alarmed(session: Session, client: Any, sign_in_as: Any, run_jobs: Any) -> None:
    admin = people.user(session, Role.ADMIN)
    people.user(session, Role.FINANCE)
    refuse(session, admin, days_ago=1)
    assert refuse(session, admin)
    assert run_jobs().count("people.tell_of_refusal") == 1
    sign_in_as(client, admin)
    assert "Mail to an administrator’s address is refused for good" in client.get("/admin").words


def test_who_is_let_in_again_begins_anew(session: Session, client: Any, sign_in_as: Any) -> None:
    admin, user = people.user(session, Role.ADMIN), people.user(session, Role.KEY_WORKER)
    refuse(session, user, days_ago=1)
    sign_in_as(client, admin)
    assert "refused for good on" in client.get(f"/admin/people/{user.id}").words
    refuse(session, user)
    service.reactivate(session, actor=SYSTEM, user_id=user.id)
    assert refuse(session, user)


def test_a_letter_about_one_s_own_account_that_is_refused_for_good_counts_as_well(
    session: Session, run_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_it(*_: object, **__: object) -> None:
        raise mail.AddressRefused("550")

    monkeypatch.setattr(mail.Mailer, "send", refuse_it)
    user = people.user(session, Role.KEY_WORKER)
    alerts.tell(session, user.id, alerts.News.PASSWORD_CHANGED)
    assert run_jobs() == ["people_factors.send_news"]
    assert [one.code for one in unreachable.refusals(session, user.id)] == ["550"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"No such user here")}), "550"),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (551, b"User not local")}), "551"),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (553, b"Mailbox name not allowed")}), "553"),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"5.1.1 <a@b.example> unknown")}), "5.1.1"),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (554, b"5.1.10 null MX")}), "5.1.10"),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"5.2.1 mailbox disabled")}), "5.2.1"),
        (smtplib.SMTPDataError(550, b"5.1.1 unknown"), "5.1.1"),
        # For now, or not about the reader.
        (smtplib.SMTPRecipientsRefused({"a@b.example": (450, b"4.2.1 try later")}), None),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (552, b"5.2.2 mailbox full")}), None),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"5.7.1 we do not know you")}), None),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (554, b"no")}), None),
        (smtplib.SMTPSenderRefused(550, b"5.1.1 who are you", "fund@b.example"), None),
        (smtplib.SMTPDataError(550, b"looks like spam"), None),
        (smtplib.SMTPAuthenticationError(535, b"5.1.1 odd"), None),
    ],
)
def test_a_refusal_for_good_is_told_from_one_that_passes(error: smtplib.SMTPException, code: str | None) -> None:
    with pytest.raises(mail.MailFault) as raised, mail._told_plainly():
        raise error
    found = raised.value.code if isinstance(raised.value, mail.AddressRefused) else None
    assert found == code
    assert "@" not in str(raised.value)
