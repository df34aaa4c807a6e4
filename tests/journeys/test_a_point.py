"""A collection point, from the administrator's form to the code on the screen, in a real browser with axe."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select

from fundapp.core.roles import Role
from fundapp.points.models import CollectionPoint
from tests.builders import people
from tests.support.browser import DESK, PHONE, Walker
from tests.support.live import LiveServer
from tests.support.story import sign_in_as

Walk = Callable[..., Walker]


@pytest.mark.parametrize(
    ("viewport", "dark"), [(PHONE, False), pytest.param(DESK, True, marks=pytest.mark.long)], ids=["phone", "dark desk"]
)
def test_a_point_is_added_and_its_code_is_scanned_off_the_screen(walk: Walk, live_server: LiveServer, viewport: object, dark: bool) -> None:
    with live_server.database.session() as session:
        people.fund_holder(session)
        admin = people.user(session, Role.ADMIN, name="Ruth Okafor")
    me = walk(viewport, dark=dark, scripts=False)
    sign_in_as(me, admin.email)
    me.open("/admin/points")
    me.follow("Add the first one").press("Add the point").sees("Write the place as donors know it")
    me.fill(
        {
            "The place, as donors read it": "the bakery on High Street",
            "The business": "Priestley’s Bakery Ltd",
            "Its address": "12 High Street\nDoncaster\nDN1 1AA",
            "Whom we speak to there": "Maureen Priestley",
            "Their telephone or e-mail": "01302 496 0001",
            "Day": "3",
            "Month": "11",
            "Year": "2025",
        }
    ).press("Add the point")
    me.sees("The bakery on High Street", "The point is open.")
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(me.page.screenshot(full_page=True))))
    with live_server.database.session() as session:
        code = session.scalars(select(CollectionPoint.code)).one()
    assert found.text == f"{live_server.base_url}/g/{code}"
    me.follow("Close this point")
    me.fill({"Why": "The shop moved away."}).press("Close the point").sees("Gifts by this code go to the general fund")
    me.follow("Collection points").sees("Closed")


def test_the_demonstrations_mail_is_read(walk: Walk, live_server: LiveServer) -> None:
    with live_server.database.session() as session:
        admin = people.user(session, Role.ADMIN, name="Ruth Okafor")
        people.team(session)
    me = walk(PHONE, scripts=False)
    me.open("/demo/mail").sees("No letters yet.")
    sign_in_as(me, admin.email)
    me.open("/admin/people/new").fill({"Their e-mail at work": "new@example.org"}).choose("Auditor")
    me.page.get_by_label("Their team").select_option(label="Fund office")
    me.press("Send the invitation")
    live_server.run_jobs()
    me.open("/demo/mail")
    me.follow("Your way into")
    me.sees("new@example.org", live_server.base_url)
