"""The Fund's doors, in a real browser."""

from collections.abc import Callable

from fundapp.core.roles import Role
from tests.builders import people
from tests.support.browser import PHONE, Walker
from tests.support.live import LiveServer
from tests.support.story import sign_in_as

Walk = Callable[..., Walker]


def test_somebody_signs_in_on_a_phone_without_scripts_and_out_again(walk: Walk, live_server: LiveServer) -> None:
    with live_server.database.session() as session:
        admin = people.user(session, Role.ADMIN, name="Ada Admin")
    me = walk(PHONE, scripts=False)
    sign_in_as(me, admin.email)
    me.sees("Ada Admin")
    me.press("Sign out")
    me.open("/admin").sees("Sign in")
