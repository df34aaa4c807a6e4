"""More than a password: codes, each once, for whoever needs them; and nothing at all before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.core.keys import Keys
from fundapp.core.roles import Role
from fundapp.people import factors, proving, recovery, service, sessions, throttle
from fundapp.people.factor_models import Factor, RecoveryCode
from fundapp.people.models import User, UserSession
from fundapp.web.guards import ARRIVING, PUBLIC, guard_of
from tests.builders import people
from tests.rules.test_addresses import address, rules
from tests.support.races import at_once

HASHER = service.passwords("test")


@pytest.fixture
def owner(session: Session) -> User:
    """An approver with an app."""
    user = people.user(session, Role.APPROVER)
    people.app(session, user)
    return user


@pytest.fixture
def half(client: Any, owner: User, sign_in_as: Any) -> Any:
    """The client, with the right password and no more."""
    sign_in_as(client, owner, proven_by="password", second_factor_owed=True)
    return client


def secret_of(session: Session, user: User) -> str:
    """What their app keeps."""
    return factors.apps(session, user.id)[0].secret or ""


def shown(session: Session, user: User, *, steps: int = 0) -> str:
    """What their app shows, on a clock that is so many steps of 30 seconds off."""
    return pyotp.TOTP(secret_of(session, user)).at(clock.now(), counter_offset=steps)


def is_in(client: Any) -> bool:
    """Whether they may see their account."""
    return bool(client.get("/account").status == 200)


@pytest.mark.parametrize(("role", "proof"), [(Role.ADMIN, "none yet"), (Role.FINANCE, "an app")])
def test_a_half_proven_session_opens_nothing_on_the_whole_map_but_the_second_step(
    app: Flask, client: Any, session: Session, sign_in_as: Any, role: Role, proof: str
) -> None:
    user = people.user(session, role)
    if proof == "an app":
        people.app(session, user)
    sign_in_as(client, user, proven_by="password")
    begun = "/second-step" if proof == "an app" else "/factors/set-up"
    walked = 0
    for rule in rules(app):
        kind = guard_of(app, rule.endpoint)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            if kind is PUBLIC or rule.endpoint == "second_step.leave":
                continue
            page = client.get(address(rule)) if method == "GET" else client.post(address(rule))
            own = kind is ARRIVING and page.status in {200, 422, 409}
            if own:
                assert rule.endpoint.startswith("second_step." if proof == "an app" else "factors."), rule.endpoint
            else:
                assert page.status == 303, (method, rule.rule, page.status)
                assert page.headers["Location"].startswith(("/second-step", begun)), (method, rule.rule, page.headers["Location"])
            walked += 1
    assert walked > 150
    # Public pages do not know them, and nothing was done in their name.
    assert user.name not in client.get("/").words
    assert session.scalars(select(UserSession.second_factor_at)).all() == [None]
    assert factors.count(session, user.id) == (1 if proof == "an app" else 0)


def test_a_code_opens_the_page_one_wanted_under_a_new_token(client: Any, session: Session, owner: User, half: Any) -> None:
    before = session.scalars(select(UserSession.token_hash)).one()
    asked = half.get("/decisions").follow()
    landed = asked.form().fill(code=shown(session, owner)).submit()
    assert landed.url.endswith("/decisions")
    row = session.scalars(select(UserSession)).one()
    assert (row.proven_by, row.token_hash != before) == ("app", True)


def test_a_code_is_taken_once(client: Any, session: Session, owner: User, half: Any, sign_in_as: Any) -> None:
    code = shown(session, owner)
    assert half.post("/second-step", {"code": code}).status == 303
    sign_in_as(client, owner, proven_by="password")
    page = client.post("/second-step", {"code": code})
    assert page.status == 409
    assert "used already" in page.words
    assert not is_in(client)
    # One from before it is none either.
    assert client.post("/second-step", {"code": shown(session, owner, steps=-1)}).status == 409
    assert client.post("/second-step", {"code": shown(session, owner, steps=1)}).status == 303


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off_either_way(session: Session, owner: User, half: Any, steps: int, taken: bool) -> None:
    # The server's own clock must not go on between the two looks at it.
    with clock.at(clock.now()):
        code = shown(session, owner, steps=steps)
        page = half.post("/second-step", {"code": f" {code[:3]} {code[3:]} "})
    assert (page.status == 303, is_in(half)) == (taken, taken)


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "１２３４５６", "٠١٢٣٤٥", "abcdef", "x" * 5_000, "' OR 1=1 --", "\x00"])
def test_what_is_no_code_opens_nothing(session: Session, owner: User, half: Any, code: str) -> None:
    assert half.post("/second-step", {"code": code}).status in {409, 422}
    assert not is_in(half)
    assert session.scalars(select(Factor.last_step)).all() == [0]


def test_two_with_one_code_at_the_same_moment_open_one_session(own_database: Any) -> None:
    with own_database.session() as session:
        user = people.user(session, Role.FINANCE)
        people.app(session, user)
        code, actor = shown(session, user), user.actor
        begun = [sessions.start(session, user=user, device="a test")[0].id for _ in range(6)]
        codes = recovery.make_anew(session, user_id=user.id, passwords=HASHER)
        session.commit()
    taken: list[int] = []

    def prove(nth: int, typed: str) -> None:
        with own_database.session() as own, transaction(own):
            keys = Keys("secret", ["private"])
            attempt = throttle.note_second_factor(own, keys=keys, user_id=actor.user_id or 0, address=f"192.0.2.{nth}")
            try:
                proving.second_step(own, actor=actor, session_id=begun[nth], attempt=attempt, typed=typed, passwords=HASHER)
                taken.append(nth)
            except Refused:
                return

    at_once(lambda nth: prove(nth, code), threads=6)
    assert len(taken) == 1
    at_once(lambda nth: prove(nth, codes[0]), threads=6)
    assert len(taken) == 2


def test_guessing_stops_after_five_and_a_known_device_or_another_is_not_held_up(
    client: Any, session: Session, owner: User, half: Any, sign_in_as: Any
) -> None:
    # Their own phone was here before.
    phone = {"environ_overrides": {"REMOTE_ADDR": "198.51.100.7"}}
    with clock.at(clock.now()):
        assert client.post("/second-step", {"code": shown(session, owner, steps=-1)}, **phone).status == 303
    sign_in_as(client, owner, proven_by="password")
    guess = {"code": "000000"}
    answers = [client.post("/second-step", guess, environ_overrides={"REMOTE_ADDR": f"203.0.113.{nth % 3}"}).status for nth in range(14)]
    assert answers.count(409) <= 10
    assert answers[-1] == 429
    right = shown(session, owner)
    assert client.post("/second-step", {"code": right}, environ_overrides={"REMOTE_ADDR": "203.0.113.9"}).status == 429
    assert not is_in(client)
    assert client.post("/second-step", {"code": right}, **phone).status == 303


def test_a_recovery_code_opens_once_and_is_told_and_counted(client: Any, session: Session, owner: User, half: Any, run_jobs: Any) -> None:
    codes = recovery.make_anew(session, user_id=owner.id, passwords=HASHER)
    assert len({code[:4] for code in codes}) == recovery.COUNT
    session.commit()
    typed = codes[3].upper().replace("-", " ").replace("0", "O").replace("1", "I")
    assert half.post("/second-step", {"code": typed}).status == 303
    assert session.scalars(select(UserSession.proven_by)).one() == "recovery"
    assert run_jobs() == ["people_factors.send_news"]
    assert recovery.left(session, owner.id).left == 9
    assert session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.kind == "recovery_code.used")) == 1
    session.execute(UserSession.__table__.update().values(second_factor_at=None))
    page = half.post("/second-step", {"code": codes[3]})
    assert page.status == 409
    assert recovery.left(session, owner.id).left == 9
    # Nothing that could open anything stands in the database.
    kept = str(session.execute(select(RecoveryCode.mark, RecoveryCode.code_hash)).all())
    assert not any(code.replace("-", "")[4:] in kept for code in codes)


def test_new_recovery_codes_end_the_old_ones(client: Any, session: Session, owner: User, sign_in_as: Any) -> None:
    old = recovery.make_anew(session, user_id=owner.id, passwords=HASHER)
    sign_in_as(client, owner)
    page = client.get("/factors/recovery-codes").form().submit()
    new = page.texts("main ol.mono li")
    assert len(new) == 10
    assert not set(new) & set(old)
    sign_in_as(client, owner, proven_by="password")
    assert client.post("/second-step", {"code": old[0]}).status == 409
    assert client.post("/second-step", {"code": new[0]}).status == 303


def test_somebody_who_needs_an_app_sets_it_up_at_once_and_gets_codes_this_once(
    client: Any, session: Session, sign_in_as: Any, run_jobs: Any
) -> None:
    user = people.user(session, Role.AUDITOR)
    sign_in_as(client, user, proven_by="password")
    page = client.get("/audit").follow().follow()
    assert page.text("h1") == "Prove that it is you"
    page = page.follow("Set up an app")
    secret = page.text("main .mono").replace(" ", "")
    assert page.one("main .code svg")
    wrong = page.form().fill(code="000000", name="Phone").submit()
    assert wrong.status == 409
    assert wrong.text("main .mono").replace(" ", "") == secret
    code = pyotp.TOTP(secret).at(clock.now())
    page = wrong.form().fill(code=code, name="Phone").submit()
    assert len(page.texts("main ol.mono li")) == 10
    assert page.headers["Cache-Control"] == "no-store"
    assert client.get("/audit").status == 200
    assert secret not in str(session.execute(select(Factor.__table__.c.id, func.encode(Factor.__table__.c.credential_id, "hex"))).all())
    assert run_jobs() == ["people_factors.send_news"]
    # The code that was shown to set it up opens nothing any more.
    sign_in_as(client, user, proven_by="password")
    assert client.post("/second-step", {"code": code}).status == 409


def test_a_secret_offered_to_one_session_is_not_taken_from_another(client: Any, session: Session, sign_in_as: Any) -> None:
    one, other = people.user(session), people.user(session)
    sign_in_as(client, one)
    page = client.get("/factors/app")
    sealed, secret = str(page.one("[name=sealed]")["value"]), page.text("main .mono").replace(" ", "")
    sign_in_as(client, other)
    sent = {"sealed": sealed, "name": "Theirs", "code": pyotp.TOTP(secret).at(clock.now())}
    assert client.post("/factors/app", sent).status == 409
    for bent in ("", "rubbish", sealed[:-8] + "AAAAAAA=", "\x00"):
        assert client.post("/factors/app", sent | {"sealed": bent}).status == 409
    assert session.scalar(select(func.count()).select_from(Factor)) == 0


def test_a_key_worker_who_adds_an_app_is_asked_for_it_on_every_other_device(client: Any, session: Session, sign_in_as: Any) -> None:
    user = people.user(session)
    sign_in_as(client, user, proven_by="password")
    assert is_in(client)
    page = client.get("/account").follow("Set up a passkey or an app").follow("Set up an app")
    _, elsewhere = sessions.start(session, user=user, device="another")
    secret = page.text("main .mono").replace(" ", "")
    page.form().fill(code=pyotp.TOTP(secret).at(clock.now()), name="Phone").submit()
    assert is_in(client)
    with client.flask.session_transaction(base_url="http://localhost:8000") as cookie:
        cookie["_user_id"] = elsewhere
    assert not is_in(client)


def test_the_last_one_stays_with_whoever_needs_one_and_others_may_remove_theirs(
    client: Any, session: Session, sign_in_as: Any, owner: User
) -> None:
    sign_in_as(client, owner)
    first = factors.apps(session, owner.id)[0].id
    page = client.get(f"/factors/{first}").form("form[action$=remove]").submit()
    assert page.status == 409
    assert "only one you have" in page.words
    second = people.app(session, owner, name="Old phone").id
    assert client.post(f"/factors/{second}/rename", {"name": "New name"}).status == 303
    assert "New name" in client.get("/account").words
    assert client.post(f"/factors/{second}/remove").status == 303
    assert [one.id for one in factors.of(session, owner.id)] == [first]
    worker = people.user(session)
    people.app(session, worker)
    sign_in_as(client, worker)
    assert client.post(f"/factors/{first}/remove").status == 404
    assert client.post(f"/factors/{factors.apps(session, worker.id)[0].id}/remove").status == 303
    assert factors.count(session, owner.id) == 1
    sign_in_as(client, worker, proven_by="password")
    assert is_in(client)


@pytest.fixture
def another_admin(session: Session) -> User:
    """Somebody who may begin anew with others."""
    return people.user(session, Role.ADMIN)


def test_an_administrator_begins_anew_with_somebody_who_lost_everything(
    client: Any, session: Session, owner: User, another_admin: User, sign_in_as: Any, run_jobs: Any
) -> None:
    sessions.start(session, user=owner, device="stolen", proven_by="app")
    sign_in_as(client, another_admin)
    page = client.get(f"/admin/people/{owner.id}").follow("They lost all they prove with")
    assert page.form().fill(reason="").submit().status == 422
    assert factors.count(session, owner.id) == 1
    assert page.form().fill(reason="Rang them on the number in the file.").submit().status == 200
    assert (factors.count(session, owner.id), recovery.left(session, owner.id).made) == (0, 0)
    assert session.scalars(select(UserSession.ended_at).where(UserSession.user_id == owner.id)).one() is not None
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "factors.reset")).one()
    assert (event.subject, event.facts) == (owner.reference, {"count": 1})
    assert run_jobs() == ["people_factors.send_news"]
    # Never for oneself.
    people.app(session, another_admin)
    assert client.post(f"/admin/people/{another_admin.id}/factors", {"reason": "Mine."}).status == 409
    assert factors.count(session, another_admin.id) == 1


def test_a_proof_is_fresh_for_ten_minutes_and_what_was_typed_goes_on_with_the_next(
    client: Any, session: Session, another_admin: User, sign_in_as: Any
) -> None:
    worker = people.user(session)
    people.app(session, another_admin)
    sign_in_as(client, another_admin)
    url, typed = f"/admin/people/{worker.id}/roles", {"roles": ["key_worker", "panel"], "reason": "Joins the panel."}
    with clock.at(clock.now() + timedelta(minutes=11)):
        asked = client.post(url, typed)
        assert asked.status == 307
        page = client.post(asked.headers["Location"], typed)
        assert page.text("h1") == "Show that it is you"
        wrong = page.form().fill(proof_code="000000").submit()
        assert wrong.status == 409
        done = wrong.form().fill(proof_code=shown(session, another_admin)).submit(follow=False)
        assert (done.status, done.headers["Location"]) == (307, url)
        # What the browser sends on: everything that the form held.
        kept = [(one["name"], one["value"]) for one in page.soup.select("form input[type=hidden]") if one["name"] in {"roles", "reason"}]
        assert kept == [("roles", "key_worker"), ("roles", "panel"), ("reason", "Joins the panel.")]
        assert client.post(url, typed).status == 303
    assert people.queries.user(session, worker.id).roles == {Role.KEY_WORKER, Role.PANEL}


def test_a_proof_of_one_session_is_none_of_another(client: Any, session: Session, another_admin: User, sign_in_as: Any) -> None:
    sign_in_as(client, another_admin)
    _, elsewhere = sessions.start(session, user=another_admin, device="another", proven_by="app")
    session.execute(UserSession.__table__.update().values(stepped_up_at=clock.now() - timedelta(minutes=11)))
    people.app(session, another_admin)
    page = client.get(f"/admin/people/{another_admin.id}/factors")
    assert page.headers["Location"].startswith("/prove?next=")
    code = shown(session, another_admin)
    landed = page.follow().form().fill(proof_code=code).submit(follow=False)
    assert (landed.status, landed.headers["Location"]) == (303, f"/admin/people/{another_admin.id}/factors")
    assert landed.follow().status == 200
    with client.flask.session_transaction(base_url="http://localhost:8000") as cookie:
        cookie["_user_id"] = elsewhere
    assert client.get(f"/admin/people/{another_admin.id}/factors").status == 303
    assert client.post("/prove", {"proof_code": code, "proof_next": "/admin"}).status == 409
    # Nor does it lead anywhere else.
    assert (
        client.post("/prove", {"proof_code": shown(session, another_admin, steps=1), "proof_next": "//evil.example"}).headers["Location"]
        == "/admin"
    )


def test_whoever_has_a_password_alone_proves_it_with_that(client: Any, session: Session, sign_in_as: Any) -> None:
    user = people.user(session)
    sign_in_as(client, user, proven_by="password")
    session.execute(UserSession.__table__.update().values(stepped_up_at=clock.now() - timedelta(minutes=11)))
    page = client.get("/factors/app").follow()
    assert page.form().fill(proof_password="not my password").submit().status == 409
    assert page.form().fill(proof_password=people.PASSWORD).submit().url.endswith("/factors/app")
