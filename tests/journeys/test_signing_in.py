"""Coming in with more than a password, in a real browser: a passkey of a virtual device, and a code without any script."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
from sqlalchemy import update

from fundapp.core import clock
from fundapp.core.roles import Role
from fundapp.people.models import User, UserSession
from tests.builders import people
from tests.support.browser import DESK, PHONE, Walker
from tests.support.live import LiveServer

Walk = Callable[..., Walker]


def somebody(live: LiveServer, role: Role) -> User:
    """Somebody who has not set anything up yet."""
    with live.database.session() as session:
        people.fund_holder(session)
        return people.user(session, role, name="Ada Admin")


def password(me: Walker, user: User) -> Walker:
    """The first step."""
    return me.open("/sign-in").fill({"E-mail": user.email, "Password": people.PASSWORD}).press("Sign in")


def test_a_passkey_is_set_up_signs_in_and_proves_it_again(walk: Walk, live_server: LiveServer) -> None:
    admin = somebody(live_server, Role.ADMIN)
    me = walk(DESK)
    device = me.page.context.new_cdp_session(me.page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}})
    password(me, admin).sees("Prove that it is you").follow("Set up a passkey")
    me.fill({"What to call it": "Work laptop"}).page.get_by_role("button", name="Set up a passkey here").click()
    me.page.get_by_text("I have kept them").wait_for()
    me.check().follow("I have kept them").sees("Ada Admin")
    me.open("/account").sees("Work laptop", "Passkey")
    me.press("Sign out")
    # Nothing is typed.
    me.open("/sign-in").page.get_by_role("button", name="Use a passkey").click()
    me.page.wait_for_url(re.compile("/admin$"))
    me.check().sees("Ada Admin")
    with live_server.database.session() as session:
        session.execute(update(UserSession).values(stepped_up_at=clock.now() - timedelta(minutes=11)))
        session.commit()
    # What was typed goes on with the proof, by the browser's own doing.
    worker = somebody(live_server, Role.KEY_WORKER)
    me.open(f"/admin/people/{worker.id}").choose("Panel member").fill({"Why": "Joins the panel."}).press("Change the roles")
    me.sees("Show that it is you").page.get_by_role("button", name="Use a passkey").click()
    me.page.wait_for_url(re.compile(f"/admin/people/{worker.id}$"))
    me.check().sees("roles are changed")


def test_somebody_without_scripts_sets_up_an_app_on_a_phone_and_comes_back_with_its_code(plain: Walk, live_server: LiveServer) -> None:
    admin = somebody(live_server, Role.ADMIN)
    me = password(plain(PHONE), admin).follow("Set up an app")
    secret = me.page.locator("main .mono").inner_text().replace(" ", "")
    me.fill({"The six digits": pyotp.TOTP(secret).now(), "What to call it": "Phone"}).press("Add this app").follow("I have kept them")
    me.press("Sign out")
    password(me, admin).sees("One more step")
    # The clock of the phone goes 30 seconds fast: the code that set it up is none any more.
    me.fill({"Your code": pyotp.TOTP(secret).at(clock.now(), counter_offset=1)}).press("Go on").sees("Ada Admin")
