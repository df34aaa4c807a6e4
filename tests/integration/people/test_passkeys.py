"""Passkeys: good here, once, for whoever keeps them, and for nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.actor import SYSTEM
from fundapp.core.roles import Role
from fundapp.people import service
from fundapp.people.factor_models import Factor, UsedChallenge
from fundapp.people.models import User, UserSession
from tests.builders import people
from tests.builders.passkey import Device

PART = "[data-passkey-part] form"
STRANGE = "does not open an account here"


def add(client: Any, device: Device, name: str = "Work laptop") -> Any:
    """Add this device's passkey as somebody would, from their account."""
    form = client.get("/factors/passkey").form(PART)
    return form.fill(name=name, answer=device.make(str(form.form["data-options"]))).submit()


def sign_in(client: Any, device: Device, **instead: Any) -> Any:
    """Sign in with it."""
    form = client.get("/sign-in").form(PART)
    return form.fill(answer=device.sign(str(form.form["data-options"]), **instead)).submit(follow=False)


@pytest.fixture
def owner(session: Session) -> User:
    """Somebody who needs more than a password."""
    return people.user(session, Role.APPROVER)


@pytest.fixture
def device(client: Any, session: Session, owner: User, sign_in_as: Any) -> Device:
    """Their device, added; nobody is signed in."""
    sign_in_as(client, owner)
    made = Device()
    assert "Your recovery codes" in add(client, made).words
    client.post("/sign-out")
    return made


def sessions_of(session: Session) -> int:
    """How many sessions go on."""
    return session.scalar(select(func.count()).select_from(UserSession).where(UserSession.ended_at.is_(None))) or 0


def test_a_passkey_signs_in_without_e_mail_password_or_code(client: Any, session: Session, device: Device) -> None:
    page = sign_in(client, device)
    assert (page.status, page.headers["Location"]) == (303, "/decisions")
    assert page.follow().status == 200
    row = session.scalars(select(UserSession).where(UserSession.ended_at.is_(None))).one()
    assert (row.proven_by, row.second_factor_at is not None, row.stepped_up_at is not None) == ("passkey", True, True)


def refused(session: Session, page: Any, words: str = STRANGE) -> None:
    """Told so, and nothing is changed."""
    assert page.status == 409
    assert words in page.words
    assert sessions_of(session) == 0
    assert session.scalar(select(func.count()).select_from(UsedChallenge)) == 1  # the one of adding it
    assert session.scalars(select(Factor.last_used_at)).all() == [None]


@pytest.mark.parametrize(
    "lie", [{"origin": "http://localhost:8001"}, {"origin": "https://localhost:8000"}, {"rp_id": "example.org"}, {"verifies": False}]
)
def test_a_passkey_that_was_used_elsewhere_or_without_its_owner_opens_nothing(
    client: Any, session: Session, device: Device, lie: dict[str, Any]
) -> None:
    for name, value in lie.items():
        setattr(device, name, value)
    refused(session, sign_in(client, device))


def test_an_unknown_passkey_and_somebody_elses_signature_open_nothing(client: Any, session: Session, device: Device) -> None:
    refused(session, sign_in(client, Device(handle=device.handle)))
    # The right name of a passkey, and another key.
    refused(session, sign_in(client, Device(handle=device.handle, credential_id=device.credential_id)))
    # The right key, and another account's handle.
    refused(session, sign_in(client, device, userHandle=b"somebody else"))


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", "rubbish", '{"id": 1}', '{"id":"a","rawId":"a","type":"public-key"}', "x" * 30_000]
)
def test_an_answer_that_nobody_can_read_opens_nothing(client: Any, session: Session, device: Device, answer: str) -> None:
    refused(session, client.get("/sign-in").form(PART).fill(answer=answer).submit(follow=False))


def test_an_answer_is_taken_once(client: Any, session: Session, device: Device) -> None:
    form = client.get("/sign-in").form(PART)
    sent = {"signed": str(form.form.select_one("[name=signed]")["value"]), "answer": device.sign(str(form.form["data-options"]))}
    assert client.post("/sign-in/passkey", sent).status == 303
    client.post("/sign-out")
    again = client.post("/sign-in/passkey", sent)
    assert again.status == 409
    assert "used already" in again.words
    assert sessions_of(session) == 0


def test_a_challenge_ends_after_five_minutes_and_is_good_for_its_own_purpose(
    client: Any, session: Session, device: Device, owner: User, sign_in_as: Any
) -> None:
    form = client.get("/sign-in").form(PART)
    sent = {"signed": str(form.form.select_one("[name=signed]")["value"]), "answer": device.sign(str(form.form["data-options"]))}
    with clock.at(clock.now() + timedelta(minutes=6)):
        refused(session, client.post("/sign-in/passkey", sent), "five minutes")
    # One that was given out for signing in proves nothing in the second step, nor one of another session.
    sign_in_as(client, owner, proven_by="password")
    page = client.post("/second-step/passkey", sent)
    assert page.status == 409
    assert session.scalars(select(UserSession.second_factor_at).where(UserSession.ended_at.is_(None))).all() == [None]


def test_a_copy_that_signed_less_often_is_refused_noted_and_told(client: Any, session: Session, device: Device, run_jobs: Any) -> None:
    sign_in(client, device)
    client.post("/sign-out")
    run_jobs()
    device.count = 0
    page = sign_in(client, device)
    assert page.status == 409
    assert "a copy" in page.words
    assert sessions_of(session) == 0
    assert session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.kind == "factor.copied")) == 1
    assert run_jobs() == ["people_factors.send_news"]


def test_a_disabled_accounts_passkey_opens_nothing(client: Any, session: Session, device: Device, owner: User) -> None:
    service.deactivate(session, actor=SYSTEM, user_id=owner.id, reason="Left.")
    refused(session, sign_in(client, device))


def test_a_passkey_of_another_account_proves_nothing(client: Any, session: Session, device: Device, sign_in_as: Any) -> None:
    other, own = people.user(session, Role.FINANCE), Device()
    sign_in_as(client, other)
    add(client, own)
    sign_in_as(client, other, proven_by="password", second_factor_owed=True)
    form = client.get("/second-step").form(PART)
    page = form.fill(answer=device.sign(str(form.form["data-options"]))).submit()
    assert page.status == 409
    assert "another account" in page.words
    assert client.get("/account").status == 303
    form = client.get("/second-step").form(PART)
    assert form.fill(answer=own.sign(str(form.form["data-options"]))).submit(follow=False).status == 303
    assert client.get("/account").status == 200


def test_a_passkey_is_added_once_to_one_account(client: Any, session: Session, device: Device, sign_in_as: Any) -> None:
    sign_in_as(client, people.user(session))
    page = add(client, device)
    assert page.status == 409
    assert "here already" in page.words
    assert session.scalar(select(func.count()).select_from(Factor)) == 1
