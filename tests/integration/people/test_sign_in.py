"""Signing in: the right people, and the same answer to all others."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import SYSTEM
from fundapp.core.keys import token_hash
from fundapp.core.roles import Role
from fundapp.people import service
from fundapp.people.models import User, UserSession
from tests.builders import people


def sign_in(client: Any, email: str, password: str = people.PASSWORD, *, then: str = "") -> Any:
    """Fill in the page as somebody would."""
    return client.get("/sign-in" + (f"?next={then}" if then else "")).form().fill(email=email, password=password).submit(follow=False)


def sign_in_whole(client: Any, session: Session, email: str, *, then: str = "") -> Any:
    """The password, and the second step with a code of their app."""
    people.code(session, email)
    page = sign_in(client, email, then=then).follow().follow()
    return page.form().fill(code=people.code(session, email)).submit(follow=False)


def rows(session: Session) -> list[UserSession]:
    """All sessions, oldest first."""
    return list(session.scalars(select(UserSession).order_by(UserSession.id)))


def cookie_of(page: Any) -> str:
    """The session's cookie as the answer sets it, with its flags."""
    (found,) = [value for value in page.headers.getlist("Set-Cookie") if value.startswith("session-")]
    return str(found)


def test_somebody_signs_in_whatever_the_case_of_their_e_mail(client: Any, session: Session) -> None:
    admin = people.user(session, Role.ADMIN, email="Nasreen.Ali@Example.org")
    page = sign_in_whole(client, session, "  NASREEN.ali@example.ORG ")
    assert (page.status, page.headers["Location"]) == (303, "/admin")
    assert page.follow().text("h1") == "Looking after the Fund"
    (row,) = rows(session)
    assert row.user_id == admin.id


@pytest.mark.parametrize(
    ("role", "home"), [(Role.KEY_WORKER, "/requests"), (Role.APPROVER, "/decisions"), (Role.PANEL, "/decisions"), (Role.ADMIN, "/admin")]
)
def test_each_role_begins_at_its_own_work(client: Any, session: Session, role: Role, home: str) -> None:
    assert sign_in(client, people.user(session, role).email).headers["Location"] == home


def test_wrong_password_unknown_e_mail_and_disabled_account_get_one_and_the_same_answer(client: Any, session: Session) -> None:
    known, gone = people.user(session), people.user(session)
    service.deactivate(session, actor=SYSTEM, user_id=gone.id, reason="Left.")
    session.commit()
    answers = []
    for email, password in ((known.email, "not the password"), ("nobody@example.org", people.PASSWORD), (gone.email, people.PASSWORD)):
        page = sign_in(client, email, password)
        # What is random on each page: the form's token and the passkey's challenge.
        told = re.sub(r'(csrf_token|signed)" value="[^"]*"|data-options="[^"]*"', "RANDOM", page.html)
        answers.append((page.status, told.replace(email, "EMAIL")))
    assert answers[0] == answers[1] == answers[2]
    assert "do not belong together" in answers[0][1]
    assert rows(session) == []


def test_an_unknown_e_mail_costs_a_hash_as_well(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str | None] = []
    hasher = service.passwords("test")
    verify = hasher._hasher.verify
    monkeypatch.setattr(type(hasher._hasher), "verify", lambda self, kept, password: checked.append(kept) or verify(kept, password))
    assert not hasher.matches(None, "whatever it may be")
    assert len(checked) == 1


def test_what_was_typed_stays_but_never_the_password(client: Any, session: Session) -> None:
    page = sign_in(client, "nobody@example.org", "my secret words")
    assert page.one("#email")["value"] == "nobody@example.org"
    assert "my secret words" not in page.html


def test_the_cookie_is_for_this_host_alone_and_no_script_reads_it(client: Any, session: Session) -> None:
    cookie = cookie_of(sign_in(client, people.user(session).email))
    assert cookie.startswith("session-8000=")
    for flag in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie


def test_the_database_knows_the_tokens_hash_alone(client: Any, session: Session) -> None:
    sign_in(client, people.user(session).email)
    with client.flask.session_transaction(base_url="http://localhost:8000") as cookie:
        token = cookie["_user_id"]
    (row,) = rows(session)
    assert row.token_hash == token_hash(token)
    assert token not in str(session.execute(text("SELECT user_session::text FROM user_session")).all())


def test_signing_in_throws_away_what_the_cookie_held_before(client: Any, session: Session) -> None:
    client.get("/sign-in")
    with client.flask.session_transaction(base_url="http://localhost:8000") as cookie:
        cookie["planted"] = "by somebody else"
        before = cookie["csrf_token"]
    sign_in(client, people.user(session).email)
    with client.flask.session_transaction(base_url="http://localhost:8000") as cookie:
        assert "planted" not in cookie
        assert cookie.get("csrf_token") != before


def test_each_sign_in_has_a_token_of_its_own(client: Any, session: Session, app: Any) -> None:
    user = people.user(session)
    sign_in(client, user.email)
    client.flask.delete_cookie("session-8000", domain="localhost")
    sign_in(client, user.email)
    first, second = rows(session)
    assert first.token_hash != second.token_hash


def test_a_page_that_needs_somebody_asks_them_in_and_leads_back(client: Any, session: Session) -> None:
    admin = people.user(session, Role.ADMIN)
    page = client.get("/admin/people?role=admin")
    assert (page.status, page.headers["Location"]) == (303, "/sign-in?next=/admin/people?role%3Dadmin")
    people.code(session, admin.email)
    asked = page.follow().form().fill(email=admin.email, password=people.PASSWORD).submit().follow()
    landed = asked.form().fill(code=people.code(session, admin.email)).submit()
    assert landed.url.endswith("/admin/people?role=admin")


def test_a_slip_of_the_finger_does_not_lose_the_page_one_wanted(client: Any, session: Session) -> None:
    admin = people.user(session, Role.ADMIN)
    page = sign_in(client, admin.email, "a slip of the finger", then="/admin/people")
    people.code(session, admin.email)
    asked = page.form().fill(password=people.PASSWORD).submit().follow()
    assert asked.form().fill(code=people.code(session, admin.email)).submit().url.endswith("/admin/people")


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/%5Cevil.example", "javascript:alert(1)", "/%09/evil.example"]
)
def test_nobody_is_led_to_another_house(client: Any, session: Session, target: str) -> None:
    admin = people.user(session, Role.ADMIN)
    assert sign_in_whole(client, session, admin.email, then=target).headers["Location"] == "/admin"
    assert client.get(f"/sign-in?next={target}").headers["Location"] == "/admin"


def test_a_planted_next_field_leads_nowhere_either(client: Any, session: Session) -> None:
    admin = people.user(session, Role.ADMIN)
    data = {"email": admin.email, "password": people.PASSWORD, "next": "//evil.example/"}
    assert client.post("/sign-in", data).headers["Location"] == "/admin"


def test_somebody_signed_in_is_not_asked_again(client: Any, session: Session) -> None:
    sign_in_whole(client, session, people.user(session, Role.ADMIN).email)
    page = client.get("/sign-in")
    assert (page.status, page.headers["Location"]) == (303, "/admin")


def test_the_password_is_hashed_anew_when_the_price_has_changed(client: Any, session: Session) -> None:
    user = people.user(session)
    dear = service.passwords("demo").hash(people.PASSWORD)
    session.get_one(User, user.id).password_hash = dear
    session.commit()
    sign_in(client, user.email)
    session.expire_all()
    assert session.get_one(User, user.id).password_hash != dear
    assert service.passwords("test").matches(session.get_one(User, user.id).password_hash, people.PASSWORD)


def test_a_very_long_password_is_an_ordinary_wrong_one(client: Any, session: Session) -> None:
    page = sign_in(client, people.user(session).email, "x" * 100_000)
    assert page.status == 409


def test_attempts_are_kept_without_anybodys_e_mail_or_address(client: Any, session: Session) -> None:
    user = people.user(session)
    sign_in(client, user.email, "not the password")
    kept = str(session.execute(text("SELECT sign_in_attempt::text FROM sign_in_attempt")).all())
    assert user.email not in kept
    assert "127.0.0.1" not in kept


def test_old_attempts_and_long_gone_sessions_are_forgotten(client: Any, session: Session) -> None:
    from fundapp.people import sessions, throttle
    from fundapp.people.models import SignInAttempt

    user = people.user(session)
    with clock.at(clock.now() - timedelta(days=120)):
        sign_in(client, user.email)
    sign_in(client, user.email)
    throttle.forget_old(session)
    sessions.forget_old(session)
    session.commit()
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 1
    assert len(rows(session)) == 1
