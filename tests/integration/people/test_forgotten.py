"""A forgotten password: the same answer for everybody, one link, once, for half an hour; and letters about an account."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import SYSTEM
from fundapp.core.db import transaction
from fundapp.core.errors import NotFound, Refused
from fundapp.core.roles import Role
from fundapp.people import resetting, service, sessions
from fundapp.people.factor_models import PasswordReset
from fundapp.people.models import User, UserSession
from fundapp.people.passwords import weakness
from tests.builders import people
from tests.support.races import at_once

NEW = "other random words"
HASHER = service.passwords("test")


def ask(client: Any, email: str, **options: Any) -> Any:
    """Ask for a link, as somebody would."""
    return client.post("/sign-in/forgotten", {"email": email}, **options)


@pytest.fixture
def asked(client: Any, session: Session, mail_box: Any, run_jobs: Any) -> tuple[User, str]:
    """Somebody who asked, and the link's path in their letter."""
    user = people.user(session, Role.APPROVER)
    ask(client, user.email)
    run_jobs()
    return user, link_in(mail_box, user)


def link_in(mail_box: Any, user: User) -> str:
    """The newest link in somebody's letters."""
    found = re.findall(r"(/sign-in/forgotten/\S+)", mail_box.to(user.email)[-1].get_content())
    return str(found[0])


def test_the_answer_and_the_work_are_the_same_whether_there_is_such_an_account(
    client: Any, session: Session, mail_box: Any, run_jobs: Any
) -> None:
    known, gone = people.user(session), people.user(session)
    service.deactivate(session, actor=SYSTEM, user_id=gone.id, reason="Left.")
    session.commit()
    told = []
    for email in (known.email, gone.email, "nobody@example.org"):
        page = ask(client, email)
        jobs = session.scalar(text("SELECT count(*) FROM procrastinate_jobs"))
        shown = page.follow()
        told.append((page.status, page.headers["Location"], shown.status, shown.words, jobs))
        run_jobs()
    assert told[0] == told[1] == told[2]
    assert len(mail_box.messages) == 1
    letter = mail_box.to(known.email)[0]
    assert known.name not in letter["Subject"]
    assert known.email not in letter["Subject"]


def test_no_more_than_three_letters_an_hour_go_out_and_nobody_is_told_so(
    client: Any, session: Session, mail_box: Any, run_jobs: Any
) -> None:
    user = people.user(session)
    answers = {ask(client, user.email, environ_overrides={"REMOTE_ADDR": f"203.0.113.{nth}"}).headers["Location"] for nth in range(6)}
    run_jobs()
    assert answers == {"/sign-in/forgotten/sent"}
    assert len(mail_box.messages) == 3


def test_a_link_sets_a_password_once_and_signs_out_everywhere(
    client: Any, session: Session, asked: tuple[User, str], mail_box: Any, run_jobs: Any
) -> None:
    user, link = asked
    sessions.start(session, user=user, device="a thief's", proven_by="app")
    assert client.get(link).form().fill(password=NEW, again=NEW).submit(follow=False).headers["Location"] == "/sign-in"
    assert session.scalars(select(UserSession.ended_at)).one() is not None
    assert HASHER.matches(session.get_one(User, user.id, populate_existing=True).password_hash, NEW)
    for page in (client.get(link), client.post(link, {"password": "a third phrase", "again": "a third phrase"})):
        assert page.status == 404
        assert "used already" in page.words
    run_jobs()
    assert "set anew by a link" in mail_box.to(user.email)[-1].get_content()
    # It stands in for nothing else: the second step is still to come.
    page = client.get("/sign-in").form().fill(email=user.email, password=NEW).submit(follow=False)
    assert client.get("/decisions").headers["Location"].startswith("/second-step")
    assert page.status == 303


def test_a_weak_password_leaves_the_link_open(client: Any, session: Session, asked: tuple[User, str]) -> None:
    user, link = asked
    before = user.password_hash
    for password in ("password", "short", "x" * 200, user.email):
        assert client.post(link, {"password": password, "again": password}).status in {409, 422}
    assert client.post(link, {"password": NEW, "again": NEW + "x"}).status == 422
    assert session.get_one(User, user.id, populate_existing=True).password_hash == before
    assert client.get(link).status == 200


def test_a_link_ends_with_its_half_hour_with_a_newer_one_with_another_change_and_with_the_account(
    client: Any, session: Session, asked: tuple[User, str], mail_box: Any, run_jobs: Any, sign_in_as: Any
) -> None:
    user, link = asked
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert client.get(link).status == 404
        assert client.post(link, {"password": NEW, "again": NEW}).status == 404
    ask(client, user.email)
    run_jobs()
    newer = link_in(mail_box, user)
    assert client.get(link).status == 404
    assert client.get(newer).status == 200
    service.deactivate(session, actor=SYSTEM, user_id=user.id, reason="Left.")
    session.commit()
    assert client.get(newer).status == 404
    service.reactivate(session, actor=SYSTEM, user_id=user.id)
    sign_in_as(client, user)
    client.post("/account/password", {"current": people.PASSWORD, "new": NEW, "again": NEW})
    assert client.get(newer).status == 404


def test_one_link_used_by_several_at_once_sets_one_password(own_database: Any) -> None:
    with own_database.session() as session:
        user = people.user(session)
        row = PasswordReset(user_id=user.id, asked_at=clock.now(), token_hash=None, expires_at=None, ended_at=None)
        session.add(row)
        session.flush()
        minted = resetting.mint(session, row.id)
        assert minted
        session.commit()
    done: list[int] = []

    def use(nth: int) -> None:
        with own_database.session() as own, transaction(own):
            try:
                resetting.set_password(own, token=minted[0], password=f"words of number {nth}", passwords=HASHER)
                done.append(nth)
            except (NotFound, Refused):
                return

    at_once(use, threads=6)
    assert len(done) == 1
    with own_database.session() as session:
        assert HASHER.matches(session.get_one(User, user.id).password_hash, f"words of number {done[0]}")


def test_no_token_and_no_e_mail_stands_in_the_database_in_clear(session: Session, asked: tuple[User, str]) -> None:
    user, link = asked
    token = link.rpartition("/")[2]
    rows = str(session.execute(text("SELECT password_reset::text FROM password_reset")).all())
    rows += str(session.execute(text("SELECT args::text FROM procrastinate_jobs")).all())
    assert token not in rows
    assert user.email not in rows
    assert session.scalar(select(func.count()).select_from(PasswordReset)) == 1


def test_a_device_that_was_not_used_before_is_told_of_once(client: Any, session: Session, mail_box: Any, run_jobs: Any) -> None:
    user = people.user(session)
    agents = ["Chrome/130 Windows", "Chrome/130 Windows", "Firefox/140 Android"]
    for agent in agents:
        sent = {"email": user.email, "password": people.PASSWORD}
        assert client.post("/sign-in", sent, headers={"User-Agent": agent}).status == 303
        run_jobs()
    letters = mail_box.to(user.email)
    assert len(letters) == 2
    assert "Chrome on Windows" in letters[0].get_content()
    assert "Chrome" not in letters[0]["Subject"]
    # A wrong password is told to nobody: it would tell strangers who has an account.
    client.post("/sign-in", {"email": user.email, "password": "wrong words"}, headers={"User-Agent": "Safari iPad"})
    assert run_jobs() == []


def test_a_changed_password_is_told(client: Any, session: Session, mail_box: Any, run_jobs: Any, sign_in_as: Any) -> None:
    user = people.user(session)
    sign_in_as(client, user)
    client.post("/account/password", {"current": people.PASSWORD, "new": NEW, "again": NEW})
    run_jobs()
    assert "password of your account was changed" in mail_box.to(user.email)[0].get_content()


@pytest.mark.parametrize(
    "password", ["trustno1", "Passw0rd", "liverpool1", "1qaz2wsx", "doncaster2026", "changinglives1", "MICHELLE1", "q1w2e3r4t5"]
)
def test_what_was_met_in_breaches_will_not_do(password: str) -> None:
    assert weakness(password, email="rosa@example.org")


@pytest.mark.parametrize(
    "password", ["x9-tall-heron-gravel", "correct horse and a boat", "Ł" * 3 + "ódź jest daleko stąd", "w" + "ordy " * 20]
)
def test_long_words_of_any_letters_will_do(password: str) -> None:
    assert weakness(password, email="rosa@example.org") is None
