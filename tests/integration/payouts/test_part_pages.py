"""What the pages say of an award that is paid in parts, to finance and to whoever asked."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from fundapp.grants.lifecycle import Status
from tests.builders import grants as build
from tests.integration.payouts.test_parts import start
from tests.support.outside import MailBox

LINE = "Agreed £500.00 · paid £300.00 · still set aside £200.00"


def test_a_part_is_entered_and_released_and_the_desk_lists_the_request_for_its_next_payment(
    client: Any, session: Session, sign_in_as: Any
) -> None:
    build.money(session)
    who = build.cast(session)
    build.item(session, "furniture", low=40_000, high=60_000)
    request = build.agreed(session, who.worker, who.approver, code="furniture", price_pence=50_000)
    sign_in_as(client, who.finance.user)
    page = client.get("/payouts").follow("Enter request")
    form = page.form('form[action$="enter"]').fill(amount="300")
    page = form.submit()
    assert (page.status, "Say what becomes of the rest" in page.words) == (422, True)
    assert page.one("#enter_payment-amount")["value"] == "300"
    page = page.form('form[action$="enter"]').fill(rest="part").submit()
    assert "The rest, £200.00 Stays set aside for a later payment" in page.words
    sign_in_as(client, who.finance_two.user)
    desk = client.get("/payouts")
    assert "A part: £200.00 stays set aside." in desk.words
    page = desk.follow("Check request")
    assert "£200.00 stays set aside for a later payment." in page.words
    page = page.form('form[action$="release"]').submit("Release £300.00")
    assert LINE in page.words
    assert "Part paid, £300.00" in page.words
    desk = client.get("/payouts")
    assert f"£200.00 more to {request.shops}" in desk.words
    assert LINE in desk.words
    page = desk.follow("Enter request")
    assert page.one("#enter_payment-amount")["value"] == "200.00"
    # The last pound: nobody has to say that nothing is left.
    page = page.form('form[action$="enter"]').submit()
    assert "Entered. Somebody else checks and releases it." in page.words
    sign_in_as(client, who.finance.user)
    page = client.get(f"/payouts/{request.id}").form('form[action$="release"]').submit("Release £200.00")
    session.refresh(request)
    assert request.status is Status.PAID
    assert "Agreed £500.00 · paid £500.00" in page.words
    assert page.text("tfoot").endswith("£500.00")


def test_the_person_who_asked_reads_what_is_paid_and_shows_the_bill_of_a_part(client: Any, session: Session, sign_in_as: Any) -> None:
    who, request = start(session)
    sign_in_as(client, who.worker.user)
    page = client.get(f"/requests/{request.id}")
    assert LINE in page.words
    assert "Part of it is paid. The rest stays set aside for a later payment" in page.words
    assert "Part paid, £300.00" in page.words
    assert "Payment entered" not in page.words
    form = page.form('form[action$="confirm"]')
    form.data["bill"] = (build.io.BytesIO(build.photo()), "bill.jpg")
    page = form.submit("This part is in their hands")
    assert "Thank you, the bill is here." in page.words
    assert "In their hands so far, bill shown" in page.words
    page = page.form('form[action$="withdraw"]').submit("Give the rest back")
    assert page.status == 422
    page = page.form('form[action$="withdraw"]').fill(words="They were given a bed.").submit("Give the rest back")
    assert "The rest is not needed" in page.words
    assert "Agreed £500.00 · paid £300.00 · given back to the fund £200.00" in page.words
    assert "Once it is in their hands, show the bill" in page.words


def test_finance_gives_the_rest_back_and_takes_a_payment_back_with_a_reason(
    client: Any, session: Session, sign_in_as: Any, mail_box: MailBox, run_jobs: Any
) -> None:
    who, request = start(session)
    run_jobs()
    sign_in_as(client, who.finance.user)
    page = client.get(f"/payouts/{request.id}").form('form[action$="give-rest-back"]').fill(words="The shop gave a discount.").submit()
    assert "The rest is given back to its fund." in page.words
    assert "Agreed £500.00 · paid £300.00 · given back to the fund £200.00" in page.words
    form = page.form('form[action$="came-back"]')
    assert form.submit().status == 422
    page = form.fill(words="The bank sent it back.").submit()
    assert "Taken back in the ledger." in page.words
    assert "The payment came back, £300.00" in page.words
    assert "“The bank sent it back.”" in page.words
    assert page.text("tfoot").endswith("£0.00")
    session.refresh(request)
    assert (request.status, request.set_aside_pence) == (Status.AGREED, 30_000)
    run_jobs()
    subjects = [message["Subject"] for message in mail_box.to(who.worker.user.email)]
    assert subjects[-3:] == [
        f"Part of request {request.id} is paid",
        f"The rest of request {request.id} is not needed",
        f"A payment for request {request.id} came back",
    ]
    sign_in_as(client, who.approver.user)
    assert "£300.00 is set aside" in client.get(f"/decisions/{request.id}").words
