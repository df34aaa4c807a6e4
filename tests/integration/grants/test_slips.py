"""A slip opens its own person's page and nothing else; whoever guesses learns nothing; what is void stays void."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.core.keys import Keys
from fundapp.grants import persons
from fundapp.grants.slips import codes, pausing, service, talking
from fundapp.grants.slips.models import PersonSlip
from fundapp.web.app import fund_of
from fundapp.web.models import Guessing, PublicTry
from tests.builders import grants as build
from tests.builders.grants import Cast, Seat
from tests.support.web import Client

SignIn = Callable[..., None]


@pytest.fixture
def who(session: Session) -> Cast:
    return build.cast(session)


@pytest.fixture
def keys(app: Flask) -> Keys:
    return fund_of(app).keys


def slip_for(session: Session, keys: Keys, by: Seat, person_id: int) -> str:
    code = service.issue(session, actor=by.actor, keys=keys, person_id=person_id).code
    session.commit()
    return code


def footprint(session: Session) -> dict[str, object]:
    mine = ("person_slip", "slip_question", "story_stop", "data_complaint")
    rows = {table: session.scalar(text(f"SELECT jsonb_agg(to_jsonb(t) ORDER BY to_jsonb(t)) FROM {table} t")) for table in mine}
    return {**build.footprint(session), **rows}


class TestGivingOut:
    def test_only_a_keyed_hash_is_kept_of_its_code(self, session: Session, keys: Keys, who: Cast) -> None:
        person = persons.issue_code(session, actor=who.worker.actor)
        code = slip_for(session, keys, who.worker, person.id)
        kept = session.scalars(select(PersonSlip)).one()
        assert kept.code_hash == codes.hash_of(keys, code)
        assert kept.code_hash != codes.hash_of(Keys("t" * 40, ("q" * 40,)), code)
        every = session.scalar(text("SELECT string_agg(to_jsonb(s)::text, '') FROM person_slip s"))
        audited = session.scalar(text("SELECT string_agg(to_jsonb(a)::text, '') FROM audit_event a"))
        jobs = session.scalar(text("SELECT coalesce(string_agg(args::text, ''), '') FROM procrastinate_jobs"))
        assert code not in (every or "") + (audited or "") + jobs
        assert person.code not in code

    def test_a_new_one_makes_the_old_one_void_at_once(self, session: Session, keys: Keys, who: Cast) -> None:
        person = persons.issue_code(session, actor=who.worker.actor)
        old = slip_for(session, keys, who.worker, person.id)
        new = slip_for(session, keys, who.teammate, person.id)
        assert service.by_code(session, keys, new).person_id == person.id
        with pytest.raises(NotFound):
            service.by_code(session, keys, old)
        first = session.scalars(select(PersonSlip).order_by(PersonSlip.id)).first()
        assert first is not None
        assert (first.why_void, first.voided_by) == ("reissued", who.teammate.id)

    def test_nobody_gives_one_out_or_makes_one_void_for_another_team_s_person(self, session: Session, keys: Keys, who: Cast) -> None:
        person = persons.issue_code(session, actor=who.worker.actor)
        code = slip_for(session, keys, who.worker, person.id)
        actors = [who.seat(seat).actor for seat in ("other_worker", "amber", "approver", "finance", "auditor", "admin", "panel")]
        before = footprint(session)
        for actor in actors:
            with pytest.raises(NotFound):
                service.issue(session, actor=actor, keys=keys, person_id=person.id)
            with pytest.raises(NotFound):
                service.void(session, actor=actor, person_id=person.id, why="lost")
        assert footprint(session) == before
        assert service.by_code(session, keys, code)

    def test_what_is_void_stays_void_and_a_reason_is_of_the_list(self, session: Session, keys: Keys, who: Cast) -> None:
        person = persons.issue_code(session, actor=who.worker.actor)
        slip_for(session, keys, who.worker, person.id)
        with pytest.raises(Refused):
            service.void(session, actor=who.worker.actor, person_id=person.id, why="her husband has it")
        service.void(session, actor=who.worker.actor, person_id=person.id, why="seen")
        session.commit()
        before = footprint(session)
        with pytest.raises(Conflict):
            service.void(session, actor=who.worker.actor, person_id=person.id, why="lost")
        session.rollback()
        assert footprint(session) == before

    def test_the_page_shows_the_code_once_and_the_paper_only_while_it_stands(
        self, session: Session, client: Client, sign_in_as: SignIn, who: Cast
    ) -> None:
        person_id = persons.issue_code(session, actor=who.worker.actor).id
        session.commit()
        sign_in_as(client, who.worker.user)
        where = f"/requests/people/{person_id}/slip"
        shown = client.get(where).form("form").submit("Make a slip")
        code = shown.one("input[name=code]")["value"]
        assert codes.is_code(str(code))
        assert shown.headers["Cache-Control"] == "no-store"
        assert codes.grouped(str(code)) in shown.words
        paper = client.post(f"{where}/paper", {"code": str(code), "language": "pl"})
        assert paper.headers["Content-Type"] == "application/pdf"
        assert paper.headers["Cache-Control"] == "no-store"
        assert str(code) not in client.get(where).words
        assert codes.grouped(str(code)) not in client.get(where).words
        again = client.get(where).form("form").submit("Make a new slip")
        refused = client.post(f"{where}/paper", {"code": str(code), "language": "en"})
        assert refused.status == 303
        assert str(again.one("input[name=code]")["value"]) != code


class TestGuessing:
    def test_wrong_void_mistyped_and_nonsense_are_one_answer(self, session: Session, client: Client, keys: Keys, who: Cast) -> None:
        person = persons.issue_code(session, actor=who.worker.actor)
        void, code = slip_for(session, keys, who.worker, person.id), slip_for(session, keys, who.worker, person.id)
        mistyped = code[:-1] + ("B" if code[-1] != "B" else "C")
        tried = [void, codes.new_code(), mistyped, "nothing", person.code, "B" * 400, "../../account"]
        pages = [client.flask.get(f"/person/{one}", base_url="http://localhost:8000") for one in tried]
        assert {page.status_code for page in pages} == {404}
        # What was tried stands in the way to the page in Polish, and nowhere else.
        assert len({page.get_data(as_text=True).replace(one, "") for one, page in zip(tried[:5], pages, strict=False)}) == 1
        assert client.get(f"/person/{code}").status == 200

    def test_the_person_s_code_of_the_fund_opens_nothing(self, session: Session, client: Client, who: Cast) -> None:
        person = persons.issue_code(session, actor=who.worker.actor)
        session.commit()
        assert client.get(f"/person/{person.code}").status == 404

    def test_who_guesses_is_shut_out_from_right_codes_too_and_noticed(
        self, session: Session, client: Client, keys: Keys, who: Cast
    ) -> None:
        person = persons.issue_code(session, actor=who.worker.actor)
        code = slip_for(session, keys, who.worker, person.id)
        for _guess in range(20):
            assert client.get(f"/person/{codes.new_code()}").status == 404
        assert client.get(f"/person/{code}").status == 200
        assert client.get(f"/person/{codes.new_code()}").status == 429
        answers = [client.get(f"/person/{one}") for one in (code, codes.new_code(), "nothing")]
        assert {page.status for page in answers} == {429}
        assert len({page.words for page in answers}) == 1
        assert session.scalars(select(Guessing.what)).all() == ["persons"]
        # The acts are shut as well, and nothing of what was tried is in the count.
        before = footprint(session)
        assert client.post(f"/person/{code}/no-story", {}, token=False).status == 429
        assert footprint(session) == before
        assert all(code.encode() not in bytes(row.network_hash) for row in session.scalars(select(PublicTry)))

    def test_no_act_tells_a_right_code_from_a_wrong_one_but_the_page(self, session: Session, client: Client) -> None:
        wrong = codes.new_code()
        acts = ("requests/1/pause", "questions/1/answer", "no-story", "ask-me-for-a-story", "end", "complain")
        before = footprint(session)
        pages = {client.post(f"/person/{wrong}/{act}", {"words": "x"}, token=False).words for act in acts}
        assert len(pages) == 1
        assert footprint(session) == before

    def test_the_door_says_only_what_anybody_could_find_out(self, client: Client) -> None:
        form = client.get("/person").form("form")
        wrong = form.fill(code="bcdfg hjkmn").submit("Show what was asked")
        assert "bcdfg hjkmn" in wrong.words
        code = codes.new_code()
        led = client.post("/person", {"code": f" {codes.grouped(code).lower()} "}, token=False)
        assert led.headers["Location"] == f"/person/{code}"


class TestThePage:
    def test_it_tells_kind_and_state_and_never_place_sum_name_or_words(
        self, session: Session, client: Client, keys: Keys, who: Cast
    ) -> None:
        build.money(session)
        request = build.agreed(session, who.worker, who.approver)
        code = slip_for(session, keys, who.worker, request.person_id or 0)
        page = client.get(f"/person/{code}")
        assert "Phone" in page.words
        assert "Agreed, not yet paid" in page.words
        for never in ("phone shop", "Market Place", "39.99", "£", who.worker.user.name, build.GOAL, "landlord", "Outreach", "Riverside"):
            assert never not in page.words.replace("Changing Lives Fund", ""), never
        person = persons.own_person(session, actor=who.worker.actor, person_id=request.person_id or 0)
        assert person.code not in page.words
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "Set-Cookie" not in page.headers

    def test_a_kind_that_is_nobody_s_business_is_not_named(self, session: Session, client: Client, keys: Keys, who: Cast) -> None:
        request = build.waiting(session, who.worker, code="birth-certificate")
        code = slip_for(session, keys, who.worker, request.person_id or 0)
        request.things[0].item.is_sensitive = True
        session.commit()
        words = client.get(f"/person/{code}").words
        assert "something that is not named here" in words
        assert "ertificate" not in words

    def test_it_shows_its_own_person_s_requests_alone_and_no_draft(self, session: Session, client: Client, keys: Keys, who: Cast) -> None:
        mine = build.waiting(session, who.worker, code="phone")
        build.draft(session, who.worker, code="bed", person_id=mine.person_id)
        build.waiting(session, who.worker, code="boots")
        words = client.get(f"/person/{slip_for(session, keys, who.worker, mine.person_id or 0)}").words
        assert "Phone" in words
        assert "Bed" not in words
        assert "Boots" not in words

    def test_what_ended_long_ago_is_not_told_any_more(self, session: Session, client: Client, keys: Keys, who: Cast) -> None:
        request = build.waiting(session, who.worker)
        code = slip_for(session, keys, who.worker, request.person_id or 0)
        request.ended_at = clock.now() - timedelta(days=366)
        session.commit()
        assert "Nothing was asked in your name" in client.get(f"/person/{code}").words

    def test_it_is_whole_in_polish(self, session: Session, client: Client, keys: Keys, who: Cast) -> None:
        request = build.waiting(session, who.worker)
        code = slip_for(session, keys, who.worker, request.person_id or 0)
        page = client.get(f"/person/{code}?lang=pl")
        assert page.soup.html["lang"] == "pl"


class TestWhatTheyDo:
    def test_somebody_else_s_slip_touches_nothing_of_mine(self, session: Session, client: Client, keys: Keys, who: Cast) -> None:
        mine, other = build.waiting(session, who.worker), build.waiting(session, who.worker)
        slip_for(session, keys, who.worker, mine.person_id or 0)
        asked = talking.ask(session, actor=who.worker.actor, request_id=mine.id, words="Do you still need it?")
        session.commit()
        thief = slip_for(session, keys, who.worker, other.person_id or 0)
        before = footprint(session)
        for act in (f"requests/{mine.id}/pause", f"questions/{asked.id}/answer", "requests/999999/pause", "questions/999999/answer"):
            assert client.post(f"/person/{thief}/{act}", {"words": "No."}, token=False).status == 404
        assert footprint(session) == before

    def test_a_void_slip_does_nothing_however_far_its_page_got(self, session: Session, client: Client, keys: Keys, who: Cast) -> None:
        request = build.waiting(session, who.worker)
        code = slip_for(session, keys, who.worker, request.person_id or 0)
        page = client.get(f"/person/{code}")
        assert page.status == 200
        service.void(session, actor=who.worker.actor, person_id=request.person_id or 0, why="seen")
        session.commit()
        before = footprint(session)
        for act in (f"requests/{request.id}/pause", "no-story", "ask-me-for-a-story", "end", "complain"):
            assert client.post(f"/person/{code}/{act}", {"words": "x"}, token=False).status == 404
        assert footprint(session) == before

    def test_a_held_slip_that_was_made_void_meanwhile_is_void(self, session: Session, keys: Keys, who: Cast) -> None:
        request = build.waiting(session, who.worker)
        code = slip_for(session, keys, who.worker, request.person_id or 0)
        slip = service.by_code(session, keys, code)
        session.execute(text("UPDATE person_slip SET void_at = now(), why_void = 'lost'"))
        for do in (
            lambda: pausing.pause(session, slip=slip, request_id=request.id),
            lambda: talking.stop_story(session, slip=slip),
            lambda: talking.allow_story(session, slip=slip),
        ):
            with pytest.raises(NotFound):
                do()

    def test_a_question_goes_there_and_its_answer_back(
        self, session: Session, client: Client, keys: Keys, who: Cast, sign_in_as: SignIn, run_jobs: Callable[[], list[str]]
    ) -> None:
        request = build.waiting(session, who.worker)
        code = slip_for(session, keys, who.worker, request.person_id or 0)
        sign_in_as(client, who.worker.user)
        page = client.get(f"/requests/{request.id}")
        page.form(f'form[action="/requests/{request.id}/ask-them"]').fill(words="Would a used one do?").submit("Ask them")
        person = Client(client.app, session)
        asked = person.get(f"/person/{code}")
        assert "Would a used one do?" in asked.words
        answered = asked.form('form[action*="/answer"]').fill(words="Yes, if it rings.").submit("Send the answer")
        assert "Would a used one do?" not in answered.words
        assert "Your key worker has your answer." in answered.words
        assert "grants.tell_asker" in run_jobs()
        assert "Yes, if it rings." in client.get(f"/requests/{request.id}").words

    def test_one_question_at_a_time_with_nobody_named_and_only_where_it_can_be_read(self, session: Session, keys: Keys, who: Cast) -> None:
        request = build.waiting(session, who.worker)
        with pytest.raises(Refused):
            talking.ask(session, actor=who.worker.actor, request_id=request.id, words="Do you need it?")
        slip_for(session, keys, who.worker, request.person_id or 0)
        for words in ("", " ", "x" * 601, "Ring me on 07700 900123."):
            with pytest.raises(Refused):
                talking.ask(session, actor=who.worker.actor, request_id=request.id, words=words)
        for seat, refusal in (("other_worker", NotFound), ("approver", NotAllowed), ("auditor", NotAllowed)):
            with pytest.raises(refusal):
                talking.ask(session, actor=who.seat(seat).actor, request_id=request.id, words="Where do you sleep?")
        talking.ask(session, actor=who.worker.actor, request_id=request.id, words="Do you need it?")
        with pytest.raises(Conflict):
            talking.ask(session, actor=who.worker.actor, request_id=request.id, words="Do you?")

    def test_an_answer_sent_twice_is_one_and_is_not_changed_afterwards(self, session: Session, keys: Keys, who: Cast) -> None:
        request = build.waiting(session, who.worker)
        code = slip_for(session, keys, who.worker, request.person_id or 0)
        asked = talking.ask(session, actor=who.worker.actor, request_id=request.id, words="Do you need it?")
        slip = service.by_code(session, keys, code)
        talking.answer(session, slip=slip, question_id=asked.id, words="Yes.")
        session.commit()
        before = footprint(session)
        talking.answer(session, slip=slip, question_id=asked.id, words=" Yes. ")
        with pytest.raises(Conflict):
            talking.answer(session, slip=slip, question_id=asked.id, words="No.")
        session.rollback()
        assert footprint(session) == before

    def test_a_complaint_is_about_them_and_holds_back_what_would_be_forgotten(
        self, session: Session, client: Client, keys: Keys, who: Cast
    ) -> None:
        request = build.waiting(session, who.worker)
        code = slip_for(session, keys, who.worker, request.person_id or 0)
        page = client.get(f"/person/{code}/complain?lang=pl")
        told = page.form("form").fill(words="I never asked for a phone.").submit("Wyślij skargę")
        assert (told.one("html")["lang"], "Twoja skarga" in told.words) == ("pl", True)
        assert session.scalar(text("SELECT subject FROM data_complaint")) == f"person:{request.person_id}"

    def test_a_story_is_stopped_once_and_can_be_asked_for_again(self, session: Session, client: Client, keys: Keys, who: Cast) -> None:
        request = build.waiting(session, who.worker)
        code = slip_for(session, keys, who.worker, request.person_id or 0)
        page = client.get(f"/person/{code}").form('form[action$="/no-story"]').submit("Tell nothing of me")
        assert "You want nothing told of you" in page.words
        client.post(f"/person/{code}/no-story", {}, token=False)
        assert talking.is_stopped(session, request.person_id or 0)
        page = page.form('form[action$="/ask-me-for-a-story"]').submit("You may ask me for a story again")
        assert "You want nothing told of you" not in page.words
        assert not talking.is_stopped(session, request.person_id or 0)
        kinds = session.scalars(text("SELECT kind FROM audit_event WHERE kind LIKE 'person.story%' ORDER BY id")).all()
        assert kinds == ["person.story_stopped", "person.story_allowed"]

    def test_they_can_make_their_own_slip_void(self, session: Session, client: Client, keys: Keys, who: Cast) -> None:
        request = build.waiting(session, who.worker)
        code = slip_for(session, keys, who.worker, request.person_id or 0)
        ended = client.get(f"/person/{code}").form('form[action$="/end"]').submit("Make this slip void")
        assert "Your slip is void" in ended.words
        assert client.get(f"/person/{code}").status == 404
        assert session.scalars(select(PersonSlip.why_void)).all() == ["holder"]
