"""What leads to somebody is not sent, whoever sends it; what tells of their health is pointed out (docs/security/threat-model.md)."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.core.errors import Refused
from fundapp.grants import asking
from fundapp.grants.asking import Answers
from fundapp.grants.lifecycle import Status
from fundapp.grants.models import RequestEvent
from tests.builders import grants as build

WITH_NUMBER = "I want to ring my daughter on 07700 900123"


def test_a_telephone_number_in_somebody_s_words_is_told_at_its_field_and_what_was_typed_stays(
    client: Any, session: Session, sign_in_as: Any
) -> None:
    who = build.cast(session)
    request = build.draft(session, who.worker)
    sign_in_as(client, who.worker.user)
    page = client.get(f"/requests/{request.id}/ask/goal").form().fill(goal=WITH_NUMBER).submit("Save and continue")
    assert page.status == 422
    assert "“07700 900123” looks like a telephone number. Leave it out" in page.words
    assert WITH_NUMBER in client.get(f"/requests/{request.id}/ask/goal").text("#goal")
    check = client.get(f"/requests/{request.id}/ask/check")
    assert "Not answered yet" in check.words
    assert not any(words.startswith("Send it") for words in check.texts("button"))


@pytest.mark.parametrize("field", ["detail_words", "goal_words", "unblocks_words"])
def test_the_service_holds_by_itself(session: Session, field: str) -> None:
    who = build.cast(session)
    request = build.draft(session, who.worker)
    asking.save_answers(session, actor=who.worker.actor, request_id=request.id, answers=Answers(**{field: "jo@example.org"}))
    with pytest.raises(Refused):
        asking.send(session, actor=who.worker.actor, request_id=request.id, version=request.version)
    assert request.status == Status.DRAFT
    assert session.scalar(select(func.count()).select_from(RequestEvent)) == 0


def test_words_about_health_are_pointed_out_before_it_is_sent_and_may_stay(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    build.money(session)
    request = build.draft(session, who.worker)
    sign_in_as(client, who.worker.user)
    page = client.get(f"/requests/{request.id}/ask/unblocks")
    page.form().fill(unblocks="The methadone clinic can ring them.").submit("Save and continue")
    check = client.get(f"/requests/{request.id}/ask/check")
    assert "Look again at “methadone”." in check.words
    check.form().submit()
    session.expire_all()
    assert request.status == Status.WAITING


def test_a_reason_that_leads_to_somebody_is_not_written_down(client: Any, session: Session, sign_in_as: Any) -> None:
    who = build.cast(session)
    build.money(session)
    request = build.waiting(session, who.worker)
    before = session.scalar(select(func.count()).select_from(RequestEvent))
    sign_in_as(client, who.approver.user)
    told = client.post(f"/decisions/{request.id}/question", {"version": str(request.version), "words": "Is it jo@example.org who asks?"})
    assert "looks like an e-mail address" in told.words
    session.expire_all()
    assert (request.status, session.scalar(select(func.count()).select_from(RequestEvent))) == (Status.WAITING, before)
