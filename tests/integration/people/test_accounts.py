"""What administrators do to accounts, and what nobody may do to their own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit import queries as audit
from fundapp.audit.models import AuditEvent
from fundapp.core.actor import SYSTEM
from fundapp.core.db import transaction
from fundapp.core.errors import NotFound, Refused
from fundapp.core.roles import Role
from fundapp.people import queries, service
from fundapp.people.forgetting import forget_account
from fundapp.people.models import Organisation, User
from tests.builders import people


@pytest.fixture
def admin(client: Any, session: Session, sign_in_as: Any) -> User:
    """An administrator, signed in at the client."""
    made = people.user(session, Role.ADMIN, name="Nasreen Ali")
    sign_in_as(client, made)
    return made


def events(session: Session) -> int:
    """How many events the trail holds."""
    return session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def test_changing_roles_is_kept_with_who_why_and_what_it_was(client: Any, session: Session, admin: User) -> None:
    user = people.user(session, Role.KEY_WORKER)
    form = client.get(f"/admin/people/{user.id}").form("form[action$=roles]")
    assert form.data["roles"] == "key_worker"
    page = form.fill(roles=["key_worker", "panel"], reason="Votes from now on.").submit()
    assert "roles are changed" in page.text("[role=status]")
    assert queries.user(session, user.id).roles == {Role.KEY_WORKER, Role.PANEL}
    event = audit.trail(session, user.reference)[-1]
    assert (event.kind, event.actor, event.words) == ("user.roles_changed", admin.reference, "Votes from now on.")
    assert event.facts == {"before": "key_worker", "after": "key_worker panel"}
    assert "Votes from now on." in client.get(f"/admin/people/{user.id}").text("main")


@pytest.mark.parametrize(
    ("roles", "reason", "sentence"),
    [
        (["key_worker", "approver"], "Why not.", "is a partner, so nobody there can be an approver"),
        ([], "Why not.", "Choose at least one role."),
        (["key_worker"], "Why not.", "has these roles already"),
        (["panel"], " ", "Say why"),
    ],
)
def test_seats_that_cannot_be_given_leave_everything_as_it_was(
    client: Any, session: Session, admin: User, roles: list[str], reason: str, sentence: str
) -> None:
    user = people.user(session, Role.KEY_WORKER)
    before = events(session)
    page = client.post(f"/admin/people/{user.id}/roles", {"roles": roles, "reason": reason})
    assert page.status in {409, 422}
    assert sentence in page.text(".errors")
    assert queries.user(session, user.id).roles == {Role.KEY_WORKER}
    assert events(session) == before


def test_disabling_asks_first_says_what_it_does_and_keeps_why(client: Any, session: Session, admin: User) -> None:
    user = people.user(session, name="Tom Leaver")
    page = client.get(f"/admin/people/{user.id}").follow("Disable the account")
    assert "signed out everywhere at once" in page.text("main")
    assert queries.user(session, user.id).active
    done = page.form().fill(reason="Left in October.").submit("Disable the account")
    assert "is disabled" in done.text("[role=status]")
    assert not queries.user(session, user.id).active
    event = audit.trail(session, user.reference)[-1]
    assert (event.kind, event.words, event.facts) == ("user.disabled", "Left in October.", {})
    client.get(f"/admin/people/{user.id}").form("form[action$=enable]").submit()
    assert queries.user(session, user.id).active


def test_an_account_that_was_forgotten_is_nobody_s_to_let_in(client: Any, session: Session, admin: User) -> None:
    user = people.user(session, name="Tom Leaver")
    service.deactivate(session, actor=SYSTEM, user_id=user.id, reason="Left.")
    forget_account(session, user)
    session.commit()
    page = client.get(f"/admin/people/{user.id}")
    assert "is forgotten, as the retention schedule says" in page.text("main")
    assert not page.soup.select("form[action$=enable]")
    answer = client.post(f"/admin/people/{user.id}/enable")
    assert answer.status == 409
    assert "Invite the person anew" in answer.words
    assert not queries.user(session, user.id).active


def test_nobody_changes_their_own_roles_or_disables_themselves(client: Any, session: Session, admin: User) -> None:
    people.user(session, Role.ADMIN)
    page = client.get(f"/admin/people/{admin.id}")
    assert "This is you." in page.text("main")
    assert not page.soup.select("main form")
    for url, data in (("roles", {"roles": ["auditor"], "reason": "x"}), ("disable", {"reason": "x"})):
        answer = client.post(f"/admin/people/{admin.id}/{url}", data)
        assert answer.status == 409
        assert "your own" in answer.text(".errors")
    assert client.post(f"/admin/people/{admin.id}/enable").status == 409
    assert queries.user(session, admin.id).roles == {Role.ADMIN}


def test_the_last_administrator_stays(session: Session) -> None:
    last = people.user(session, Role.ADMIN, Role.APPROVER, name="Last One")
    people.user(session, Role.APPROVER)
    for act in (
        lambda: service.deactivate(session, actor=SYSTEM, user_id=last.id, reason="x"),
        lambda: service.change_roles(session, actor=SYSTEM, user_id=last.id, roles=[Role.APPROVER], reason="x"),
    ):
        with pytest.raises(Refused, match="Last One is the last administrator"):
            act()
    assert queries.user(session, last.id).active
    assert Role.ADMIN in queries.user(session, last.id).roles


def test_two_administrators_who_dismiss_each_other_at_once_leave_one(own_database: Any) -> None:
    with own_database.session() as session:
        pair = [people.user(session, Role.ADMIN), people.user(session, Role.ADMIN)]

    def dismiss(number: int) -> str:
        with own_database.session() as session:
            try:
                with transaction(session):
                    service.deactivate(session, actor=pair[number].actor, user_id=pair[1 - number].id, reason="x")
            except Refused:
                return "refused"
        return "done"

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            outcome = sorted(pool.map(dismiss, (0, 1)))
        with own_database.session() as session:
            assert queries.count_holders(session, Role.ADMIN) == 1
            assert outcome == ["done", "refused"]
            gone = session.scalars(select(User).where(User.disabled_at.is_not(None))).one()
            gone.disabled_at = None
            session.commit()


def test_nobody_but_an_administrator_reaches_these_pages(client: Any, session: Session, sign_in_as: Any) -> None:
    user = people.user(session)
    others = set(Role) - {Role.ADMIN}
    for role in sorted(others):
        sign_in_as(client, people.user(session, role))
        for url in ("/admin", "/admin/people", f"/admin/people/{user.id}", "/admin/organisations", "/admin/fund-holder"):
            assert client.get(url).status == 403, (role, url)
        assert client.post(f"/admin/people/{user.id}/disable", {"reason": "x"}).status == 403
    assert queries.user(session, user.id).active


def test_a_list_of_people_is_paged_searched_and_costs_a_handful_of_queries(
    client: Any, session: Session, admin: User, counted: Any
) -> None:
    for number in range(30):
        people.user(session, Role.KEY_WORKER, name=f"Worker {number:02d}")
    with counted() as queries_made:
        page = client.get("/admin/people")
    assert len(queries_made) <= 12, queries_made
    assert "31 accounts" in page.text("main")
    assert len(page.soup.select("main tbody tr")) == 25
    assert "Worker 29" in client.get("/admin/people?page=2").text("main")
    assert client.get("/admin/people?page=99").text(".paging [aria-current]").endswith("2")
    found = client.get("/admin/people?words=worker+07")
    assert len(found.soup.select("main tbody tr")) == 1
    assert "Nobody fits." in client.get("/admin/people?words=%25").text("main")
    assert len(client.get("/admin/people?role=admin").soup.select("main tbody tr")) == 1


@pytest.mark.parametrize("page", ["0", "-1", "x", "1e9", "99999999999999999999", "²", ""])
def test_a_page_number_that_makes_no_sense_is_the_first(client: Any, admin: User, page: str) -> None:
    assert client.get(f"/admin/people?page={page}").status == 200


def test_an_address_of_nobody_is_not_found(client: Any, admin: User) -> None:
    assert client.get("/admin/people/999").status == 404
    assert client.get("/admin/people/99999999999999999999999").status == 404
    assert client.get("/admin/people/999/disable").status == 404
    assert client.post("/admin/people/999/sign-out").status == 404
    assert client.post("/admin/invitations/999/withdraw").status == 404


def test_an_organisation_and_its_team_are_added_and_kept_in_the_trail(client: Any, session: Session, admin: User) -> None:
    page = client.get("/admin/organisations").form("main form").fill(name="Harbour House").submit()
    assert page.text("h1") == "Add a team to Harbour House"
    page.form().fill(name="Night shelter").submit()
    made = queries.organisation_by_name(session, "harbour house")
    assert made is not None
    assert (made.kind, [team.name for team in made.teams]) == ("partner", ["Night shelter"])
    (event,) = audit.trail(session, f"organisation:{made.id}")
    assert (event.kind, event.actor) == ("organisation.added", admin.reference)
    again = client.get("/admin/organisations").form("main form").fill(name="HARBOUR house").submit()
    assert "already an organisation of that name" in again.text(".errors")
    twice = client.post(f"/admin/organisations/{made.id}/teams/new", {"name": "night SHELTER"})
    assert "a team of that name already" in twice.text(".errors")


def test_there_is_one_fund_holder(session: Session) -> None:
    people.organisation(session, people.HOLDER)
    session.commit()
    with pytest.raises(Refused, match="has its holder already"), transaction(session):
        service.add_organisation(session, actor=SYSTEM, name="Another", kind="fund_holder")
    assert session.scalar(select(func.count()).select_from(Organisation)) == 1


def test_the_charitys_facts_are_changed_and_stand_on_every_page(client: Any, session: Session, admin: User) -> None:
    people.fund_holder(session)
    before = events(session)
    page = client.get("/admin/fund-holder").form().fill(charity_number="7654321", phone="01302 111111").submit()
    assert "Registered charity 7654321" in page.text("footer")
    assert "01302 111111" in client.get("/sign-in", next="").follow().text("footer")
    assert events(session) == before + 1
    assert audit.trail(session, "fund_holder:1")[-1].facts == {"changed": "charity_number phone"}
    wrong = client.get("/admin/fund-holder").form().fill(website="example.org", email="no").submit()
    assert wrong.status == 422
    assert len(wrong.soup.select(".errors li")) == 2


def test_a_lost_phone_is_signed_out_by_an_administrator(client: Any, session: Session, admin: User, app: Any) -> None:
    from fundapp.people import sessions

    user = people.user(session)
    _, token = sessions.start(session, user=user, device="a lost phone")
    client.get(f"/admin/people/{user.id}").form("main form[action$=sign-out]").submit()
    assert sessions.find(session, token) is None
    assert audit.trail(session, user.reference)[-1].kind == "session.ended"


def test_unknown_accounts_are_not_found_by_the_services_either(session: Session) -> None:
    for act in (queries.user, lambda s, one: service.deactivate(s, actor=SYSTEM, user_id=one, reason="x")):
        with pytest.raises(NotFound):
            act(session, 404)
