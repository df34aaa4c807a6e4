"""A donor declares Gift Aid, gives once more under it, sees the year, cancels; finance opens who it was; the way back is sent."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from fundapp.giving.gift_aid.covering import Why, covers
from fundapp.giving.models import Donation
from tests.support.browser import DESK, PHONE, Walker
from tests.support.outside import MailBox
from tests.support.story import Town, sign_in

Walk = Callable[..., Walker]
DONOR = "lucja@example.org"


def give(me: Walker, town: Town, email: str = "") -> str:
    """Give £10 at the point, and answer the address of the gift's page."""
    me.open(town.point.path).choose("£10").press("Give")
    if email:
        me.fill({"E-mail for a receipt": email})
    me.press("Give £10.00 with the test card").sees("Your £10 is here.", "adds £2.50")
    return urlsplit(me.page.url).path


def whys(town: Town) -> list[Why]:
    """How each gift stands, the oldest first."""
    with town.live.database.session() as session:
        gifts = session.scalars(select(Donation).order_by(Donation.created_at)).all()
        return [covers(session, gift).why for gift in gifts]


def test_a_donor_declares_gives_again_under_it_and_cancels(town: Town, walk: Walk) -> None:
    me = walk(PHONE)
    first = give(me, town)
    me.follow("Add Gift Aid").sees("it was your own money", "Which gifts is it for?")
    me.press("Declare Gift Aid").sees("Choose which gifts it is for.", "Write your first name.", "Gift Aid needs this.")
    me.choose("I want to Gift Aid my donation of £10.00 and any donations I make in the future to")
    me.fill({"First name": "Łucja", "Last name": "Nowak", "House name or number": "7", "Postcode": "dn1 2ab"})
    me.choose("It is my own money, I declare what stands here, and I get nothing for my gift")
    me.press("Declare Gift Aid").sees("It will stand there as “Lucja Nowak, 7”")
    me.press("Declare Gift Aid").sees("It holds.", "Ł… N…, DN1", "From then on", "£2.50")
    assert whys(town) == [Why.COVERED]
    declaration = me.page.url
    number = me.page.locator("dd").last.inner_text()

    give(me, town)
    me.follow("Add Gift Aid").fill({"The number of your declaration": number.lower()}).press("Add this gift to it")
    me.sees("Gift Aid is declared.").follow("See, change or cancel the declaration")
    assert me.page.url == declaration
    assert whys(town) == [Why.COVERED, Why.COVERED]

    me.page.get_by_role("link", name="£20.00").click()
    me.check().sees("Your gifts in the tax year", "Of this, £20.00 under Gift Aid").follow("Back to all years")
    me.press("Cancel the declaration").sees("Gifts made before stay covered; later ones are not.")
    assert whys(town) == [Why.COVERED, Why.COVERED]
    me.open(first).sees("the tax office adds £2.50")
    assert me.page.context.cookies() == []


@pytest.mark.long
def test_finance_sees_counts_and_opens_who_declared_with_a_reason(town: Town, walk: Walk) -> None:
    me = walk(PHONE)
    give(me, town)
    me.follow("Add Gift Aid").choose("I want to Gift Aid my donation of £10.00 to")
    me.fill({"First name": "Mary", "Last name": "Palmer", "House name or number": "7", "Postcode": "DN1 2AB"})
    me.choose("It is my own money, I declare what stands here, and I get nothing for my gift").press("Declare Gift Aid")

    desk = walk(DESK)
    sign_in(desk, town.who.finance)
    desk.open("/finance").follow("Gift Aid declarations").sees("One gift alone")
    assert "Palmer" not in desk.page.content()
    desk.page.locator("tbody a").first.click()
    desk.check().sees("The words, as they were shown")
    assert "Palmer" not in desk.page.content()
    desk.press("Open it").sees("Say why you open it.")
    desk.fill({"Why you open it": "The claim for this quarter."}).press("Open it").sees("Mary Palmer", "In HMRC’s list")


@pytest.mark.long
def test_the_way_back_is_sent_to_whoever_asked_for_a_receipt(town: Town, walk: Walk, mail_box: MailBox) -> None:
    town.live.environ["MAIL_URL"] = mail_box.url
    me = walk(PHONE)
    gift = give(me, town, DONOR)
    me.follow("Have it sent by e-mail").choose("Do not write to me about anything but receipts")
    me.press("Send my receipt, and keep the address").sees("It is on its way")
    town.live.run_jobs()
    lost = walk(PHONE)
    lost.open("/privacy").follow("Lost the way to your gift?").fill({"The e-mail address your receipts go to": DONOR})
    lost.press("Send me the way back").sees("If we have that address")
    town.live.run_jobs()
    letter = mail_box.messages[-1]
    words = letter.get_body(("plain",))
    assert words is not None
    text = str(words.get_content())
    assert gift in text
    page = next(line for line in text.splitlines() if "/letters/" in line).strip()
    lost.open(urlsplit(page).path).sees("Your gifts and your letters", "£10.00").press("Forget my address").sees("We no longer have it.")
