"""A session is a row: ended anywhere, it is ended everywhere, at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import SYSTEM
from fundapp.core.roles import Role
from fundapp.people import service
from fundapp.people.models import User, UserSession
from fundapp.people.sessions import device_name
from tests.builders import people

HOME = "http://localhost:8000"


@pytest.fixture
def user(session: Session) -> User:
    """Somebody with an account."""
    return people.user(session, Role.ADMIN)


class Device:
    """A browser of its own, with its own cookies."""

    def __init__(self, app: Any, session: Session, agent: str = "Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile") -> None:
        self.browser = app.test_client()
        self.session = session
        self.agent = agent

    def open(self, url: str, **options: Any) -> Any:
        """Ask for a page."""
        self.session.commit()
        answer = self.browser.open(url, base_url=HOME, headers={"User-Agent": self.agent}, **options)
        self.session.expire_all()
        return answer

    def token(self) -> str:
        """The form's token, from the page."""
        page = self.open("/account", follow_redirects=True).get_data(as_text=True)
        return page.partition('name="csrf_token" value="')[2].partition('"')[0]

    def post(self, url: str, **data: str) -> Any:
        """Send a form."""
        return self.open(url, method="POST", data={"csrf_token": self.token(), **data})

    def sign_in(self, user: User) -> Device:
        """Come in."""
        assert self.post("/sign-in", email=user.email, password=people.PASSWORD).status_code == 303
        if code := people.code(self.session, user.email):
            assert self.post("/second-step", code=code).status_code == 303
        assert self.is_in()
        return self

    def is_in(self) -> bool:
        """Whether this device may see an account."""
        return bool(self.open("/account").status_code == 200)


def test_signing_out_ends_the_row_and_the_old_cookie_is_worth_nothing(app: Any, session: Session, user: User) -> None:
    device = Device(app, session).sign_in(user)
    stolen = device.browser.get_cookie("session-8000")
    assert device.post("/sign-out").status_code == 303
    assert not device.is_in()
    device.browser.set_cookie("session-8000", stolen.value, domain="localhost")
    assert not device.is_in()
    assert session.scalars(select(UserSession.ended_at)).one() is not None


def test_a_session_ended_on_another_device_is_over_at_once(app: Any, session: Session, user: User) -> None:
    phone, desk = Device(app, session).sign_in(user), Device(app, session, "Mozilla/5.0 (Windows NT 10.0) Firefox/130").sign_in(user)
    page = desk.open("/account").get_data(as_text=True)
    assert "Chrome on Android" in page
    assert "Firefox on Windows" in page
    first = session.scalars(select(UserSession.id).order_by(UserSession.id)).first()
    assert desk.post(f"/account/sessions/{first}/end").status_code == 303
    assert not phone.is_in()
    assert desk.is_in()


def test_nobody_ends_somebody_elses_session(app: Any, session: Session, user: User) -> None:
    mine, theirs = Device(app, session).sign_in(user), Device(app, session).sign_in(people.user(session))
    other = session.scalars(select(UserSession.id).order_by(UserSession.id.desc())).first()
    assert mine.post(f"/account/sessions/{other}/end").status_code == 404
    assert theirs.is_in()


def test_a_disabled_account_is_out_with_its_very_next_page(app: Any, session: Session, user: User) -> None:
    device = Device(app, session).sign_in(user)
    session.get_one(User, user.id).disabled_at = clock.now()
    assert not device.is_in()


def test_disabling_an_account_ends_its_sessions_for_good(app: Any, session: Session, user: User) -> None:
    device = Device(app, session).sign_in(user)
    people.user(session, Role.ADMIN)
    service.deactivate(session, actor=SYSTEM, user_id=user.id, reason="Left.")
    service.reactivate(session, actor=SYSTEM, user_id=user.id)
    assert not device.is_in()


def test_a_role_taken_away_is_gone_with_the_next_page(app: Any, session: Session, user: User) -> None:
    device = Device(app, session).sign_in(user)
    people.user(session, Role.ADMIN)
    assert device.open("/admin").status_code == 200
    service.change_roles(session, actor=SYSTEM, user_id=user.id, roles=[Role.KEY_WORKER], reason="Moved.")
    assert device.open("/admin").status_code == 403


def test_twelve_idle_hours_end_a_session_and_use_keeps_it(app: Any, session: Session, user: User) -> None:
    device, begun = Device(app, session).sign_in(user), clock.now()
    for hours in (11, 22, 33):
        with clock.at(begun + timedelta(hours=hours)):
            assert device.is_in()
    with clock.at(begun + timedelta(hours=45, minutes=1)):
        assert not device.is_in()


def test_seven_days_end_a_session_however_busy(app: Any, session: Session, user: User) -> None:
    device, begun = Device(app, session).sign_in(user), clock.now()
    for hours in range(6, 7 * 24, 6):
        with clock.at(begun + timedelta(hours=hours)):
            assert device.is_in()
    with clock.at(begun + timedelta(days=7, seconds=1)):
        assert not device.is_in()


def test_reading_pages_writes_at_most_every_five_minutes(app: Any, session: Session, user: User) -> None:
    device, begun = Device(app, session).sign_in(user), clock.now()
    first = session.scalars(select(UserSession.last_seen_at)).one()
    with clock.at(begun + timedelta(minutes=4)):
        device.is_in()
        assert session.scalars(select(UserSession.last_seen_at)).one() == first
    with clock.at(begun + timedelta(minutes=6)):
        device.is_in()
        assert session.scalars(select(UserSession.last_seen_at)).one() == clock.now()


def test_a_new_password_signs_out_every_other_device(app: Any, session: Session, user: User) -> None:
    phone, desk = Device(app, session).sign_in(user), Device(app, session).sign_in(user)
    new = "other random words"
    answer = desk.post("/account/password", current=people.PASSWORD, new=new, again=new)
    assert answer.status_code == 303
    assert desk.is_in()
    assert not phone.is_in()
    assert phone.post("/sign-in", email=user.email, password=people.PASSWORD).status_code == 409
    assert phone.post("/sign-in", email=user.email, password=new).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "again", "sentence"),
    [
        ("not my password", "other random words", "other random words", "not your present password"),
        (people.PASSWORD, "password", "password", "first that anybody would try"),
        (people.PASSWORD, "other random words", "other random wards", "not the same"),
        ("", "", "", "present password"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(
    app: Any, session: Session, user: User, current: str, new: str, again: str, sentence: str
) -> None:
    phone, desk, before = Device(app, session).sign_in(user), Device(app, session).sign_in(user), user.password_hash
    answer = desk.post("/account/password", current=current, new=new, again=again)
    assert answer.status_code in {409, 422}
    assert sentence in answer.get_data(as_text=True)
    assert session.get_one(User, user.id).password_hash == before
    assert phone.is_in()


def test_a_cookie_signed_with_another_key_is_nobody(app: Any, session: Session, user: User) -> None:
    device = Device(app, session).sign_in(user)
    value = device.browser.get_cookie("session-8000").value
    device.browser.set_cookie("session-8000", value[:-3] + ("abc" if value[-3:] != "abc" else "xyz"), domain="localhost")
    assert not device.is_in()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1", "Safari on an iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("curl/8", "A browser on a device we do not know"),
        ("", "A browser on a device we do not know"),
    ],
)
def test_a_device_is_known_coarsely(agent: str, name: str) -> None:
    assert device_name(agent) == name
