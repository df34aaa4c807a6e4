"""Administrators keep the rules, answer what people ask and complain about, and record what the charity adopted."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from fundapp.audit.models import AuditEvent
from fundapp.core import clock
from fundapp.core.errors import Conflict, NotAllowed, NotFound, Refused
from fundapp.grants import deciding
from fundapp.grants.models import Evidence, GrantRequest
from fundapp.people import service as people_service
from fundapp.people.models import User
from fundapp.privacy import complaints, documents, retention, rights
from fundapp.privacy.models import DataComplaint, DataRequest, DocumentAdoption
from tests.builders import grants as build
from tests.builders import people

BASE = "/admin/data-protection"


@pytest.fixture
def who(session: Session, client: Any, sign_in_as: Any) -> build.Cast:
    """The cast, with an administrator signed in."""
    cast = build.cast(session)
    people.fund_holder(session)
    session.commit()
    sign_in_as(client, cast.admin.user)
    return cast


def asks(session: Session, who: build.Cast, kind: str, subject: str) -> DataRequest:
    made = rights.enter(session, actor=who.admin.actor, kind=kind, subject=subject, received_on=clock.today(), words="Please.")
    session.commit()
    return made


def kinds(session: Session, subject: str) -> list[str]:
    return list(session.scalars(select(AuditEvent.kind).where(AuditEvent.subject == subject).order_by(AuditEvent.id)))


def test_every_page_opens_and_leads_on(client: Any, who: build.Cast) -> None:
    home = client.get("/admin").follow("Data protection")
    for words, heading in (
        ("Requests of people about their data", "Requests about data"),
        ("Complaints about data", "Complaints about data"),
        ("Who read what about a person", "Who read what"),
        ("How long it is kept", "How long it is kept"),
        ("What is held", "What is held"),
        ("Record of processing", "Record of processing"),
        ("Data protection impact assessment", "Data protection impact assessment"),
        ("Appropriate policy document", "Appropriate policy document"),
    ):
        assert heading in home.follow(words).text("h1")


def test_a_rule_is_changed_with_a_reason_and_never_below_the_law(client: Any, session: Session, who: build.Cast) -> None:
    page = client.get(f"{BASE}/retention/money")
    for typed in ({"days": "2556", "reason": "Less is more."}, {"days": "3000", "reason": ""}, {"days": "x", "reason": "y"}):
        assert page.form("main form").fill(typed).submit().status in (409, 422)
    assert len(retention.history(session, retention.Kept.MONEY)) == 1
    page = page.form("main form").fill(days="3000", reason="The auditors asked.").submit()
    assert "3,000" in page.text("main table")
    assert client.get(f"{BASE}/retention/ledger").status == 404
    assert kinds(session, "retention:money") == ["retention.changed"]


def test_what_somebody_asks_is_due_in_a_month_and_answered_once(client: Any, session: Session, who: build.Cast) -> None:
    page = client.get(f"{BASE}/requests").form("main form")
    today = clock.today()
    typed = {"kind": "access", "subject": f"user:{who.worker.id}", "words": "What do you know?"}
    days = {"received_on-day": str(today.day), "received_on-month": str(today.month), "received_on-year": str(today.year)}
    assert page.fill({**typed, **days, "subject": "user:99999"}).submit().status in (404, 422)
    page = page.fill({**typed, **days}).submit()
    assert "What do you know?" in page.words
    found = session.scalars(select(DataRequest)).one()
    assert found.due_on == rights.a_month_after(today)
    page = page.form('form[action$="/answer"]').fill(words="Everything, by post.").submit()
    assert "Answered" in page.text("main table")
    with pytest.raises(Conflict):
        rights.answer(session, actor=who.admin.actor, request_id=found.id, words="Again.")
    assert kinds(session, found.reference) == ["right.asked", "right.answered"]


@pytest.mark.parametrize(
    ("came", "due"),
    [((2026, 1, 31), (2026, 2, 28)), ((2028, 1, 31), (2028, 2, 29)), ((2026, 12, 5), (2027, 1, 5)), ((2026, 3, 31), (2026, 4, 30))],
)
def test_a_month_is_a_calendar_month(came: tuple[int, int, int], due: tuple[int, int, int]) -> None:
    assert rights.a_month_after(date(*came)) == date(*due)


def test_all_that_is_held_is_one_file_with_sealed_words_opened_and_no_secret(client: Any, session: Session, who: build.Cast) -> None:
    request = build.waiting(session, who.worker)
    for subject, shown in ((f"user:{who.worker.id}", who.worker.user.email), (f"person:{request.person_id}", build.GOAL)):
        found = asks(session, who, "access", subject)
        form = client.get(f"{BASE}/requests/{found.id}").form('form[action$="/take"]')
        assert form.fill(reason=" ").submit().status == 422
        assert "data.taken" not in kinds(session, subject)
        sent = client.post(f"{BASE}/requests/{found.id}/take", {"reason": "They asked."})
        told = json.loads(sent.body if hasattr(sent, "body") else sent.data)
        assert shown in json.dumps(told, ensure_ascii=False)
        assert who.worker.user.password_hash not in json.dumps(told)
        assert told["why"]
        assert kinds(session, subject)[-1] == "data.taken"


def test_an_erasure_takes_what_it_may_and_says_what_stays_until_when(client: Any, session: Session, who: build.Cast) -> None:
    build.money(session)
    helped = build.closed(session, who)
    declined = build.waiting(session, who.worker, person_id=helped.person_id)
    deciding.decline(session, actor=who.approver.actor, request_id=declined.id, version=declined.version, reason="No.")
    waiting = build.waiting(session, who.worker, person_id=helped.person_id)
    session.commit()
    found = asks(session, who, "erasure", f"person:{helped.person_id}")
    page = client.get(f"{BASE}/requests/{found.id}").form('form[action$="/erase"]').submit()
    assert "Words of declined and withdrawn requests" in page.words
    assert "The law asks for it for six years" in page.words
    assert "It is still in use" in page.words
    session.expire_all()
    assert session.get_one(GrantRequest, helped.id).goal_words == ""
    assert session.get_one(GrantRequest, declined.id).goal_words == ""
    assert session.get_one(GrantRequest, waiting.id).goal_words == build.GOAL
    assert session.scalar(select(func.count()).select_from(Evidence)) == 1
    again = rights.erase(session, actor=who.admin.actor, request_id=found.id)
    assert again.gone == ()
    with pytest.raises(Refused):
        rights.erase(session, actor=who.admin.actor, request_id=asks(session, who, "access", found.subject).id)


def test_an_account_in_use_stays_and_one_that_was_disabled_is_forgotten_at_once(session: Session, who: build.Cast) -> None:
    found = asks(session, who, "erasure", f"user:{who.panel.id}")
    assert [one.in_use for one in rights.erase(session, actor=who.admin.actor, request_id=found.id).stays if "account" in one.what] == [
        True
    ]
    people_service.deactivate(session, actor=who.admin.actor, user_id=who.panel.id, reason="Left.")
    session.commit()
    assert rights.erase(session, actor=who.admin.actor, request_id=found.id).gone
    session.commit()
    assert session.get_one(User, who.panel.id).name == f"Former colleague {who.panel.id}"


def test_a_name_is_put_right(client: Any, session: Session, who: build.Cast) -> None:
    found = asks(session, who, "rectification", f"user:{who.worker.id}")
    client.get(f"{BASE}/requests/{found.id}").form('form[action$="/put-right"]').fill(name="  Rosa  Right ").submit()
    session.expire_all()
    assert session.get_one(User, who.worker.id).name == "Rosa Right"
    for act in (
        lambda: rights.put_right(session, actor=who.worker.actor, request_id=found.id, name="X"),
        lambda: rights.take(session, actor=who.auditor.actor, request_id=found.id, reason="x"),
        lambda: rights.erase(session, actor=who.finance.actor, request_id=found.id),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_anybody_complains_and_follows_it_by_a_link_that_nobody_guesses(client: Any, session: Session, who: build.Cast) -> None:
    client.post("/account/sign-out")
    form = client.get("/complaints").follow("Write to us here, and follow what becomes of it").form("main form")
    assert form.fill(words="  ").submit().status == 422
    page = form.fill(words="You told my landlord.", contact="07700 900123").submit()
    link = page.url
    assert "It came on" in page.words
    assert form.fill(words="You told my landlord.", contact="07700 900123").submit().url == link
    made = session.scalars(select(DataComplaint)).one()
    raw = session.execute(text("SELECT words, contact FROM data_complaint")).one()
    assert b"landlord" not in bytes(raw.words)
    assert b"07700" not in bytes(raw.contact)
    path = link.split("localhost:8000")[-1]
    assert client.get(path[:-1] + ("A" if path[-1] != "A" else "B")).status == 404
    assert client.get(path.replace(f"/{made.id}/", f"/{made.id + 1}/")).status == 404
    assert client.post("/complaints/data", {"words": "Forged.", "form_key": "a.1.b"}).status == 409
    assert session.scalar(select(func.count()).select_from(DataComplaint)) == 1

    complaints.tell(session, actor=who.admin.actor, complaint_id=made.id, what="acknowledged", words="We have it.")
    complaints.tell(session, actor=who.admin.actor, complaint_id=made.id, what="progress", words="We asked around.")
    complaints.tell(session, actor=who.admin.actor, complaint_id=made.id, what="answered", words="It was us. Sorry.")
    session.commit()
    told = client.get(path).words
    assert all(words in told for words in ("We have it.", "We asked around.", "It was us. Sorry."))
    with pytest.raises(Conflict):
        complaints.tell(session, actor=who.admin.actor, complaint_id=made.id, what="progress", words="More.")
    assert kinds(session, made.reference) == ["complaint.received", *["complaint.moved"] * 3]


@pytest.mark.parametrize("tongue", ["pl", "en"])
def test_the_page_after_a_complaint_speaks_as_the_form_did(client: Any, who: build.Cast, tongue: str) -> None:
    client.post("/account/sign-out")
    page = client.get(f"/complaints/data?lang={tongue}").form("main form").fill(words="You told my landlord.").submit()
    assert page.url.endswith(f"?lang={tongue}")
    assert page.one("html")["lang"] == {"pl": "pl", "en": "en-GB"}[tongue]
    assert page.one("h1").get_text() == {"pl": "Twoja skarga", "en": "Your complaint"}[tongue]


def test_a_complaint_waits_for_administrators_with_the_laws_clock(client: Any, session: Session, who: build.Cast) -> None:
    made = complaints.complain(session, form_key="k", contact="", words="Something.")
    session.commit()
    assert "A complaint about data" in client.get("/admin").words
    page = client.get(f"{BASE}/complaints").follow(f"Complaint {made.id}")
    assert clock.day_of(made.received_at + timedelta(days=30)).strftime("%Y") in page.words
    assert page.form('form[action$="/about"]').fill(subject="Ann Smith").submit().status == 409
    page = page.form('form[action$="/about"]').fill(subject="grant:417").submit()
    assert retention.holds(session) == {"grant:417"}
    assert page.form('form[action$="/tell"]').fill(what="answered", words="x").submit().status in (303, 409, 422)
    session.expire_all()
    assert session.get_one(DataComplaint, made.id).status == "received"
    page = client.get(f"{BASE}/complaints/{made.id}").form('form[action$="/tell"]').fill(what="acknowledged", words="We have it.").submit()
    assert "Being looked into" in page.words


def test_a_document_is_adopted_in_these_words_and_a_change_shows(client: Any, session: Session, who: build.Cast) -> None:
    page = client.get(f"{BASE}/documents/dpia")
    assert "To be adopted" in page.words
    page = page.form("main form").submit()
    assert "Adopted on" in page.words
    assert session.scalars(select(DocumentAdoption.document)).all() == ["dpia"]
    with pytest.raises(Conflict):
        documents.adopt(session, actor=who.admin.actor, code="dpia", words="others", shown="00")
    assert documents.document(session, "dpia", "others").is_changed
    with pytest.raises(NotFound):
        documents.document(session, "diary", "x")


def test_who_read_what_about_a_person_is_shown_by_their_code(client: Any, session: Session, who: build.Cast, sign_in_as: Any) -> None:
    request = build.waiting(session, who.worker)
    code = session.scalar(text("SELECT code FROM person WHERE id = :id"), {"id": request.person_id})
    sign_in_as(client, who.approver.user)
    client.get(f"/decisions/{request.id}")
    sign_in_as(client, who.auditor.user)
    page = client.get(f"/data-readings?code={code}")
    assert who.approver.user.name in page.text("main")
    assert "face to face" in page.text("main")
    assert "nobody with that code" in client.get("/data-readings?code=XXXXXX").words
    sign_in_as(client, who.approver.user)
    assert client.get(f"/data-readings?code={code}").status == 403


def test_the_trail_is_taken_as_a_file_and_who_took_it_is_in_it(client: Any, session: Session, who: build.Cast, sign_in_as: Any) -> None:
    sign_in_as(client, who.auditor.user)
    sent = client.get("/audit").form('form[action$="/audit/export"]').submit()
    lines = [json.loads(line) for line in (sent.body if hasattr(sent, "body") else sent.data).decode().splitlines()]
    assert lines[-1]["kind"] == "audit.taken"
    assert len(lines) == session.scalar(select(func.count()).select_from(AuditEvent))
