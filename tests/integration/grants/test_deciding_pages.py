"""An approver decides on one page, and is told when somebody was first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.grants import awards, deciding
from fundapp.grants.lifecycle import Status
from fundapp.grants.together import moving
from fundapp.ledger import queries as ledger
from fundapp.ledger import service
from tests.builders import grants as build


def start(session: Session, pence: int = 100_000) -> build.Cast:
    build.money(session, pence)
    return build.cast(session)


def test_agreeing_sets_the_money_aside_in_the_chosen_fund(client: Any, session: Session, sign_in_as: Any) -> None:
    who = start(session)
    request = build.waiting(session, who.worker)
    sign_in_as(client, who.approver.user)
    queue = client.get("/decisions")
    assert queue.text("h1") == "One request waits for an answer"
    page = queue.follow("Phone")
    assert page.text(".words") == build.GOAL
    assert "£35 to £45" in page.words
    assert "this is within it" in page.words
    page = page.form("#agree").fill(fund="public-giving").submit() if page.soup.select("#agree [name=fund]") else send_agree(client, page)
    assert "Agreed. The money is set aside" in page.words
    session.refresh(request)
    assert (request.status, request.agreed_pence) == (Status.AGREED, 3_999)
    assert moving.set_aside_pence(session, request) == {"public-giving": 3_999}
    assert ledger.balance_pence(session, "help-phone", "public-giving") == 3_999


def send_agree(client: Any, page: Any, fund: str = "") -> Any:
    """Press Agree as a browser does: the radios stand outside the form and name it."""
    chosen = page.one('input[name="fund"][form="agree"][checked]')["value"]
    form = page.form("#agree")
    form.data["fund"] = fund or chosen
    return form.submit()


def test_the_fund_that_is_restricted_and_ends_first_is_proposed(client: Any, session: Session, sign_in_as: Any) -> None:
    who = start(session)
    today = clock.today()
    for code, ends, pence in (("grant-now", 100, 50_000), ("grant-soon", 30, 50_000), ("grant-ended", -1, 50_000), ("grant-poor", 10, 100)):
        service.open_fund(
            session,
            code=code,
            name=code,
            restriction="restricted",
            purpose="x",
            starts_on=today - timedelta(days=300),
            ends_on=today + timedelta(days=ends),
            actor="system",
        )
        build.books.pay_in(session, pence, code)
    session.commit()
    choices = {one.code: one for one in awards.fund_choices(session, 3_999)}
    assert [code for code, one in choices.items() if one.proposed] == ["grant-soon"]
    assert choices["grant-ended"].against == "Ended"
    assert choices["grant-poor"].against == "Not enough in it"
    assert choices["grant-soon"].after_pence == 50_000 - 3_999
    assert list(choices)[-1] == "general"
    request = build.waiting(session, who.worker)
    sign_in_as(client, who.approver.user)
    page = client.get(f"/decisions/{request.id}")
    assert page.one('input[name="fund"][checked]')["value"] == "grant-soon"
    assert page.one('input[value="grant-ended"]').has_attr("disabled")


def test_too_little_money_is_told_kindly_and_changes_nothing(client: Any, session: Session, sign_in_as: Any) -> None:
    who = start(session, 1_000)
    request = build.waiting(session, who.worker)
    sign_in_as(client, who.approver.user)
    page = client.get(f"/decisions/{request.id}")
    assert "No fund has £39.99 free today." in page.words
    before = build.footprint(session)
    page = client.post(f"/decisions/{request.id}/agree", {"version": "1", "fund": "public-giving"})
    assert page.status == 409
    assert "£10.00 left to award, and this needs £39.99" in page.words
    assert build.footprint(session) == before


def test_a_fund_whose_time_is_over_is_refused_whatever_the_page_sends(client: Any, session: Session, sign_in_as: Any) -> None:
    who = start(session)
    today = clock.today()
    service.open_fund(
        session, code="old", name="Old", restriction="restricted", purpose="x", ends_on=today - timedelta(days=1), actor="system"
    )
    build.books.pay_in(session, 50_000, "old")
    request = build.waiting(session, who.worker)
    sign_in_as(client, who.approver.user)
    before = build.footprint(session)
    page = client.post(f"/decisions/{request.id}/agree", {"version": "1", "fund": "old"})
    assert page.status == 409
    assert build.footprint(session) == before


def test_agreeing_a_part_needs_less_and_a_reason(client: Any, session: Session, sign_in_as: Any) -> None:
    who = start(session)
    request = build.waiting(session, who.worker)
    sign_in_as(client, who.approver.user)
    address = f"/decisions/{request.id}/agree-part"
    page = client.post(address, {"version": "1", "fund": "public-giving", "amount": "39.99", "words": "All of it."})
    assert page.status == 409
    assert "A part is more than nothing and less than £39.99" in page.words
    assert page.one("#agree_part-amount")["value"] == "39.99"
    page = client.post(address, {"version": "1", "fund": "public-giving", "amount": "30", "words": ""})
    assert page.status == 422
    assert page.one("#agree_part-amount")["value"] == "30"
    page = page.form('form[action$="agree-part"]').fill(words="A plain one costs £30.").submit()
    assert "Agreed in part" in page.words
    session.refresh(request)
    assert (request.status, request.agreed_pence) == (Status.AGREED, 3_000)
    sign_in_as(client, who.worker.user)
    page = client.get(f"/requests/{request.id}")
    assert "£30.00 of £39.99 was agreed. A plain one costs £30." in page.words


def test_declining_gives_a_reason_that_the_worker_reads(client: Any, session: Session, sign_in_as: Any) -> None:
    who = start(session)
    request = build.waiting(session, who.worker)
    sign_in_as(client, who.approver.user)
    page = client.get(f"/decisions/{request.id}").form('form[action$="decline"]').fill(words="They had one in May.").submit()
    assert "Declined. The key worker is told why" in page.words
    sign_in_as(client, who.worker.user)
    assert "Declined: They had one in May." in client.get(f"/requests/{request.id}").words


def test_a_question_goes_to_the_worker_and_comes_back_with_the_answer(client: Any, session: Session, sign_in_as: Any) -> None:
    who = start(session)
    request = build.waiting(session, who.worker)
    sign_in_as(client, who.approver.user)
    client.get(f"/decisions/{request.id}").form('form[action$="question"]').fill(words="Which phone?").submit()
    sign_in_as(client, who.worker.user)
    page = client.get("/requests").follow("Answer one question")
    assert "“Which phone?”" in page.words
    page = page.form('form[action$="answer"]').fill(words="A plain one.").submit()
    assert "It waits for an approver again" in page.words
    sign_in_as(client, who.approver_two.user)
    page = client.get(f"/decisions/{request.id}")
    assert "“A plain one.”" in page.words
    assert send_agree(client, page).status == 200


def test_what_money_was_set_aside_for_is_withdrawn_with_a_reason_asked_for_at_its_field(
    client: Any, session: Session, sign_in_as: Any
) -> None:
    who = start(session)
    request = build.agreed(session, who.worker, who.approver)
    before = build.footprint(session)
    sign_in_as(client, who.worker.user)
    form = client.get(f"/requests/{request.id}").form('form[action$="withdraw"]')
    page = form.fill(words="").submit()
    link = page.one(".errors a[href]")
    assert link.get_text() == "Say it in a few words: they read it."
    assert page.one(str(link["href"]))["aria-invalid"] == "true"
    assert build.footprint(session) == before
    page = page.form('form[action$="withdraw"]').fill(words="They moved away.").submit()
    assert "Withdrawn. You can ask again any time." in page.words


def test_a_stale_page_is_told_who_was_first_and_when(client: Any, session: Session, sign_in_as: Any) -> None:
    who = start(session)
    request = build.waiting(session, who.worker)
    sign_in_as(client, who.approver.user)
    page = client.get(f"/decisions/{request.id}")
    with clock.at(clock.start_of(clock.today()) + timedelta(hours=14, minutes=32)):
        deciding.decline(session, actor=who.approver_two.actor, request_id=request.id, version=1, reason="No.")
        session.commit()
    before = build.footprint(session)
    page = send_agree(client, page)
    assert "Somebody declined this at 2:32 pm. Nothing more was changed" in page.words
    assert build.footprint(session) == before


def test_an_approver_of_the_team_that_asked_sees_why_there_are_no_buttons(client: Any, session: Session, sign_in_as: Any) -> None:
    who = start(session)
    request = build.waiting(session, who.amber)
    insider = build.people.user(session, build.Role.APPROVER, at=build.people.team(session, "Amber", of=build.people.HOLDER))
    sign_in_as(client, insider)
    page = client.get(f"/decisions/{request.id}")
    assert "Your team asked for this one, so somebody else answers it." in page.words
    assert not page.soup.select('form[action*="/decisions/"]:not([action$="step-aside"])')
    assert "Your team: somebody else answers" in client.get("/decisions").words


def test_what_the_fund_can_see_of_a_person_is_their_year_and_similar_help(client: Any, session: Session, sign_in_as: Any) -> None:
    who = start(session)
    with clock.at(clock.now() - timedelta(days=400)):
        old = build.agreed(session, who.worker, who.approver)
    with clock.at(clock.now() - timedelta(days=100)):
        build.agreed(session, who.worker, who.approver, code="id", price_pence=1_250, person_id=old.person_id)
    request = build.waiting(session, who.worker, person_id=old.person_id)
    sign_in_as(client, who.approver_two.user)
    facts = client.get(f"/decisions/{request.id}").texts(".checks li")
    assert facts[0].endswith("£52.49 of £500")
    assert facts[1].startswith("Similar help before: Phone, agreed ")
    assert facts[1].endswith("Yes")
    assert facts[2] == "Asked by your team No"


def test_words_that_look_like_a_page_are_shown_as_words(client: Any, session: Session, sign_in_as: Any) -> None:
    who = start(session)
    request = build.waiting(session, who.worker)
    request.goal_words, request.things[0].supplier = "<script>alert(1)</script>", "{{ 7 * 7 }}"
    session.commit()
    sign_in_as(client, who.approver.user)
    page = client.get(f"/decisions/{request.id}")
    assert page.text(".words") == "<script>alert(1)</script>"
    assert "{{ 7 * 7 }}" in page.words
    assert not page.soup.select("main script")
