"""An invitation is one link, one use, seven days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.core import clock
from fundapp.core.actor import SYSTEM
from fundapp.core.errors import NotFound, Refused
from fundapp.core.indexed import found_by
from fundapp.core.roles import Role
from fundapp.people import queries, service
from fundapp.people.models import Invitation, User
from tests.builders import people

EMAIL = "new.person@riverside.example.org"
NEW = "zebra kettle window"


@pytest.fixture
def token(session: Session) -> str:
    """The token of an invitation as key worker."""
    made = service.invite_by_link(session, actor=SYSTEM, email=EMAIL, roles=[Role.KEY_WORKER], team_id=people.team(session).id)
    session.commit()
    return made


def accept(client: Any, token: str, **typed: str) -> Any:
    """Fill in the page behind the link."""
    return (
        client.get(f"/invitations/{token}").form().fill(**{"name": "Jo New", "password": NEW, "again": NEW, **typed}).submit(follow=False)
    )


def test_the_link_says_what_it_is_for_makes_the_account_and_signs_in(client: Any, session: Session, token: str) -> None:
    page = client.get(f"/invitations/{token}")
    for words in ("key worker", people.PARTNER, "Outreach", EMAIL):
        assert words in page.text("main")
    done = accept(client, token)
    assert (done.status, done.headers["Location"]) == (303, "/requests")
    user = queries.user_by_email(session, EMAIL)
    assert user is not None
    assert (user.name, user.roles, user.organisation.name) == ("Jo New", {Role.KEY_WORKER}, people.PARTNER)
    assert client.get("/account").text("h1") == "Jo New"


def test_a_link_works_once(client: Any, session: Session, token: str) -> None:
    accept(client, token)
    again = client.get(f"/invitations/{token}")
    assert (again.status, again.text("h1")) == (404, "This link cannot be used")
    assert client.post(f"/invitations/{token}", {"name": "X", "password": NEW, "again": NEW}).status == 404
    assert session.scalar(select(func.count()).select_from(User)) == 1


def test_a_link_is_too_old_after_seven_days(client: Any, session: Session, token: str) -> None:
    with clock.at(clock.now() + timedelta(days=7, seconds=1)):
        assert client.get(f"/invitations/{token}").status == 404
        assert client.post(f"/invitations/{token}", {"name": "X", "password": NEW, "again": NEW}).status == 404
    assert queries.user_by_email(session, EMAIL) is None


@pytest.mark.parametrize("guess", ["x", "A" * 32, "%00", "..%2f..", "a" * 5000, "'%20or%201=1--"])
def test_a_guessed_link_leads_nowhere(client: Any, token: str, guess: str) -> None:
    assert client.get(f"/invitations/{guess}").status in {400, 404}


def test_a_withdrawn_link_leads_nowhere(client: Any, session: Session, token: str) -> None:
    invitation = session.scalars(select(Invitation)).one()
    service.withdraw_invitation(session, actor=SYSTEM, invitation_id=invitation.id)
    assert client.get(f"/invitations/{token}").status == 404


def test_the_database_knows_the_links_hash_alone(session: Session, token: str) -> None:
    kept = str(session.execute(text("SELECT invitation::text FROM invitation")).all())
    assert token not in kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"password": "password1", "again": "password1"}, "first that anybody would try"),
        ({"password": "riverside9", "again": "riverside9"}, "too close to your name or e-mail"),
        ({"again": "something else"}, "not the same"),
        ({"name": " "}, "Write your name"),
    ],
)
def test_what_will_not_do_keeps_the_name_and_the_link(
    client: Any, session: Session, token: str, typed: dict[str, str], sentence: str
) -> None:
    page = accept(client, token, **typed)
    assert page.status in {409, 422}
    assert sentence in page.text(".errors")
    assert page.one("#name")["value"] == typed.get("name", "Jo New").strip()
    assert queries.user_by_email(session, EMAIL) is None
    assert accept(client, token).status == 303


def test_two_who_use_one_link_at_once_make_one_account(own_database: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from fundapp.core.db import transaction

    with own_database.session() as session, transaction(session):
        token = service.invite_by_link(session, actor=SYSTEM, email=EMAIL, roles=[Role.KEY_WORKER], team_id=people.team(session).id)

    def use(number: int) -> str:
        with own_database.session() as session:
            try:
                with transaction(session):
                    service.accept_invitation(session, token=token, name=f"N{number}", password=NEW, passwords=service.passwords("test"))
            except NotFound:
                return "gone"
        return "made"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(4))) == ["gone", "gone", "gone", "made"]


@pytest.mark.parametrize("role", [Role.APPROVER, Role.FINANCE, Role.ADMIN])
def test_nobody_at_a_partner_decides_pays_or_administers(session: Session, role: Role) -> None:
    team = people.team(session)
    with pytest.raises(Refused, match=r"is a partner, so nobody there can be an? "):
        service.invite(session, actor=SYSTEM, email=EMAIL, roles=[Role.KEY_WORKER, role], team_id=team.id)
    assert session.scalar(select(func.count()).select_from(Invitation)) == 0


@pytest.mark.parametrize("role", [Role.KEY_WORKER, Role.PANEL, Role.AUDITOR])
def test_a_partner_asks_votes_and_audits(session: Session, role: Role) -> None:
    assert service.invite(session, actor=SYSTEM, email=EMAIL, roles=[role], team_id=people.team(session).id).role_set == {role}


def test_nobody_is_invited_twice(session: Session, token: str) -> None:
    from fundapp.core.db import transaction

    team = people.team(session)
    session.commit()
    with pytest.raises(Refused, match="has an invitation already"), transaction(session):
        service.invite(session, actor=SYSTEM, email=EMAIL.upper(), roles=[Role.PANEL], team_id=team.id)
    taken = people.user(session)
    with pytest.raises(Refused, match="an account with that e-mail"):
        service.invite(session, actor=SYSTEM, email=taken.email.upper(), roles=[Role.PANEL], team_id=team.id)


def test_the_admin_invites_the_job_mails_and_the_link_in_the_mail_works(
    client: Any, session: Session, sign_in_as: Any, mail_box: Any, run_jobs: Any
) -> None:
    admin, team = people.user(session, Role.ADMIN), people.team(session)
    people.fund_holder(session)
    sign_in_as(client, admin)
    page = client.get("/admin/people/new").form().fill(email=EMAIL, team=str(team.id), roles="key_worker").submit()
    assert f"{EMAIL} is invited" in page.text("[role=status]")
    (job,) = session.execute(text("SELECT task_name, args FROM procrastinate_jobs")).all()
    invitation = session.scalars(select(Invitation).where(found_by(session, Invitation.email_index, EMAIL))).one()
    assert (job.task_name, job.args) == ("people.send_invitation", {"invitation_id": invitation.id})
    assert run_jobs() == ["people.send_invitation"]
    (mail,) = mail_box.wait(1)
    assert (mail["To"], mail["Subject"]) == (EMAIL, "Your way into the Changing Lives Fund")
    link = next(line for line in mail.get_body().get_content().splitlines() if "/invitations/" in line)
    client.post("/sign-out")
    assert accept(client, link.rpartition("/")[2]).status == 303
    (sent,) = audit.trail(session, f"invitation:{invitation.id}")
    assert (sent.kind, sent.actor, sent.facts) == ("invitation.sent", admin.reference, {"roles": "key_worker", "team": team.id})


def test_sending_again_makes_a_new_link_and_kills_the_old_one(
    client: Any, session: Session, sign_in_as: Any, mail_box: Any, run_jobs: Any, token: str
) -> None:
    sign_in_as(client, people.user(session, Role.ADMIN))
    page = client.get("/admin/people")
    assert EMAIL in page.text("main")
    page.form("form[action$=send-again]").submit()
    assert run_jobs() == ["people.send_invitation"]
    client.post("/sign-out")
    assert client.get(f"/invitations/{token}").status == 404
    assert "/invitations/" in mail_box.wait(1)[0].get_body().get_content()


def test_no_mail_goes_out_for_an_invitation_that_was_withdrawn(
    client: Any, session: Session, sign_in_as: Any, mail_box: Any, run_jobs: Any, token: str
) -> None:
    sign_in_as(client, people.user(session, Role.ADMIN))
    client.get("/admin/people").form("form[action$=send-again]").submit()
    page = client.get("/admin/people").form("form[action$=withdraw]").submit()
    assert "withdrawn" in page.text("[role=status]")
    assert run_jobs() == ["people.send_invitation"]
    assert mail_box.messages == []
