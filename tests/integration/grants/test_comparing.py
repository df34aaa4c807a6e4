"""Two codes that may be one person count together; and nobody who would like to learn something learns it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed, NotFound, Refused
from fundapp.core.vault import Vault
from fundapp.grants import deciding, persons
from fundapp.grants.matching import keys, queries, service
from fundapp.grants.matching.models import MatchingKey, MatchTry, PersonMark
from fundapp.grants.matching.service import Particulars
from fundapp.grants.models import GrantRequest
from fundapp.grants.policy import flags
from fundapp.grants.slips import service as slips
from fundapp.web.app import fund_of
from tests.builders import grants as build
from tests.builders.grants import Cast, Seat
from tests.support.web import Client

SignIn = Callable[..., None]
BORN = date(1987, 3, 14)
SOMEBODY = Particulars("Q Z", BORN, "in_person")


@pytest.fixture
def who(session: Session) -> Cast:
    build.money(session)
    return build.cast(session)


def compared(session: Session, by: Seat, typed: Particulars = SOMEBODY, **how: object) -> tuple[GrantRequest, bool]:
    request = build.draft(session, by, **how)  # type: ignore[arg-type]
    over = service.send_compared(session, actor=by.actor, request_id=request.id, version=request.version, particulars=typed)
    session.commit()
    return request, over


def help_before(session: Session, request: GrantRequest) -> queries.Before:
    return queries.help_before(session, request, queries.same_person(session, request.person_id or 0))


def footprint(session: Session) -> dict[str, object]:
    counted = ("person_mark", "matching_key", "match_try")
    return {**build.footprint(session), **{table: session.scalar(text(f"SELECT count(*) FROM {table}")) for table in counted}}


def refused(session: Session, by: Actor, request: GrantRequest, typed: Particulars = SOMEBODY) -> None:
    """They are told no, and nothing is left of it."""
    before = footprint(session)
    with pytest.raises((Refused, NotAllowed, NotFound)):
        service.send_compared(session, actor=by, request_id=request.id, version=request.version, particulars=typed)
    session.rollback()
    assert footprint(session) == before


class TestCountingTogether:
    def test_two_agencies_codes_are_one_person_and_count_together(self, session: Session, who: Cast) -> None:
        build.item(session).cap_pence = 5_000
        first, over = compared(session, who.worker)
        assert not over
        _agree(session, who, first)
        second, over = compared(session, who.other_worker, Particulars("z. q.", BORN, "phone"))
        assert over
        assert queries.same_person(session, first.person_id or 0) == {first.person_id, second.person_id}
        third, over = compared(session, who.other_worker, Particulars("Z Q", BORN + timedelta(days=1), "phone"))
        assert not over
        assert queries.same_person(session, third.person_id or 0) == {third.person_id}

    def test_it_is_never_a_refusal(self, session: Session, who: Cast) -> None:
        request, over = compared(session, who.worker, price_pence=60_000)
        assert over
        assert request.status == "waiting"

    def test_an_approver_learns_yes_or_no_and_the_kind_unless_that_is_nobody_s_business(self, session: Session, who: Cast) -> None:
        first, _over = compared(session, who.worker)
        second, _over = compared(session, who.other_worker)
        assert not help_before(session, second).was
        _agree(session, who, first)
        assert help_before(session, second) == queries.Before(was=True, kinds=("Phone",))
        assert not help_before(session, first).was
        second.things[0].item.is_sensitive = True
        session.flush()
        assert help_before(session, second) == queries.Before(was=True)

    def test_an_approver_is_told_no_sum_of_another_agency_s_help(
        self, session: Session, client: Client, who: Cast, sign_in_as: SignIn
    ) -> None:
        build.item(session).cap_pence = 5_000
        first, _over = compared(session, who.worker)
        _agree(session, who, first)
        second, _over = compared(session, who.other_worker)
        assert flags.of(session, second.id) == ["Over the cap for this kind in 12 months"]
        sign_in_as(client, who.approver.user)
        page = client.get(f"/decisions/{second.id}")
        assert "Over £50" in page.text()
        assert "Under £500" in page.text()
        assert "79.98" not in page.text()
        with pytest.raises(Refused, match="more in 12 months than the cap of £50"):
            _agree(session, who, second)

    def test_no_cap_tells_of_another_agency_s_help_that_is_nobody_s_business(self, session: Session, who: Cast) -> None:
        kind = build.item(session)
        kind.cap_pence, kind.is_sensitive = 5_000, True
        first, _over = compared(session, who.worker)
        _agree(session, who, first)
        second, over = compared(session, who.other_worker)
        assert not over
        assert flags.of(session, second.id) == []

    def test_a_yes_without_a_kind_says_nothing_of_the_kind(self, session: Session, who: Cast) -> None:
        """Help of any kind is a yes, so that it does not stand for the one that is not named."""
        first, _over = compared(session, who.worker, code="bed")
        _agree(session, who, first)
        second, _over = compared(session, who.other_worker, code="phone")
        assert help_before(session, second) == queries.Before(was=True)

    def test_without_consent_nobody_is_compared(self, session: Session, who: Cast) -> None:
        request = build.draft(session, who.worker)
        for how in ("", "yes", "they did not mind"):
            refused(session, who.worker.actor, request, Particulars("Q Z", BORN, how))

    def test_they_can_end_it_by_their_key_worker_or_their_slip(self, session: Session, app: Flask, who: Cast) -> None:
        request, _over = compared(session, who.worker)
        other, _over = compared(session, who.other_worker)
        person = request.person_id or 0
        for seat in ("other_worker", "approver", "admin"):
            with pytest.raises(NotFound):
                service.forget(session, actor=who.seat(seat).actor, person_id=person)
        thief = slips.issue(session, actor=who.other_worker.actor, keys=fund_of(app).keys, person_id=other.person_id or 0).slip
        with pytest.raises(NotFound):
            service.forget(session, actor=slips.holder(thief), person_id=person)
        assert len(queries.same_person(session, person)) == 2
        mine = slips.issue(session, actor=who.worker.actor, keys=fund_of(app).keys, person_id=person).slip
        service.forget_own(session, slip=mine)
        assert queries.same_person(session, person) == {person}
        service.forget(session, actor=who.other_worker.actor, person_id=other.person_id or 0)
        assert session.scalar(select(func.count()).select_from(PersonMark)) == 0


class TestWhoeverWouldLikeToKnow:
    def test_what_was_typed_is_nowhere(
        self, session: Session, client: Client, who: Cast, sign_in_as: SignIn, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        request = build.draft(session, who.worker)
        sign_in_as(client, who.worker.user)
        form = client.get(f"/requests/{request.id}/compare").form("form")
        day = {"born_on-day": "14", "born_on-month": "3", "born_on-year": "1987"}
        form.fill(agrees="y", how="in_person", initials="Qy Zx", **day).submit("Send it, compared")
        assert session.scalar(select(func.count()).select_from(MatchTry)) == 1
        kept = _everything(session)
        for typed in ("Qy Zx", "qyzx", "1987-03-14", "14/03/1987", "14 3 1987", "14 March 1987"):
            assert typed.encode() not in kept
            assert typed not in caplog.text
        assert "Qy Zx" not in repr(Particulars("Qy Zx", BORN, "phone"))

    def test_the_database_alone_does_not_tell_whom_a_mark_stands_for(self, session: Session, who: Cast) -> None:
        compared(session, who.worker)
        sealed = session.scalar(text("SELECT secret FROM matching_key"))
        secret = session.scalars(select(MatchingKey.secret)).one()
        assert len(secret) == keys.BYTES
        assert secret not in bytes(sealed)
        with pytest.raises(Exception, match="no key of ours"):
            Vault(["another key that is long enough to be one"]).open("matching_key.secret", bytes(sealed))

    def test_who_knows_a_date_of_birth_reads_the_same_page_whether_or_not_there_is_such_a_person(
        self, session: Session, client: Client, who: Cast, sign_in_as: SignIn
    ) -> None:
        """A partner's key worker who would like to learn whether somebody is helped: their page is the same but for numbers."""
        known, _over = compared(session, who.other_worker)
        _agree(session, who, known)
        sign_in_as(client, who.worker.user)
        pages = []
        for initials in ("Q Z", "X Y"):
            request = build.draft(session, who.worker)
            form = client.get(f"/requests/{request.id}/compare").form("form")
            day = {"born_on-day": "14", "born_on-month": "3", "born_on-year": "1987"}
            told = form.fill(agrees="y", how="in_person", initials=initials, **day).submit("Send it, compared")
            person = session.get_one(persons.Person, request.person_id)
            pages.append(re.sub("[0-9]+", "#", told.words.replace(person.code, "#")))
        assert pages[0] == pages[1]
        assert "stays under the cap" in pages[0]

    def test_nobody_compares_but_a_key_worker_sending_their_own_team_s_draft(self, session: Session, who: Cast) -> None:
        request = build.draft(session, who.worker)
        for seat in ("other_worker", "amber", "approver", "finance", "auditor", "admin", "panel"):
            refused(session, who.seat(seat).actor, request)
        sent = build.waiting(session, who.worker)
        refused(session, who.worker.actor, sent)

    @pytest.mark.long
    def test_no_draft_that_is_not_whole_compares_anybody(self, session: Session, who: Cast) -> None:
        request = build.draft(session, who.worker)
        request.goal_words = ""
        session.commit()
        refused(session, who.worker.actor, request)

    def test_a_list_of_people_is_not_gone_through(self, session: Session, who: Cast) -> None:
        for number in range(service.MOST_A_DAY):
            compared(session, who.worker, Particulars("Q Z", BORN + timedelta(days=number), "phone"))
        request = build.draft(session, who.worker)
        refused(session, who.worker.actor, request, Particulars("A B", BORN, "phone"))
        # Others go on, and so does the request.
        compared(session, who.other_worker)
        tally = queries.tallies(session)[0]
        assert (tally.user_id, tally.tries) == (who.worker.id, service.MOST_A_DAY)

    @pytest.mark.long
    def test_nor_within_a_month_and_what_is_forgotten_of_a_person_frees_no_try(self, session: Session, who: Cast, app: Flask) -> None:
        request, _over = compared(session, who.worker)
        service.forget(session, actor=who.worker.actor, person_id=request.person_id or 0)
        assert session.scalar(select(func.count()).select_from(MatchTry)) == 1
        once = session.scalars(select(MatchTry)).one()
        for day in range(1, service.MOST_A_MONTH):
            copy = {name: getattr(once, name) for name in ("user_id", "person_id", "request_id", "consent_how", "over_cap")}
            session.add(MatchTry(**copy, differs=False, at=once.at - timedelta(days=1 + day % 28)))
        session.commit()
        refused(session, who.worker.actor, build.draft(session, who.worker))

    @pytest.mark.long
    def test_one_code_does_not_stand_for_one_after_another(self, session: Session, who: Cast) -> None:
        person = persons.issue_code(session, actor=who.worker.actor).id
        for number in range(service.MOST_CHANGES + 1):
            compared(session, who.worker, Particulars("Q Z", BORN + timedelta(days=number), "phone"), person_id=person)
        request = build.draft(session, who.worker, person_id=person)
        refused(session, who.worker.actor, request, Particulars("A B", BORN, "phone"))
        # The same once more is no change.
        last = Particulars("Q Z", BORN + timedelta(days=service.MOST_CHANGES), "phone")
        compared(session, who.worker, last, person_id=person)
        assert [row.differs for row in session.scalars(select(MatchTry).order_by(MatchTry.id))] == [False, True, True, False]

    def test_a_double_click_compares_once(self, session: Session, client: Client, who: Cast, sign_in_as: SignIn) -> None:
        request = build.draft(session, who.worker)
        sign_in_as(client, who.worker.user)
        sent = {
            "version": "0",
            "agrees": "y",
            "how": "phone",
            "initials": "QZ",
            "born_on-day": "1",
            "born_on-month": "2",
            "born_on-year": "1980",
        }
        for _click in range(2):
            assert client.post(f"/requests/{request.id}/compare", sent).status == 303
        assert session.scalar(select(func.count()).select_from(MatchTry)) == 1

    def test_the_auditor_sees_who_compared_how_often_and_nobody_else_does(
        self, session: Session, client: Client, who: Cast, sign_in_as: SignIn
    ) -> None:
        request, _over = compared(session, who.worker)
        sign_in_as(client, who.auditor.user)
        page = client.get("/comparisons")
        assert who.worker.user.name in page.words
        assert str(request.id) in page.words
        assert "1987" not in page.words
        for seat in ("worker", "approver", "finance", "admin", "panel"):
            sign_in_as(client, who.seat(seat).user)
            assert client.get("/comparisons").status == 403


class TestEachYearsKey:
    def test_both_years_keys_are_tried_and_the_older_goes_with_its_marks(self, session: Session, who: Cast) -> None:
        with clock.at(datetime(2026, 12, 20, 12, tzinfo=UTC)):
            first, _over = compared(session, who.worker)
        with clock.at(datetime(2027, 1, 5, 12, tzinfo=UTC)):
            second, _over = compared(session, who.other_worker)
            assert queries.same_person(session, first.person_id or 0) == {first.person_id, second.person_id}
            assert keys.destroy_old(session) == 0
        with clock.at(datetime(2027, 12, 31, 12, tzinfo=UTC)):
            assert len(queries.same_person(session, first.person_id or 0)) == 2
        with clock.at(datetime(2028, 1, 1, 0, 30, tzinfo=UTC)):
            # Out of use at once, and destroyed by the next round.
            assert queries.same_person(session, first.person_id or 0) == {first.person_id}
            assert keys.destroy_old(session) == 2
            assert session.scalars(select(MatchingKey.year)).all() == [2027]
            assert session.scalars(select(PersonMark.person_id)).all() == [second.person_id]

    def test_two_who_need_this_year_s_key_first_make_one(self, session: Session, who: Cast) -> None:
        assert [one.year for one in keys.in_use(session)] == [one.year for one in keys.in_use(session)]
        assert session.scalar(select(func.count()).select_from(MatchingKey)) == 1

    def test_a_key_that_is_gone_is_not_made_again(self, session: Session, who: Cast) -> None:
        before = keys.in_use(session)[0].secret
        session.execute(delete(MatchingKey))
        session.expire_all()
        assert keys.in_use(session)[0].secret != before


def _agree(session: Session, who: Cast, request: GrantRequest) -> None:
    how = {"request_id": request.id, "version": request.version, "fund_code": "public-giving"}
    deciding.agree(session, actor=who.approver.actor, **how)
    session.commit()


def _everything(session: Session) -> bytes:
    """All that the database holds, as its owner would read it."""
    tables = session.scalars(
        text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'")
    )
    found = [session.scalar(text(f'SELECT string_agg(t::text, chr(10)) FROM "{name}" t')) for name in tables.all()]
    return "\n".join(filter(None, found)).encode()
