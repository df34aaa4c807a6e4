"""Somebody gives each month, from a shop's poster on their phone; and stops, by the link in the letter."""

from __future__ import annotations

import re
from collections.abc import Callable

from fundapp.giving.models import Donation
from fundapp.giving.monthly.models import Pledge
from tests.builders.stripe_calls import client_of
from tests.support.browser import PHONE, Walker
from tests.support.outside import MailBox
from tests.support.story import Town

Walk = Callable[..., Walker]
DONOR = "passer-by@example.org"


def test_a_gift_each_month_begins_at_a_poster_and_stops_by_the_link_in_the_letter(town: Town, walk: Walk, mail_box: MailBox) -> None:
    town.live.environ["MAIL_URL"] = mail_box.url
    town.live.stand_in.settings(fee_delay_seconds=0)
    town.live.stand_in.hold()
    me = walk(PHONE)
    me.open(town.point.path)
    me.page.get_by_role("radio", name="£10").check()
    me.choose("Each month")
    me.press("Give").sees("£10.00", "a month", "test")
    me.fill({"E-mail": DONOR}).press("Give £10.00 a month with the test card")
    me.sees("Your £10 is here.", "A month of your monthly gift", "The next, £10, is taken on")
    assert me.page.context.cookies() == []
    town.live.run_jobs()
    (letter,) = mail_box.messages
    words = letter.get_body(("plain",))
    assert words is not None
    (link,) = re.findall(r"/monthly/[\w-]{20,}", words.get_content())

    me.open(link).sees("£10 each month", "The next is taken on", "What you gave")
    me.fill({"Another amount each month, in pounds and pence": "6.50"}).press("Change the amount").sees("£6.50 each month")
    me.press("Pause my monthly gift").sees("Your monthly gift is paused", "Nothing is taken until you go on.")
    me.press("Go on with £6.50 a month").sees("£6.50 each month", "Once stopped, it cannot go on")
    me.press("Stop my monthly gift").sees("Your monthly gift is stopped", "Nothing more is taken.")
    assert me.page.get_by_role("button").count() == 0

    (subscription,) = client_of(town.live.stand_in).v1.subscriptions.list({"status": "all"}).data
    assert subscription.status == "canceled"
    town.live.stand_in.renew(subscription.id)
    town.live.run_jobs()
    with town.live.database.session() as session:
        assert session.query(Pledge).one().state == "stopped"
        assert [gift.amount_pence for gift in session.query(Donation)] == [1000]
    # Letters are jobs: which leaves last is nobody's promise.
    assert any("is stopped. Nothing more is taken." in str(one) for one in mail_box.messages)
