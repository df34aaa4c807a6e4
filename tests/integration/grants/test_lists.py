"""Lists of requests: who sees which, what of it, by which words and filters; and what a table that is taken away holds."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.roles import Role
from fundapp.grants import asking, listing
from fundapp.grants.asking import Answers
from fundapp.grants.models import GrantRequest, Person
from tests.builders import grants as build
from tests.builders import groups, people

SECRETS = (build.GOAL, "landlord", "phone shop", "daughter")


@pytest.fixture
def who(session: Session) -> build.Cast:
    build.money(session)
    return build.cast(session)


def inside(session: Session) -> build.Seat:
    """A key worker of another team in the same organisation as `worker`."""
    user = people.user(session, Role.KEY_WORKER, at=people.team(session, "Night shelter", of="Riverside Outreach"))
    return build.Seat(user, user.actor, user.id)


def found(session: Session, seat: build.Seat, **said: str) -> set[int]:
    want = listing.wanted(seat.actor, said)
    return {row.id for row in session.scalars(listing.requests(seat.actor, want))}


def test_each_circle_is_as_wide_as_it_says_and_nobody_gets_a_wider_one(session: Session, who: build.Cast) -> None:
    shelter = inside(session)
    mine, mates = build.waiting(session, who.worker), build.waiting(session, who.teammate)
    theirs, unsent = build.waiting(session, shelter), build.draft(session, shelter)
    elsewhere = build.waiting(session, who.other_worker)
    assert found(session, who.worker) == found(session, who.worker, whose="all") == {mine.id}
    assert found(session, who.worker, whose="team") == {mine.id, mates.id}
    assert found(session, who.worker, whose="organisation") == {mine.id, mates.id, theirs.id}
    everything = {mine.id, mates.id, theirs.id, elsewhere.id}
    assert found(session, who.approver) == found(session, who.auditor) - {unsent.id} == everything
    assert found(session, who.approver, whose="team") == everything
    assert found(session, who.finance, whose="all") == set()


def test_of_another_team_s_request_there_is_a_figure_and_a_state_and_nothing_else(
    client: Any, session: Session, sign_in_as: Any, who: build.Cast
) -> None:
    theirs = build.waiting(session, inside(session))
    code = session.get_one(Person, theirs.person_id).code
    sign_in_as(client, who.worker.user)
    page = client.get("/requests/all?whose=organisation")
    assert f"Request {theirs.id}" in page.words
    assert "£39.99" in page.words
    row = page.one("tbody tr").get_text(" ")
    assert not [word for word in (*SECRETS, code, "Phone") if word in row]
    assert not page.soup.select(f'a[href="/requests/{theirs.id}"]')
    # Nor is it found by what it is about: in a wide list these words narrow nothing, and their own team's finds only its own.
    assert found(session, who.worker, whose="organisation", kind="boots", group="moving-on", words="x") == {theirs.id}
    assert found(session, who.worker, whose="team", kind="phone") == set()


def test_filters_narrow_and_nonsense_is_left_out(session: Session, who: build.Cast) -> None:
    with clock.at(datetime(2026, 3, 29, 12, tzinfo=UTC)):
        old = build.waiting(session, who.worker)
    draft = build.draft(session, who.worker, code="boots")
    asking.save_answers(session, actor=who.worker.actor, request_id=draft.id, answers=Answers())
    draft.person_group = "moving-on"
    session.commit()
    both = {old.id, draft.id}
    assert found(session, who.worker) == both
    assert found(session, who.worker, state="waiting") == {old.id}
    assert found(session, who.worker, kind="boots") == found(session, who.worker, group="moving-on") == {draft.id}
    # To which group somebody belongs is their own team's to know: whoever decides finds nothing out by it.
    assert old.id in found(session, who.approver, group="moving-on")
    assert found(session, who.worker, overdue="yes") == {old.id}
    # The day on which the clocks went forward, both edges of it.
    assert found(session, who.worker, since="2026-03-29", until="2026-03-29") == {old.id}
    assert found(session, who.worker, since="2026-03-30") == {draft.id}
    assert found(session, who.worker, until="2026-03-28") == set()
    odd = {"state": "'; --", "group": "nobody", "overdue": "1", "since": "soon", "until": "99999-01-01", "whose": "everybody"}
    assert found(session, who.worker, **odd) == both
    assert listing.wanted(who.worker.actor, odd).kept == {"whose": "mine"}


def test_words_are_found_and_stand_in_no_address(client: Any, session: Session, sign_in_as: Any, who: build.Cast) -> None:
    one, other = build.waiting(session, who.worker), build.waiting(session, who.worker, code="boots")
    code = session.get_one(Person, one.person_id).code
    sign_in_as(client, who.worker.user)
    for words, numbers in (
        ("boots", [other.id]),
        (str(one.id), [one.id]),
        (code, [one.id]),
        ("daughter", []),
        ("£39.99", [other.id, one.id]),
    ):
        answer = client.get("/requests/all").form('form[role="search"]').fill(q=words).submit(follow=False)
        assert answer.status == 303
        # A number of a figure or two stands in any sealed address, by chance.
        assert words.isdigit() or words not in answer.headers["Location"]
        page = answer.follow()
        links = [str(a["href"]) for a in page.soup.select("tbody th a")]
        assert links == [f"/requests/{number}" for number in numbers], words
    # Somebody else's session reads nothing out of the address.
    sign_in_as(client, who.teammate.user)
    assert "daughter" not in client.get(answer.headers["Location"]).words


def test_days_the_wrong_way_round_are_told_and_kept(client: Any, who: build.Cast, sign_in_as: Any) -> None:
    sign_in_as(client, who.worker.user)
    days = {"since-day": "2", "since-month": "2", "since-year": "2026", "until-day": "1", "until-month": "2", "until-year": "2026"}
    page = client.get("/requests/all").form('form[role="search"]').fill(**days).submit()
    assert page.status == 422
    assert "The last day lies before the first." in page.words


def table(client: Any, query: str) -> list[dict[str, str]]:
    answer = client.post(f"/requests/all/take?{query}", {})
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    text = answer.body.decode("utf-8-sig")
    assert not [word for word in SECRETS if word in text]
    return list(csv.DictReader(io.StringIO(text)))


def test_a_table_holds_figures_nobody_s_words_no_formula_and_who_took_it_is_written_down(
    client: Any, session: Session, sign_in_as: Any, who: build.Cast
) -> None:
    item = build.item(session)
    item.name = "=HYPERLINK(1)"
    agreed = build.agreed(session, who.worker, who.approver)
    sign_in_as(client, who.worker.user)
    (row,) = table(client, "whose=mine")
    assert (row["request"], row["state"], row["agreed"], row["overdue"]) == (str(agreed.id), "agreed", "39.99", "")
    assert row["kinds"] == "'=HYPERLINK(1)"
    assert session.get_one(Person, agreed.person_id).code not in row.values()
    (wide,) = table(client, "whose=organisation")
    assert "kinds" not in wide
    taken = session.scalars(select(AuditEvent).where(AuditEvent.kind == "requests.taken").order_by(AuditEvent.id)).all()
    assert [(line.actor, line.facts["whose"]) for line in taken] == [
        (f"user:{who.worker.id}", "mine"),
        (f"user:{who.worker.id}", "organisation"),
    ]


def test_a_list_of_nothing_says_what_to_do_next(client: Any, who: build.Cast, sign_in_as: Any) -> None:
    sign_in_as(client, who.worker.user)
    assert "Ask for something" in client.get("/requests/all").words
    assert "Show all of them" in client.get("/requests/all?state=ended").words
    sign_in_as(client, who.approver.user)
    assert "See what waits" in client.get("/requests/all").words


def test_what_is_due_first_stands_first_in_the_queue_and_what_stands_still_last(
    client: Any, session: Session, sign_in_as: Any, who: build.Cast
) -> None:
    late, soon, held = (build.waiting(session, who.worker) for _ in range(3))
    now = clock.now()
    late.due_at, soon.due_at, held.due_at = now - timedelta(hours=1), now + timedelta(hours=1), now - timedelta(days=2)
    held.paused_at = now
    session.commit()
    sign_in_as(client, who.approver.user)
    page = client.get("/decisions")
    links = [str(a["href"]) for a in page.soup.select("tbody th a")]
    assert links == [f"/decisions/{row.id}" for row in (late, soon, held)]
    assert page.words.count("Overdue since") == 1
    assert "Paused: its clock stands still" in page.words


def test_every_first_page_says_how_fast_answers_come(client: Any, session: Session, sign_in_as: Any, who: build.Cast) -> None:
    request = build.agreed(session, who.worker, who.approver)
    request.sent_at = clock.now() - timedelta(hours=5)
    session.commit()
    homes = {"worker": "/requests", "approver": "/decisions", "panel": "/decisions", "finance": "/payouts", "admin": "/admin"}
    for seat, path in homes.items():
        sign_in_as(client, who.seat(seat).user)
        assert "5 hours" in client.get(path).words, seat


def test_an_administrator_hears_how_many_are_overdue_and_not_which(client: Any, session: Session, sign_in_as: Any, who: build.Cast) -> None:
    request = build.waiting(session, who.worker)
    request.due_at = clock.now() - timedelta(hours=1)
    session.commit()
    sign_in_as(client, who.admin.user)
    page = client.get("/admin")
    assert "1 request is overdue" in page.words
    assert "£39.99" not in page.words
    assert session.scalar(select(GrantRequest.id).where(GrantRequest.is_overdue)) == request.id


@pytest.mark.parametrize(
    "words", ["men's SHED pans", *(pytest.param(words, marks=pytest.mark.long) for words in ("Men’s", "hed", "pans shed"))]
)
def test_a_request_for_a_community_group_is_found_by_the_group_s_name_by_whoever_may_open_it(
    client: Any, session: Session, sign_in_as: Any, who: build.Cast, words: str
) -> None:
    asked = groups.waiting(session, who.worker, groups.group(session, who.worker, name="The Men’s Shed"))
    others = [groups.waiting(session, who.worker, groups.group(session, who.worker)), build.waiting(session, who.worker)]
    for seat, here in (("worker", "/requests"), ("approver", "/decisions"), ("auditor", "/decisions")):
        sign_in_as(client, who.seat(seat).user)
        listed = client.get("/requests/all").form('main form[role="search"]').fill(q=words).submit()
        assert [str(a["href"]) for a in listed.soup.select("tbody th a")] == [f"{here}/{asked.id}"], seat
        found = client.post("/search", {"q": words}).follow()
        hits = {str(a["href"]) for a in found.soup.select(".hits a[href]")}
        assert f"{here}/{asked.id}" in hits, seat
        assert not hits & {f"{here}/{other.id}" for other in others}, seat


def test_nobody_finds_another_team_s_request_by_its_group_and_marks_alone_find_nothing(
    client: Any, session: Session, sign_in_as: Any, who: build.Cast
) -> None:
    shelter = inside(session)
    theirs = groups.waiting(session, shelter, groups.group(session, shelter, name="The Men’s Shed"))
    elsewhere = groups.waiting(session, who.other_worker, groups.group(session, who.other_worker, name="Another shed"))
    sign_in_as(client, who.worker.user)
    for words in ("shed", "' %"):
        # In the wide list words narrow nothing, so that nothing can be found out by them.
        for whose in ("team", "organisation"):
            listed = client.get(f"/requests/all?whose={whose}").form('main form[role="search"]').fill(q=words).submit()
            rows = " ".join(row.get_text() for row in listed.soup.select("tbody tr"))
            assert "Shed" not in rows
            assert not listed.soup.select(", ".join(f'tbody a[href$="/{one.id}"]' for one in (theirs, elsewhere)))
        found = client.post("/search", {"q": words}).follow()
        assert not found.soup.select(".hits a[href]")
