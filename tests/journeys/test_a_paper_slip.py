"""Somebody with nothing but a paper slip sees what was asked in their name, answers, and stops it; their key worker takes it up again."""

from __future__ import annotations

from collections.abc import Callable

from fundapp.grants.models import GrantRequest
from tests.builders import grants as build
from tests.support.browser import DESK, PHONE, Walker
from tests.support.story import Town, sign_in

Walk = Callable[..., Walker]


def test_a_slip_is_all_it_takes_to_see_answer_and_stop(town: Town, walk: Walk) -> None:
    with town.live.database.session() as session:
        request: GrantRequest = build.waiting(session, town.who.worker)
        number, person = request.id, request.person_id
        session.commit()

    worker = sign_in(walk(PHONE), town.who.worker)
    worker.open(f"/requests/{number}").sees("They have no slip.").follow("Give them a slip")
    worker.sees("Their Fund code is another, and opens nothing.")
    worker.press("Make a slip").sees("Shown this once.")
    code = worker.page.locator("input[name=code]").first.input_value()
    worker.open(f"/requests/people/{person}/slip").sees("Nobody can show its code again.")
    worker.open(f"/requests/{number}").sees("They have had a slip since")
    worker.page.get_by_text("Ask them something on their page").click()
    worker.fill({"Your question to them": "Would a used one do?"}).press("Ask them").sees("Not answered yet.")

    somebody = walk(PHONE, scripts=False)
    somebody.open("/person").fill({"The code on your slip": code.lower()}).press("Show what was asked")
    somebody.sees("What was asked for you", "Phone", "Asked", "Would a used one do?")
    somebody.press("Send the answer").sees("Write your answer, in a few words.")
    somebody.fill({"Your answer": "Yes, if it rings."}).press("Send the answer")
    somebody.page.get_by_text("You do not want this, or not now").click()
    somebody.press("Pause this").sees("You paused it", "Nothing is decided and nothing is paid.")
    walk(DESK).open(f"/person/{code}").sees("You paused it")
    somebody.press("Tell nothing of me").sees("You want nothing told of you.")

    approver = sign_in(walk(DESK), town.who.approver)
    approver.open(f"/decisions/{number}").sees("Whoever it is for has paused it.")
    assert approver.page.get_by_role("button", name="Agree £39.99").count() == 0

    worker.open(f"/requests/{number}").sees("They paused it", "Yes, if it rings.", "They want no story told of them")
    worker.press("They want it: take it up again").sees("Taken up again.")
    approver.open(f"/decisions/{number}")
    assert "has paused it" not in approver.page.inner_text("main")
    somebody.open(f"/person/{code}").page.get_by_text("Somebody else has seen it, or you do not want it").click()
    somebody.press("Make this slip void").sees("Your slip is void")
